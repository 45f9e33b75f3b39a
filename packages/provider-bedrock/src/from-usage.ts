import type { TokenUsage } from '@aws-sdk/client-bedrock-runtime'
import type { Usage } from '@x/types'
import { noUsage } from '@x/types'

/** Counts that are missing are 0: proxies and recorded replies leave some out. */
export function fromUsage(usage: Partial<TokenUsage> | undefined): Usage {
  if (!usage) return noUsage
  const { inputTokens = 0, outputTokens = 0, cacheReadInputTokens, cacheWriteInputTokens, cacheDetails } = usage
  // Bedrock counts the cached part of the prompt apart from `inputTokens`, and all four in the total.
  const sum = inputTokens + outputTokens + (cacheReadInputTokens ?? 0) + (cacheWriteInputTokens ?? 0)
  return {
    inputTokens,
    outputTokens,
    totalTokens: usage.totalTokens ?? sum,
    ...(cacheReadInputTokens !== undefined && { cacheReadTokens: cacheReadInputTokens }),
    ...(cacheWriteInputTokens !== undefined && { cacheWriteTokens: cacheWriteInputTokens }),
    ...(cacheDetails && {
      cacheDetails: cacheDetails.map(({ ttl, inputTokens }) => ({ ttl: String(ttl), inputTokens: inputTokens ?? 0 })),
    }),
  }
}
