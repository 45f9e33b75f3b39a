import type { Middleware, RunContext } from '@x/types'
import { AgentError } from '@x/types'

export interface ToolLimits {
  /** Calls of one run that are at work at once. Default: no bound. */
  readonly concurrency?: number
  /** For tools without a `timeoutMs` of their own. */
  readonly timeoutMs?: number
}

/**
 * Bounds how many tools run at once and for how long. Calls that wait their turn start in call order.
 * @throws AgentError `invalid-config` for a `concurrency` below 1
 */
export function toolLimits({ concurrency = Number.POSITIVE_INFINITY, timeoutMs }: ToolLimits): Middleware {
  if (!(concurrency >= 1)) {
    throw new AgentError('invalid-config', `The concurrency of toolLimits() is ${concurrency}; it is at least 1.`)
  }
  const gateOf = ({ state }: RunContext): Gate => {
    const gate = (state.get(layer) as Gate | undefined) ?? new Gate(concurrency)
    state.set(layer, gate)
    return gate
  }
  const layer: Middleware = {
    name: 'tool-limits',
    async *tool(call, next) {
      const bounded = call.tool && timeoutMs !== undefined ? { ...call, tool: { timeoutMs, ...call.tool } } : call
      const gate = gateOf(call.run)
      await gate.enter(call.run.signal)
      try {
        return yield* next(bounded)
      } finally {
        gate.leave()
      }
    },
  }
  return layer
}

/** Lets so many in at once. */
class Gate {
  #free: number
  readonly #waiting: (() => void)[] = []

  constructor(places: number) {
    this.#free = places
  }

  /** An abort lets everybody in: the step then ends by itself, with the error that says so. */
  async enter(signal: AbortSignal): Promise<void> {
    if (this.#free > 0 || signal.aborted) {
      this.#free -= 1
      return
    }
    await new Promise<void>((resolve) => {
      const go = () => {
        signal.removeEventListener('abort', onAbort)
        resolve()
      }
      const onAbort = () => {
        this.#waiting.splice(this.#waiting.indexOf(go), 1)
        this.#free -= 1
        resolve()
      }
      this.#waiting.push(go)
      signal.addEventListener('abort', onAbort, { once: true })
    })
  }

  /** The place goes to the next in line, if there is one. */
  leave(): void {
    const next = this.#free >= 0 ? this.#waiting.shift() : undefined
    if (next) next()
    else this.#free += 1
  }
}
