import type { Answer } from './answer.js'
import type { WireBlock, WireReasoning, WireToolUse } from './wire.js'

/** A stream event: its type and its payload. */
export type StreamEvent = readonly [type: string, payload: object]

/** The events of ConverseStream for an answer, in the service's order: messageStart, blocks, messageStop, metadata. */
export function toStreamEvents(answer: Answer): StreamEvent[] {
  const { stopReason, additionalModelResponseFields, usage, trace, latencyMs } = answer
  return [
    ['messageStart', { role: 'assistant' }],
    ...answer.content.flatMap((block, index) =>
      toBlockEvents(block, index, answer.deltaLength, answer.pieces?.[index]),
    ),
    ['messageStop', { ...(additionalModelResponseFields && { additionalModelResponseFields }), stopReason }],
    ['metadata', { metrics: measuredLater(latencyMs), ...(trace && { trace }), usage }],
  ]
}

/** The time is read when the frame is written, which is last of all. */
function measuredLater(latencyMs: () => number): object {
  return {
    get latencyMs() {
      return latencyMs()
    },
  }
}

/** Only tool blocks and images have a contentBlockStart; text and reasoning begin with their first delta. */
export function toBlockEvents(
  block: WireBlock,
  contentBlockIndex: number,
  deltaLength: number | undefined,
  textPieces?: readonly string[],
): StreamEvent[] {
  const started = (start: object): StreamEvent => ['contentBlockStart', { contentBlockIndex, start }]
  const deltas = (list: readonly object[]): StreamEvent[] =>
    list.map((delta) => ['contentBlockDelta', { contentBlockIndex, delta }])
  const stop: StreamEvent = ['contentBlockStop', { contentBlockIndex }]

  if (block.toolUse) {
    const { toolUseId, name, type } = block.toolUse
    const start = started({ toolUse: { name, toolUseId, ...(type && { type }) } })
    return [start, ...deltas(toToolInputDeltas(block.toolUse, deltaLength)), stop]
  }
  if (block.toolResult) {
    const { content = [], ...rest } = block.toolResult
    return [started({ toolResult: rest }), ...deltas([{ toolResult: content }]), stop]
  }
  if (block.image) {
    const { format, ...rest } = block.image
    return [started({ image: { format } }), ...deltas([{ image: rest }]), stop]
  }
  if (block.reasoningContent) return [...deltas(toReasoningDeltas(block.reasoningContent, deltaLength)), stop]
  if (block.citationsContent) {
    const { content = [], citations = [] } = block.citationsContent
    const pieces = textPieces ?? cut(content.map((item) => item.text).join(''), deltaLength)
    const text = pieces.map((piece) => ({ text: piece }))
    return [...deltas([...text, ...citations.map((citation) => ({ citation }))]), stop]
  }
  return [...deltas((textPieces ?? cut(block.text ?? '', deltaLength)).map((text) => ({ text }))), stop]
}

/** Claude's way: an empty piece first, then the JSON text in pieces that cut through names and values. */
function toToolInputDeltas(toolUse: WireToolUse, deltaLength: number | undefined): object[] {
  const text = toolUse.inputText ?? JSON.stringify(toolUse.input ?? {})
  return ['', ...cut(text, deltaLength ?? 8)].map((input) => ({ toolUse: { input } }))
}

function toReasoningDeltas(reasoning: WireReasoning, deltaLength: number | undefined): object[] {
  const { reasoningText, redactedContent } = reasoning
  if (!reasoningText) return [{ reasoningContent: { redactedContent } }]
  const { text, signature } = reasoningText
  return [
    ...cut(text, deltaLength).map((piece) => ({ reasoningContent: { text: piece } })),
    ...(signature ? [{ reasoningContent: { signature } }] : []),
  ]
}

/** Pieces of `length` characters (never through a surrogate pair), or of about a word each. Together they are `text`. */
export function cut(text: string, length: number | undefined): string[] {
  if (text === '') return ['']
  if (length === undefined) return text.match(/\s*\S{1,12}|\s+$/gu) ?? [text]
  const characters = [...text]
  const pieces: string[] = []
  for (let start = 0; start < characters.length; start += length) {
    pieces.push(characters.slice(start, start + length).join(''))
  }
  return pieces
}
