import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import type { FetchLike } from '@modelcontextprotocol/sdk/shared/transport.js'
import type { JSONRPCMessage, RequestId } from '@modelcontextprotocol/sdk/types.js'
import { ErrorCode } from '@modelcontextprotocol/sdk/types.js'
import type { HttpServer } from './server-target.js'

/** Stands in `data` of the error that answers a request whose stream has broken off. */
export const brokenOff = { reason: 'broken off' } as const

/** Time for the rest of a stream that has ended to go through the SDK's parser. */
const drainMs = 100

/**
 * The SDK's transport with three gaps closed: a request whose event stream ends without the answer fails at once and not
 * at its timeout; when a stream cannot be resumed `onLost` is told; and no message is larger than `maxMessageBytes`.
 */
export function httpTransport(
  server: HttpServer,
  url: URL,
  { maxMessageBytes, onLost }: { readonly maxMessageBytes: number; onLost(): void },
): StreamableHTTPClientTransport {
  /** Requests without an answer so far. */
  const waiting = new Map<RequestId, { resumable: boolean; ended: boolean }>()
  const fail = (id: RequestId) => {
    if (!waiting.delete(id)) return
    const error = { code: ErrorCode.ConnectionClosed, message: 'The stream ended without an answer.', data: brokenOff }
    transport.onmessage?.({ jsonrpc: '2.0', id, error })
  }
  const onStreamEnd = (id: RequestId) => {
    const request = waiting.get(id)
    if (!request) return
    request.ended = true
    // The SDK resumes a stream that gave event ids.
    if (!request.resumable) setTimeout(() => fail(id), drainMs).unref()
  }

  const { headers, authProvider, fetch: base = fetch } = server
  const watched: FetchLike = async (input, init) => {
    const response = await base(input, init)
    if (!response.body || (response.status >= 300 && response.status < 400)) return response
    const id = response.ok && init?.method === 'POST' ? idOf(init.body) : undefined
    const body = bounded(response.body, maxMessageBytes, {
      onEnd: () => id !== undefined && onStreamEnd(id),
      onTooLarge() {
        if (id !== undefined) fail(id)
        // Resuming would bring the same message again.
        onLost()
      },
    })
    const { status, statusText } = response
    return new Response(body, { status, statusText, headers: response.headers })
  }

  const transport = new StreamableHTTPClientTransport(url, {
    fetch: watched,
    ...(headers && { requestInit: { headers: { ...headers } } }),
    ...(authProvider && { authProvider }),
  })
  transport.onmessage = (message: JSONRPCMessage) => {
    if (!('method' in message) && message.id !== undefined) waiting.delete(message.id)
  }
  transport.onerror = ({ message }) => {
    if (!message.startsWith('Maximum reconnection attempts')) return
    for (const [id, { ended }] of waiting) if (ended) fail(id)
    onLost()
  }
  const send = transport.send.bind(transport)
  transport.send = async (message, options) => {
    if (!('method' in message && 'id' in message)) return send(message, options)
    const request = { resumable: false, ended: false }
    waiting.set(message.id, request)
    try {
      await send(message, { ...options, onresumptiontoken: () => (request.resumable = true) })
    } catch (error) {
      waiting.delete(message.id)
      throw error
    }
  }
  return transport
}

function idOf(body: unknown): RequestId | undefined {
  const message = typeof body === 'string' ? (JSON.parse(body) as { id?: RequestId; method?: string }) : {}
  return message.method === undefined ? undefined : message.id
}

/** Passes bytes on; one event, which ends with an empty line, or a body without events, must not exceed the limit. */
function bounded(
  body: ReadableStream<Uint8Array>,
  maxBytes: number,
  { onEnd, onTooLarge }: { onEnd(): void; onTooLarge(): void },
): ReadableStream<Uint8Array> {
  const reader = body.getReader()
  let size = 0
  const pull = async (controller: ReadableStreamDefaultController<Uint8Array>) => {
    const { done, value } = await reader.read()
    if (done) return controller.close()
    size = sizeSinceEmptyLine(size, value)
    if (size <= maxBytes) return controller.enqueue(value)
    onTooLarge()
    await reader.cancel().catch(() => undefined)
    throw new Error(`The server sent a message of more than ${maxBytes} bytes.`)
  }
  reader.closed.then(onEnd, onEnd)
  return new ReadableStream({ pull, cancel: (reason) => reader.cancel(reason) })
}

function sizeSinceEmptyLine(size: number, chunk: Uint8Array): number {
  const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
  const end = Math.max(bytes.lastIndexOf('\n\n'), bytes.lastIndexOf('\r\n\r\n'))
  return end < 0 ? size + chunk.byteLength : chunk.byteLength - end
}
