import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ServerHttp2Stream } from 'node:http2'
import { constants } from 'node:http2'
import type { Socket } from 'node:net'
import type { Readable, Writable } from 'node:stream'

/** One request and its answer, the same over HTTP/1.1 and HTTP/2. */
export interface Exchange {
  readonly httpVersion: '1.1' | '2'
  readonly method: string
  /** Still percent-encoded, with its query. */
  readonly path: string
  /** Host and port that the client means to talk to: `:authority` or `host`; empty if it says nothing. */
  readonly authority: string
  /** Lower-case names. */
  readonly headers: { readonly [name: string]: string }
  /** Aborted when the connection is gone before the answer was complete. */
  readonly signal: AbortSignal
  /** The whole body, or `undefined` if it is longer than `maxBytes`; the rest is thrown away then. */
  body(maxBytes: number): Promise<Buffer | undefined>
  start(status: number, headers: { readonly [name: string]: string }): void
  /** Resolves when the bytes have been handed over, or the client has gone. */
  write(bytes: Uint8Array): Promise<void>
  end(): void
  /** Closes the connection in an orderly way, however much of the answer is missing. */
  cut(): void
  /** Kills the answer: RST_STREAM in HTTP/2, TCP reset in HTTP/1.1. */
  reset(): void
  /** No more requests over this connection: GOAWAY in HTTP/2; in HTTP/1.1 `connection: close`, before `start` only. */
  goAway(): void
}

/** `transport` gives the TCP socket that carries the connection, below TLS if there is any. */
export function exchangeOfHttp1(request: IncomingMessage, response: ServerResponse, transport: () => Socket): Exchange {
  return {
    ...sharedParts(request, response),
    httpVersion: '1.1',
    method: request.method ?? '',
    path: request.url ?? '',
    authority: request.headers.host ?? '',
    headers: flatHeaders(request.headers),
    start(status, headers) {
      response.writeHead(status, headers)
      // Without this the headers wait for the first body bytes, and a stall would look like a dead server.
      response.flushHeaders()
    },
    cut: () => request.socket.end(),
    reset: () => transport().resetAndDestroy(),
    goAway: () => void (response.headersSent || response.setHeader('connection', 'close')),
  }
}

export function exchangeOfHttp2(stream: ServerHttp2Stream, headers: NodeJS.Dict<string | string[]>): Exchange {
  return {
    ...sharedParts(stream, stream),
    httpVersion: '2',
    method: String(headers[':method'] ?? ''),
    path: String(headers[':path'] ?? ''),
    authority: String(headers[':authority'] ?? headers.host ?? ''),
    headers: flatHeaders(headers),
    start(status, answerHeaders) {
      // Node throws here, and not in HTTP/1.1, when the client has left meanwhile.
      if (!stream.destroyed && !stream.closed) stream.respond({ ...answerHeaders, ':status': status })
    },
    cut: () => stream.session?.destroy(),
    reset: () => stream.close(constants.NGHTTP2_INTERNAL_ERROR),
    // Sends GOAWAY and lets the streams under way finish.
    goAway: () => stream.session?.close(),
  }
}

function sharedParts(input: Readable, output: Writable): Pick<Exchange, 'signal' | 'body' | 'write' | 'end'> {
  const gone = new AbortController()
  let ended = false
  output.once('close', () => {
    // HTTP/2 ends the writable side by itself when the client aborts, so its own flag alone would say "finished".
    if (!ended || !output.writableFinished) gone.abort()
  })
  // A client that leaves shows as an error on either side; `signal` is how the rest of the code learns of it.
  input.on('error', () => {})
  output.on('error', () => {})
  return {
    signal: gone.signal,
    body: (maxBytes) => readBody(input, maxBytes),
    write: (bytes) => writeOut(output, bytes),
    end() {
      ended = true
      output.end()
    },
  }
}

function readBody(input: Readable, maxBytes: number): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let length = 0
    input.on('data', (chunk: Buffer) => {
      length += chunk.length
      if (length <= maxBytes) chunks.push(chunk)
      else chunks.length = 0
    })
    input.once('end', () => resolve(length > maxBytes ? undefined : Buffer.concat(chunks)))
    input.once('close', () => reject(new Error('The client left before its request was complete.')))
  })
}

function writeOut(output: Writable, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve) => {
    if (output.destroyed || output.writableEnded) return resolve()
    const done = () => {
      output.off('close', done)
      resolve()
    }
    output.once('close', done)
    output.write(bytes, done)
  })
}

function flatHeaders(headers: NodeJS.Dict<string | string[]>): { [name: string]: string } {
  const flat: { [name: string]: string } = {}
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined && !name.startsWith(':')) flat[name] = Array.isArray(value) ? value.join(', ') : value
  }
  return flat
}
