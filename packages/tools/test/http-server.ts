import type { IncomingMessage, RequestListener, Server } from 'node:http'
import { createServer } from 'node:http'
import type { Http2ServerRequest, Http2ServerResponse, ServerHttp2Session } from 'node:http2'
import { createServer as createHttp2Server } from 'node:http2'
import { createServer as createHttpsServer } from 'node:https'
import type { AddressInfo, Server as NetServer, Socket } from 'node:net'
import { createServer as createTcpServer } from 'node:net'
import type { ToolOutput, ToolResultContent } from '@x/types'
import { onTestFinished } from 'vitest'
import { certificate, certificateKey } from './https-certificate.js'

export interface TestServer {
  readonly port: number
  /** `http://127.0.0.1:<port>` */
  readonly origin: string
  readonly requests: readonly IncomingMessage[]
}

type Listener = (...parameters: Parameters<RequestListener>) => unknown

/** A real server on loopback for one test. */
export async function serve(listener: Listener, options: { tls?: boolean } = {}): Promise<TestServer> {
  const requests: IncomingMessage[] = []
  const heard: RequestListener = (request, response) => {
    requests.push(request)
    void listener(request, response)
  }
  const server: Server = options.tls
    ? createHttpsServer({ cert: certificate, key: certificateKey }, heard)
    : createServer(heard)
  const port = await listen(server)
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { port, origin: `http://127.0.0.1:${port}`, requests }
}

/** A server that speaks HTTP/2 without TLS, as the AWS SDK does where its endpoint says `http:`. */
export async function serveHttp2(
  listener: (request: Http2ServerRequest, response: Http2ServerResponse) => unknown,
): Promise<{ readonly origin: string }> {
  const server = createHttp2Server((request, response) => void listener(request, response))
  const sessions = new Set<ServerHttp2Session>()
  server.on('session', (session) => sessions.add(session))
  const port = await listen(server)
  onTestFinished(() => {
    for (const session of sessions) session.destroy()
    server.close()
  })
  return { origin: `http://127.0.0.1:${port}` }
}

/** A server that speaks no HTTP of its own accord. */
export async function serveTcp(onSocket: (socket: Socket) => void): Promise<{ port: number; origin: string }> {
  const sockets = new Set<Socket>()
  const server = createTcpServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    onSocket(socket)
  })
  const port = await listen(server)
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return { port, origin: `http://127.0.0.1:${port}` }
}

async function listen(server: NetServer): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

/** The content parts of a result as one text, a part a paragraph. */
export function shown(output: ToolOutput): string {
  return (output as readonly ToolResultContent[])
    .map((part) => (part.type === 'text' ? part.text : JSON.stringify(part)))
    .join('\n\n')
}
