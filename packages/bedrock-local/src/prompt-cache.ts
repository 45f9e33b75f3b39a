import type { Answer } from './answer.js'
import type { CachePoint, CachePrefixes, CacheTtl, Prefix } from './cache-prefixes.js'
import { cachePrefixes } from './cache-prefixes.js'
import { quirksOf } from './quirks.js'
import type { LocalRequest } from './reply.js'
import type { WireUsage } from './wire.js'

/** The prompt cache of one endpoint: what its models were sent before, for as long as it would be kept. */
export interface PromptCache {
  /**
   * Remembers what the request's cache points ask to keep, and splits the answer's input tokens into read, written and
   * neither. A reply that gave input tokens of its own keeps them. Without cache points nothing changes.
   */
  charge(answer: Answer, request: LocalRequest): Answer
}

/** `now` in milliseconds. A family that cannot cache gets its answer as it is; refusing it is for the rules. */
export function promptCache(now: () => number): PromptCache {
  const entries = new Map<string, Entry>()
  return {
    charge(answer, request) {
      const quirks = quirksOf(request.modelId)
      if (quirks.refusesCachePoints) return answer
      const prompt = cachePrefixes(request.modelId, request.body)
      if (prompt.points.length === 0) return answer
      const { minCacheTokens = defaultMinTokens, cacheLookbackBlocks = 0 } = quirks
      const points = prompt.points.filter(({ at }) => tokensAt(prompt, at) >= minCacheTokens)
      const readAt = findRead(entries, now(), prompt, points, cacheLookbackBlocks)
      const details = writesAfter(prompt, points, readAt)
      keep(entries, now(), prompt, points, readAt)
      if (answer.inputTokensGiven) return answer
      const readTokens = readAt < 0 ? 0 : tokensAt(prompt, readAt)
      return { ...answer, usage: split(answer.usage, readTokens, details, quirks.hidesCacheDetails ?? false) }
    },
  }
}

interface Entry {
  readonly ttl: CacheTtl
  readonly expiresAt: number
}

/** Least recently used first out. */
const maxEntries = 2000
const ttlMs: Readonly<Record<CacheTtl, number>> = { '5m': 5 * 60_000, '1h': 60 * 60_000 }
/** Of most models; see quirks.ts for the others. */
const defaultMinTokens = 1024

/** Index of the last block of the longest prefix that is in the cache; -1 for none. */
function findRead(
  entries: ReadonlyMap<string, Entry>,
  time: number,
  { prefixes }: CachePrefixes,
  points: readonly CachePoint[],
  lookbackBlocks: number,
): number {
  const isKept = (prefix: Prefix | undefined) => (prefix && entries.get(prefix.key)?.expiresAt) ?? time
  for (const { at } of points.toReversed()) {
    for (let index = at; index >= Math.max(0, at - lookbackBlocks); index--) {
      if (isKept(prefixes[index]) > time) return index
    }
  }
  return -1
}

interface CacheWrite {
  readonly ttl: CacheTtl
  readonly inputTokens: number
}

/** Each point behind what was read writes the tokens since the one before it. The longer time to live comes first. */
function writesAfter(prompt: CachePrefixes, points: readonly CachePoint[], readAt: number): readonly CacheWrite[] {
  const sums: Record<CacheTtl, number> = { '1h': 0, '5m': 0 }
  let from = readAt < 0 ? 0 : tokensAt(prompt, readAt)
  for (const { at, ttl } of points) {
    if (at <= readAt) continue
    sums[ttl] += tokensAt(prompt, at) - from
    from = tokensAt(prompt, at)
  }
  return (['1h', '5m'] as const).flatMap((ttl) => (sums[ttl] > 0 ? [{ ttl, inputTokens: sums[ttl] }] : []))
}

/** Writes what the points ask for; what was read lives on for the time it was written with. */
function keep(
  entries: Map<string, Entry>,
  time: number,
  { prefixes }: CachePrefixes,
  points: readonly CachePoint[],
  readAt: number,
): void {
  const put = (prefix: Prefix | undefined, ttl: CacheTtl) => {
    if (!prefix) return
    const old = entries.get(prefix.key)
    const kept = old && old.expiresAt > time ? old.ttl : ttl
    entries.delete(prefix.key)
    entries.set(prefix.key, { ttl: kept, expiresAt: time + ttlMs[kept] })
  }
  if (readAt >= 0) put(prefixes[readAt], '5m')
  for (const { at, ttl } of points) put(prefixes[at], ttl)
  for (const [key, { expiresAt }] of entries) {
    if (entries.size > maxEntries || expiresAt <= time) entries.delete(key)
  }
}

function tokensAt({ prefixes }: CachePrefixes, at: number): number {
  return prefixes[at]?.tokens ?? 0
}

function split(usage: WireUsage, readTokens: number, details: readonly CacheWrite[], hidesDetails: boolean): WireUsage {
  const writtenTokens = details.reduce((sum, { inputTokens }) => sum + inputTokens, 0)
  const inputTokens = Math.max(0, usage.inputTokens - readTokens - writtenTokens)
  return {
    ...usage,
    inputTokens,
    cacheReadInputTokens: readTokens,
    cacheWriteInputTokens: writtenTokens,
    ...(details.length > 0 && !hidesDetails && { cacheDetails: details }),
    totalTokens: inputTokens + readTokens + writtenTokens + usage.outputTokens,
  }
}
