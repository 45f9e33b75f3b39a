import type { AgentEvent, JsonValue, Tool, ToolCall, ToolContext, ToolOutcome, ToolOutput } from '@x/types'
import { AgentError } from '@x/types'
import type { RemoteCall, RemoteOutcome } from './call-remote.js'
import type { Answered, Elicitation } from './elicitation.js'
import { asObject } from './json.js'
import type { RemoteTool } from './remote-tool.js'

/** Whether a call waits for a yes: always, never, or by its input. */
export type Approval = boolean | ((input: JsonValue) => boolean)

/** A tool for the loop: `step` keeps error results whole and can be suspended; `execute` serves everybody else. */
export function toLocalTool(
  remote: RemoteTool,
  needsApproval: Approval,
  call: (call: RemoteCall) => Promise<RemoteOutcome>,
): Tool {
  const { localName, description, inputSchema, outputSchema, annotations } = remote
  return {
    name: localName,
    ...(description !== undefined && { description }),
    inputSchema,
    ...(outputSchema && { outputSchema }),
    annotations,
    needsApproval,
    execute: (input, context) => execute(localName, input, context, call),
    step: (toolCall) => step(toolCall, call),
  }
}

/**
 * The safe default, with the protocol's own words for hints that are missing: a tool is taken as destructive and open to
 * the world until it says otherwise. No approval for one that only reads, or that only adds to a world of its own.
 */
export function approvalByAnnotations({ annotations }: RemoteTool): boolean {
  const { readOnly = false, destructive = true, openWorld = true } = annotations
  return !readOnly && (destructive || openWorld)
}

async function execute(
  name: string,
  input: JsonValue,
  { signal, emit }: ToolContext,
  call: (call: RemoteCall) => Promise<RemoteOutcome>,
): Promise<ToolOutput> {
  const outcome = await call({ input, signal, answers: [], onProgress: (progress) => emit(progress) })
  if (outcome.type === 'suspended') {
    throw new AgentError('not-approved', `${name} asked a question, and nobody is there to answer it.`)
  }
  if (!outcome.isError) return outcome.content
  const texts = outcome.content.map((part) => (part.type === 'text' ? part.text : `[${part.type}]`))
  throw new AgentError('tool-failed', texts.join('\n'))
}

/** What a suspended call leaves for its next attempt. */
interface Waiting {
  readonly question: Elicitation
  readonly answers: readonly Answered[]
}

async function* step(
  { call: { id, input }, run: { signal }, state, answer }: ToolCall,
  call: (call: RemoteCall) => Promise<RemoteOutcome>,
): AsyncGenerator<AgentEvent, ToolOutcome, void> {
  const waiting = asObject(state) ? (state as unknown as Waiting) : undefined
  const earlier = waiting?.answers ?? []
  const answers = waiting && answer !== undefined ? [...earlier, { question: waiting.question, answer }] : earlier
  const outcome = yield* withProgress(id, (onProgress) => call({ input, signal, answers, onProgress }))
  if (outcome.type === 'suspended') {
    const { question } = outcome
    return { type: 'suspended', reason: question.message, state: { question, answers } as unknown as JsonValue }
  }
  const { content, isError } = outcome
  const result = { type: 'tool-result', id, content, ...(isError && { isError }) } as const
  return { type: 'result', result, ...(isError && { errorCode: 'tool-failed' }) }
}

/** Progress that nobody has read yet; older news gives way to newer. */
const maxUnread = 100

/** Yields progress at once, while the work goes on. */
async function* withProgress<Result>(
  callId: string,
  work: (onProgress: (progress: JsonValue) => void) => Promise<Result>,
): AsyncGenerator<AgentEvent, Result, void> {
  const unread: JsonValue[] = []
  let wake = () => {}
  let ended = false
  const working = work((progress) => {
    unread.push(progress)
    if (unread.length > maxUnread) unread.shift()
    wake()
  }).finally(() => {
    ended = true
    wake()
  })
  // Awaited at the end; until then a rejection counts as handled.
  working.catch(() => undefined)
  while (!ended || unread.length > 0) {
    const progress = unread.shift()
    if (progress !== undefined) yield { type: 'tool-progress', callId, progress }
    else await new Promise<void>((resolve) => (wake = resolve))
  }
  return await working
}
