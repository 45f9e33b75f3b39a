import type { AssistantPart, JsonObject, ModelEnd, ModelEvent, PartialAnswer, StopReason } from '@x/types'
import { AgentError, foldEvents, noUsage, settleStopReason } from '@x/types'
import { readDelta } from './from-delta.js'
import { fromUsage } from './from-usage.js'
import { partLine } from './part-line.js'
import { reasoningDetails } from './reasoning-details.js'
import { ServiceFault } from './service-fault.js'
import type { TagSplitter } from './tag-splitter.js'
import { tagSplitter } from './tag-splitter.js'
import type { WireChunk, WireUsage } from './wire.js'

/** Reads one answer. It is fed, not pulled, so that one generator does for the whole call. */
export interface ChunkReader {
  /**
   * The model events that follow from one chunk, or from a whole answer, in order.
   * @throws ServiceFault for an error that the server reports in place of a chunk.
   */
  push(chunk: WireChunk): readonly ModelEvent[]
  /** The server has said why the model stopped: nothing of the answer is missing. */
  readonly isComplete: boolean
  /** The last events. @throws AgentError `stream-truncated` when the answer is not complete. */
  end(): readonly ModelEvent[]
  /** What had arrived, for an error that cuts the answer off. */
  partial(): PartialAnswer | undefined
}

export interface ReaderOptions {
  readonly provider: string
  readonly modelId: string
  readonly requestId?: string | undefined
  readonly reasoningTag?: string | undefined
}

/** From chunks to model events. An answer is whole only once `finish_reason` was seen: `[DONE]` alone proves nothing. */
export function chunkReader({ provider, modelId, requestId, reasoningTag }: ReaderOptions): ChunkReader {
  const fold = foldEvents({ provider, modelId })
  const line = partLine()
  const details = reasoningDetails(provider)
  const tag: TagSplitter | undefined = reasoningTag === undefined ? undefined : tagSplitter(reasoningTag)
  const into = { line, details, tag, answerId: '', refused: false }
  let finish: string | undefined
  let metStopSequence = false
  let usage: WireUsage | undefined
  let metadata: JsonObject = requestId === undefined ? {} : { requestId }

  const folded = (events: readonly ModelEvent[]) => {
    for (const event of events) fold.push(event)
    return events
  }

  const flush = () => {
    for (const { inside, text } of tag?.end() ?? []) line[inside ? 'reasoning' : 'text'](text)
    line.end()
    return folded([...line.take(), ...details.take()])
  }

  return {
    push(chunk) {
      if (typeof chunk !== 'object' || chunk === null) throw notAnAnswer()
      if (chunk.error || chunk.object === 'error') throw new ServiceFault(chunk)
      if (chunk.usage) usage = chunk.usage
      if (into.answerId === '' && chunk.id) {
        into.answerId = chunk.id
        metadata = { ...metadata, ...describe(chunk) }
      }
      for (const choice of chunk.choices ?? []) {
        // Others were not asked for.
        if (choice.index) continue
        const delta = choice.delta ?? choice.message
        if (delta) readDelta(delta, into, !choice.delta)
        if (choice.finish_reason) finish = choice.finish_reason
        if (typeof choice.stop_reason === 'string') metStopSequence = true
      }
      return folded(line.take())
    },
    get isComplete() {
      return finish !== undefined
    },
    end() {
      if (finish === undefined) throw new AgentError('stream-truncated', 'The answer broke off.', { retryable: true })
      const failed = failures[finish]
      if (failed) throw new AgentError(...failed)
      const last = flush()
      const ending = { finish, metStopSequence, refused: into.refused, usage, metadata }
      const end = toModelEnd(ending, fold.partial()?.content ?? [])
      return [...last, ...(usage ? [] : [usageMissing]), end]
    },
    partial() {
      try {
        // Parts that waited for others had arrived, too.
        flush()
      } catch {
        // A call that was never named is no part of anything.
      }
      const message = fold.partial()
      if (!message && !usage) return undefined
      return { ...(message && { message }), ...(usage && { usage: fromUsage(usage) }) }
    },
  }
}

interface Ending {
  readonly finish: string
  readonly metStopSequence: boolean
  readonly refused: boolean
  readonly usage: WireUsage | undefined
  readonly metadata: JsonObject
}

function toModelEnd(
  { finish, metStopSequence, refused, usage, metadata }: Ending,
  parts: readonly AssistantPart[],
): ModelEnd {
  const said = metStopSequence && finish === 'stop' ? 'stop-sequence' : (stopReasons[finish] ?? 'end')
  const reasoningTokens = usage?.completion_tokens_details?.reasoning_tokens
  const all: JsonObject = {
    ...metadata,
    // The contract has no place of its own for them.
    ...(typeof reasoningTokens === 'number' && { reasoningTokens }),
    ...(refused && { refused: true }),
  }
  return {
    type: 'model-end',
    stopReason: settleStopReason(refused ? 'filtered' : said, parts),
    providerStopReason: finish,
    usage: usage ? fromUsage(usage) : noUsage,
    ...(Object.keys(all).length > 0 && { metadata: all }),
  }
}

function describe({ id, model, service_tier, system_fingerprint }: WireChunk): JsonObject {
  return {
    ...(id && { responseId: id }),
    ...(model && { responseModel: model }),
    ...(service_tier && { serviceTier: service_tier }),
    ...(system_fingerprint && { systemFingerprint: system_fingerprint }),
  }
}

/** All that servers are known to say; a new one counts as the end of the answer, and its own word is kept beside it. */
const stopReasons: Readonly<Record<string, StopReason>> = {
  stop: 'end',
  eos: 'end',
  length: 'length',
  tool_calls: 'tool-use',
  function_call: 'tool-use',
  content_filter: 'filtered',
  // Mistral.
  model_length: 'context-window',
}

/** What some servers give as the reason of an answer that is none. */
const failures: Readonly<Record<string, ConstructorParameters<typeof AgentError>>> = {
  error: ['model-failed', 'The model failed.', { retryable: true }],
  // vLLM.
  abort: ['unavailable', 'The server dropped the request.', { retryable: true }],
  // DeepSeek.
  insufficient_system_resource: ['unavailable', 'The server ran out of resources.', { retryable: true }],
}

const usageMissing: ModelEvent = {
  type: 'warning',
  code: 'usage-missing',
  message: 'The server did not say how many tokens it used: they count as 0. Some say it only with streaming: false.',
}

function notAnAnswer(): AgentError {
  return new AgentError('invalid-stream', 'The server sent something that is no answer of a chat.', {
    hint: 'Check baseUrl: it must end where /chat/completions begins, usually in /v1.',
  })
}
