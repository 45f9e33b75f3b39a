import type { RequestListener, ServerResponse } from 'node:http'
import { createServer as createHttp1Server } from 'node:http'
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2'
import { createServer as createHttp2Server } from 'node:http2'
import type { AddressInfo, Socket } from 'node:net'
import { createServer } from 'node:net'

/** One answer, byte for byte. */
export interface RawAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
  /** Bytes a write. Default: all at once. */
  readonly pieceLength?: number
}

/**
 * A server on the loopback interface that gives every request the same answer, over HTTP/1.1 and HTTP/2 on one port.
 * `bodies` are the JSON bodies of the requests.
 */
export async function startRawEndpoint(answer: () => RawAnswer) {
  const bodies: unknown[] = []
  const sockets = new Set<Socket>()
  const listener = (request: AsyncIterable<Buffer>, response: ServerResponse | Http2ServerResponse) =>
    respond(request, response, answer(), bodies)
  const http1 = createHttp1Server(listener as RequestListener)
  const http2 = createHttp2Server(listener as (request: Http2ServerRequest, response: Http2ServerResponse) => void)
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket)).on('error', () => {})
    socket.once('data', (first: Buffer) => {
      socket.pause()
      const target = first.subarray(0, 3).toString() === 'PRI' ? http2 : http1
      target.emit('connection', socket)
      socket.unshift(first)
      socket.resume()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    bodies,
    async close() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

async function respond(
  request: AsyncIterable<Buffer>,
  response: ServerResponse | Http2ServerResponse,
  { status, headers, body, pieceLength = Math.max(body.length, 1) }: RawAnswer,
  bodies: unknown[],
): Promise<void> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  bodies.push(JSON.parse(Buffer.concat(chunks).toString()))
  const out = response as ServerResponse
  out.writeHead(status, headers)
  for (let start = 0; start < body.length; start += pieceLength) {
    const piece = body.subarray(start, start + pieceLength)
    await new Promise<void>((resolve) => out.write(piece, () => resolve()))
  }
  out.end()
}
