import type {
  AgentEvent,
  AgentTool,
  Message,
  ModelCall,
  ModelResult,
  RunStatus,
  Step,
  StopReason,
  Tool,
  ToolCall,
  ToolOutcome,
  ToolResultPart,
  TurnCall,
  TurnResult,
} from '@x/types'
import { AgentError, isAgentError } from '@x/types'
import { bookedStep } from './booked-step.js'
import { mergeSteps } from './merge-steps.js'
import { answerId, withIds } from './message-ids.js'
import { toModelRequest } from './model-request.js'
import { redactInput } from './redact-input.js'
import type { RunMemory } from './run-memory.js'
import { malformedInARow, notRun, toToolMessage, unansweredCalls } from './tool-calls.js'

/** So many answers in a row with broken arguments, and the model will not get them right. */
const maxMalformedInARow = 3

/** What a turn needs of its run. */
export interface TurnSteps {
  readonly memory: RunMemory
  readonly model: Step<ModelCall, ModelResult>
  readonly tool: Step<ToolCall, ToolOutcome>
  abort(): void
}

/** The innermost turn: answers what is unanswered, calls that wait before anything else. */
export async function* takeTurn(call: TurnCall, steps: TurnSteps): AsyncGenerator<AgentEvent, TurnResult, void> {
  const { memory } = steps
  if (call.messages !== memory.messages) {
    memory.messages = withIds(call.messages, call.run.id)
    yield { type: 'history', messages: memory.messages }
  }
  if (unansweredCalls(memory.messages).calls.length === 0) {
    const stopReason = yield* askModel(call, steps)
    const { message, calls } = unansweredCalls(memory.messages)
    if (stopReason !== 'tool-use' || !message) {
      if (message && calls.length > 0) yield* append(memory, notRun(message, calls, cutText))
      return { messages: memory.messages, pending: [], status: statusOf[stopReason] }
    }
  }
  return yield* answerCalls(call, steps)
}

const abortedText = 'aborted'
const cutText = 'Not run: the answer that asked for it was cut short.'

const statusOf: Readonly<Record<StopReason, RunStatus>> = {
  end: 'done',
  'stop-sequence': 'done',
  'tool-use': 'done',
  length: 'length',
  'context-window': 'length',
  guardrail: 'guardrail',
  filtered: 'filtered',
  malformed: 'filtered',
}

async function* askModel(call: TurnCall, { memory, model }: TurnSteps): AsyncGenerator<AgentEvent, StopReason, void> {
  const answered = memory.messages.at(-1)?.id ?? ''
  const request = toModelRequest({ ...call, messages: memory.messages })
  const { run, model: asked, config } = call
  const step = model({ run, key: `${run.id}/${answered}`, model: asked, request, ...(config && { config }) })
  const result = yield* bookedStep(step, memory)
  if (result.inputRedaction !== undefined) {
    memory.messages = redactInput(memory.messages, result.inputRedaction)
    yield { type: 'history', messages: memory.messages }
  }
  // A message without content cannot be sent back, so it never becomes history.
  if (result.message.content.length > 0) yield* append(memory, { ...result.message, id: answerId(answered) })
  return result.stopReason
}

async function* answerCalls(call: TurnCall, steps: TurnSteps): AsyncGenerator<AgentEvent, TurnResult, void> {
  const { memory } = steps
  const { run, model } = call
  const { message, calls } = unansweredCalls(memory.messages)
  if (!message) return { messages: memory.messages, pending: [] }
  const { answers, pending: suspended } = memory.take()

  const outcomes: ToolOutcome[] = []
  const toolSteps = calls.map((part) => {
    const tool = toolNamed(call.tools, part.name)
    const answer = Object.hasOwn(answers, part.id) ? answers[part.id] : undefined
    const state = suspended.find(({ callId }) => callId === part.id)?.state
    const key = `${run.id}/${message.id}/${part.id}`
    return steps.tool({
      ...{ run, key, call: part, model },
      ...(tool && { tool }),
      ...(answer !== undefined && { answer }),
      ...(state !== undefined && { state }),
    })
  })
  const onResult = (index: number, outcome: ToolOutcome) => {
    outcomes[index] = outcome
    memory.spend(outcome.usage)
  }
  // Of several that fail one is thrown; what each of them took is counted here, and not once more up there.
  const onFailure = (error: unknown) => {
    if (!isAgentError(error)) return
    memory.spendOn(error)
    error.partial = {}
  }
  const batches = toBatches(calls.map(({ name }) => toolNamed(call.tools, name)?.sequential ?? false))
  const results = () => calls.map((_, index) => resultOf(outcomes[index]))

  let failure: { readonly error: unknown } | undefined
  let left = true
  try {
    for (const [first, end] of batches) {
      const toFirst = (index: number, outcome: ToolOutcome) => onResult(first + index, outcome)
      yield* mergeSteps(toolSteps.slice(first, end), { onResult: toFirst, onFailure, abort: steps.abort })
    }
    left = false
  } catch (error) {
    failure = { error }
    left = false
  } finally {
    // The consumer has gone and nothing can be told any more, but what has finished is kept and every call answered.
    if (left) memory.messages = [...memory.messages, toToolMessage(message, calls, results(), abortedText)]
  }
  if (failure) {
    yield* append(memory, toToolMessage(message, calls, results(), abortedText))
    throw failure.error
  }

  const finished = toToolMessage(message, calls, results())
  if (finished.content.length > 0) yield* append(memory, finished)
  const pending = calls.flatMap(({ id, name, input }, index) => {
    const outcome = outcomes[index]
    if (outcome?.type !== 'suspended') return []
    const { reason, state } = outcome
    return [{ callId: id, name, input, reason, ...(state !== undefined && { state }) }]
  })
  if (malformedInARow(memory.messages) >= maxMalformedInARow) throw malformedCalls(model.modelId)
  return { messages: memory.messages, pending }
}

function toolNamed(tools: readonly AgentTool[], name: string): Tool | undefined {
  return tools.find((tool): tool is Tool => !('type' in tool) && tool.name === name)
}

/** Runs of calls that go at once, as [first, end): a sequential one is alone in its own. */
function toBatches(sequential: readonly boolean[]): readonly (readonly [number, number])[] {
  const starts = sequential.flatMap((alone, index) => (index === 0 || alone || sequential[index - 1] ? [index] : []))
  return starts.map((first, index) => [first, starts[index + 1] ?? sequential.length])
}

function resultOf(outcome: ToolOutcome | undefined): ToolResultPart | undefined {
  return outcome?.type === 'result' ? outcome.result : undefined
}

async function* append(memory: RunMemory, message: Message): AsyncGenerator<AgentEvent, void, void> {
  memory.messages = [...memory.messages, message]
  yield { type: 'message', message }
}

function malformedCalls(modelId: string): AgentError {
  return new AgentError(
    'malformed-tool-call',
    `${modelId} wrote tool arguments that are not JSON ${maxMalformedInARow} times in a row.`,
    { hint: 'A larger maxTokens, a simpler tool schema or another model may help; the conversation can go on.' },
  )
}
