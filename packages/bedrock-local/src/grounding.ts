import type { GuardrailGrounding } from './guardrail.js'
import { related, stemsOf } from './words.js'

/** What an answer must keep to. */
export interface GroundingContext {
  readonly source: string
  readonly query: string
}

export interface GroundingEntry {
  readonly type: 'GROUNDING' | 'RELEVANCE'
  readonly threshold: number
  readonly score: number
  readonly action: 'BLOCKED' | 'NONE'
  readonly detected: boolean
}

/** One entry for each threshold that is set. */
export function judgeGrounding(
  { groundingThreshold, relevanceThreshold }: GuardrailGrounding,
  { source, query }: GroundingContext,
  answer: string,
): readonly GroundingEntry[] {
  const entry = (type: GroundingEntry['type'], threshold: number | undefined, score: number): GroundingEntry[] => {
    if (threshold === undefined) return []
    const detected = score < threshold
    return [{ type, threshold, score, action: detected ? 'BLOCKED' : 'NONE', detected }]
  }
  return [
    ...entry('GROUNDING', groundingThreshold, share(answer, source)),
    ...entry('RELEVANCE', relevanceThreshold, share(query, answer)),
  ]
}

/** Longer texts are judged by their beginning. */
const maxCharacters = 5000

/** Which part of the words of `text` has a relative in `other`, to two digits; 1 for a text that says nothing. */
export function share(text: string, other: string): number {
  const asked = stemsOf(text.slice(0, maxCharacters))
  const known = stemsOf(other.slice(0, maxCharacters))
  if (asked.length === 0) return 1
  const exact = new Set(known)
  const found = asked.filter((stem) => exact.has(stem) || known.some((one) => related(stem, one)))
  return Math.round((found.length / asked.length) * 100) / 100
}
