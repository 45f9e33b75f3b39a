import type { JsonObject, ModelEvent } from '@x/types'
import type { WireReasoningDetail } from './wire.js'

/** Gathers the reasoning blocks of OpenRouter, which are signed or encrypted and must go back as they came. */
export interface ReasoningDetails {
  /** What of them can be read. */
  push(details: readonly WireReasoningDetail[]): string
  /** The blocks as a part, if there is anything in them that their text alone would lose. */
  take(): readonly ModelEvent[]
}

export function reasoningDetails(provider: string): ReasoningDetails {
  const blocks: Record<string, unknown>[] = []
  return {
    push(details) {
      for (const detail of details) {
        const last = blocks.at(-1)
        if (last && last.type === detail.type && last.index === detail.index) append(last, detail)
        else blocks.push({ ...detail })
      }
      return details.map(({ text, summary }) => text ?? summary ?? '').join('')
    },
    take() {
      if (!blocks.some(({ signature, data }) => signature || data)) return []
      const value = { reasoning_details: blocks as unknown as readonly JsonObject[] }
      return [{ type: 'part', part: { type: 'provider', provider, value } }]
    },
  }
}

function append(block: Record<string, unknown>, more: WireReasoningDetail): void {
  for (const [key, value] of Object.entries(more)) {
    const before = block[key]
    const isText = growing.has(key) && typeof before === 'string' && typeof value === 'string'
    if (value !== null && value !== undefined) block[key] = isText ? before + value : value
  }
}

const growing = new Set(['text', 'summary', 'data'])
