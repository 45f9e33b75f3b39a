import type { FrameHeaders } from './frame-headers.js'
import { headerReader } from './frame-headers.js'

/** One message of an event stream. The payload is bytes `start` to `end` of `bytes`: nothing is copied. */
export interface Frame {
  readonly headers: FrameHeaders
  readonly bytes: Buffer
  readonly start: number
  readonly end: number
}

export interface FrameDecoder {
  /**
   * The frames that are whole with this chunk, decoded as they are asked for: what stood before a damaged frame still
   * comes out. Each chunk's frames must be read to the end before the next chunk.
   * @throws Error for a wrong checksum or length.
   */
  push(chunk: Uint8Array): Iterable<Frame>
  /** @throws Error when the stream ends inside a frame. */
  end(): void
}

/**
 * Decodes `application/vnd.amazon.eventstream`, cut into chunks anywhere. A frame is, big-endian: total length, length
 * of the headers, CRC-32 of these two, headers, payload, CRC-32 of all before it.
 */
export function frameDecoder(): FrameDecoder {
  // Loaded with the first answer, not with this package.
  const { crc32 } = process.getBuiltinModule('node:zlib')
  const readHeaders = headerReader()
  // The beginning of a frame that the last chunk cut off, and the least it takes to go on with it.
  let held: Uint8Array[] = []
  let heldLength = 0
  let needed = 0

  const hold = (bytes: Uint8Array, length: number) => {
    if (bytes.length === 0) return
    held.push(bytes)
    heldLength += bytes.length
    needed = length
  }

  function* readFrames(bytes: Buffer): Generator<Frame> {
    let at = 0
    while (bytes.length - at >= preludeLength) {
      const length = checkPrelude(bytes, at, crc32)
      if (bytes.length - at < length) return hold(bytes.subarray(at), length)
      checkMessage(bytes, at, length, crc32)
      const headersAt = at + preludeLength
      const start = headersAt + bytes.readUInt32BE(at + 4)
      yield { headers: readHeaders(bytes, headersAt, start), bytes, start, end: at + length - checksumLength }
      at += length
    }
    hold(bytes.subarray(at), preludeLength)
  }

  /** Completes what is held with as little of the chunk as it takes; gives how much that was. */
  function* finishHeld(chunk: Buffer): Generator<Frame, number> {
    let used = 0
    while (heldLength > 0) {
      const missing = needed - heldLength
      const piece = chunk.subarray(used, used + missing)
      used += piece.length
      hold(piece, needed)
      if (piece.length < missing) return used
      const joined = Buffer.concat(held)
      held = []
      heldLength = 0
      yield* readFrames(joined)
    }
    return used
  }

  return {
    *push(chunk) {
      const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
      const used = heldLength > 0 ? yield* finishHeld(bytes) : 0
      if (heldLength === 0) yield* readFrames(used === 0 ? bytes : bytes.subarray(used))
    },
    end() {
      if (heldLength > 0) throw new Error('Truncated event message received.')
    },
  }
}

type Crc32 = (bytes: Uint8Array) => number

const preludeLength = 12
const checksumLength = 4
// The protocol's own bounds: 24 MB a message and 128 KB of headers.
const maxLength = 24 * 1024 * 1024
const maxHeadersLength = 128 * 1024

/** The length of the frame that begins here; it is believed only once its checksum holds. */
function checkPrelude(bytes: Buffer, at: number, crc32: Crc32): number {
  const expected = bytes.readUInt32BE(at + 8)
  const actual = crc32(bytes.subarray(at, at + 8))
  if (actual !== expected) throw new Error(`The prelude checksum (${actual}) did not match: ${expected} was expected.`)
  const length = bytes.readUInt32BE(at)
  const headersLength = bytes.readUInt32BE(at + 4)
  if (
    length > maxLength ||
    headersLength > maxHeadersLength ||
    length < preludeLength + headersLength + checksumLength
  ) {
    throw new Error(`Malformed event message: ${length} bytes, ${headersLength} of them headers.`)
  }
  return length
}

function checkMessage(bytes: Buffer, at: number, length: number, crc32: Crc32): void {
  const end = at + length - checksumLength
  const expected = bytes.readUInt32BE(end)
  const actual = crc32(bytes.subarray(at, end))
  if (actual !== expected) throw new Error(`The message checksum (${actual}) did not match: ${expected} was expected.`)
}
