import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'

export interface ListenOptions {
  /** Default 0: a free one. */
  readonly port?: number
  /** Default `/mcp`; other paths are not found. */
  readonly path?: string
}

export interface McpListener extends AsyncDisposable {
  /** For the client: `http://127.0.0.1:<port>/mcp`. */
  readonly url: string
  readonly port: number
  /** Ends at once, whatever is under way. */
  close(): Promise<void>
}

/** Listens on the loopback interface and on no other address. @throws Error when the port cannot be had */
export async function listen(
  answer: (request: Request) => Promise<Response>,
  { port = 0, path = '/mcp' }: ListenOptions = {},
): Promise<McpListener> {
  const server = createServer((incoming, outgoing) => {
    respond(incoming, outgoing, path, answer).catch(() => {
      if (!outgoing.headersSent) outgoing.writeHead(500)
      outgoing.end()
    })
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => {
      server.removeListener('error', reject)
      resolve()
    })
  })
  const actual = (server.address() as AddressInfo).port
  let closed: Promise<void> | undefined
  const close = () => {
    closed ??= new Promise<void>((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
    return closed
  }
  return { url: `http://127.0.0.1:${actual}${path}`, port: actual, close, [Symbol.asyncDispose]: close }
}

async function respond(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  path: string,
  answer: (request: Request) => Promise<Response>,
): Promise<void> {
  const request = toRequest(incoming)
  if (!request || new URL(request.url).pathname !== path) {
    outgoing.writeHead(request ? 404 : 400).end()
    incoming.resume()
    return
  }
  const response = await answer(request)
  outgoing.writeHead(response.status, Object.fromEntries(response.headers))
  outgoing.flushHeaders()
  if (!response.body) return void outgoing.end()
  const reader = response.body.getReader()
  // Tells the transport that nobody reads this stream any more.
  outgoing.once('close', () => reader.cancel().catch(() => undefined))
  for (;;) {
    const { done, value } = await reader.read()
    if (done) break
    if (!outgoing.write(value)) await drained(outgoing)
  }
  outgoing.end()
}

function toRequest(incoming: IncomingMessage): Request | undefined {
  const { method = 'GET', url = '/', headers } = incoming
  const hasBody = method !== 'GET' && method !== 'HEAD'
  const pairs = Object.entries(headers).flatMap(([name, value]) =>
    [value ?? []].flat().map((each): [string, string] => [name, each]),
  )
  try {
    return new Request(new URL(url, 'http://127.0.0.1'), {
      method,
      headers: pairs,
      ...(hasBody && { body: Readable.toWeb(incoming) as ReadableStream, duplex: 'half' }),
    })
  } catch {
    // A method or a target that no request can have.
    return undefined
  }
}

function drained(outgoing: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    outgoing.once('drain', resolve)
    outgoing.once('close', resolve)
  })
}
