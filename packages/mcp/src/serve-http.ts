import { randomUUID } from 'node:crypto'
import type { Server } from '@modelcontextprotocol/sdk/server/index.js'
import { WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js'
import type { GuardOptions } from './guard-request.js'
import { ownerOf, refusal, refusalOf } from './guard-request.js'

export interface HttpOptions extends GuardOptions {
  /** Sessions at once; the one that was quiet the longest gives way. Default 100. */
  readonly maxSessions?: number
  /** Default 4,000,000. */
  readonly maxBodyBytes?: number
}

export interface HttpSessions {
  fetch(request: Request): Promise<Response>
  close(): Promise<void>
}

interface Session {
  readonly transport: WebStandardStreamableHTTPServerTransport
  readonly owner: string
}

/** Streamable HTTP: a session for each client, found by the header `mcp-session-id`. */
export function httpSessions(open: (request: Request) => Server, options: HttpOptions): HttpSessions {
  const { maxSessions = 100, maxBodyBytes = 4_000_000 } = options
  /** The one that was quiet the longest first. */
  const sessions = new Map<string, Session>()

  const start = async (request: Request): Promise<Response> => {
    const owner = ownerOf(request)
    const transport = new WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: () => randomUUID(),
      maxRequestBodySize: maxBodyBytes,
      async onsessioninitialized(id) {
        sessions.set(id, { transport, owner })
        const [oldest] = sessions.values()
        if (sessions.size > maxSessions) await oldest?.transport.close()
      },
    })
    transport.onclose = () => transport.sessionId !== undefined && sessions.delete(transport.sessionId)
    // The session must not hold the body of the request, which is read by the transport.
    await open(new Request(request.url, { method: request.method, headers: request.headers })).connect(transport)
    const response = await transport.handleRequest(request)
    if (transport.sessionId === undefined) await transport.close()
    return response
  }

  return {
    async fetch(request) {
      const refused = await refusalOf(request, options)
      if (refused) return refused
      const id = request.headers.get('mcp-session-id')
      if (id === null) return start(request)
      const session = sessions.get(id)
      // 404 tells a client to open a new session; somebody else's is not known either.
      if (!session || session.owner !== ownerOf(request)) return refusal(404, 'There is no such session.')
      sessions.delete(id)
      sessions.set(id, session)
      return session.transport.handleRequest(request)
    },
    async close() {
      await Promise.all([...sessions.values()].map(({ transport }) => transport.close()))
    },
  }
}
