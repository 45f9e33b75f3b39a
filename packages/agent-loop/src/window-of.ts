import type { Message } from '@x/types'
import { estimateTokens } from './estimate-tokens.js'

export interface Window {
  readonly first: readonly Message[]
  readonly dropped: readonly Message[]
  readonly last: readonly Message[]
}

/**
 * The first `pinned` messages and as many of the last as fit, never fewer than what the model must answer. An assistant
 * message and the results of its calls are one unit, on both sides of the cut.
 */
export function windowOf(
  messages: readonly Message[],
  { pinned, maxTokens }: { readonly pinned: number; readonly maxTokens: number },
): Window {
  const starts = unitStarts(messages)
  // A pinned part that would end inside a unit takes the whole of it.
  const firstEnd = pinned === 0 ? 0 : (starts.find((start) => start >= pinned) ?? messages.length)
  let room = maxTokens - sizeOf(messages.slice(0, firstEnd))
  let from = messages.length
  for (const start of starts.toReversed()) {
    if (start < firstEnd) break
    room -= sizeOf(messages.slice(start, from))
    if (room < 0 && from < messages.length) break
    from = start
  }
  return { first: messages.slice(0, firstEnd), dropped: messages.slice(firstEnd, from), last: messages.slice(from) }
}

/** Where a cut may be: before every message but tool results. */
function unitStarts(messages: readonly Message[]): readonly number[] {
  return messages.flatMap(({ role }, index) => (role === 'tool' && index > 0 ? [] : [index]))
}

function sizeOf(messages: readonly Message[]): number {
  return estimateTokens(messages.map(({ content }) => content))
}
