import type { PartLine } from './part-line.js'
import type { ReasoningDetails } from './reasoning-details.js'
import type { TagSplitter } from './tag-splitter.js'
import type { WireContent, WireDelta } from './wire.js'

/** Where the pieces of an answer go. */
export interface DeltaTarget {
  readonly line: PartLine
  readonly details: ReasoningDetails
  readonly tag: TagSplitter | undefined
  readonly answerId: string
  /** The model said in so many words that it will not answer. */
  refused: boolean
}

/**
 * Reads one delta, or the message of a whole answer, where calls go by their place. Thoughts come before text, and text
 * before calls.
 */
export function readDelta(delta: WireDelta, target: DeltaTarget, isWhole: boolean): void {
  const { line } = target
  const { content } = delta
  // vLLM and OpenRouter say thoughts under two names at once.
  const thought = delta.reasoning_content || delta.reasoning
  const told = delta.reasoning_details ? target.details.push(delta.reasoning_details) : ''
  if (thought || told) line.reasoning(thought || told)
  if (typeof content === 'string') readText(content, target)
  else if (content) for (const part of content) readContent(part, target)
  if (delta.refusal) {
    target.refused = true
    line.text(delta.refusal)
  }
  for (const { url_citation: cited } of delta.annotations ?? []) {
    if (!cited?.url) continue
    const location = { type: 'web' as const, url: cited.url }
    line.citation({ ...(cited.title && { title: cited.title }), source: cited.url, location })
  }
  for (const [index, call] of (delta.tool_calls ?? []).entries()) {
    line.toolCall(isWhole ? { ...call, index } : call, target.answerId)
  }
}

function readText(text: string, { line, tag }: DeltaTarget): void {
  if (text === '') return
  if (!tag) line.text(text)
  else for (const piece of tag.push(text)) line[piece.inside ? 'reasoning' : 'text'](piece.text)
}

function readContent(part: WireContent, target: DeltaTarget): void {
  if (part.text) readText(part.text, target)
  for (const thought of part.thinking ?? []) if (thought.text) target.line.reasoning(thought.text)
}
