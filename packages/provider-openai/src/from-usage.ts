import type { Usage } from '@x/types'
import type { WireUsage } from './wire.js'

/** The wire counts cached tokens into the prompt; the contract counts them apart. */
export function fromUsage(usage: WireUsage): Usage {
  const prompt = usage.prompt_tokens ?? 0
  const outputTokens = usage.completion_tokens ?? 0
  const read = usage.prompt_tokens_details?.cached_tokens ?? usage.prompt_cache_hit_tokens ?? undefined
  const written = usage.prompt_tokens_details?.cache_write_tokens ?? undefined
  return {
    inputTokens: Math.max(0, prompt - (read ?? 0) - (written ?? 0)),
    outputTokens,
    totalTokens: Math.max(usage.total_tokens ?? 0, prompt + outputTokens),
    ...(read !== undefined && { cacheReadTokens: read }),
    ...(written !== undefined && { cacheWriteTokens: written }),
  }
}
