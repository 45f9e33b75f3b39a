import type { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { ToolListChangedNotificationSchema } from '@modelcontextprotocol/sdk/types.js'
import type { Tool } from '@x/types'
import { AgentError } from '@x/types'
import type { CallLimits, RemoteCall, RemoteOutcome } from './call-remote.js'
import { callRemote } from './call-remote.js'
import type { Connection } from './connection.js'
import { connect } from './connection.js'
import type { AskedCall, OnElicitation } from './elicitation.js'
import { answerElicitations } from './elicitation.js'
import type { Link } from './open-link.js'
import { openLink } from './open-link.js'
import { queue } from './queue.js'
import type { RemoteTool } from './remote-tool.js'
import type { ServerContent } from './server-content.js'
import { serverContent } from './server-content.js'
import type { McpServerTarget, Target } from './server-target.js'
import { toTarget } from './server-target.js'
import type { Approval } from './to-local-tool.js'
import { approvalByAnnotations, toLocalTool } from './to-local-tool.js'
import type { ToolCatalog, ToolsChange } from './tool-catalog.js'
import { toolCatalog } from './tool-catalog.js'
import type { ListOptions } from './tool-list.js'

export interface McpToolsOptions extends ListOptions {
  /** Which tools wait for a yes from an approval layer; see `approvalByAnnotations`. Default `annotations`. */
  readonly approval?: 'annotations' | 'always' | 'never' | ((tool: RemoteTool) => Approval)
  /** How long a server may be silent during a request; progress starts the time anew. Default 60,000. */
  readonly timeoutMs?: number
  /** How long one tool call may take, progress or not. Default 600,000. */
  readonly totalTimeoutMs?: number
  /** What is more of one result is cut. Default 1,000,000. */
  readonly maxResultBytes?: number
  /** Without it the server is told that nobody can be asked. */
  readonly onElicitation?: OnElicitation
  /** Told after the tools changed while connected. */
  readonly onToolsChanged?: (change: ToolsChange) => void
  /** What the server is told of us. Default `@x/mcp`. */
  readonly name?: string
  readonly version?: string
  /** Aborts connecting. */
  readonly signal?: AbortSignal
}

/** A connected server. */
export interface McpTools extends ServerContent, AsyncDisposable {
  /** As of now: another array after each change, see `liveTools`. */
  readonly tools: readonly Tool[]
  /** SHA-256 over the definitions of `tools`, for `expectFingerprint`. */
  readonly fingerprint: string
  readonly serverInfo: { readonly name: string; readonly version: string; readonly title?: string }
  /** What the server says about how to use it. It is the server's word: think before putting it into a system prompt. */
  readonly instructions?: string
  /** Lists the tools again. */
  refresh(): Promise<void>
  /** Ends the session and the process that was started for it; idempotent. A `Client` that was given stays open. */
  close(): Promise<void>
}

/** Larger messages end the connection. */
const minMessageBytes = 10_000_000

/**
 * Connects to an MCP server and gives its tools. Use it with `await using`, or call `close()`.
 * @throws AgentError `invalid-config`, `access-denied`, `unavailable`, `network`, `timeout`, `tools-changed`
 */
export async function mcpTools(server: McpServerTarget, options: McpToolsOptions = {}): Promise<McpTools> {
  const target = toTarget(server)
  checkOptions(target, options)
  const { timeoutMs = 60_000, totalTimeoutMs = 600_000, maxResultBytes = 1_000_000, onElicitation } = options
  const underWay = new Set<AskedCall>()
  const inTurn = onElicitation === 'suspend' ? queue() : undefined

  let connection: Connection
  let latest: Link | undefined
  const call = (remote: RemoteTool) => {
    const { readOnly, idempotent } = remote.annotations
    const limits: CallLimits = { timeoutMs, totalTimeoutMs, maxResultBytes }
    const perform = (request: RemoteCall): Promise<RemoteOutcome> =>
      connection.use(
        (client) => {
          // Here and not before: the list may be another one since the connection was opened again.
          catalog.check(remote)
          return callRemote(client, remote, request, { limits, underWay })
        },
        { signal: request.signal, repeatable: readOnly === true || idempotent === true },
      )
    return (request: RemoteCall) => (inTurn ? inTurn(request.signal, () => perform(request)) : perform(request))
  }
  const catalog = toolCatalog(options, (remote) => toLocalTool(remote, approvalOf(remote, options), call(remote)))

  connection = await connect({
    canReopen: target.type === 'stdio' || target.type === 'http',
    open: (signal) => openLink(target, linkOptions(options, { catalog, underWay, maxResultBytes, timeoutMs }), signal),
    async onOpen(link) {
      await catalog.refresh(link.client)
      latest = link
    },
    ...(options.signal && { signal: options.signal }),
  })

  return {
    ...serverContent(connection, { timeoutMs, maxResultBytes }),
    ...infoOf(latest?.client),
    get tools() {
      return catalog.tools()
    },
    get fingerprint() {
      return catalog.fingerprint()
    },
    refresh: () => connection.use((client) => catalog.refresh(client), { repeatable: true }),
    close: () => connection.close(),
    [Symbol.asyncDispose]: () => connection.close(),
  }
}

function checkOptions(
  target: Target,
  { prefix = '', onElicitation, timeoutMs, maxResultBytes }: McpToolsOptions,
): void {
  if (!/^[a-zA-Z0-9_-]{0,40}$/.test(prefix)) {
    throw new AgentError('invalid-config', `A prefix cannot be ${JSON.stringify(prefix.slice(0, 80))}.`, {
      hint: 'Use at most 40 letters, digits, "_" and "-".',
    })
  }
  for (const [name, value] of Object.entries({ timeoutMs, maxResultBytes })) {
    if (value !== undefined && !(value > 0)) throw new AgentError('invalid-config', `${name} must be more than 0.`)
  }
  if (target.type === 'client' && onElicitation) {
    throw new AgentError('invalid-config', 'A connected Client has told its server already whether it can be asked.', {
      hint: 'Give onElicitation with { command } or { url }, or set the handler of the Client yourself.',
    })
  }
}

function approvalOf(remote: RemoteTool, { approval = 'annotations' }: McpToolsOptions): Approval {
  if (typeof approval === 'function') return approval(remote)
  return approval === 'annotations' ? approvalByAnnotations(remote) : approval === 'always'
}

function linkOptions(
  { name = '@x/mcp', version = '1.0.0', onElicitation }: McpToolsOptions,
  parts: {
    readonly catalog: ToolCatalog
    readonly underWay: ReadonlySet<AskedCall>
    readonly maxResultBytes: number
    readonly timeoutMs: number
  },
) {
  const { catalog, underWay, maxResultBytes, timeoutMs } = parts
  return {
    clientInfo: { name, version },
    capabilities: onElicitation ? { elicitation: { form: {} } } : {},
    timeoutMs,
    maxMessageBytes: Math.max(minMessageBytes, 2 * maxResultBytes),
    prepare(client: Client) {
      if (onElicitation) answerElicitations(client, onElicitation, underWay)
      client.setNotificationHandler(ToolListChangedNotificationSchema, () =>
        // `onToolsChanged` is told of failures.
        catalog.refresh(client).catch(() => undefined),
      )
    },
  }
}

function infoOf(client: Client | undefined): Pick<McpTools, 'serverInfo' | 'instructions'> {
  const { name = '', version = '', title } = client?.getServerVersion() ?? {}
  const instructions = client?.getInstructions()
  return {
    serverInfo: { name, version, ...(title !== undefined && { title }) },
    ...(instructions !== undefined && { instructions }),
  }
}
