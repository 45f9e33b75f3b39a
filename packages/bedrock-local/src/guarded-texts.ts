import type { GroundingContext } from './grounding.js'
import type { ConverseBody } from './wire.js'

/** What of a request is for the guardrail. */
export interface GuardedTexts {
  readonly texts: readonly string[]
  /** Characters that could have been judged, these included. */
  readonly totalCharacters: number
  /** Missing when the request names no source. */
  readonly grounding?: GroundingContext
}

/** A text as a guardrail meets it. */
export interface QualifiedText {
  readonly text: string
  readonly qualifiers?: readonly string[]
}

/**
 * What users say in text blocks; as soon as a message holds a `guardContent` block, those blocks alone. Of the system
 * prompt only `guardContent` counts. Tool results and what the assistant said are not looked at.
 */
export function guardedTexts(body: ConverseBody): GuardedTexts {
  const seen: SeenText[] = []
  visitTexts(body, (text) => {
    seen.push(text)
    return text.text
  })
  const { chosen, qualified } = choose(seen)
  const grounding = groundingOf(qualified)
  return {
    texts: chosen.map(({ text }) => text),
    totalCharacters: seen.reduce((sum, { text }) => sum + text.length, 0),
    ...(grounding && { grounding }),
  }
}

/** The request with its guarded texts replaced, in the order of `guardedTexts`: what the model gets to see. */
export function withGuardedTexts(body: ConverseBody, texts: readonly string[]): ConverseBody {
  const seen: SeenText[] = []
  visitTexts(body, (text) => {
    seen.push(text)
    return text.text
  })
  const chosen = new Set(choose(seen).chosen.map(({ index }) => index))
  let next = 0
  return visitTexts(body, ({ index, text }) => (chosen.has(index) ? (texts[next++] ?? text) : text))
}

/** Source and query among qualified texts. */
export function groundingOf(texts: readonly QualifiedText[]): GroundingContext | undefined {
  const all = (qualifier: string) => texts.filter(({ qualifiers }) => qualifiers?.includes(qualifier))
  const joined = (list: readonly QualifiedText[]) => list.map(({ text }) => text).join('\n')
  const sources = all('grounding_source')
  return sources.length > 0 ? { source: joined(sources), query: joined(all('query')) } : undefined
}

/** A text that is there for comparison alone is not judged itself. */
export function isJudged({ qualifiers = [] }: QualifiedText): boolean {
  return qualifiers.length === 0 || qualifiers.includes('guard_content')
}

interface SeenText extends QualifiedText {
  readonly index: number
  readonly place: 'system' | 'message'
  readonly guarded: boolean
}

function choose(seen: readonly SeenText[]): { chosen: readonly SeenText[]; qualified: readonly SeenText[] } {
  const selects = seen.some(({ guarded, place }) => guarded && place === 'message')
  const chosen = seen.filter((text) => (text.guarded ? isJudged(text) : !selects))
  return { chosen, qualified: seen.filter(({ guarded }) => guarded) }
}

/** Bodies may be of any shape when the rules are off. */
function visitTexts(body: ConverseBody, visit: (text: SeenText) => string): ConverseBody {
  let index = 0
  const visitBlock = (block: unknown, place: SeenText['place'], plainCounts: boolean): unknown => {
    if (!isObject(block)) return block
    if (plainCounts && typeof block.text === 'string') {
      return { ...block, text: visit({ text: block.text, index: index++, place, guarded: false }) }
    }
    const inner = isObject(block.guardContent) ? block.guardContent.text : undefined
    if (!isObject(inner) || typeof inner.text !== 'string') return block
    const qualifiers = Array.isArray(inner.qualifiers) ? inner.qualifiers.map(String) : []
    const text = visit({ text: inner.text, qualifiers, index: index++, place, guarded: true })
    return { ...block, guardContent: { text: { ...inner, text } } }
  }
  const visitMessage = (message: unknown): unknown => {
    if (!isObject(message) || message.role !== 'user' || !Array.isArray(message.content)) return message
    return { ...message, content: message.content.map((block) => visitBlock(block, 'message', true)) }
  }
  const { system, messages } = body
  return {
    ...body,
    ...(Array.isArray(system) && { system: system.map((block) => visitBlock(block, 'system', false)) }),
    ...(Array.isArray(messages) && { messages: messages.map(visitMessage) }),
  } as ConverseBody
}

function isObject(value: unknown): value is { readonly [member: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
