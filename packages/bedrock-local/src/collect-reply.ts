import type { JsonObject, JsonValue } from '@x/types'
import type { LiveReply, ReplyParts } from './reply.js'
import type { WireBlock, WireReasoning, WireToolUse } from './wire.js'
import type { WireBlockDelta, WireBlockStart, WireStreamEvent } from './wire-stream-event.js'

/**
 * Waits for the last event of a live reply and gives the whole one that says the same. An exception becomes its fault;
 * an answer that ends without `messageStop` ends the same way here.
 */
export async function collectReply({ events }: LiveReply): Promise<ReplyParts> {
  const blocks = new Map<number, Gathered>()
  let reply: ReplyParts = {}
  for await (const event of events) {
    const failed = exceptionOf(event)
    if (failed) return { ...reply, fault: { type: 'exception', afterFrames: 0, ...failed } }
    if ('contentBlockStart' in event) {
      const { contentBlockIndex, start } = event.contentBlockStart
      blocks.set(contentBlockIndex, { ...blocks.get(contentBlockIndex), start })
    } else if ('contentBlockDelta' in event) {
      const { contentBlockIndex, delta } = event.contentBlockDelta
      blocks.set(contentBlockIndex, gather(blocks.get(contentBlockIndex) ?? {}, delta))
    } else if ('messageStop' in event) {
      const { stopReason, additionalModelResponseFields: fields } = event.messageStop
      reply = { ...reply, stopReason, ...(fields && { additionalModelResponseFields: fields as JsonObject }) }
    } else if ('metadata' in event) {
      const { usage, metrics, trace } = event.metadata
      reply = { ...reply, usage, latencyMs: metrics.latencyMs, ...(trace && { trace }) }
    }
  }
  const content = [...blocks].sort(([left], [right]) => left - right).map(([, block]) => toBlock(block))
  return { ...reply, content, ...(!reply.stopReason && { fault: { type: 'end', afterFrames: 0 } }) }
}

/** What has come of one block. */
interface Gathered {
  readonly start?: WireBlockStart
  readonly text?: string
  readonly input?: string
  readonly reasoning?: WireReasoning
  readonly citations?: readonly JsonObject[]
  /** Of a server tool's result. */
  readonly content?: readonly JsonObject[]
  readonly image?: JsonObject
}

function gather(block: Gathered, delta: WireBlockDelta): Gathered {
  if ('text' in delta) return { ...block, text: (block.text ?? '') + delta.text }
  if ('toolUse' in delta) return { ...block, input: (block.input ?? '') + delta.toolUse.input }
  if ('citation' in delta) return { ...block, citations: [...(block.citations ?? []), delta.citation] }
  if ('toolResult' in delta) return { ...block, content: [...(block.content ?? []), ...delta.toolResult] }
  if ('image' in delta) return { ...block, image: { ...block.image, ...delta.image } }
  const piece = delta.reasoningContent
  if ('redactedContent' in piece) return { ...block, reasoning: piece }
  const { text = '', signature } = block.reasoning?.reasoningText ?? {}
  const whole = { text, ...(signature && { signature }) }
  const reasoningText = 'text' in piece ? { ...whole, text: text + piece.text } : { ...whole, ...piece }
  return { ...block, reasoning: { reasoningText } }
}

function toBlock({ start, text = '', input, reasoning, citations, content, image }: Gathered): WireBlock {
  if (start && 'toolUse' in start) return { toolUse: toToolUse(start.toolUse, input ?? '') }
  if (start && 'toolResult' in start) return { toolResult: { ...start.toolResult, content: content ?? [] } as never }
  if (start && 'image' in start) return { image: { ...start.image, ...image } }
  if (start) return start as WireBlock
  if (reasoning) return { reasoningContent: reasoning }
  return citations ? { citationsContent: { content: [{ text }], citations } } : { text }
}

function toToolUse(start: Omit<WireToolUse, 'input'>, inputText: string): WireToolUse {
  try {
    return { ...start, input: JSON.parse(inputText === '' ? '{}' : inputText) as JsonValue }
  } catch {
    return { ...start, inputText }
  }
}

function exceptionOf(event: WireStreamEvent): { readonly error: string; readonly message: string } | undefined {
  const [type = '', payload] = Object.entries(event)[0] ?? []
  if (!type.endsWith('Exception')) return undefined
  return { error: type.charAt(0).toUpperCase() + type.slice(1), message: (payload as { message: string }).message }
}
