import type { AgentEvent } from '@x/types'

/**
 * Turns work that is only a promise into a step: what it emits is yielded at once, while it runs. Tools run this way,
 * and so do the steps of a durable engine.
 * @throws what `work` rejects with
 */
export async function* promiseStep<Result>(
  work: (emit: (event: AgentEvent) => void) => Promise<Result>,
): AsyncGenerator<AgentEvent, Result, void> {
  const events: AgentEvent[] = []
  let wake = () => {}
  let settled: { result: Result } | { error: unknown } | undefined

  const emit = (event: AgentEvent) => {
    if (settled) return
    events.push(event)
    wake()
  }
  work(emit).then(
    (result) => {
      settled = { result }
      wake()
    },
    (error: unknown) => {
      settled = { error }
      wake()
    },
  )
  for (;;) {
    for (const event of events.splice(0)) yield event
    if (events.length > 0) continue
    if (settled) break
    await new Promise<void>((resolve) => (wake = resolve))
  }
  if ('error' in settled) throw settled.error
  return settled.result
}
