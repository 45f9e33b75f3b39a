import { promiseStep } from '@x/agent-loop'
import type { AgentEvent, Middleware, ModelCall, ModelResult, Step, ToolCall, ToolOutcome } from '@x/types'
import { layerOrder } from '@x/types'

/**
 * A durable engine as they come: a step is a promise, its value is kept as JSON, and a replay must ask for the same
 * steps in the same order, or the engine refuses it.
 */
export class OrderedEngine {
  readonly log: { readonly name: string; value?: string }[] = []
  #position = 0

  /** Starts the next attempt, as after a crash. */
  replay(): void {
    this.#position = 0
  }

  async run<Value>(name: string, work: () => Promise<Value>): Promise<Value> {
    const position = this.#position++
    const known = this.log[position]
    if (known && known.name !== name) throw new Error(`replay asks for ${name} where the log has ${known.name}`)
    const entry = known ?? (this.log[position] = { name })
    entry.value ??= JSON.stringify(await work())
    return JSON.parse(entry.value) as Value
  }
}

/** The engine as a journal: events flow beside the promise, the step's value goes through it. */
export function engineJournal(engine: OrderedEngine): Middleware {
  const journaled = <Call extends ModelCall | ToolCall, Result>(call: Call, next: Step<Call, Result>) =>
    promiseStep<Result>((emit) => engine.run(call.key, () => drive(next(call), emit)))
  return {
    name: 'engine',
    order: layerOrder.journal,
    model: (call, next) => journaled<ModelCall, ModelResult>(call, next),
    tool: (call, next) => journaled<ToolCall, ToolOutcome>(call, next),
  }
}

async function drive<Result>(
  step: AsyncGenerator<AgentEvent, Result, void>,
  emit: (event: AgentEvent) => void,
): Promise<Result> {
  for (;;) {
    const { done, value } = await step.next()
    if (done) return value
    emit(value)
  }
}
