import type { OAuthClientProvider } from '@modelcontextprotocol/sdk/client/auth.js'
import type { Client } from '@modelcontextprotocol/sdk/client/index.js'
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import { AgentError } from '@x/types'

/** A server that is a program of its own, spoken to over its stdin and stdout. */
export interface StdioServer {
  /** Run without a shell. */
  readonly command: string
  readonly args?: readonly string[]
  /** Beside `HOME`, `LOGNAME`, `PATH`, `SHELL`, `TERM` and `USER` the program sees these variables and no others. */
  readonly env?: { readonly [name: string]: string }
  readonly cwd?: string
}

/** A server behind Streamable HTTP. */
export interface HttpServer {
  /** `http:` or `https:`; redirects are followed only within its origin. */
  readonly url: string | URL
  /** Sent with every request; never part of an error. */
  readonly headers?: { readonly [name: string]: string }
  /** OAuth, as the protocol's SDK does it. */
  readonly authProvider?: OAuthClientProvider
  /** Default: the global one. */
  readonly fetch?: typeof fetch
}

/** Where a server is: a program, a URL, a transport that was not started, or a client that is connected. */
export type McpServerTarget = StdioServer | HttpServer | Transport | Client

export type Target =
  | { readonly type: 'stdio'; readonly server: StdioServer }
  | { readonly type: 'http'; readonly server: HttpServer; readonly url: URL }
  | { readonly type: 'transport'; readonly transport: Transport }
  | { readonly type: 'client'; readonly client: Client }

/** @throws AgentError `invalid-config` for anything that is no server. */
export function toTarget(server: McpServerTarget): Target {
  if ('callTool' in server) return { type: 'client', client: server }
  if ('start' in server) return { type: 'transport', transport: server }
  if ('command' in server && server.command !== '') return { type: 'stdio', server }
  if ('url' in server) return { type: 'http', server, url: toUrl(server.url) }
  throw new AgentError('invalid-config', 'This is no MCP server.', {
    hint: 'Give { command, args }, { url }, a Transport or a connected Client.',
  })
}

/** For messages: no arguments, no credentials, no query, as all of these may hold secrets. */
export function nameOf(target: Target): string {
  if (target.type === 'stdio') return `"${target.server.command}"`
  if (target.type === 'http') return `at ${target.url.origin}${target.url.pathname}`
  return 'behind the given connection'
}

/** What must not show up in an error. */
export function secretsOf(target: Target): readonly string[] {
  if (target.type === 'stdio') return Object.values(target.server.env ?? {})
  if (target.type !== 'http') return []
  const { headers = {} } = target.server
  const { password, username, searchParams } = target.url
  return [
    ...Object.values(headers).flatMap((value) => [value, ...value.split(' ')]),
    password,
    username,
    ...searchParams.values(),
  ]
}

function toUrl(value: string | URL): URL {
  let url: URL | undefined
  try {
    url = new URL(value)
  } catch {
    // Told below; the text itself may hold a password.
  }
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return url
  throw new AgentError('invalid-config', 'The url of an MCP server must begin with http:// or https://.')
}
