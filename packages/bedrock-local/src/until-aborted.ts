/**
 * The items of `source`, up to the moment when `signal` is aborted; then it ends without an error, also while the
 * source is waiting for something, and tells the source to stop.
 */
export async function* untilAborted<Item>(source: AsyncIterable<Item>, signal: AbortSignal): AsyncGenerator<Item> {
  const iterator = source[Symbol.asyncIterator]()
  let stop = () => {}
  const aborted = new Promise<undefined>((resolve) => {
    stop = () => resolve(undefined)
    signal.addEventListener('abort', stop, { once: true })
  })
  let done = false
  try {
    while (!signal.aborted) {
      const next = iterator.next()
      // Once nobody waits for it any more its failure is nobody's business.
      next.catch(() => {})
      const step = await Promise.race([next, aborted])
      if (!step || step.done) {
        done = step?.done ?? false
        return
      }
      yield step.value
    }
  } catch (error) {
    done = true
    throw error
  } finally {
    signal.removeEventListener('abort', stop)
    // Not awaited: a generator's `return` waits for the `next` that is under way.
    if (!done) iterator.return?.()?.then(undefined, () => {})
  }
}
