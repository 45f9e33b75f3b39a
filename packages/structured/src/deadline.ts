import { AgentError } from '@x/types'
import { failureOf, withFailure } from './failures.js'

/** The signal of one call, aborted by its caller, by time or by whoever reads it. */
export interface Deadline {
  readonly signal: AbortSignal
  abort(): void
  /** Lets go of the timer and of the caller's signal. */
  end(): void
  /** The error of a call that ran out of time says so, and keeps what was tried. */
  restate(error: unknown): unknown
}

/** @throws AgentError `invalid-config` */
export function startDeadline(timeoutMs: number | undefined, signal: AbortSignal | undefined): Deadline {
  if (timeoutMs !== undefined && !(Number.isInteger(timeoutMs) && timeoutMs > 0 && timeoutMs < 2 ** 31)) {
    throw new AgentError('invalid-config', `timeoutMs is ${timeoutMs}.`, {
      hint: 'It is a whole number of milliseconds of at least 1.',
    })
  }
  const controller = new AbortController()
  let isLate = false
  const follow = () => controller.abort(signal?.reason)
  if (signal?.aborted) follow()
  else signal?.addEventListener('abort', follow, { once: true })
  const late = () => {
    isLate = true
    controller.abort()
  }
  const timer = timeoutMs === undefined ? undefined : setTimeout(late, timeoutMs)
  return {
    signal: controller.signal,
    abort: () => controller.abort(),
    end() {
      clearTimeout(timer)
      signal?.removeEventListener('abort', follow)
    },
    restate(cause) {
      if (!isLate) return cause
      const error = new AgentError('timeout', `The call took longer than ${timeoutMs} ms.`, { cause, retryable: true })
      const failure = failureOf(cause)
      return failure ? withFailure(error, failure) : error
    },
  }
}
