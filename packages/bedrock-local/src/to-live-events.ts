import type { AssistantPart, EventFold, JsonObject, ModelEnd, ModelEvent, StopReason, Usage } from '@x/types'
import { AgentError } from '@x/types'
import { toBlockEvents } from './to-stream-events.js'
import { toWireBlocks, toWireCitation } from './to-wire-block.js'
import type { WireBlock, WireUsage } from './wire.js'
import type { WireBlockDelta, WireBlockStart, WireStreamEvent } from './wire-stream-event.js'

/**
 * A model's events as the events of ConverseStream, each as it comes. `fold` is fed with all of them.
 * @throws AgentError `invalid-stream` for events out of order, `stream-truncated` when no `model-end` comes, and
 * whatever the model throws.
 */
export async function* toLiveEvents(
  events: AsyncIterable<ModelEvent>,
  fold: EventFold,
): AsyncGenerator<WireStreamEvent> {
  const began = performance.now()
  yield { messageStart: { role: 'assistant' } }
  let index = 0
  let open = false
  for await (const event of events) {
    fold.push(event)
    const { delta, start } = toPiece(event)
    if (start || delta?.length) open = true
    if (start) yield { contentBlockStart: { contentBlockIndex: index, start } }
    for (const piece of delta ?? []) yield { contentBlockDelta: { contentBlockIndex: index, delta: piece } }
    if (open && (event.type === 'part-end' || event.type === 'redaction')) {
      yield { contentBlockStop: { contentBlockIndex: index++ } }
      open = false
    }
    for (const block of wholeBlocks(event)) yield* blockEvents(block, index++)
    if (event.type === 'model-end') {
      yield* toEndEvents(event, performance.now() - began)
      return
    }
  }
  throw new AgentError('stream-truncated', 'The model stopped before its answer was complete.', { retryable: true })
}

/** The service's word for why the model stopped; its own when it is one of these, as there are two for `malformed`. */
export function toStopReason(stopReason: StopReason, providerStopReason: string): string {
  if (stopReason === 'malformed' && /^malformed_\w+$/.test(providerStopReason)) return providerStopReason
  return stopReasons[stopReason]
}

export function toWireUsage({ cacheReadTokens, cacheWriteTokens, cacheDetails, ...counts }: Usage): WireUsage {
  return {
    ...counts,
    ...(cacheReadTokens !== undefined && { cacheReadInputTokens: cacheReadTokens }),
    ...(cacheWriteTokens !== undefined && { cacheWriteInputTokens: cacheWriteTokens }),
    ...(cacheDetails && { cacheDetails }),
  }
}

const stopReasons: { readonly [Reason in StopReason]: string } = {
  end: 'end_turn',
  'tool-use': 'tool_use',
  length: 'max_tokens',
  'stop-sequence': 'stop_sequence',
  guardrail: 'guardrail_intervened',
  filtered: 'content_filtered',
  'context-window': 'model_context_window_exceeded',
  malformed: 'malformed_model_output',
}

interface Piece {
  readonly start?: WireBlockStart
  readonly delta?: readonly WireBlockDelta[]
}

/** On this wire a thought's text and its signature are deltas of their own. */
function toPiece(event: ModelEvent): Piece {
  switch (event.type) {
    case 'text-delta':
      return { delta: [{ text: event.text }] }
    case 'citation-delta':
      return { delta: [{ citation: toWireCitation(event.citation) }] }
    case 'reasoning-delta': {
      const { text, signature, redacted } = event
      return {
        delta: [
          ...(text !== undefined ? [{ reasoningContent: { text } }] : []),
          ...(signature !== undefined ? [{ reasoningContent: { signature } }] : []),
          ...(redacted !== undefined ? [{ reasoningContent: { redactedContent: redacted } }] : []),
        ],
      }
    }
    case 'tool-call-start':
      return { start: { toolUse: { toolUseId: event.id, name: event.name } } }
    case 'tool-call-delta':
      return { delta: [{ toolUse: { input: event.inputText } }] }
    default:
      return {}
  }
}

/** What has gone out cannot be called back, so a guardrail's words stand behind what they replace. */
function wholeBlocks(event: ModelEvent): readonly WireBlock[] {
  const part: AssistantPart | undefined =
    event.type === 'part'
      ? event.part
      : event.type === 'redaction' && event.side === 'output'
        ? { type: 'text', text: event.text }
        : undefined
  return part ? toWireBlocks(part) : []
}

const streamedMembers = ['text', 'toolUse', 'toolResult', 'image', 'reasoningContent', 'citationsContent']

function* blockEvents(block: WireBlock, contentBlockIndex: number): Generator<WireStreamEvent> {
  if (streamedMembers.some((member) => block[member] !== undefined)) {
    for (const [type, payload] of toBlockEvents(block, contentBlockIndex, undefined)) {
      yield { [type]: payload } as unknown as WireStreamEvent
    }
    return
  }
  // A block of a kind that nobody knows yet is all start.
  yield { contentBlockStart: { contentBlockIndex, start: block as unknown as WireBlockStart } }
  yield { contentBlockStop: { contentBlockIndex } }
}

function toEndEvents(end: ModelEnd, measuredMs: number): readonly WireStreamEvent[] {
  const { stopReason, providerStopReason, usage, latencyMs, trace, metadata } = end
  const { additionalModelResponseFields: fields, performanceConfig, serviceTier } = metadata ?? {}
  return [
    {
      messageStop: {
        stopReason: toStopReason(stopReason, providerStopReason),
        ...(fields !== undefined && { additionalModelResponseFields: fields }),
      },
    },
    {
      metadata: {
        usage: toWireUsage(usage),
        metrics: { latencyMs: latencyMs ?? Math.max(1, Math.round(measuredMs)) },
        ...(trace !== undefined && { trace: trace as JsonObject }),
        ...(performanceConfig !== undefined && { performanceConfig: performanceConfig as JsonObject }),
        ...(serviceTier !== undefined && { serviceTier: serviceTier as JsonObject }),
      },
    },
  ]
}
