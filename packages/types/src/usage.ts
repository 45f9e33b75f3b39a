import type { Usage } from './model.js'

export const noUsage: Usage = { inputTokens: 0, outputTokens: 0, totalTokens: 0 }

/** Adds token counts up; `cacheDetails` by time to live. */
export function addUsage(left: Usage, right: Usage): Usage {
  const sum: { -readonly [Key in keyof Usage]: Usage[Key] } = { ...left }
  for (const key of ['inputTokens', 'outputTokens', 'totalTokens', 'cacheReadTokens', 'cacheWriteTokens'] as const) {
    const count = right[key]
    if (count !== undefined) sum[key] = (sum[key] ?? 0) + count
  }
  if (left.cacheDetails && right.cacheDetails) {
    const byTtl = new Map<string, number>()
    for (const { ttl, inputTokens } of [...left.cacheDetails, ...right.cacheDetails]) {
      byTtl.set(ttl, (byTtl.get(ttl) ?? 0) + inputTokens)
    }
    sum.cacheDetails = [...byTtl].map(([ttl, inputTokens]) => ({ ttl, inputTokens }))
  } else if (right.cacheDetails) {
    sum.cacheDetails = right.cacheDetails
  }
  return sum
}
