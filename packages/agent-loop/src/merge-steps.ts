import type { AgentEvent } from '@x/types'

/**
 * Runs steps at once and yields their events as they come; `onResult` is told each result with its step's index,
 * `onFailure` each error.
 *
 * When one fails, or the consumer leaves, `abort` is called first and the others are then heard out: a generator's
 * `return()` waits behind its pending `next()`, so without the abort leaving would take as long as the slowest step,
 * and without the hearing a result that was ready would be lost.
 * @throws what the first failing step threw, once all have ended
 */
export async function* mergeSteps<Result>(
  steps: readonly AsyncGenerator<AgentEvent, Result, void>[],
  handlers: { onResult(index: number, result: Result): void; onFailure(error: unknown): void; abort(): void },
): AsyncGenerator<AgentEvent, void, void> {
  type Arrival = { index: number; next: IteratorResult<AgentEvent, Result> } | { index: number; error: unknown }
  const arrivals: Arrival[] = []
  const failures: unknown[] = []
  let running = steps.length
  let wake = () => {}

  const pull = (index: number) => {
    const arrive = (arrival: Arrival) => {
      arrivals.push(arrival)
      wake()
    }
    steps[index]?.next().then(
      (next) => arrive({ index, next }),
      (error: unknown) => arrive({ index, error }),
    )
  }
  const nextArrival = async () => {
    while (arrivals.length === 0) await new Promise<void>((resolve) => (wake = resolve))
    return arrivals.shift() as Arrival
  }
  /** Gives the event back, if it is one. */
  const settle = (arrival: Arrival): AgentEvent | undefined => {
    if ('error' in arrival) {
      handlers.onFailure(arrival.error)
      if (failures.push(arrival.error) === 1) handlers.abort()
    } else if (!arrival.next.done) {
      return arrival.next.value
    } else {
      handlers.onResult(arrival.index, arrival.next.value)
    }
    running -= 1
    return undefined
  }

  for (const index of steps.keys()) pull(index)
  let held: number | undefined
  try {
    while (running > 0) {
      const arrival = await nextArrival()
      const event = settle(arrival)
      if (!event) continue
      held = arrival.index
      yield event
      held = undefined
      pull(arrival.index)
    }
  } finally {
    if (running > 0) {
      handlers.abort()
      if (held !== undefined) pull(held)
      while (running > 0) {
        const arrival = await nextArrival()
        if (settle(arrival)) pull(arrival.index)
      }
    }
  }
  if (failures.length > 0) throw failures[0]
}
