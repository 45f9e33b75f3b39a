import type {
  AgentEvent,
  Middleware,
  ModelCall,
  ModelRequest,
  ModelResult,
  RunCall,
  RunContext,
  RunResult,
  Step,
  ToolCall,
  ToolCallPart,
  ToolOutcome,
  Wrap,
} from '@x/types'
import { noUsage } from '@x/types'
import type { ScriptedModel } from '@x/types/testing'
import { scriptedModel } from '@x/types/testing'

export interface MiniAgent {
  readonly id?: string
  readonly name?: string
  readonly use: Middleware
  readonly model?: ScriptedModel
  /** What the model asks for, turn by turn; after the last it is done. */
  readonly calls?: readonly (readonly ToolCallPart[])[]
  readonly tools?: Readonly<Record<string, (call: ToolCall) => AsyncGenerator<AgentEvent, ToolOutcome, void>>>
  readonly modelStep?: Step<ModelCall, ModelResult>
  readonly request?: Partial<ModelRequest>
  readonly config?: ModelCall['config']
  readonly parent?: RunContext
  readonly signal?: AbortSignal
  readonly status?: RunResult['status']
  readonly env?: unknown
}

/** The least that pulls steps as an agent loop does: runs, model steps, and the tool steps of a turn side by side. */
export function miniRun(agent: MiniAgent): AsyncGenerator<AgentEvent, RunResult, void> {
  const { id = 'run-1', name = 'agent', parent, model = scriptedModel([]) } = agent
  const run: RunContext = {
    id,
    path: [...(parent?.path ?? []), name],
    ...(parent && { parent }),
    signal: agent.signal ?? new AbortController().signal,
    state: new Map(),
    env: agent.env,
    layers: [],
    model() {
      throw new Error('The mini loop has no model calls of layers.')
    },
  }
  const config = { model, name }
  return wrapped(agent.use.run, (call) => steps(call, agent))({ run, config, messages: [] })
}

export const toolCall = (id: string, name: string): ToolCallPart => ({ type: 'tool-call', id, name, input: {} })

export const textResult = (id: string, text: string, isError?: boolean): ToolOutcome => ({
  type: 'result',
  result: { type: 'tool-result', id, content: [{ type: 'text', text }], ...(isError && { isError }) },
})

async function* steps({ run, config }: RunCall, agent: MiniAgent): AsyncGenerator<AgentEvent, RunResult, void> {
  const { calls = [], use, request, config: patch } = agent
  const { model } = config
  yield { type: 'run-start', runId: run.id, path: run.path }
  for (let turn = 0; turn <= calls.length; turn++) {
    const modelStep = wrapped(use.model, agent.modelStep ?? answer)
    const modelCall = { run, key: `${run.id}/${turn}`, model, request: { messages: [], ...request } }
    yield* modelStep({ ...modelCall, ...(patch && { config: patch }) })
    const toolSteps = (calls[turn] ?? []).map((call) => {
      const execute = agent.tools?.[call.name]
      const tool = execute && { name: call.name, inputSchema: {} }
      const step = wrapped(use.tool, execute ?? unknownTool)
      return step({ run, key: `${modelCall.key}/${call.id}`, call, ...(tool && { tool }), model })
    })
    yield* alternate(toolSteps)
  }
  const result: RunResult = {
    runId: run.id,
    status: agent.status ?? 'done',
    messages: [],
    usage: noUsage,
    turns: calls.length + 1,
    pending: [],
  }
  yield { type: 'run-end', result }
  return result
}

/** All are under way at once; their events come out in turn. */
async function* alternate<Result>(generators: readonly AsyncGenerator<AgentEvent, Result, void>[]) {
  const pulls = new Map(generators.map((generator) => [generator, generator.next()]))
  try {
    while (pulls.size > 0) {
      for (const [generator, pull] of [...pulls]) {
        const step = await pull
        if (step.done) pulls.delete(generator)
        else {
          pulls.set(generator, generator.next())
          yield step.value
        }
      }
    }
  } finally {
    await Promise.allSettled([...pulls.keys()].map((generator) => generator.return(undefined as never)))
  }
}

async function* answer({ key, model }: ModelCall): AsyncGenerator<AgentEvent, ModelResult, void> {
  const { provider, modelId } = model
  yield { type: 'model-start', key, provider, modelId }
  yield { type: 'text-delta', text: 'secret answer' }
  yield { type: 'part-end' }
  const end = { stopReason: 'end', providerStopReason: 'end_turn', usage: noUsage } as const
  yield { type: 'model-end', ...end }
  const text = { type: 'text', text: 'secret answer' } as const
  return { ...end, message: { role: 'assistant', content: [text], model: { provider, modelId } } }
}

async function* unknownTool({ call }: ToolCall): AsyncGenerator<AgentEvent, ToolOutcome, void> {
  yield { type: 'tool-start', callId: call.id, name: call.name, input: call.input }
  return textResult(call.id, 'There is no such tool.', true)
}

function wrapped<Call, Result>(wrap: Wrap<Call, Result> | undefined, step: Step<Call, Result>): Step<Call, Result> {
  return wrap ? (call) => wrap(call, step) : step
}
