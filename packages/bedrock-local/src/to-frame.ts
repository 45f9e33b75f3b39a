import { crc32 } from 'node:zlib'

/** An event: its inner object under its name, with the padding member `p` that hides the length of a token. */
export function toEventFrame(eventType: string, payload: object): Buffer {
  let head = eventHeads.get(eventType)
  if (!head) {
    head = toHeaders({ ':event-type': eventType, ':content-type': 'application/json', ':message-type': 'event' })
    // Bounded, as the types of a reply's own events are anybody's.
    if (eventHeads.size < maxEventHeads) eventHeads.set(eventType, head)
  }
  return encode(head, toPaddedJson(payload))
}

/** Most frames of a stream have the same headers. */
const eventHeads = new Map<string, Buffer>()
const maxEventHeads = 100

/** The service sends members in alphabetical order, the padding among them. */
function toPaddedJson(payload: object): string {
  const members = Object.entries(payload)
  // So it is with deltas, which most frames are.
  const endsWithPadding = members.length > 0 && members.every(([name, value]) => name < 'p' && value !== undefined)
  if (endsWithPadding) return `${JSON.stringify(payload).slice(0, -1)},"p":"${padding()}"}`
  members.push(['p', padding()])
  return JSON.stringify(Object.fromEntries(members.sort(([left], [right]) => (left < right ? -1 : 1))))
}

/** A modelled exception; its type goes out in lower camel case. */
export function toExceptionFrame(error: string, message: string, details: object = {}): Buffer {
  const exceptionType = error.charAt(0).toLowerCase() + error.slice(1)
  return toFrame(
    { ':exception-type': exceptionType, ':content-type': 'application/json', ':message-type': 'exception' },
    JSON.stringify({ message, ...details }),
  )
}

/** An error that the service model does not know. */
export function toErrorFrame(code: string, message: string): Buffer {
  return toFrame({ ':message-type': 'error', ':error-code': code, ':error-message': message }, '')
}

/**
 * One message of `application/vnd.amazon.eventstream`, big endian: total length, length of the headers, CRC of these
 * eight bytes, headers, payload, CRC of all before. Headers keep their order; all are strings.
 */
export function toFrame(headers: { readonly [name: string]: string }, payload: string | Uint8Array): Buffer {
  return encode(toHeaders(headers), payload)
}

function encode(head: Buffer, payload: string | Uint8Array): Buffer {
  const frame = Buffer.allocUnsafe(head.length + Buffer.byteLength(payload) + overhead)
  frame.writeUInt32BE(frame.length, 0)
  frame.writeUInt32BE(head.length, 4)
  frame.writeUInt32BE(crc32(frame.subarray(0, 8)), 8)
  head.copy(frame, 12)
  if (typeof payload === 'string') frame.write(payload, 12 + head.length)
  else frame.set(payload, 12 + head.length)
  frame.writeUInt32BE(crc32(frame.subarray(0, -4)), frame.length - 4)
  return frame
}

function toHeaders(headers: { readonly [name: string]: string }): Buffer {
  return Buffer.concat(Object.entries(headers).map(([name, value]) => toHeader(name, value)))
}

// Two lengths, two checksums.
const overhead = 16
const stringType = 7

function toHeader(name: string, value: string): Buffer {
  const nameBytes = Buffer.from(name)
  const valueBytes = Buffer.from(value)
  const head = Buffer.from([nameBytes.length, ...nameBytes, stringType, 0, 0])
  head.writeUInt16BE(valueBytes.length, head.length - 2)
  return Buffer.concat([head, valueBytes])
}

const paddingLetters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'

/** 2 to 61 characters, always from the start of the alphabet, as recorded. */
function padding(): string {
  return paddingLetters.slice(0, 2 + Math.floor(Math.random() * 60))
}
