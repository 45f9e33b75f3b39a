import type { AgentEvent, ModelResult, Usage } from '@x/types'
import { addUsage, noUsage } from '@x/types'

/** Where what steps spend is added up. */
export interface Ledger {
  spend(usage: Usage | undefined): void
  /** What a step that failed has spent. */
  spendOn(error: unknown): void
}

type Step = AsyncGenerator<AgentEvent, ModelResult, void>

/**
 * A model step that is booked however it ends: by what its result or its error says, and when the consumer leaves, by
 * what the model had said by then. It stays the same generator, as every delta of every answer passes here.
 */
export function bookedStep(step: Step, ledger: Ledger): Step {
  let told = noUsage
  let isOpen = true
  const close = () => {
    const wasOpen = isOpen
    isOpen = false
    return wasOpen
  }
  const onArrival = (arrival: IteratorResult<AgentEvent, ModelResult>) => {
    if (arrival.done) {
      if (close()) ledger.spend(arrival.value.usage)
    } else if (arrival.value.type === 'model-end') {
      told = addUsage(told, arrival.value.usage)
    }
    return arrival
  }
  const onError = (error: unknown) => {
    if (close()) ledger.spendOn(error)
    throw error
  }
  const next = step.next.bind(step)
  const leave = step.return.bind(step)
  step.next = () => next().then(onArrival, onError)
  step.return = (result) => {
    if (close()) ledger.spend(told)
    return leave(result)
  }
  return step
}
