import type { IncomingMessage } from 'node:http'
import type { Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream'
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib'
import { AgentError } from '@x/types'
import type { Deadline } from './http-deadline.js'
import { fromRequestError } from './http-exchange.js'

export interface BodyBounds {
  /** Bytes read at most, and bytes that they may unpack to: what is more is left unread. */
  readonly maxBytes: number
  /** Between two pieces. */
  readonly idleTimeoutMs: number
  onProgress(receivedBytes: number): void
}

export interface Body {
  readonly bytes: Uint8Array
  /** Whether `maxBytes` cut it. */
  readonly isCut: boolean
}

/**
 * Reads and unpacks a body. Every piece is counted before the next one is unpacked, so a bomb costs no more than a body
 * of `maxBytes`.
 * @throws AgentError `network` for a body that breaks off or cannot be unpacked, and what `deadline` throws
 */
export async function readBody(
  response: IncomingMessage,
  url: URL,
  bounds: BodyBounds,
  deadline: Deadline,
): Promise<Body> {
  const { maxBytes, idleTimeoutMs, onProgress } = bounds
  const chunks: Uint8Array[] = []
  let received = 0
  const expectMore = () => deadline.expect(`${url.host} sent nothing more`, idleTimeoutMs)
  const stream = unpacked(response, url, (packedBytes) => {
    expectMore()
    // What unpacks to nothing would never be cut by its size below.
    if (packedBytes > maxBytes) throw new AgentError('network', `${url.host} sent too much.`)
  })
  const stop = () => stream.destroy(deadline.signal.reason)
  deadline.signal.addEventListener('abort', stop, { once: true })
  expectMore()
  try {
    if (deadline.signal.aborted) stop()
    for await (const chunk of stream as AsyncIterable<Uint8Array>) {
      chunks.push(chunk.subarray(0, maxBytes - received))
      received += chunk.byteLength
      expectMore()
      if (received > maxBytes) break
      onProgress(received)
    }
  } catch (error) {
    if (deadline.signal.aborted) throw deadline.signal.reason
    throw error instanceof AgentError ? error : fromRequestError(error, url)
  } finally {
    deadline.signal.removeEventListener('abort', stop)
    response.destroy()
  }
  return { bytes: Buffer.concat(chunks), isCut: received > maxBytes }
}

const unpackers: { readonly [coding: string]: (() => Transform) | undefined } = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
}

/** What a request says it takes. */
export const acceptedCodings = 'gzip, deflate, br'

function unpacked(response: IncomingMessage, url: URL, onPacked: (bytes: number) => void): Readable {
  const coding = (response.headers['content-encoding'] ?? 'identity').trim().toLowerCase()
  if (coding === 'identity' || coding === '') return response
  const create = Object.hasOwn(unpackers, coding) ? unpackers[coding] : undefined
  if (!create) {
    response.destroy()
    throw new AgentError('network', `${url.host} packed its answer in a way that was not asked for.`)
  }
  const unpacker = create()
  const counted = async function* (source: AsyncIterable<Uint8Array>) {
    let bytes = 0
    for await (const chunk of source) {
      bytes += chunk.byteLength
      onPacked(bytes)
      yield chunk
    }
  }
  // Each ends when another fails; the error comes out of the reading loop.
  pipeline(response, counted, unpacker, () => undefined)
  return unpacker
}
