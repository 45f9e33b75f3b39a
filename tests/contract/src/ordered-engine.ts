import type { Journal, JournalStep } from '@x/agent-loop/journal'

/**
 * A durable engine as they come: a step is a promise, its value is kept as JSON, and a replay must ask for the same
 * steps in the same order, or the engine refuses it.
 */
export class OrderedEngine implements Journal {
  readonly log: { readonly name: string; value?: string }[] = []
  #position = 0

  /** Starts the next attempt, as after a crash. */
  replay(): void {
    this.#position = 0
  }

  async step<Value>({ key: name }: JournalStep, work: () => Promise<{ value: Value }>): Promise<Value> {
    const position = this.#position++
    const known = this.log[position]
    if (known && known.name !== name) throw new Error(`replay asks for ${name} where the log has ${known.name}`)
    const entry = known ?? (this.log[position] = { name })
    entry.value ??= JSON.stringify((await work()).value)
    return JSON.parse(entry.value) as Value
  }
}
