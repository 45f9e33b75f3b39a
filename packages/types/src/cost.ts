import type { JsonObject } from './json.js'
import type { Usage } from './model.js'

/** Prices of one model per million tokens, in one currency for the whole table. A missing one means "not known". */
export interface ModelPrice {
  readonly input: number
  readonly output: number
  readonly cacheRead?: number
  /** One price for all cache writes, or one by time to live (`5m`, `1h`). */
  readonly cacheWrite?: number | { readonly [ttl: string]: number }
  /** What the service tier that answered multiplies all prices by (`priority`, `flex`). Default 1 for `default`. */
  readonly tiers?: { readonly [serviceTier: string]: number }
}

/** Prices by model id; an id of an inference profile also finds the entry of the model behind it. */
export type PriceTable = { readonly [modelId: string]: ModelPrice }

/** The price of a model: of its very id, else of the model that its inference profile (`us.`, `global.` …) names. */
export function priceOf(prices: PriceTable, modelId: string): ModelPrice | undefined {
  const id = modelId.startsWith('arn:') ? modelId.slice(modelId.lastIndexOf('/') + 1) : modelId
  const found = [modelId, id, id.replace(/^[a-z-]+\.(?=[a-z0-9-]+\.)/, '')].find((name) => Object.hasOwn(prices, name))
  return found === undefined ? undefined : prices[found]
}

/**
 * What a usage costs, in the currency of the price.
 * @returns `undefined` when something was used that the price does not name, as a guess would pass for a fact
 */
export function costOf(usage: Usage, price: ModelPrice, serviceTier = 'default'): number | undefined {
  const factor = price.tiers?.[serviceTier] ?? (serviceTier === 'default' ? 1 : undefined)
  const parts = [
    usage.inputTokens * price.input,
    usage.outputTokens * price.output,
    priced(usage.cacheReadTokens, price.cacheRead),
    cacheWriteCost(usage, price),
  ]
  if (factor === undefined || parts.includes(undefined)) return undefined
  return parts.reduce<number>((sum, part) => sum + (part ?? 0), 0) * (factor / 1_000_000)
}

/** The tier that answered, from the `metadata` of `model-end`. */
export function serviceTierOf(metadata: JsonObject | undefined): string | undefined {
  const tier = metadata?.serviceTier
  if (typeof tier === 'string') return tier
  if (typeof tier !== 'object' || tier === null || !('type' in tier)) return undefined
  return typeof tier.type === 'string' ? tier.type : undefined
}

function cacheWriteCost({ cacheWriteTokens, cacheDetails = [] }: Usage, { cacheWrite }: ModelPrice) {
  if (typeof cacheWrite !== 'object') return priced(cacheWriteTokens, cacheWrite)
  const detailed = cacheDetails.reduce((sum, { inputTokens }) => sum + inputTokens, 0)
  const costs = cacheDetails.map(({ ttl, inputTokens }) => priced(inputTokens, cacheWrite[ttl]))
  // Writes that the service gave no time to live for are the short ones.
  costs.push(priced(Math.max(0, (cacheWriteTokens ?? 0) - detailed), cacheWrite['5m']))
  return costs.includes(undefined) ? undefined : costs.reduce<number>((sum, cost) => sum + (cost ?? 0), 0)
}

function priced(tokens = 0, price: number | undefined): number | undefined {
  if (tokens === 0) return 0
  return price === undefined ? undefined : tokens * price
}
