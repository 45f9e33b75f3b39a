import type { AnySchema, InferOutput } from '@x/tools/schema'
import type {
  AgentEvent,
  AgentTool,
  AssistantMessage,
  JsonValue,
  Message,
  Middleware,
  RunContext,
  Tool,
  ToolCallPart,
  TurnCall,
  TurnResult,
} from '@x/types'
import { AgentError, noUsage } from '@x/types'
import type { CheckedAnswerOptions } from './answer-options.js'
import type { Checked } from './check-answer.js'
import { checkAnswer } from './check-answer.js'
import { toCorrection } from './correction.js'
import type { ExtractAttempt } from './extraction.js'
import type { Ladder } from './ladder.js'
import { startLadder } from './ladder.js'
import type { Rung } from './rung.js'
import { tellAttempt, toAttempt } from './to-attempt.js'

/** Where one run stands on its way to a typed answer. */
export interface AnswerRun<Output> {
  ladder?: Ladder<Output>
  readonly attempts: ExtractAttempt[]
  /** The answer, once it is there. */
  right?: { readonly output: Output; readonly json: JsonValue; readonly message: AssistantMessage }
  /** The next turn has no choice but to answer. */
  isNudged: boolean
  /** Ids of a wrong answer and its correction, which go when they have served. */
  readonly shown: Set<string>
  /** By key of the tool call: the tool asks for it, and then the turn. */
  readonly checks: Map<string, Promise<Checked<Output>>>
  tools?: { readonly base: readonly AgentTool[]; readonly rung: Rung<Output>; readonly all: readonly AgentTool[] }
}

/**
 * Lets one run of an agent end with a typed answer. Its tools stay as they are; the answer comes by the output schema of
 * the request, by a tool of its own that ends the run, or as JSON in the text. What is answered is read from the messages
 * alone, so that a suspended run can go on in another process.
 */
export function answerLayer<Schema extends AnySchema>(
  options: CheckedAnswerOptions<Schema>,
  state: AnswerRun<InferOutput<Schema>>,
): Middleware {
  const { schema, answer, mode } = options
  return {
    name: 'structured-answer',
    // Innermost, so that the turns of other layers are turns towards a typed answer.
    order: Number.MAX_SAFE_INTEGER,
    async *turn(call, next) {
      const { model, config, tools } = call
      state.ladder ??= startLadder({ model, config, schema, answer, mode, besideTools: tools.length > 0 })
      const startedMs = performance.now()
      for (;;) {
        const { rung } = state.ladder
        let result: TurnResult
        try {
          result = yield* next(dress(call, rung, state, options))
        } catch (error) {
          if (state.ladder.stepDown(error)) continue
          throw error
        }
        return yield* settle(result, { rung, state, options, run: call.run, startedMs })
      }
    },
  }
}

/** The turn with what the answer is asked for by. */
function dress<Schema extends AnySchema>(
  call: TurnCall,
  rung: Rung<InferOutput<Schema>>,
  state: AnswerRun<InferOutput<Schema>>,
  options: CheckedAnswerOptions<Schema>,
): TurnCall {
  const { tool, output, system, toolChoice } = rung.ask
  const parts = call.system ?? []
  if (!tool) return { ...call, ...(output && { output }), ...(system && { system: [...parts, system] }) }
  if (state.tools?.base !== call.tools || state.tools.rung !== rung) {
    state.tools = { base: call.tools, rung, all: [...call.tools, finalTool(rung, state, options)] }
  }
  const text = `When you have all that you need, give your answer by calling the tool "${tool.name}" once. Do not answer in text.`
  // With nothing else to call, or when it had its say in text, the model need not be given a choice.
  const isForced = state.isNudged || call.tools.length === 0
  return {
    ...call,
    tools: state.tools.all,
    system: [...parts, { type: 'text', text }],
    ...(isForced && toolChoice && { toolChoice }),
  }
}

function finalTool<Schema extends AnySchema>(
  rung: Rung<InferOutput<Schema>>,
  state: AnswerRun<InferOutput<Schema>>,
  options: CheckedAnswerOptions<Schema>,
): Tool {
  const { name, description } = options.answer
  return {
    name,
    description,
    inputSchema: rung.compiled.jsonSchema,
    ...(rung.mode === 'strict-tool' && { strict: true }),
    async execute(input, { id, key, run }) {
      const checked = await checkCall({ type: 'tool-call', id, name, input }, key, { rung, state, options, run })
      if (checked.right) return 'Taken.'
      throw new AgentError('invalid-tool-input', `${checked.problem}\n${rung.again}`)
    },
  }
}

interface Place<Schema extends AnySchema> {
  readonly rung: Rung<InferOutput<Schema>>
  readonly state: AnswerRun<InferOutput<Schema>>
  readonly options: CheckedAnswerOptions<Schema>
  readonly run: RunContext
}

function checkCall<Schema extends AnySchema>(
  call: ToolCallPart,
  key: string,
  { rung, state, options, run }: Place<Schema>,
): Promise<Checked<InferOutput<Schema>>> {
  const message: AssistantMessage = { role: 'assistant', content: [call] }
  const checked = state.checks.get(key) ?? checkAnswer(rung, message, { ...options, run })
  state.checks.set(key, checked)
  return checked
}

/** Ends the run with the answer of the turn, asks for it again, or lets the run go on. */
async function* settle<Schema extends AnySchema>(
  result: TurnResult,
  place: Place<Schema> & { readonly startedMs: number },
): AsyncGenerator<AgentEvent, TurnResult, void> {
  const { rung, state, options, run, startedMs } = place
  const isCut = result.status !== undefined && result.status !== 'done'
  if (result.pending.length > 0 || isCut) return result
  state.isNudged = false
  const message = lastAnswer(result.messages)
  const calls = message.content.filter((part) => part.type === 'tool-call')
  const own = rung.ask.tool ? calls.filter(({ name }) => name === options.answer.name) : []
  if (calls.length > 0 && own.length === 0) return result

  const checked =
    own.length > 0
      ? await firstRight(own, (call) => checkCall(call, `${run.id}/${message.id}/${call.id}`, place))
      : await checkAnswer(rung, message, { ...options, run })
  const { stopReason = 'end', usage = noUsage } = message
  const attempt = toAttempt(rung.mode, { message, stopReason, usage }, checked, performance.now() - startedMs)
  state.attempts.push(attempt)
  yield* tellAttempt(options.onAttempt, attempt)
  if (checked.right) {
    state.right = { output: checked.output, json: checked.json, message }
    return { messages: withoutShown(result.messages, state), pending: [], status: 'done' }
  }
  if (state.attempts.length > options.maxRetries) return { ...result, status: 'done' }
  state.isNudged = true
  // A wrong call has been answered by the tool itself.
  if (own.length > 0) return result
  const messages = withoutShown(result.messages, state)
  const correction = toCorrection(rung, message, checked.faults).at(-1) as Message
  const id = `${run.id}.again-${state.attempts.length}`
  for (const shown of [message.id, id]) if (shown !== undefined) state.shown.add(shown)
  return { messages: [...messages, { ...correction, id }], pending: [] }
}

/** What the turn has answered; an answer without content never becomes history. */
function lastAnswer(messages: readonly Message[]): AssistantMessage {
  const last = messages.findLast(({ role }) => role !== 'tool')
  return last?.role === 'assistant' ? last : { role: 'assistant', content: [] }
}

async function firstRight<Output>(
  calls: readonly ToolCallPart[],
  check: (call: ToolCallPart) => Promise<Checked<Output>>,
): Promise<Checked<Output>> {
  const checked = await Promise.all(calls.map(check))
  return checked.find(({ right }) => right) ?? (checked[0] as Checked<Output>)
}

function withoutShown(messages: readonly Message[], { shown }: AnswerRun<unknown>): readonly Message[] {
  if (shown.size === 0) return messages
  const kept = messages.filter(({ id }) => id === undefined || !shown.has(id))
  shown.clear()
  return kept.length === messages.length ? messages : kept
}
