import { randomUUID } from 'node:crypto'
import { Server } from '@modelcontextprotocol/sdk/server/index.js'
import type { RequestHandlerExtra } from '@modelcontextprotocol/sdk/shared/protocol.js'
import type { CallToolResult, ServerNotification, ServerRequest } from '@modelcontextprotocol/sdk/types.js'
import {
  CallToolRequestSchema,
  ElicitResultSchema,
  ErrorCode,
  ListToolsRequestSchema,
  McpError,
} from '@modelcontextprotocol/sdk/types.js'
import type { JsonValue, Model, Tool } from '@x/types'
import { asObject } from './json.js'
import { runServedTool } from './run-served-tool.js'
import { toCallResult, toErrorResult } from './to-call-result.js'
import { toOutputSchema, toTool } from './to-tool.js'

/** Whoever is connected. */
export interface ServedSession {
  readonly id: string
  /** As the client calls itself. */
  readonly client?: { readonly name: string; readonly version: string }
  /** The request that opened the session, over HTTP. */
  readonly request?: Request
}

export interface ApprovalRequest {
  readonly tool: Tool
  readonly input: JsonValue
  readonly session: ServedSession
  readonly signal: AbortSignal
}

export interface SessionOptions {
  /** What the client is told of the server. Default `@x/mcp`. */
  readonly name?: string
  readonly version?: string
  /** How to use the tools, for the model at the other end. */
  readonly instructions?: string
  /**
   * Who says yes to a call of a tool with `needsApproval`. `ask-client` asks the person at the other end, if the client
   * can ask (elicitation); anybody else is refused. Default `ask-client`.
   */
  readonly approve?: 'ask-client' | ((request: ApprovalRequest) => boolean | Promise<boolean>)
  /** `context.env` of the tools, made once a session; a function is given the session. */
  readonly env?: unknown
  /** For tools that ask one. */
  readonly model?: Model
}

/** How long a person may think about an approval. */
const approvalTimeoutMs = 600_000

type Extra = RequestHandlerExtra<ServerRequest, ServerNotification>

/** One server of the SDK, for one client. */
export function serveSession(tools: () => readonly Tool[], options: SessionOptions, request?: Request): Server {
  const { name = '@x/mcp', version = '1.0.0', instructions } = options
  const server = new Server(
    { name, version },
    { capabilities: { tools: { listChanged: true } }, ...(instructions !== undefined && { instructions }) },
  )
  const id = randomUUID()
  const session = (): ServedSession => {
    const client = server.getClientVersion()
    return {
      id,
      ...(client && { client: { name: client.name, version: client.version } }),
      ...(request && { request }),
    }
  }
  let env: Promise<unknown> | undefined
  const envOf = async () => (typeof options.env === 'function' ? await options.env(session()) : options.env)

  server.setRequestHandler(ListToolsRequestSchema, () => ({ tools: tools().map(toTool) }))
  server.setRequestHandler(CallToolRequestSchema, async ({ params }, extra) => {
    const tool = tools().find((candidate) => candidate.name === params.name)
    if (!tool) throw new McpError(ErrorCode.InvalidParams, `There is no tool named ${params.name}.`)
    const input = (params.arguments ?? {}) as JsonValue
    try {
      const approval = { tool, input, session: session(), signal: extra.signal }
      if (isApprovalNeeded(tool, input) && !(await approved(server, approval, options, extra))) {
        return toErrorResult(`${tool.name} was not run: it needs an approval, and nobody gave one.`)
      }
      env ??= envOf()
      const callId = `${id}-${extra.requestId}`
      return await perform(
        tool,
        { id: callId, input, env: await env, ...(options.model && { model: options.model }) },
        extra,
      )
    } catch (error) {
      return toErrorResult(error instanceof Error ? error.message : String(error))
    }
  })
  return server
}

async function perform(
  tool: Tool,
  call: { readonly id: string; readonly input: JsonValue; readonly env: unknown; readonly model?: Model },
  extra: Extra,
): Promise<CallToolResult> {
  const emit = progressOf(extra)
  const { output, isError } = await runServedTool(tool, { ...call, signal: extra.signal, emit })
  if (isError) return { ...toCallResult(output), isError }
  return toCallResult(output, toOutputSchema(tool.outputSchema))
}

function isApprovalNeeded({ needsApproval = false }: Tool, input: JsonValue): boolean {
  return typeof needsApproval === 'function' ? needsApproval(input) : needsApproval
}

async function approved(
  server: Server,
  request: ApprovalRequest,
  { approve = 'ask-client' }: SessionOptions,
  extra: Extra,
): Promise<boolean> {
  // Only `true` is a yes, also where no type is checked.
  if (approve !== 'ask-client') return (await approve(request)) === true
  if (!server.getClientCapabilities()?.elicitation?.form) return false
  const { tool, input } = request
  const answer = await extra.sendRequest(
    {
      method: 'elicitation/create',
      params: {
        mode: 'form',
        message: `Run ${tool.annotations?.title ?? tool.name} with ${JSON.stringify(input).slice(0, 2000)}?`,
        requestedSchema: {
          type: 'object',
          properties: { approved: { type: 'boolean', title: 'Run it' } },
          required: ['approved'],
        },
      },
    },
    ElicitResultSchema,
    { timeout: approvalTimeoutMs, signal: extra.signal },
  )
  return answer.action === 'accept' && answer.content?.approved === true
}

/** Progress of a tool in the protocol's words, to a client that asked for it. The number must grow each time. */
function progressOf({ _meta, sendNotification }: Extra): (value: JsonValue) => void {
  const progressToken = _meta?.progressToken
  let last = 0
  return (value) => {
    if (progressToken === undefined) return
    const given = asObject(value) ?? {}
    const progress = typeof given.progress === 'number' && given.progress > last ? given.progress : last + 1
    last = progress
    const isPlain = typeof given.progress === 'number'
    const text = isPlain ? given.message : typeof value === 'string' ? value : JSON.stringify(value)
    const params = {
      progressToken,
      progress,
      ...(typeof given.total === 'number' && { total: given.total }),
      ...(typeof text === 'string' && { message: text.slice(0, 1000) }),
    }
    // A client that has gone away hears nothing any more; the call is cancelled by its signal.
    sendNotification({ method: 'notifications/progress', params }).catch(() => undefined)
  }
}
