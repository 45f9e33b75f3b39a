import type { ConverseBody, WireBlock, WireUsage } from './wire.js'

/** Token counts from text lengths, four characters a token; neither side is ever 0. Cache points count nothing. */
export function estimateUsage(body: ConverseBody, content: readonly WireBlock[]): WireUsage {
  const { messages, system, toolConfig } = body
  const inputTokens = tokensOf(messages) + tokensOf(system) + tokensOf(toolConfig)
  const outputTokens = tokensOf(content)
  return { inputTokens, outputTokens, totalTokens: inputTokens + outputTokens }
}

const charactersPerToken = 4

export function tokensIn(characters: number): number {
  return Math.ceil(characters / charactersPerToken)
}

function tokensOf(value: unknown): number {
  return value === undefined ? 0 : Math.max(1, tokensIn(charactersIn(value)))
}

/** Characters of all strings, names and numbers in a JSON value; its brackets cost a model next to nothing. */
export function charactersIn(value: unknown): number {
  if (Array.isArray(value)) return value.reduce<number>((sum, item) => sum + charactersIn(item), 0)
  if (typeof value === 'object' && value !== null) {
    if ('cachePoint' in value) return 0
    return Object.entries(value).reduce((sum, [name, item]) => sum + name.length + charactersIn(item), 0)
  }
  return String(value).length
}
