import { createServer as createHttp1Server } from 'node:http'
import { createServer as createHttp2Server } from 'node:http2'
import type { AddressInfo, Server, Socket } from 'node:net'
import { createServer } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { createServer as createTlsServer } from 'node:tls'
import type { Exchange } from './exchange.js'
import { exchangeOfHttp1, exchangeOfHttp2 } from './exchange.js'
import type { Certificate } from './make-certificate.js'

/**
 * A listening port that speaks HTTP/1.1 and HTTP/2: in cleartext told apart by the first bytes (prior knowledge), over
 * TLS by ALPN.
 */
export interface Listener {
  readonly port: number
  /** Sockets open now. */
  readonly connections: number
  /** Destroys every socket, so it never waits for anybody. */
  close(): Promise<void>
}

/** Binds to the loopback interface only. Port 0 takes a free one. With a certificate, to TLS only. */
export async function listen(
  port: number,
  handle: (exchange: Exchange) => Promise<void>,
  certificate?: Certificate,
): Promise<Listener> {
  const sockets = new Set<Socket>()
  // Below a TLS socket lies one that it does not show; both have the same remote port.
  const transportOf = (socket: Socket) => [...sockets].find((raw) => raw.remotePort === socket.remotePort) ?? socket
  const http1 = createHttp1Server(
    (request, response) => void handle(exchangeOfHttp1(request, response, () => transportOf(request.socket))),
  )
  const http2 = createHttp2Server()
  http2.on('stream', (stream, headers) => void handle(exchangeOfHttp2(stream, headers)))
  // A client that breaks off is no failure of this server.
  http2.on('sessionError', () => {})

  const tls = certificate && createTlsServer({ ...certificate, ALPNProtocols: ['h2', 'http/1.1'] })
  tls?.on('secureConnection', (socket: TLSSocket) => {
    socket.on('error', () => {})
    const server = socket.alpnProtocol === 'h2' ? http2 : http1
    server.emit('connection', socket)
  })
  // Node sets this for servers of its own; without it a small body waits for the answer to the head, 40 ms.
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    socket.on('error', () => {})
    if (tls) tls.emit('connection', socket)
    else sniff(socket, (isHttp2) => (isHttp2 ? http2 : http1).emit('connection', socket))
  })
  await bind(server, port)

  return {
    port: (server.address() as AddressInfo).port,
    get connections() {
      return sockets.size
    },
    close() {
      return new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
        sockets.clear()
      })
    },
  }
}

const http2Preface = 'PRI'
const firstBytesTimeoutMs = 60_000

/** Looks at the first three bytes and puts them back. */
function sniff(socket: Socket, decided: (isHttp2: boolean) => void): void {
  const tooSlow = () => socket.destroy()
  let bytes = Buffer.alloc(0)
  const onReadable = () => {
    bytes = Buffer.concat([bytes, socket.read() ?? Buffer.alloc(0)])
    if (bytes.length < http2Preface.length) return
    socket.unshift(bytes)
    socket.off('readable', onReadable)
    socket.off('timeout', tooSlow)
    socket.setTimeout(0)
    decided(bytes.toString('latin1', 0, http2Preface.length) === http2Preface)
  }
  socket.setTimeout(firstBytesTimeoutMs, tooSlow)
  socket.on('readable', onReadable)
}

function bind(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const reason = cause.code === 'EADDRINUSE' ? 'it is in use. Choose another, or 0 for a free one.' : cause.message
      reject(new Error(`The local Bedrock endpoint cannot listen on port ${port}: ${reason}`, { cause }))
    })
    server.listen(port, '127.0.0.1', resolve)
  })
}
