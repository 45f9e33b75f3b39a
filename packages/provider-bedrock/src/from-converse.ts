import type {
  ConverseStreamMetadataEvent,
  ConverseStreamOutput,
  MessageStopEvent,
} from '@aws-sdk/client-bedrock-runtime'
import type { JsonObject, ModelEnd, ModelEvent, PartialAnswer, StopReason } from '@x/types'
import { AgentError, foldEvents, settleStopReason } from '@x/types'
import { blockReader } from './block-reader.js'
import { provider } from './config.js'
import { fromUsage } from './from-usage.js'
import { fromWireValue } from './wire-json.js'

/** Reads one answer. It is fed, not pulled, so that one generator does for the whole call. */
export interface ConverseReader {
  /**
   * The model events that follow from one event of the stream, in order.
   * @throws AgentError `stream-truncated` when the answer ends with a tool call that was never closed.
   */
  push(event: ConverseStreamOutput): readonly ModelEvent[]
  /** What had arrived, for an error that cuts the answer off. */
  partial(): PartialAnswer | undefined
}

/**
 * From `ConverseStream` to model events. An answer is whole, and gets its `model-end`, only when both `messageStop` and
 * `metadata` were seen, in whatever order: a cut HTTP/2 stream ends without any error.
 */
export function fromConverse(modelId: string, requestId?: string): ConverseReader {
  const fold = foldEvents({ provider, modelId })
  const blocks = blockReader()
  let stop: MessageStopEvent | undefined
  let metadata: ConverseStreamMetadataEvent | undefined
  let complete = false

  const folded = (events: readonly ModelEvent[]) => {
    for (const event of events) fold.push(event)
    return events
  }

  const ending = (): readonly ModelEvent[] => {
    if (!stop || !metadata) return []
    if (blocks.hasOpenToolCall()) {
      throw new AgentError('stream-truncated', 'The answer ended inside a tool call.', { retryable: true })
    }
    const last = folded(blocks.flush())
    complete = true
    const end = toModelEnd(stop, metadata, requestId)
    return [...last, { ...end, stopReason: settleStopReason(end.stopReason, fold.partial()?.content ?? []) }]
  }

  return {
    push(event) {
      if (complete) return []
      if (event.messageStop) stop = event.messageStop
      else if (event.metadata) metadata = event.metadata
      else return folded(blocks.push(event))
      return ending()
    },
    partial() {
      folded(blocks.flush())
      const message = fold.partial()
      if (!message && !metadata) return undefined
      return { ...(message && { message }), ...(metadata && { usage: fromUsage(metadata.usage) }) }
    },
  }
}

function toModelEnd(stop: MessageStopEvent, metadata: ConverseStreamMetadataEvent, requestId?: string): ModelEnd {
  const { metrics, trace, performanceConfig, serviceTier } = metadata
  const providerStopReason = String(stop.stopReason)
  const { additionalModelResponseFields } = stop
  const more = fromWireValue({ requestId, performanceConfig, serviceTier, additionalModelResponseFields }) as JsonObject
  return {
    type: 'model-end',
    stopReason: stopReasons[providerStopReason] ?? 'end',
    providerStopReason,
    usage: fromUsage(metadata.usage),
    ...(metrics?.latencyMs !== undefined && { latencyMs: metrics.latencyMs }),
    ...(trace && { trace: fromWireValue(trace) }),
    ...(Object.keys(more).length > 0 && { metadata: more }),
  }
}

/** All that the service documents; a new one counts as the end of the answer, and its own word is kept beside it. */
const stopReasons: Readonly<Record<string, StopReason>> = {
  end_turn: 'end',
  tool_use: 'tool-use',
  max_tokens: 'length',
  stop_sequence: 'stop-sequence',
  guardrail_intervened: 'guardrail',
  content_filtered: 'filtered',
  malformed_model_output: 'malformed',
  malformed_tool_use: 'malformed',
  model_context_window_exceeded: 'context-window',
}
