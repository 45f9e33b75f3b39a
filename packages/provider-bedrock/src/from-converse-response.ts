import type {
  ContentBlock,
  ContentBlockDelta,
  ContentBlockStart,
  ConverseResponse,
  ConverseStreamOutput,
} from '@aws-sdk/client-bedrock-runtime'
import { AgentError } from '@x/types'
import { isOrdinaryCall } from './from-block.js'

/**
 * A whole reply as the stream that would have said the same, one delta a block: both ways of calling are read by the
 * same reader, so their events cannot drift apart.
 * @throws AgentError `internal` when it is no reply of Converse.
 */
export function fromConverseResponse(response: ConverseResponse): ConverseStreamOutput[] {
  const { output, stopReason, usage, metrics, ...more } = response
  if (!output?.message || stopReason === undefined) {
    throw new AgentError('internal', 'The reply holds no message.', {
      hint: 'Whatever answered does not speak the Converse API: check endpoint and modelId.',
    })
  }
  const { additionalModelResponseFields, trace, performanceConfig, serviceTier } = more
  const blocks = (output.message.content ?? []).flatMap((block, contentBlockIndex): ConverseStreamOutput[] => [
    ...toPieces(block).map((piece) =>
      'start' in piece
        ? { contentBlockStart: { contentBlockIndex, start: piece.start as ContentBlockStart } }
        : { contentBlockDelta: { contentBlockIndex, delta: piece.delta as ContentBlockDelta } },
    ),
    { contentBlockStop: { contentBlockIndex } },
  ])
  return [
    ...blocks,
    { messageStop: { stopReason, additionalModelResponseFields } },
    { metadata: { usage, metrics, trace, performanceConfig, serviceTier } },
  ]
}

type Piece = { readonly start: object } | { readonly delta: object }

function toPieces(block: ContentBlock): readonly Piece[] {
  const { text, toolUse, reasoningContent, citationsContent } = block
  if (text !== undefined) return [{ delta: { text } }]
  if (toolUse && isOrdinaryCall(toolUse.type)) {
    return [{ start: { toolUse } }, { delta: { toolUse: { input: JSON.stringify(toolUse.input ?? {}) } } }]
  }
  if (reasoningContent) {
    const { reasoningText, redactedContent } = reasoningContent
    return [{ delta: { reasoningContent: { ...reasoningText, ...(redactedContent && { redactedContent }) } } }]
  }
  if (citationsContent) {
    const { content = [], citations = [] } = citationsContent
    const cited = content.map((piece) => piece.text ?? '').join('')
    return [{ delta: { text: cited } }, ...citations.map((citation) => ({ delta: { citation } }))]
  }
  return [{ start: block }]
}
