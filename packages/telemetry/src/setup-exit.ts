/** What is needed of Node's `process`; Bun and Deno have it too. */
interface Process {
  readonly pid: number
  on(event: string, listener: () => void): unknown
  off(event: string, listener: () => void): unknown
  listenerCount(event: string): number
  kill(pid: number, signal: string): unknown
  exit(): never
}

/**
 * Flushes when the process ends by itself and when it is told to by a signal; `timeoutMs` bounds both. A signal is
 * raised again afterwards if nobody else listens to it, so that it ends the process as it would have; a second one ends
 * it at once. `process.exit()` leaves no time to send anything.
 * @returns how to stop
 */
export function flushAtExit(flush: () => Promise<void>, timeoutMs: number): () => void {
  const { process } = globalThis as { process?: Process }
  if (typeof process?.on !== 'function') return () => {}

  const onIdle = async () => {
    stop()
    // Nothing but the sending holds the process by now.
    if (!(await isSoon(flush(), timeoutMs))) process.exit()
  }
  const onSignal = async (signal: string) => {
    stop()
    const isAlone = process.listenerCount(signal) === 0
    await isSoon(flush(), timeoutMs)
    if (isAlone) process.kill(process.pid, signal)
  }
  const listeners = [
    ['beforeExit', () => void onIdle()],
    ['SIGTERM', () => void onSignal('SIGTERM')],
    ['SIGINT', () => void onSignal('SIGINT')],
  ] as const
  const stop = () => {
    for (const [event, listener] of listeners) process.off(event, listener)
  }
  for (const [event, listener] of listeners) process.on(event, listener)
  return stop
}

/** Whether `work` is over, well or not, within that time. */
function isSoon(work: Promise<void>, timeoutMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const timer: unknown = setTimeout(() => resolve(false), timeoutMs)
    // Where timers can be told not to hold the process, this one is.
    ;(timer as { unref?(): void }).unref?.()
    const settle = () => resolve(true)
    work.then(settle, settle)
  })
}
