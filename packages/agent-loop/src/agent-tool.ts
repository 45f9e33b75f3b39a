import type {
  AgentConfig,
  AgentEvent,
  Answers,
  JsonObject,
  JsonValue,
  Message,
  RunInput,
  RunResult,
  Tool,
  ToolAnnotations,
  ToolCall,
  ToolOutcome,
} from '@x/types'
import { AgentError } from '@x/types'
import { runAgent } from './run-agent.js'
import { textOf } from './views.js'

export interface AgentToolOptions<Env = unknown>
  extends Omit<AgentConfig<Env>, 'parent' | 'signal' | 'runId' | 'model' | 'env'> {
  /** Of the tool and of the agent: 1 to 64 characters of `[a-zA-Z0-9_-]`. */
  readonly name: string
  /** Tells the model what the agent is good for. */
  readonly description: string
  /** Default: the model of the calling agent's turn. */
  readonly model?: AgentConfig['model']
  /** Default: `{ prompt: string }`. */
  readonly inputSchema?: JsonObject
  /** The child's first message, from the call's input. Default: the prompt, or the input as JSON. */
  readonly toPrompt?: (input: JsonValue) => string
  /** `fresh`: each call starts anew. `run`: later calls of the same run go on where the last one ended. Default `fresh`. */
  readonly memory?: 'fresh' | 'run'
  /** What the calling model reads of the child's result. Default: the text of its answer. */
  readonly toOutput?: (result: RunResult) => JsonValue
  readonly needsApproval?: Tool['needsApproval']
  readonly annotations?: ToolAnnotations
}

/**
 * An agent as a tool. Its events come out wrapped as `child`, its usage counts for the run, its suspension suspends the
 * run (answers go down as `{ [callId]: { [childCallId]: answer } }`), and the layers that are `inherited` wrap it too. A
 * child that does not end as `done` gives an error result that says how it ended.
 */
export function agentTool<Env = unknown>(options: AgentToolOptions<Env>): Tool {
  const { name, description, inputSchema = promptSchema, needsApproval, annotations } = options
  return {
    name,
    description,
    inputSchema,
    ...(needsApproval !== undefined && { needsApproval }),
    ...(annotations && { annotations }),
    step: (call) => askChild(call, options),
  }
}

const promptSchema = {
  type: 'object',
  properties: { prompt: { type: 'string', description: 'The whole task: the agent sees nothing else.' } },
  required: ['prompt'],
  additionalProperties: false,
} as const

async function* askChild<Env>(
  call: ToolCall,
  options: AgentToolOptions<Env>,
): AsyncGenerator<AgentEvent, ToolOutcome, void> {
  const { run, key, model } = call
  const config = { model, ...options, parent: run, signal: run.signal, runId: key, env: run.env as Env }
  const child = runAgent(config, toInput(call, options))
  try {
    for (;;) {
      const { done, value } = await child.next()
      if (done) return toOutcome(call, options, value)
      yield { type: 'child', callId: call.call.id, path: [...run.path, options.name], event: value }
    }
  } finally {
    await child.return(undefined as never)
  }
}

function toInput(call: ToolCall, options: AgentToolOptions<never>): RunInput {
  if (call.state !== undefined) {
    const suspended = call.state as unknown as RunResult
    return { ...suspended, answers: answersOf(call, suspended) }
  }
  const { toPrompt = defaultPrompt } = options
  const question: Message = { role: 'user', content: [{ type: 'text', text: toPrompt(call.call.input) }] }
  return [...remembered(call, options), { ...question, id: `${call.key}.prompt` }]
}

/** What is no answer to a call of the child changes nothing: it must not cost the child all that it has done. */
function answersOf({ answer }: ToolCall, { pending = [] }: Partial<RunResult>): Answers {
  if (typeof answer !== 'object' || answer === null) return {}
  const waiting = new Set(pending.map(({ callId }) => callId))
  return Object.fromEntries(Object.entries(answer as Answers).filter(([callId]) => waiting.has(callId)))
}

function defaultPrompt(input: JsonValue): string {
  if (typeof input === 'object' && input !== null && 'prompt' in input && typeof input.prompt === 'string') {
    return input.prompt
  }
  return JSON.stringify(input)
}

function toOutcome(call: ToolCall, options: AgentToolOptions<never>, result: RunResult): ToolOutcome {
  const { usage, status } = result
  if (status === 'suspended') {
    const names = [...new Set(result.pending.map(({ name }) => name))].join(', ')
    return {
      type: 'suspended',
      reason: `${options.name} waits for: ${names}`,
      state: result as unknown as JsonValue,
      usage,
    }
  }
  if (status === 'aborted') {
    throw new AgentError('aborted', `The agent ${options.name} was aborted.`, { scope: 'run', partial: { usage } })
  }
  if (options.memory === 'run') call.run.state.set(memoryKey(options.name), result.messages)
  const { id } = call.call
  if (status === 'done')
    return { type: 'result', result: { type: 'tool-result', id, content: contentOf(options, result) }, usage }
  const text = `The agent ${options.name} did not finish (${status}). ${lastText(result)}`.trim()
  const content = [{ type: 'text', text } as const]
  return { type: 'result', result: { type: 'tool-result', id, content, isError: true }, errorCode: 'incomplete', usage }
}

function contentOf({ toOutput }: AgentToolOptions<never>, result: RunResult) {
  const output = toOutput ? outputOf(toOutput, result) : textOf(result)
  if (typeof output !== 'string') return [{ type: 'json', value: output } as const]
  return [{ type: 'text', text: output === '' ? '(no answer)' : output } as const]
}

/** An output that cannot be made is the tool's failure; what the child spent is spent. */
function outputOf(toOutput: (result: RunResult) => JsonValue, result: RunResult): JsonValue {
  try {
    return toOutput(result)
  } catch (cause) {
    const text = cause instanceof Error ? cause.message : String(cause)
    throw new AgentError('tool-failed', text, { cause, partial: { usage: result.usage } })
  }
}

function lastText(result: RunResult): string {
  const text = textOf({ ...result, status: 'done' })
  return text === '' ? '' : `It said: ${text}`
}

function remembered({ run }: ToolCall, { memory, name }: AgentToolOptions<never>): readonly Message[] {
  return memory === 'run' ? ((run.state.get(memoryKey(name)) as readonly Message[] | undefined) ?? []) : []
}

function memoryKey(name: string): string {
  return `agent-tool ${name}`
}
