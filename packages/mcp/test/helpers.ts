import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js'
import { Server } from '@modelcontextprotocol/sdk/server/index.js'
import type { ServerCapabilities } from '@modelcontextprotocol/sdk/types.js'
import type { AgentEvent, JsonObject, JsonValue, Tool, ToolCall, ToolContext, ToolOutcome } from '@x/types'
import { scriptedModel } from '@x/types/testing'
import type { McpTools, McpToolsOptions } from '../src/index.js'
import { mcpTools } from '../src/index.js'

type Handler = Parameters<Server['setRequestHandler']>[1]
export type CallHandler = (
  params: { readonly name: string; readonly arguments?: JsonObject },
  extra: Parameters<Handler>[1],
) => unknown

export interface FakeServer {
  readonly server: Server
  /** What `tools/list` gives; replace it as you like. */
  tools: readonly unknown[]
}

/** A server of the SDK's lowest level: it lists and answers whatever it is told to, well-formed or not. */
export function fakeServer(
  tools: readonly unknown[],
  call: CallHandler = () => ({ content: [] }),
  capabilities: ServerCapabilities = { tools: { listChanged: true } },
): FakeServer {
  const server = new Server({ name: 'fake', version: '1.2.3' }, { capabilities, instructions: 'Be careful.' })
  const fake: FakeServer = { server, tools }
  // The SDK checks results on this level too; the map of handlers is what lets odd ones through.
  const handlers = (server as unknown as { _requestHandlers: Map<string, unknown> })._requestHandlers
  handlers.set('tools/list', async () => ({ tools: fake.tools }))
  handlers.set('tools/call', (request: { params: never }, extra: never) => Promise.resolve(call(request.params, extra)))
  return fake
}

/** Connects to it over a pair of transports in memory. */
export async function connectTo({ server }: FakeServer, options?: McpToolsOptions): Promise<McpTools> {
  const [ours, theirs] = InMemoryTransport.createLinkedPair()
  await server.connect(theirs)
  return mcpTools(ours, options)
}

export const plainTool = (name: string, more: JsonObject = {}) => ({ name, inputSchema: { type: 'object' }, ...more })

export function named(server: Pick<McpTools, 'tools'>, name: string): Tool {
  const tool = server.tools.find((candidate) => candidate.name === name)
  if (!tool) throw new Error(`There is no ${name}, but ${server.tools.map((each) => each.name).join(', ')}.`)
  return tool
}

interface CallOptions {
  readonly signal?: AbortSignal
  readonly answer?: JsonValue
  readonly state?: JsonValue
  readonly onProgress?: (progress: JsonValue) => void
}

/** The call of a tool's `step`, as the loop makes it. */
export async function runStep(
  tool: Tool,
  input: JsonValue = {},
  { signal = new AbortController().signal, onProgress, ...rest }: CallOptions = {},
): Promise<{ readonly outcome: ToolOutcome; readonly events: readonly AgentEvent[] }> {
  const call: ToolCall = {
    ...{ run: contextOf(signal).run, key: 'key', model: scriptedModel([]), tool, ...rest },
    call: { type: 'tool-call', id: 'c1', name: tool.name, input },
  }
  const step = tool.step?.(call)
  if (!step) throw new Error(`${tool.name} has no step.`)
  const events: AgentEvent[] = []
  for (;;) {
    const { done, value } = await step.next()
    if (done) return { outcome: value, events }
    events.push(value)
    if (value.type === 'tool-progress') onProgress?.(value.progress)
  }
}

export function contextOf(
  signal: AbortSignal = new AbortController().signal,
  emit: (value: JsonValue) => void = () => {},
): ToolContext {
  const model = scriptedModel([])
  const run = {
    ...{ id: 'run', path: ['test'], signal, state: new Map(), env: undefined, layers: [] },
    model() {
      throw new Error('No model is called here.')
    },
  }
  return { id: 'c1', key: 'key', signal, emit, model, run, env: undefined }
}

/** The parts of a result. */
export function contentOf({ outcome }: { readonly outcome: ToolOutcome }) {
  if (outcome.type !== 'result') throw new Error(`It was ${outcome.type}.`)
  return outcome.result.content
}

export const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))

export async function until(isTrue: () => boolean, withinMs = 20_000): Promise<void> {
  const end = Date.now() + withinMs
  while (!isTrue()) {
    if (Date.now() > end) throw new Error('It did not come true.')
    await pause(5)
  }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
