import type { JsonValue, Model, RunContext, Tool, ToolContext, ToolOutput, ToolResultContent } from '@x/types'
import { AgentError, isAgentError } from '@x/types'
import { toToolContent } from './tool-content.js'

export interface RunToolOptions<Env = unknown> {
  /** The caller's own values, as an agent's `env`. */
  readonly env?: Env
  readonly signal?: AbortSignal
  /** What `context.model` is, for example `scriptedModel` of `@x/types/testing`. Default: one that only throws. */
  readonly model?: Model
  /** The call's id. Default `call-1`. */
  readonly id?: string
}

/** What one call of a tool came to; it has either `output` or `error`. */
export interface ToolRun {
  readonly output?: ToolOutput
  readonly error?: AgentError
  readonly progress: readonly JsonValue[]
  /** What the model would read: the output or the error's message. */
  readonly content: readonly ToolResultContent[]
}

/**
 * Runs a tool once, outside of a loop: with a context, its `timeoutMs`, and its progress collected. Never throws: what
 * goes wrong is `error`, as it is a result in a loop. No approval is asked for.
 */
export async function runTool<Env = unknown>(
  tool: Tool,
  input: JsonValue,
  options: RunToolOptions<Env> = {},
): Promise<ToolRun> {
  const progress: JsonValue[] = []
  const timer = new AbortController()
  const signal = options.signal ? AbortSignal.any([options.signal, timer.signal]) : timer.signal
  const context = toContext(tool, signal, options, (value) => progress.push(value))
  try {
    const output = await inTime(tool, timer, signal, () => execute(tool, input, context))
    return { output, progress, content: toToolContent(output) }
  } catch (thrown) {
    const error = toAgentError(thrown)
    return { error, progress, content: [{ type: 'text', text: error.message }] }
  }
}

function toContext<Env>(
  tool: Tool,
  signal: AbortSignal,
  { env, model = noModel, id = 'call-1' }: RunToolOptions<Env>,
  emit: (progress: JsonValue) => void,
): ToolContext<Env> {
  const run: RunContext<Env> = {
    id: 'run-1',
    path: [tool.name],
    signal,
    state: new Map(),
    env: env as Env,
    layers: [],
    model() {
      throw new AgentError('unsupported', 'There is no loop under runTool, so no model call can be made through it.', {
        hint: 'Test this tool with an agent and scriptedModel of @x/types/testing.',
      })
    },
  }
  return { id, key: `run-1/message-1/${id}`, signal, emit, model, run, env: env as Env }
}

const noModel: Model = {
  specVersion: 1,
  provider: 'none',
  modelId: 'none',
  stream() {
    throw new AgentError('unsupported', 'The tool asked a model, and runTool was given none.', {
      hint: 'Give one: runTool(tool, input, { model: scriptedModel([…]) }).',
    })
  },
}

async function execute(tool: Tool, input: JsonValue, context: ToolContext): Promise<ToolOutput> {
  if (!tool.execute) {
    throw new AgentError('unsupported', `The tool ${tool.name} has no execute.`, {
      hint: 'A tool with `step` needs the loop: test it with an agent and scriptedModel of @x/types/testing.',
    })
  }
  const output = await tool.execute(input, context)
  if (typeof output !== 'object' || output === null || !(Symbol.asyncIterator in output)) return output as ToolOutput
  const generator = output as AsyncGenerator<JsonValue, ToolOutput, void>
  for (;;) {
    const { done, value } = await generator.next()
    if (done) return value
    context.emit(value)
  }
}

/** A tool that does not listen to its signal is left behind. */
async function inTime(
  { name, timeoutMs }: Tool,
  timer: AbortController,
  signal: AbortSignal,
  work: () => Promise<ToolOutput>,
): Promise<ToolOutput> {
  let onAbort = () => {}
  const aborted = new Promise<never>((_resolve, reject) => {
    onAbort = () => reject(signal.reason)
    signal.addEventListener('abort', onAbort, { once: true })
  })
  const late = new AgentError('timeout', `${name} took longer than ${timeoutMs} ms.`)
  const timeout = timeoutMs === undefined ? undefined : setTimeout(() => timer.abort(late), timeoutMs)
  try {
    signal.throwIfAborted()
    return await Promise.race([work(), aborted])
  } catch (error) {
    if (!signal.aborted) throw error
    throw isAgentError(signal.reason)
      ? signal.reason
      : new AgentError('aborted', `${name} was aborted.`, { cause: signal.reason })
  } finally {
    clearTimeout(timeout)
    signal.removeEventListener('abort', onAbort)
  }
}

function toAgentError(thrown: unknown): AgentError {
  if (isAgentError(thrown)) return thrown
  return new AgentError('tool-failed', thrown instanceof Error ? thrown.message : String(thrown), { cause: thrown })
}
