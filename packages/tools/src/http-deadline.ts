import { AgentError } from '@x/types'

/** The bounds of one request, as one signal. */
export interface Deadline {
  /** Its reason is an AgentError: `aborted` from outside, else `timeout`. */
  readonly signal: AbortSignal
  /** Starts the bound of the phase at hand again, or another one; `what` ends in "within <n> ms". */
  expect(what: string, withinMs: number): void
  /** What `work` gives, unless the signal comes first: then its reason is thrown. */
  until<Value>(work: Promise<Value>): Promise<Value>
  /** Takes all timers and listeners away. */
  close(): void
}

export function startDeadline(outer: AbortSignal, timeoutMs: number): Deadline {
  const controller = new AbortController()
  const { signal } = controller
  const fail = (what: string, ms: number) => {
    controller.abort(new AgentError('timeout', `${what} within ${ms} ms.`, { retryable: true }))
  }
  const stop = () => {
    controller.abort(new AgentError('aborted', 'The request was aborted.', { cause: outer.reason }))
  }
  const total = setTimeout(fail, timeoutMs, 'The request was not done', timeoutMs)
  let phase: ReturnType<typeof setTimeout> | undefined
  outer.addEventListener('abort', stop, { once: true })
  if (outer.aborted) stop()
  return {
    signal,
    expect(what, withinMs) {
      clearTimeout(phase)
      phase = setTimeout(fail, withinMs, what, withinMs)
    },
    until: (work) => beforeAbort(work, signal),
    close() {
      clearTimeout(total)
      clearTimeout(phase)
      outer.removeEventListener('abort', stop)
    },
  }
}

async function beforeAbort<Value>(work: Promise<Value>, signal: AbortSignal): Promise<Value> {
  let onAbort: (() => void) | undefined
  const aborted = new Promise<never>((_resolve, reject) => {
    onAbort = () => reject(signal.reason)
    if (signal.aborted) onAbort()
    else signal.addEventListener('abort', onAbort, { once: true })
  })
  try {
    return await Promise.race([work, aborted])
  } catch (error) {
    // Whatever the work says of being cut off, the signal knows why.
    throw signal.aborted ? signal.reason : error
  } finally {
    if (onAbort) signal.removeEventListener('abort', onAbort)
  }
}
