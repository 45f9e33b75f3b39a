import type { AgentEvent, AssistantMessage, AssistantPart, ModelEvent, RunResult, RunStatus } from '@x/types'
import { AgentError, addUsage, isAgentError, noUsage } from '@x/types'
import type { UIData, UIFinishReason, UIMessageChunk, UIResetChunk } from './ui-chunk.js'
import { errorTextOf } from './ui-error-text.js'
import { ShownAnswer } from './ui-shown-answer.js'
import type { UIStreamOptions } from './ui-stream-options.js'
import { ToolParts } from './ui-tool-parts.js'

type Chunk = UIMessageChunk | UIResetChunk
type EventOf<Type extends AgentEvent['type']> = Extract<AgentEvent, { type: Type }>

/**
 * A run's events in the words of the UI message stream protocol. A step of the protocol is a turn of the run. The
 * message that a turn ends with decides: where it says otherwise than what was shown (a replay, a redaction, a layer
 * that changed the answer), the step is taken back and shown anew.
 */
export class UITranslator {
  readonly #options: UIStreamOptions
  readonly #tools: ToolParts
  readonly #children = new Map<string, UITranslator>()
  #answer: ShownAnswer
  #inStep = false
  /** What a model says beside the answer (a layer's judge or summariser, while tools run) is not shown. */
  #isAnswering = false
  #isRedacted = false
  #hasEnded = false
  #usage = noUsage

  constructor(options: UIStreamOptions = {}) {
    this.#options = options
    this.#tools = new ToolParts(options)
    this.#answer = new ShownAnswer(this.#tools)
  }

  push(event: AgentEvent): Chunk[] {
    return this.#mapped(this.#translate(event))
  }

  /** The run failed. What was under way stays open, so that nobody takes it for whole. */
  fail(error: unknown): Chunk[] {
    const failure = isAgentError(error) ? error : new AgentError('internal', 'The stream failed.', { cause: error })
    return this.#mapped(this.#fail(failure))
  }

  /** The events are over; without `run-end` they were cut off. */
  end(): Chunk[] {
    return this.#hasEnded ? [] : this.fail(new AgentError('stream-truncated', 'The events ended before the run did.'))
  }

  #mapped(chunks: Iterable<Chunk>): Chunk[] {
    const { map } = this.#options
    if (!map) return [...chunks]
    return [...chunks].flatMap((chunk) => (chunk.type === 'reset-step' ? chunk : (map(chunk) ?? [])))
  }

  *#translate(event: AgentEvent): Generator<Chunk> {
    switch (event.type) {
      case 'run-start':
        yield this.#start(event.runId)
        break
      case 'turn-start':
        yield* this.#endStep()
        this.#forgetAnswer()
        this.#isAnswering = true
        this.#isRedacted = false
        break
      case 'model-start':
        if (!this.#isAnswering) break
        yield* this.#clear('changed')
        this.#isRedacted = false
        this.#answer.model = { provider: event.provider, modelId: event.modelId }
        break
      case 'model-retry': {
        const { attempt, delayMs, code } = event
        if (this.#isAnswering) yield* this.#clear('retry')
        yield { type: 'data-retry', data: { attempt, delayMs, code }, transient: true }
        break
      }
      case 'message':
        if (event.message.role === 'assistant') yield* this.#settle(event.message)
        if (event.message.role === 'tool') yield* this.#tools.results(event.message)
        break
      case 'tool-start':
        this.#isAnswering = false
        yield* this.#tools.start(event)
        break
      case 'tool-progress':
        yield* this.#tools.progress(event)
        break
      case 'tool-end':
        yield* this.#tools.end([event.callId], event)
        break
      case 'child':
        yield* this.#child(event)
        break
      case 'run-end':
        yield* this.#finish(event.result)
        break
      case 'history':
        break
      default:
        yield* this.#model(event)
    }
  }

  *#model(event: ModelEvent): Generator<Chunk> {
    if (event.type === 'warning') yield this.#warning(event)
    if (event.type === 'redaction') yield* this.#redact(event)
    if (!this.#isAnswering) return
    if (event.type === 'model-end') {
      this.#usage = addUsage(this.#usage, event.usage)
      yield { type: 'message-metadata', messageMetadata: { usage: this.#usage } }
    } else if (!this.#isRedacted) {
      yield* this.#inside(this.#answer.push(event))
    }
  }

  /** Opens the step with the first thing that is shown in it, so that a failed attempt leaves no empty one. */
  *#inside(chunks: Iterable<UIMessageChunk>): Generator<Chunk> {
    for (const chunk of chunks) {
      if (!this.#inStep) yield { type: 'start-step' }
      this.#inStep = true
      yield chunk
    }
  }

  *#settle(message: AssistantMessage): Generator<Chunk> {
    this.#answer.model = message.model
    if (!this.#answer.says(message.content)) {
      yield* this.#clear('changed')
      yield* this.#show(message.content)
    }
    for (const part of message.content) {
      if (part.type === 'tool-call') yield* this.#tools.input(part, message.id)
    }
    this.#isAnswering = false
  }

  *#show(parts: readonly AssistantPart[]): Generator<Chunk> {
    for (const part of parts) yield* this.#inside(this.#answer.push({ type: 'part', part }))
  }

  *#redact({ side, text }: EventOf<'redaction'>): Generator<Chunk> {
    if (!this.#isAnswering) return
    if (side === 'output') yield* this.#clear('redaction')
    yield { type: 'data-redaction', data: { side, text } }
    if (side === 'input') return
    yield* this.#show([{ type: 'text', text }])
    this.#isRedacted = true
  }

  /**
   * Takes back what the step has shown. The protocol has no word for it before AI SDK 7, so the step is marked and a new
   * one begun: `visibleParts` leaves marked steps out, on the page and on the way back.
   */
  *#clear(because: UIData['clear']['because']): Generator<Chunk> {
    if (this.#answer.isEmpty) return
    if (this.#options.clearWith === 'reset-step') {
      this.#answer.forget()
      yield { type: 'reset-step' }
    } else {
      yield* this.#answer.discard()
      yield { type: 'data-clear', data: { because } }
      yield* this.#endStep()
    }
    this.#forgetAnswer()
  }

  #forgetAnswer(): void {
    const { count, model } = this.#answer
    this.#answer = new ShownAnswer(this.#tools, count)
    this.#answer.model = model
  }

  *#endStep(): Generator<Chunk> {
    if (this.#inStep) yield { type: 'finish-step' }
    this.#inStep = false
  }

  #start(runId: string): UIMessageChunk {
    const { originalMessages, messageId } = this.#options
    const last = originalMessages?.at(-1)
    const id = last?.role === 'assistant' ? last.id : messageId
    return { type: 'start', ...(id !== undefined && { messageId: id }), messageMetadata: { runId } }
  }

  *#finish({ pending, status, usage, turns, runId }: RunResult): Generator<Chunk> {
    this.#hasEnded = true
    yield* this.#tools.pending(pending)
    yield* this.#endStep()
    const messageMetadata = { runId, status, turns, usage }
    if (status === 'aborted') {
      yield { type: 'message-metadata', messageMetadata }
      yield { type: 'abort' }
    } else {
      yield { type: 'finish', finishReason: finishReasons[status], messageMetadata }
    }
  }

  *#fail(error: AgentError): Generator<Chunk> {
    this.#hasEnded = true
    if (error.code === 'aborted') {
      yield { type: 'abort' }
      return
    }
    const { onError } = this.#options
    yield { type: 'error', errorText: onError ? onError(error) : errorTextOf(error.code) }
    yield { type: 'finish', finishReason: 'error' }
  }

  #warning(warning: EventOf<'warning'>): UIMessageChunk {
    const text = this.#options.onWarning?.(warning)
    const data = { code: warning.code ?? 'warning', ...(text !== undefined && { text }) }
    return { type: 'data-warning', data, transient: true }
  }

  /** A sub-agent's stream, chunk by chunk; its calls that waited in this message get their results here. */
  *#child({ callId, path, event }: EventOf<'child'>): Generator<Chunk> {
    const { originalMessages: _, messageId: __, ...options } = this.#options
    const child = this.#children.get(callId) ?? new UITranslator(options)
    this.#children.set(callId, child)
    for (const chunk of child.push(event)) {
      const inner = chunk.type === 'data-child' ? chunk.data : { toolCallIds: [], path, chunk: chunk as UIMessageChunk }
      const toolCallIds = [this.#tools.idOf(callId), ...inner.toolCallIds]
      yield { type: 'data-child', data: { ...inner, toolCallIds }, transient: true }
    }
    const ids = [callId]
    let inner = event
    for (; inner.type === 'child'; inner = inner.event) ids.push(inner.callId)
    if (inner.type === 'tool-end') yield* this.#tools.end([...ids, inner.callId], inner)
    if (event.type === 'run-end') this.#children.delete(callId)
  }
}

const finishReasons: Readonly<Record<RunStatus, UIFinishReason>> = {
  done: 'stop',
  limit: 'other',
  aborted: 'other',
  suspended: 'tool-calls',
  length: 'length',
  filtered: 'content-filter',
  guardrail: 'content-filter',
}
