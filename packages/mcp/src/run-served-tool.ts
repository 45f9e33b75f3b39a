import type { AgentEvent, JsonValue, Model, RunContext, Tool, ToolContext, ToolOutcome, ToolOutput } from '@x/types'
import { AgentError } from '@x/types'

export interface ServedCall {
  readonly id: string
  readonly input: JsonValue
  readonly signal: AbortSignal
  readonly env: unknown
  /** For tools that ask one; without it their `context.model` refuses. */
  readonly model?: Model
  emit(progress: JsonValue): void
}

/** What a tool gave: its output, or an error result of a tool that makes its own. */
export type ServedOutput = { readonly output: ToolOutput; readonly isError: boolean }

/**
 * Runs a tool outside a loop, within its `timeoutMs`.
 * @throws what the tool throws; AgentError `timeout`, `aborted`, `not-approved` when it waits for somebody
 */
export async function runServedTool(tool: Tool, call: ServedCall): Promise<ServedOutput> {
  const { timeoutMs } = tool
  const timeout = new AbortController()
  const signal = AbortSignal.any([call.signal, timeout.signal])
  const timer = timeoutMs === undefined ? undefined : setTimeout(() => timeout.abort(), timeoutMs)
  let onAbort = () => {}
  // A tool that does not listen to its signal must not keep the caller waiting.
  const stopped = new Promise<never>((_resolve, reject) => {
    onAbort = () =>
      reject(
        timeout.signal.aborted
          ? new AgentError('timeout', `${tool.name} took longer than ${timeoutMs} ms.`)
          : new AgentError('aborted', `${tool.name} was cancelled.`),
      )
    signal.addEventListener('abort', onAbort, { once: true })
    if (signal.aborted) onAbort()
  })
  try {
    return await Promise.race([
      perform(tool, { ...call, signal, emit: (progress) => !signal.aborted && call.emit(progress) }),
      stopped,
    ])
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', onAbort)
  }
}

async function perform(tool: Tool, call: ServedCall): Promise<ServedOutput> {
  const { id, input, signal, env, emit } = call
  const run = runContext(id, signal, env)
  const model = call.model ?? noModel
  const key = `${run.id}/${id}`
  if (tool.step) {
    const part = { type: 'tool-call', id, name: tool.name, input } as const
    return fromOutcome(await pump(tool.step({ run, key, call: part, tool, model, approved: true }), emit))
  }
  if (!tool.execute) throw new AgentError('tool-failed', `The tool ${tool.name} has neither execute nor step.`)
  const context: ToolContext = { id, key, signal, emit, model, run, env }
  const output = await tool.execute(input, context)
  return { output: isGenerator(output) ? await drain(output, call) : output, isError: false }
}

function fromOutcome(outcome: ToolOutcome): ServedOutput {
  if (outcome.type === 'result') return { output: outcome.result.content, isError: outcome.result.isError === true }
  throw new AgentError('not-approved', `It waits for an answer that nobody can give here: ${outcome.reason}`)
}

async function pump(
  events: AsyncGenerator<AgentEvent, ToolOutcome, void>,
  emit: (progress: JsonValue) => void,
): Promise<ToolOutcome> {
  for (;;) {
    const { done, value } = await events.next()
    if (done) return value
    if (value.type === 'tool-progress') emit(value.progress)
  }
}

async function drain(
  generator: AsyncGenerator<JsonValue, ToolOutput, void>,
  { emit, signal }: ServedCall,
): Promise<ToolOutput> {
  for (;;) {
    const { done, value } = await generator.next()
    if (done) return value
    emit(value)
    if (signal.aborted) await generator.return(undefined)
  }
}

function isGenerator(value: unknown): value is AsyncGenerator<JsonValue, ToolOutput, void> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value
}

function runContext(id: string, signal: AbortSignal, env: unknown): RunContext {
  return {
    id: `mcp-${id}`,
    path: ['mcp'],
    signal,
    state: new Map(),
    env,
    layers: [],
    model() {
      throw noModelError()
    },
  }
}

const noModel: Model = {
  specVersion: 1,
  provider: 'none',
  modelId: 'none',
  stream() {
    throw noModelError()
  },
}

function noModelError(): AgentError {
  return new AgentError('unsupported', 'This tool asks a model, and it is served without one.', {
    hint: 'Give serveMcp a model.',
  })
}
