import type { ModelCall, ModelResult, Usage } from '@x/types'
import { AgentError, addUsage, isAgentError, noUsage } from '@x/types'
import type { ModelPrice, PriceTable } from '@x/types/cost'
import { costOf, priceOf, serviceTierOf } from '@x/types/cost'
import { countRequest, estimateRequest } from './estimate-tokens.js'

export interface BudgetLimits {
  /** Input, cache and output tokens together. */
  readonly tokens?: number
  /** Model steps. */
  readonly turns?: number
  readonly toolCalls?: number
  /** From the start of the run on; what is under way then is aborted. */
  readonly wallMs?: number
  /** In the currency of `prices`. */
  readonly cost?: number
}

export interface BudgetOptions extends BudgetLimits {
  /** Needed for `cost`. A model without a price in it is not asked. */
  readonly prices?: PriceTable
  /** The tier that is asked for, to reserve at its price. Default `default`; what answered is settled at its own price. */
  readonly serviceTier?: string
  /** Output tokens to reserve for a call that has no `maxTokens`. Default 4,096. */
  readonly reservedOutputTokens?: number
}

/** What a call may take at most. */
export interface Reservation {
  readonly tokens: number
  readonly cost: number
}

/** What a run and the runs below it have spent and reserved. */
export class BudgetAccount {
  readonly #options: BudgetOptions
  readonly #startedMs = performance.now()
  #usage: Usage = noUsage
  #cost = 0
  #turns = 0
  #toolCalls = 0
  #reserved: Reservation = { tokens: 0, cost: 0 }
  /** What was used without a price; from then on the cost is not known, so nothing more passes. */
  #unpriced: string | undefined

  constructor(options: BudgetOptions) {
    this.#options = options
  }

  /** @throws AgentError `budget` when the call does not fit */
  async reserve(call: ModelCall): Promise<Reservation> {
    const { turns, tokens, cost } = this.#options
    this.#checkTime()
    if (turns !== undefined && this.#turns >= turns) throw exceeded('turns', this.#turns, turns)
    this.#turns += 1
    if (tokens === undefined && cost === undefined) return { tokens: 0, cost: 0 }
    let wanted = this.#wantedBy(call, estimateRequest(call.request))
    // A count is a call of its own, so it is made only when a guess could be wrong about the limit.
    if (!this.#fits({ tokens: wanted.tokens * 2, cost: wanted.cost * 2 })) {
      wanted = this.#wantedBy(call, (await countRequest(call.model, call.request, call.run.signal)).tokens)
    }
    if (!this.#fits(wanted)) throw this.#overdrawn(wanted)
    this.#reserved = { tokens: this.#reserved.tokens + wanted.tokens, cost: this.#reserved.cost + wanted.cost }
    return wanted
  }

  /** Takes the reservation back and books what was used, at the price of the model that answered. */
  settle(call: ModelCall, reserved: Reservation, used: Pick<ModelResult, 'usage'> & Partial<ModelResult>): void {
    this.#reserved = { tokens: this.#reserved.tokens - reserved.tokens, cost: this.#reserved.cost - reserved.cost }
    this.#usage = addUsage(this.#usage, used.usage)
    if (this.#options.cost === undefined) return
    const tier = serviceTierOf(used.metadata) ?? this.#options.serviceTier
    const { modelId = modelIdOf(call) } = used.message?.model ?? {}
    const costs = [this.#costOf(modelId, used.usage, tier)]
    // Attempts with the model that was asked, before another one answered: which took what is not known.
    const isMixed = modelId !== modelIdOf(call) && used.usage.totalTokens !== used.message?.usage?.totalTokens
    if (isMixed) costs.push(this.#costOf(modelIdOf(call), used.usage, this.#options.serviceTier))
    if (costs.includes(undefined)) this.#unpriced = `what ${modelId} used (cache writes or service tier)`
    else this.#cost += Math.max(...costs.map((cost = 0) => cost))
  }

  /** @throws AgentError `budget` */
  countToolCall(): void {
    const { toolCalls } = this.#options
    this.#checkTime()
    if (toolCalls !== undefined && this.#toolCalls >= toolCalls) throw exceeded('toolCalls', this.#toolCalls, toolCalls)
    this.#toolCalls += 1
  }

  /** Until the time is up; `undefined` without a bound. */
  leftMs(): number | undefined {
    const { wallMs } = this.#options
    return wallMs === undefined ? undefined : Math.max(0, this.#startedMs + wallMs - performance.now())
  }

  outOfTime(cause?: unknown): AgentError {
    const error = exceeded(
      'wallMs',
      Math.round(performance.now() - this.#startedMs),
      this.#options.wallMs ?? 0,
      0,
      cause,
    )
    if (isAgentError(cause) && cause.partial) error.partial = cause.partial
    return error
  }

  #checkTime(): void {
    if (this.leftMs() === 0) throw this.outOfTime()
  }

  #wantedBy(call: ModelCall, inputTokens: number): Reservation {
    const { reservedOutputTokens = 4_096, cost, serviceTier } = this.#options
    const maxTokens = call.config?.maxTokens ?? call.model.config?.maxTokens
    const outputTokens = typeof maxTokens === 'number' ? maxTokens : reservedOutputTokens
    const tokens = inputTokens + outputTokens
    if (cost === undefined) return { tokens, cost: 0 }
    const price = priceOf(this.#options.prices ?? {}, modelIdOf(call))
    const atMost = price && costOf({ inputTokens, outputTokens, totalTokens: tokens }, dearest(price), serviceTier)
    if (atMost === undefined || this.#unpriced !== undefined) throw noPrice(this.#unpriced ?? modelIdOf(call))
    return { tokens, cost: atMost }
  }

  #fits(wanted: Reservation): boolean {
    const { tokens = Number.POSITIVE_INFINITY, cost = Number.POSITIVE_INFINITY } = this.#options
    const taken = this.#usage.totalTokens + this.#reserved.tokens
    return taken + wanted.tokens <= tokens && this.#cost + this.#reserved.cost + wanted.cost <= cost
  }

  #overdrawn(wanted: Reservation): AgentError {
    const { tokens = Number.POSITIVE_INFINITY, cost = 0 } = this.#options
    const taken = this.#usage.totalTokens + this.#reserved.tokens
    if (taken + wanted.tokens > tokens) return exceeded('tokens', taken, tokens, wanted.tokens)
    return exceeded('cost', this.#cost + this.#reserved.cost, cost, wanted.cost)
  }

  #costOf(modelId: string, usage: Usage, tier: string | undefined): number | undefined {
    const price = priceOf(this.#options.prices ?? {}, modelId)
    return price && costOf(usage, price, tier)
  }
}

function modelIdOf({ model, config }: ModelCall): string {
  return typeof config?.modelId === 'string' ? config.modelId : model.modelId
}

/** As if all input were written to the cache at its highest price. */
function dearest(price: ModelPrice): ModelPrice {
  const { cacheWrite = 0 } = price
  const writes = typeof cacheWrite === 'number' ? [cacheWrite] : Object.values(cacheWrite)
  return { ...price, input: Math.max(price.input, ...writes) }
}

function noPrice(what: string): AgentError {
  return new AgentError('budget', `There is no price for ${what}, so the limit on cost cannot be kept.`, {
    hint: 'Add it to `prices` of budget().',
    scope: 'run',
  })
}

function exceeded(limit: keyof BudgetOptions, spent: number, allowed: number, wanted = 0, cause?: unknown): AgentError {
  const more = wanted > 0 ? `, and the next call may take ${round(wanted)}` : ''
  return new AgentError(
    'budget',
    `The budget of ${allowed} ${limit} does not allow more: ${round(spent)} spent${more}.`,
    {
      hint: 'The conversation so far is in `partial.messages`; go on with a larger budget.',
      scope: 'run',
      cause,
    },
  )
}

function round(amount: number): number {
  return Math.round(amount * 1_000_000) / 1_000_000
}
