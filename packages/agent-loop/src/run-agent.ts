import type {
  AgentConfig,
  AgentEvent,
  Message,
  Middleware,
  RunCall,
  RunContext,
  RunInput,
  RunResult,
  RunStatus,
  Step,
  SystemPart,
  TurnCall,
  TurnResult,
} from '@x/types'
import { AgentError, isAgentError } from '@x/types'
import { bookedStep } from './booked-step.js'
import { callModel } from './call-model.js'
import { callTool } from './call-tool.js'
import type { LinkedController } from './link-signal.js'
import { abortFirst, linkSignals } from './link-signal.js'
import { withIds } from './message-ids.js'
import type { RunMemory } from './run-memory.js'
import { toMemory } from './run-memory.js'
import { anyStop } from './stop.js'
import { takeTurn } from './take-turn.js'
import { unansweredCalls } from './tool-calls.js'
import { layersOf, wrapStep } from './wrap-step.js'

const defaultMaxTurns = 20

/**
 * Runs an agent over plain data. It looks at the messages, asks what is unanswered and takes the next step, so that
 * start, continue, resume after an approval and resume after a crash are one call.
 *
 * The last event is `run-end` with the result. Leaving early (`break`, `return()`) aborts what is under way at once.
 * @throws AgentError with `partial.messages` (the conversation as it can go on) and `partial.usage` (of the whole run)
 */
export function runAgent<Env = unknown>(
  config: AgentConfig<Env>,
  input: RunInput,
): AsyncGenerator<AgentEvent, RunResult, void> {
  const runId = config.runId ?? crypto.randomUUID()
  return startRun({ ...config, runId }, toMemory(input, runId))
}

/** As `runAgent`, on a memory that the caller can look at however the run ends. */
export function startRun<Env>(
  config: AgentConfig<Env>,
  memory: RunMemory,
): AsyncGenerator<AgentEvent, RunResult, void> {
  const link = linkSignals(config.signal, config.parent?.signal)
  return abortFirst(runSteps(config, memory, link), link.controller)
}

async function* runSteps<Env>(
  config: AgentConfig<Env>,
  memory: RunMemory,
  { controller, unlink }: LinkedController,
): AsyncGenerator<AgentEvent, RunResult, void> {
  const layers = layersOf(config as AgentConfig)
  const model = wrapStep(callModel, wrapsOf(layers, 'model'))
  const tool = wrapStep(callTool, wrapsOf(layers, 'tool'))
  const steps = { memory, model, tool, abort: () => controller.abort() }
  const turnStep = wrapStep((call: TurnCall) => takeTurn(call, steps), wrapsOf(layers, 'turn'))
  const runStep = wrapStep((call: RunCall) => takeTurns(call, memory, turnStep), wrapsOf(layers, 'run'))

  const { parent, name = 'agent', runId = crypto.randomUUID() } = config
  const run: RunContext = {
    id: runId,
    path: [...(parent?.path ?? []), name],
    ...(parent && { parent }),
    signal: controller.signal,
    state: new Map(),
    env: config.env,
    layers,
    async *model({ name, ...call }) {
      const key = `${runId}/${memory.messages.at(-1)?.id}/${name}`
      return yield* bookedStep(model({ ...call, run, key }), memory)
    },
  }
  let finished = false
  try {
    yield { type: 'run-start', runId, path: run.path }
    const result = yield* runStep({ run, config: config as AgentConfig, messages: memory.messages })
    memory.messages = result.messages
    memory.pending = result.pending
    finished = true
    yield { type: 'run-end', result }
    return result
  } catch (error) {
    throw withConversation(error, memory)
  } finally {
    if (!finished) {
      controller.abort()
      memory.close()
    }
    unlink()
  }
}

async function* takeTurns(
  call: RunCall,
  memory: RunMemory,
  turnStep: Step<TurnCall, TurnResult>,
): AsyncGenerator<AgentEvent, RunResult, void> {
  const { run, config } = call
  const { maxTurns = defaultMaxTurns } = config
  const stopWhen = anyStop(...[config.stopWhen ?? []].flat())
  const baseCall = toTurnCall(call)
  try {
    if (call.messages !== memory.messages) yield* replaceHistory(memory, call.messages, run.id)
    while (isUnanswered(memory.messages)) {
      if (isAbortedByCaller(config)) {
        // What a call did in an earlier try may be in a journal alone: asked anew, it would be done twice.
        memory.close()
        return toResult(run.id, 'aborted', memory)
      }
      if (memory.turns >= maxTurns) return toResult(run.id, 'limit', memory)
      memory.turns += 1
      const turn = memory.turns
      yield { type: 'turn-start', turn }
      const result = yield* turnStep({ ...baseCall, ...choiceOf(config, turn), turn, messages: memory.messages })
      if (result.messages !== memory.messages) yield* replaceHistory(memory, result.messages, run.id)
      memory.pending = result.pending
      if (result.pending.length > 0) return toResult(run.id, 'suspended', memory)
      if (result.status) return toResult(run.id, result.status, memory)
      const stop = stopWhen({ turns: turn, messages: memory.messages, usage: memory.usage })
      if (stop) return toResult(run.id, stop === 'limit' ? 'limit' : 'done', memory)
    }
    return toResult(run.id, 'done', memory)
  } catch (error) {
    memory.close()
    const failure = memory.spendOn(toAgentError(error))
    if (isAbortedByCaller(config)) {
      memory.partial = failure.partial?.message
      return toResult(run.id, 'aborted', memory)
    }
    throw withConversation(failure, memory)
  }
}

function* replaceHistory(memory: RunMemory, messages: readonly Message[], runId: string): Generator<AgentEvent, void> {
  memory.messages = withIds(messages, runId)
  yield { type: 'history', messages: memory.messages }
}

function toTurnCall({ run, config }: RunCall): Omit<TurnCall, 'turn' | 'messages' | 'toolChoice'> {
  const { model, tools = [], output, config: patch } = config
  const system: readonly SystemPart[] | undefined =
    typeof config.system === 'string' ? [{ type: 'text', text: config.system }] : config.system
  return { run, model, tools, ...(system && { system }), ...(output && { output }), ...(patch && { config: patch }) }
}

function choiceOf({ toolChoice }: AgentConfig, turn: number): Pick<TurnCall, 'toolChoice'> {
  if (toolChoice === undefined) return {}
  const forced = toolChoice === 'any' || typeof toolChoice === 'object'
  return { toolChoice: forced && turn > 1 ? 'auto' : toolChoice }
}

function toResult(runId: string, status: RunStatus, memory: RunMemory): RunResult {
  const { messages, usage, turns, pending, partial } = memory
  return { runId, status, messages, usage, turns, pending, ...(partial && { partial }) }
}

/** The failure with the conversation as it can go on, and what the whole run spent. */
function withConversation(error: unknown, memory: RunMemory): AgentError {
  const failure = toAgentError(error)
  memory.close()
  failure.partial = { ...failure.partial, usage: memory.usage, messages: memory.messages }
  return failure
}

function toAgentError(error: unknown): AgentError {
  if (isAgentError(error)) return error
  const message = error instanceof Error ? error.message : String(error)
  return new AgentError('internal', `A layer of the run failed: ${message}`, { scope: 'run', cause: error })
}

function isUnanswered(messages: readonly Message[]): boolean {
  return messages.at(-1)?.role !== 'assistant' || unansweredCalls(messages).calls.length > 0
}

/** As opposed to aborted by a failure of its own. */
function isAbortedByCaller({ signal, parent }: AgentConfig): boolean {
  return (signal?.aborted || parent?.signal.aborted) ?? false
}

function wrapsOf<Kind extends 'run' | 'turn' | 'model' | 'tool'>(
  layers: readonly Middleware[],
  kind: Kind,
): readonly Middleware[Kind][] {
  return layers.map((layer) => layer[kind])
}
