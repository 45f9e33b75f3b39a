import type { Usage } from './model.js'

export const noUsage: Usage = { inputTokens: 0, outputTokens: 0, totalTokens: 0 }

/** Adds token counts up; `cacheDetails` by time to live. */
export function addUsage(left: Usage, right: Usage): Usage {
  const sum: { -readonly [Key in keyof Usage]: Usage[Key] } = {
    inputTokens: left.inputTokens + right.inputTokens,
    outputTokens: left.outputTokens + right.outputTokens,
    totalTokens: left.totalTokens + right.totalTokens,
  }
  for (const key of ['cacheReadTokens', 'cacheWriteTokens'] as const) {
    if (left[key] !== undefined || right[key] !== undefined) sum[key] = (left[key] ?? 0) + (right[key] ?? 0)
  }
  if (left.cacheDetails || right.cacheDetails) {
    const byTtl = new Map<string, number>()
    for (const { ttl, inputTokens } of [...(left.cacheDetails ?? []), ...(right.cacheDetails ?? [])]) {
      byTtl.set(ttl, (byTtl.get(ttl) ?? 0) + inputTokens)
    }
    sum.cacheDetails = [...byTtl].map(([ttl, inputTokens]) => ({ ttl, inputTokens }))
  }
  return sum
}
