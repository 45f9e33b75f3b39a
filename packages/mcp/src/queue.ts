import { untilAborted } from './abort.js'

/** Work that is done one after the other, in the order in which it came; aborted work gives up its place. */
export function queue(): <Result>(signal: AbortSignal, work: () => Promise<Result>) => Promise<Result> {
  let last: Promise<unknown> = Promise.resolve()
  return async (signal, work) => {
    const before = last
    const done = before.then(() => (signal.aborted ? undefined : own()))
    const own = work as () => Promise<unknown>
    last = done.catch(() => undefined)
    await untilAborted(before, signal)
    return done as ReturnType<typeof work>
  }
}
