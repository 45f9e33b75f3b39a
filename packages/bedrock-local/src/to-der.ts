/** One value of DER (ITU-T X.690): tag, length, content. */
function toDer(tag: number, ...content: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(content)
  return Buffer.concat([Buffer.from([tag, ...toLength(body.length)]), body])
}

export const toSequence = (...items: readonly Uint8Array[]): Buffer => toDer(0x30, ...items)
export const toSet = (...items: readonly Uint8Array[]): Buffer => toDer(0x31, ...items)
export const toUtf8String = (text: string): Buffer => toDer(0x0c, Buffer.from(text))
export const toOctetString = (bytes: Uint8Array): Buffer => toDer(0x04, bytes)
export const toTrue = (): Buffer => toDer(0x01, Buffer.from([0xff]))

/** A tag that the surrounding type gives a meaning; `constructed` when it wraps whole values. */
export function toTagged(tag: number, constructed: boolean, ...content: readonly Uint8Array[]): Buffer {
  return toDer(0x80 | (constructed ? 0x20 : 0) | tag, ...content)
}

/** Unsigned, big endian, at least one byte. A zero goes before a leading 1 bit, which would mean a negative number. */
export function toInteger(bytes: Uint8Array): Buffer {
  const first = bytes.findIndex((byte) => byte !== 0)
  const digits = first < 0 ? Uint8Array.of(0) : bytes.subarray(first)
  return toDer(0x02, ...((digits[0] ?? 0) & 0x80 ? [Uint8Array.of(0), digits] : [digits]))
}

/** `unusedBits` at the end of the last byte do not count. */
export function toBitString(bytes: Uint8Array, unusedBits = 0): Buffer {
  return toDer(0x03, Uint8Array.of(unusedBits), bytes)
}

/** Dotted notation: `1.2.840.10045.4.3.2`. */
export function toObjectId(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number)
  return toDer(0x06, Buffer.from([first * 40 + second, ...rest].flatMap(toBase128)))
}

/** UTCTime, which X.509 asks for until the end of 2049. */
export function toTime(date: Date): Buffer {
  const [year = '', rest = ''] = date.toISOString().split(/(?<=^\d{4})/)
  return toDer(0x17, Buffer.from(`${year.slice(2)}${rest.replace(/\.\d+|[-:T]/g, '')}`))
}

function toLength(length: number): number[] {
  if (length < 0x80) return [length]
  const bytes: number[] = []
  for (let rest = length; rest > 0; rest >>>= 8) bytes.unshift(rest & 0xff)
  return [0x80 | bytes.length, ...bytes]
}

function toBase128(value: number): number[] {
  const bytes = [value & 0x7f]
  for (let rest = value >>> 7; rest > 0; rest >>>= 7) bytes.unshift(0x80 | (rest & 0x7f))
  return bytes
}
