import { crc32 } from 'node:zlib'

/** One message of `application/vnd.amazon.eventstream`. */
export interface Frame {
  /** In their order; all are strings. */
  readonly headers: { readonly [name: string]: string }
  readonly payload: Buffer
}

/**
 * The whole frames that bytes begin with, and what is left behind them: the beginning of a frame, or bytes that are
 * none (a wrong checksum, a header that is no string).
 */
export function fromFrames(bytes: Buffer): { readonly frames: readonly Frame[]; readonly rest: Buffer } {
  const frames: Frame[] = []
  let rest = bytes
  for (;;) {
    const length = rest.length < overhead ? Number.POSITIVE_INFINITY : rest.readUInt32BE(0)
    const frame = length >= overhead && length <= rest.length ? fromFrame(rest.subarray(0, length)) : undefined
    if (!frame) return { frames, rest }
    frames.push(frame)
    rest = rest.subarray(length)
  }
}

// Two lengths, two checksums.
const overhead = 16
const stringType = 7

function fromFrame(bytes: Buffer): Frame | undefined {
  const headersEnd = 12 + bytes.readUInt32BE(4)
  const payloadEnd = bytes.length - 4
  if (headersEnd > payloadEnd || crc32(bytes.subarray(0, payloadEnd)) !== bytes.readUInt32BE(payloadEnd))
    return undefined
  const headers: { [name: string]: string } = {}
  let at = 12
  while (at < headersEnd) {
    const nameEnd = at + 1 + bytes.readUInt8(at)
    if (bytes.readUInt8(nameEnd) !== stringType) return undefined
    const valueStart = nameEnd + 3
    const valueEnd = valueStart + bytes.readUInt16BE(nameEnd + 1)
    headers[bytes.toString('utf8', at + 1, nameEnd)] = bytes.toString('utf8', valueStart, valueEnd)
    at = valueEnd
  }
  return at === headersEnd ? { headers, payload: bytes.subarray(headersEnd, payloadEnd) } : undefined
}
