import type { ClientHttp2Stream, IncomingHttpHeaders } from 'node:http2'
import type { Http2Pool, Lease } from './http2-pool.js'
import { limitConnect } from './limit-connect.js'

/** What the SDK asks of a handler, as far as calls to Bedrock need it. */
export interface Http2Handler {
  /** The SDK signs the host by the name that this protocol gives it. */
  readonly metadata: { readonly handlerProtocol: 'h2' }
  handle(request: HandlerRequest, options?: HandlerOptions): Promise<{ response: HandlerResponse }>
  updateHttpClientConfig(): void
  httpHandlerConfigs(): Record<string, never>
  destroy(): void
}

export interface HandlerRequest {
  readonly protocol: string
  readonly hostname: string
  readonly port?: number | undefined
  readonly method: string
  readonly path: string
  readonly query?: Readonly<Record<string, string | readonly string[] | null>>
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
}

interface HandlerOptions {
  readonly abortSignal?: AbortSignal
  /** How long the connection may say nothing. Default: no bound. */
  readonly requestTimeout?: number
}

interface HandlerResponse {
  readonly statusCode: number
  readonly headers: Record<string, string>
  readonly body: ClientHttp2Stream
}

export interface Http2HandlerOptions {
  /** For a new session to stand. Default: the system's own bound. */
  readonly connectTimeoutMs?: number
  /** A session that lay idle for longer is asked whether its peer is still there, while the request is on its way. */
  readonly pingAfterMs: number
  /** How long the peer may take to say so. */
  readonly pingTimeoutMs: number
}

/**
 * A request handler for the AWS client over pooled HTTP/2 sessions. A request that finds its idle session dead, before
 * anything of an answer has come, is sent once more over a new one; every other failure is the SDK's to judge.
 */
export function http2Handler(pool: Http2Pool, options: Http2HandlerOptions): Http2Handler {
  return {
    metadata: { handlerProtocol: 'h2' },
    async handle(request, { abortSignal, requestTimeout } = {}) {
      if (abortSignal?.aborted) throw toAbortError(abortSignal)
      const origin = originOf(request)
      let isStale = false
      const exchangeOptions: Exchange = { ...options, abortSignal, requestTimeout, onStale: () => (isStale = true) }
      const lease = pool.lease(origin)
      try {
        return { response: await exchange(lease, request, exchangeOptions) }
      } catch (error) {
        if (lease.idleMs === undefined || !isStale || abortSignal?.aborted) throw error
        return { response: await exchange(pool.lease(origin, true), request, exchangeOptions) }
      }
    },
    updateHttpClientConfig() {},
    httpHandlerConfigs: () => ({}),
    destroy() {},
  }
}

export function originOf({ protocol, hostname, port }: Pick<HandlerRequest, 'protocol' | 'hostname' | 'port'>): string {
  return `${protocol}//${hostname}${port ? `:${port}` : ''}`
}

interface Exchange extends Http2HandlerOptions {
  readonly abortSignal: AbortSignal | undefined
  readonly requestTimeout: number | undefined
  /** The session turned out to be dead, so that nothing of the request can have been answered. */
  readonly onStale: () => void
}

async function exchange(lease: Lease, request: HandlerRequest, options: Exchange): Promise<HandlerResponse> {
  const { abortSignal, requestTimeout, onStale } = options
  if (options.connectTimeoutMs !== undefined) limitConnect(lease.session, options.connectTimeoutMs)
  const stream = openStream(lease, request, onStale)
  return new Promise((resolve, reject) => {
    const fail = (error: Error) => {
      reject(error)
      lease.release(false)
    }
    const failStale = (error: Error) => {
      onStale()
      fail(error)
    }
    const abort = () => {
      // Once the answer has come to its end there is nothing left to stop, and the session serves again.
      if (!isWhole(stream)) fail(toAbortError(abortSignal))
    }
    const stopWatch = (lease.idleMs ?? 0) > options.pingAfterMs ? watch(lease, options.pingTimeoutMs, failStale) : noop
    abortSignal?.addEventListener('abort', abort)
    if (requestTimeout) stream.setTimeout(requestTimeout, () => fail(toTimeoutError(requestTimeout)))
    stream.on('response', (headers) => {
      stopWatch()
      resolve({ statusCode: headers[':status'] ?? 0, headers: plainHeaders(headers), body: stream })
    })
    stream.on('error', (error) => {
      if (isDead(lease) || isRefused(error)) onStale()
      reject(error)
    })
    // Given back before the reader learns of the end, so that its next request finds the session.
    stream.on('end', () => lease.release(isWhole(stream) && !isDead(lease)))
    stream.on('close', () => {
      stopWatch()
      abortSignal?.removeEventListener('abort', abort)
      if (isDead(lease)) onStale()
      reject(new Error('The HTTP/2 request did not get a response.'))
      lease.release(isWhole(stream) && !isDead(lease))
    })
    stream.end(request.body)
  })
}

function noop(): void {}

function openStream(lease: Lease, request: HandlerRequest, onStale: () => void): ClientHttp2Stream {
  try {
    return lease.session.request({ ...request.headers, ':method': request.method, ':path': pathOf(request) })
  } catch (error) {
    // It throws at once on a session that has just been closed.
    if (isDead(lease)) onStale()
    lease.release(false)
    throw error
  }
}

function isDead({ session }: Lease): boolean {
  return session.closed || session.destroyed
}

/** The server says itself that it has done nothing with the request. */
function isRefused(error: Error): boolean {
  return error.message.includes('NGHTTP2_REFUSED_STREAM')
}

/** The peer ended the stream itself, and not by resetting it. */
function isWhole(stream: ClientHttp2Stream): boolean {
  return stream.readableEnded && stream.rstCode === 0
}

/** A peer that went away without a word says nothing for ever; a living one answers a ping, however busy it is. */
function watch({ session }: Lease, timeoutMs: number, fail: (error: Error) => void): () => void {
  let isOver = false
  const timer = setTimeout(() => {
    // When this process itself was busy, the answer may be waiting to be read: let it come first.
    setImmediate(() => {
      if (!isOver) fail(new Error('The connection is dead: its peer does not answer.'))
    })
  }, timeoutMs)
  const stop = () => {
    isOver = true
    clearTimeout(timer)
  }
  if (!session.destroyed) session.ping(stop)
  return stop
}

function pathOf({ path, query = {} }: HandlerRequest): string {
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    [value ?? ''].flat().map((item) => `${encodeURIComponent(name)}=${encodeURIComponent(item)}`),
  )
  return pairs.length > 0 ? `${path}?${pairs.join('&')}` : path
}

function plainHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value ?? ''].flat().join(', ')]))
}

function toAbortError(signal: AbortSignal | undefined): Error {
  return Object.assign(new Error('Request aborted', { cause: signal?.reason }), { name: 'AbortError' })
}

function toTimeoutError(ms: number): Error {
  const error = new Error(`The connection said nothing for ${ms} ms.`)
  return Object.assign(error, { name: 'TimeoutError' })
}
