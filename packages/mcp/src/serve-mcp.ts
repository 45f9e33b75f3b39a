import type { Server } from '@modelcontextprotocol/sdk/server/index.js'
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js'
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import type { Tool } from '@x/types'
import { AgentError } from '@x/types'
import type { ListenOptions, McpListener } from './listen.js'
import { listen } from './listen.js'
import type { HttpOptions } from './serve-http.js'
import { httpSessions } from './serve-http.js'
import type { SessionOptions } from './serve-session.js'
import { serveSession } from './serve-session.js'

export interface ServeOptions extends SessionOptions, HttpOptions {}

/** Tools on offer; each connected client has a session of its own. */
export interface McpServing extends AsyncDisposable {
  /** Over stdin and stdout, until the client closes them; nothing else may be printed to stdout meanwhile. */
  stdio(): Promise<void>
  /** Streamable HTTP as a web-standard handler, to mount in a server of your own. Set `allowedHosts` there. */
  fetch(request: Request): Promise<Response>
  /** Streamable HTTP on 127.0.0.1. */
  listen(options?: ListenOptions): Promise<McpListener>
  /** Over any other transport of the SDK; resolves once the client may begin. */
  connect(transport: Transport): Promise<void>
  /** Offers these from now on, and tells every client. */
  setTools(tools: readonly Tool[]): void
  /** Ends every session and listener; calls under way are cancelled. */
  close(): Promise<void>
}

/**
 * Offers tools as an MCP server. Input is validated by the tool itself, errors become results with `isError`, progress
 * and cancellation go through.
 * @throws AgentError `invalid-config` for two tools of one name, or an empty token
 */
export function serveMcp(tools: readonly Tool[], options: ServeOptions = {}): McpServing {
  if (options.token === '') {
    throw new AgentError('invalid-config', 'The token of serveMcp is empty, so nobody could call.', {
      hint: 'Is the variable that it comes from set? Leave token out to ask for none.',
    })
  }
  let offered = checked(tools)
  const servers = new Set<Server>()
  const listeners = new Set<McpListener>()
  const open = (request?: Request): Server => {
    const server = serveSession(() => offered, options, request)
    servers.add(server)
    server.onclose = () => servers.delete(server)
    return server
  }
  const http = httpSessions(open, options)
  const close = async () => {
    await http.close()
    await Promise.all([...servers].map((server) => server.close()))
    await Promise.all([...listeners].map((listener) => listener.close()))
    listeners.clear()
  }
  return {
    async stdio() {
      const server = open()
      const ended = new Promise<void>((resolve) => process.stdin.once('end', resolve).once('close', resolve))
      await server.connect(new StdioServerTransport())
      await ended
      await server.close()
    },
    fetch: (request) => http.fetch(request),
    async listen(listenOptions) {
      const listener = await listen((request) => http.fetch(request), listenOptions)
      listeners.add(listener)
      return listener
    },
    connect: (transport) => open().connect(transport),
    setTools(next) {
      offered = checked(next)
      // A client that has not come so far as to be told, or has just gone, lists the tools when it needs them.
      for (const server of servers) server.sendToolListChanged().catch(() => undefined)
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}

function checked(tools: readonly Tool[]): readonly Tool[] {
  const names = tools.map(({ name }) => name)
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice === undefined) return [...tools]
  throw new AgentError('invalid-config', `Two tools are named "${twice}".`, { hint: 'Give each its own name.' })
}
