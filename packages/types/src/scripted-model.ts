import type { ConfigurableModel } from './define-model.js'
import { defineModel } from './define-model.js'
import { AgentError } from './error.js'
import { foldEvents, settleStopReason } from './fold-events.js'
import type { AssistantPart } from './message.js'
import type { Capabilities, Model, ModelEvent, ModelRequest, StopReason, Usage } from './model.js'

/** One scripted answer: a text, parts, an error to fail with, or all of it spelled out. */
export type ScriptedTurn = string | readonly AssistantPart[] | Error | ScriptedAnswer

export interface ScriptedAnswer {
  readonly content?: readonly AssistantPart[]
  /** Sent after the content's own events, before `model-end`. */
  readonly events?: readonly ModelEvent[]
  /** Default: `tool-use` when there is a tool call, else `end`. */
  readonly stopReason?: StopReason
  readonly usage?: Usage
  /** Wait this long before each event. Default 0. */
  readonly delayMs?: number
  /** Fail with this once the content has been sent. */
  readonly error?: Error
}

export interface ScriptedConfig {
  readonly modelId: string
  readonly temperature?: number
  readonly maxTokens?: number
}

export interface ScriptedModel extends ConfigurableModel<ScriptedConfig> {
  /** What the model was asked, in order, and under which config. */
  readonly calls: readonly { readonly request: ModelRequest; readonly config: ScriptedConfig }[]
}

export interface ScriptedOptions {
  readonly modelId?: string
  readonly provider?: string
  readonly capabilities?: Capabilities
  /** Characters a delta, in UTF-16 units. Default 8. */
  readonly deltaLength?: number
}

/**
 * A model that says what it is told to, one entry a turn, streamed in small deltas like a real one. A function is asked
 * anew at each turn. It needs no network; use it to test agents, layers and tools.
 * @throws AgentError `incomplete` when it is asked more often than it has entries.
 */
export function scriptedModel(
  turns: readonly ScriptedTurn[] | ((request: ModelRequest, turn: number) => ScriptedTurn),
  options: ScriptedOptions = {},
): ScriptedModel {
  const { modelId = 'scripted-1', provider = 'scripted', capabilities, deltaLength = 8 } = options
  const calls: { request: ModelRequest; config: ScriptedConfig }[] = []
  const model = defineModel<ScriptedConfig>({
    provider,
    config: { modelId },
    keys: ['modelId', 'temperature', 'maxTokens'],
    ...(capabilities && { capabilities: () => capabilities }),
    async countTokens(request) {
      return Math.ceil(JSON.stringify(request.messages).length / 4)
    },
    async *stream(request, { config, signal }) {
      const turn = calls.push({ request, config }) - 1
      const scripted = typeof turns === 'function' ? turns(request, turn) : turns[turn]
      if (scripted === undefined) {
        throw new AgentError('incomplete', `The scripted model has ${turns.length} turns and was asked for one more.`)
      }
      const answer = toAnswer(scripted)
      const said: ModelEvent[] = []
      for (const event of toEvents(answer, deltaLength)) {
        if (answer.delayMs) await sleep(answer.delayMs, signal)
        if (signal.aborted) throw aborted(signal, said, model)
        said.push(event)
        yield event
      }
    },
  })
  return Object.assign(model, { calls })
}

function aborted({ reason: cause }: AbortSignal, said: readonly ModelEvent[], model: Model): AgentError {
  const fold = foldEvents(model)
  for (const event of said) fold.push(event)
  const message = fold.partial()
  return new AgentError('aborted', 'The call was aborted.', { cause, ...(message && { partial: { message } }) })
}

function toAnswer(turn: ScriptedTurn): ScriptedAnswer {
  if (typeof turn === 'string') return { content: [{ type: 'text', text: turn }] }
  if (turn instanceof Error) return { error: turn }
  return Array.isArray(turn) ? { content: turn as readonly AssistantPart[] } : (turn as ScriptedAnswer)
}

function* toEvents(answer: ScriptedAnswer, deltaLength: number): Generator<ModelEvent> {
  const { content = [], events = [], error } = answer
  for (const part of content) yield* partToEvents(part, deltaLength)
  yield* events
  if (error) throw error
  const stopReason = answer.stopReason ?? settleStopReason('end', content)
  const outputTokens = content.length
  const usage = answer.usage ?? { inputTokens: 1, outputTokens, totalTokens: 1 + outputTokens }
  yield { type: 'model-end', stopReason, providerStopReason: stopReason, usage }
}

function* partToEvents(part: AssistantPart, deltaLength: number): Generator<ModelEvent> {
  switch (part.type) {
    case 'text':
      for (const text of cut(part.text, deltaLength)) yield { type: 'text-delta', text }
      for (const citation of part.citations ?? []) yield { type: 'citation-delta', citation }
      break
    case 'reasoning': {
      const { type: _type, text = '', ...rest } = part
      for (const piece of cut(text, deltaLength)) yield { type: 'reasoning-delta', text: piece }
      if (rest.signature || rest.redacted) yield { type: 'reasoning-delta', ...rest }
      break
    }
    case 'tool-call': {
      yield { type: 'tool-call-start', id: part.id, name: part.name }
      const text = part.malformedInput ?? JSON.stringify(part.input)
      for (const inputText of cut(text, deltaLength)) yield { type: 'tool-call-delta', inputText }
      break
    }
    default:
      yield { type: 'part', part }
      return
  }
  yield { type: 'part-end' }
}

/** Never inside a character that takes two UTF-16 units: half of one cannot be written as UTF-8. */
function cut(text: string, length: number): string[] {
  const pieces: string[] = []
  for (let start = 0, end = 0; start < text.length; start = end) {
    end = start + length
    if (/^[\ud800-\udbff][\udc00-\udfff]/.test(text.slice(end - 1, end + 1))) end++
    pieces.push(text.slice(start, end))
  }
  return pieces
}

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    signal.addEventListener('abort', done)
  })
}
