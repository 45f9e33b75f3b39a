import { createHash } from 'node:crypto'
import { charactersIn, tokensIn } from './estimate-usage.js'
import type { ConverseBody } from './wire.js'

/** The prompt as a cache sees it: a chain of prefixes, one for each block, and the points that ask to keep one. */
export interface CachePrefixes {
  /** Item `n` is the prompt up to and with its block `n`, counted over tools, system and messages in this order. */
  readonly prefixes: readonly Prefix[]
  readonly points: readonly CachePoint[]
}

export interface Prefix {
  /** Equal for equal prefixes only: a hash over the model and every block from the first tool on. */
  readonly key: string
  /** Estimated, from the first tool on. */
  readonly tokens: number
}

export interface CachePoint {
  /** Index of the last block before the point. */
  readonly at: number
  readonly ttl: CacheTtl
}

export type CacheTtl = '5m' | '1h'

/**
 * Points themselves are no part of a prefix, so one that moved to a later message still finds what was written at its
 * former place. A point with nothing before it keeps nothing.
 */
export function cachePrefixes(modelId: string, body: ConverseBody): CachePrefixes {
  const prefixes: Prefix[] = []
  const points: CachePoint[] = []
  let key = modelId
  let characters = 0
  for (const { place, block, overhead } of blocksOf(body)) {
    const ttl = ttlOf(block)
    if (ttl) {
      if (prefixes.length > 0) points.push({ at: prefixes.length - 1, ttl })
      continue
    }
    key = createHash('sha256').update(`${key}\n${place}\n`).update(JSON.stringify(block)).digest('base64')
    characters += overhead + charactersIn(block)
    prefixes.push({ key, tokens: tokensIn(characters) })
  }
  return { prefixes, points }
}

interface PlacedBlock {
  /** Section or role: the same text is another prompt elsewhere. */
  readonly place: string
  readonly block: unknown
  /** Characters around the block that the estimate of the whole request counts too. */
  readonly overhead: number
}

function blocksOf({ toolConfig, system, messages }: ConverseBody): readonly PlacedBlock[] {
  const placed = (place: string, blocks: unknown): PlacedBlock[] =>
    Array.isArray(blocks) ? blocks.map((block: unknown) => ({ place, block, overhead: 0 })) : []
  const turns = (Array.isArray(messages) ? messages : []).flatMap((message) => {
    const [first, ...rest] = placed(message?.role, message?.content)
    return first ? [{ ...first, overhead: charactersIn({ ...message, content: [] }) }, ...rest] : []
  })
  return [...placed('tools', toolConfig?.tools), ...placed('system', system), ...turns]
}

function ttlOf(block: unknown): CacheTtl | undefined {
  if (typeof block !== 'object' || block === null || !('cachePoint' in block)) return undefined
  const point = block.cachePoint as { readonly ttl?: unknown } | null
  return point?.ttl === '1h' ? '1h' : '5m'
}
