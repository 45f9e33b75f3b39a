import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { frameDecoder } from '../src/frame-decoder.js'
import { encodeEvent, encodeFrame, encodePrelude, encodeRaw } from './encode-frame.js'

interface Decoded {
  readonly headers: Readonly<Record<string, string>>
  readonly payload: string
}

/** Payloads as base64, so that bytes are compared and not their text. */
function decode(chunks: Iterable<Uint8Array>): Decoded[] {
  const decoder = frameDecoder()
  const decoded: Decoded[] = []
  for (const chunk of chunks) {
    for (const { headers, bytes, start, end } of decoder.push(chunk)) {
      decoded.push({ headers: Object.fromEntries(headers), payload: bytes.toString('base64', start, end) })
    }
  }
  decoder.end()
  return decoded
}

function cut(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const ends = [...places.map((place) => place % (bytes.length + 1)), bytes.length].sort((left, right) => left - right)
  return ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end))
}

const hello = encodeEvent('contentBlockDelta', { contentBlockIndex: 0, delta: { text: 'hello' } })

describe('frameDecoder', () => {
  it('gives the same frames wherever the stream is cut', () => {
    const frame = fc
      .record({ type: fc.string({ maxLength: 40 }), payload: fc.uint8Array({ maxLength: 300 }) })
      .map(({ type, payload }) => encodeFrame({ ':event-type': type, ':message-type': 'event' }, payload))
    fc.assert(
      fc.property(fc.array(frame, { maxLength: 6 }), fc.array(fc.nat(), { maxLength: 12 }), (frames, places) => {
        const whole = Buffer.concat(frames)
        expect(decode(cut(whole, places))).toEqual(frames.flatMap((bytes) => decode([bytes])))
        expect(decode(cut(whole, places))).toHaveLength(frames.length)
      }),
    )
  })

  it('does not copy what came in one piece', () => {
    const chunk = Buffer.concat([hello, hello])

    for (const { bytes } of frameDecoder().push(chunk)) expect(bytes.buffer).toBe(chunk.buffer)
  })

  it('gives out what stood before a damaged frame, and then fails', () => {
    const damaged = Buffer.from(hello)
    damaged.writeUInt8(damaged.readUInt8(60) ^ 1, 60)
    const frames = frameDecoder()
      .push(Buffer.concat([hello, damaged]))
      [Symbol.iterator]()

    expect(frames.next().done).toBe(false)
    expect(() => frames.next()).toThrow(/message checksum/)
  })

  it('finds any single bit that was flipped', () => {
    fc.assert(
      fc.property(fc.nat(hello.length * 8 - 1), (bit) => {
        const damaged = Buffer.from(hello)
        const at = bit >> 3
        damaged.writeUInt8(damaged.readUInt8(at) ^ (1 << (bit & 7)), at)
        expect(() => decode([damaged])).toThrow(/checksum/)
      }),
    )
  })

  it('takes a stream for broken that ends inside a frame, at whatever byte', () => {
    for (let length = 1; length < hello.length; length++) {
      expect(() => decode([hello, hello.subarray(0, length)])).toThrow('Truncated event message')
    }
    expect(decode([hello, hello])).toHaveLength(2)
    expect(decode([])).toEqual([])
  })

  it('joins a large frame in time that grows with its length', () => {
    const large = encodeEvent('metadata', 'x'.repeat(3_000_000))
    const chunks = Array.from({ length: Math.ceil(large.length / 1000) }, (_, index) =>
      large.subarray(index * 1000, (index + 1) * 1000),
    )
    const before = performance.now()

    expect(decode(chunks)[0]?.payload).toHaveLength(4_000_000)
    expect(performance.now() - before).toBeLessThan(2000)
  })

  it('refuses lengths beyond the bounds of the protocol before it waits for them', () => {
    expect(() => decode([encodePrelude(2 ** 31, 0)])).toThrow('Malformed event message')
    expect(() => decode([encodePrelude(2 ** 20, 2 ** 18)])).toThrow('Malformed event message')
    expect(() => decode([encodePrelude(15, 0)])).toThrow('Malformed event message')
    expect(() => decode([encodePrelude(20, 8)])).toThrow('Malformed event message')
  })

  it('refuses headers that run over their end', () => {
    expect(() => decode([encodeRaw(Buffer.from([4, 97, 98]), Buffer.alloc(20))])).toThrow('Malformed event message')
    expect(() => decode([encodeRaw(Buffer.from([1, 97, 7, 0, 9, 98]), Buffer.alloc(20))])).toThrow('Malformed')
    expect(() => decode([encodeRaw(Buffer.from([1, 97, 77]), Buffer.alloc(20))])).toThrow('Malformed event message')
  })
})

const folder = process.env.X_FIXTURES ?? resolve(import.meta.dirname, '../../../../shared/fixtures')
const missing = existsSync(folder) ? '' : ` (skipped: no recorded traffic in ${folder}; set X_FIXTURES)`

interface Fixture {
  readonly id: string
  readonly kind: string
  readonly input: { readonly bytes: string }
  readonly expected: {
    readonly headers?: Readonly<Record<string, { readonly type: string; readonly value: unknown }>>
    readonly payload?: string
    readonly frameLengths?: readonly number[]
  }
}

const recorded: readonly Fixture[] = missing
  ? []
  : JSON.parse(readFileSync(resolve(folder, 'eventstream-frames.json'), 'utf8'))

describe.skipIf(missing)(`frames of the service and of the reference codecs${missing}`, () => {
  for (const { id, kind, input, expected } of recorded) {
    const bytes = Buffer.from(input.bytes, 'base64')
    const bytewise = Array.from(bytes, (_, index) => bytes.subarray(index, index + 1))
    if (kind === 'frame-valid') {
      it(`${id} is read`, () => {
        const texts = Object.entries(expected.headers ?? {}).filter(([, { type }]) => type === 'string')
        const headers = Object.fromEntries(texts.map(([name, { value }]) => [name, value]))

        expect(decode([bytes])).toEqual([{ headers, payload: expected.payload ?? '' }])
        expect(decode(bytewise)).toEqual(decode([bytes]))
      })
    } else if (kind === 'frames-valid') {
      it(`${id} is read frame by frame`, () => {
        expect(decode(bytewise)).toEqual(decode([bytes]))
        expect(decode([bytes])).toHaveLength(expected.frameLengths?.length ?? 0)
      })
    } else if (bytes.length > 0) {
      it(`${id} is refused`, () => {
        expect(() => decode([bytes])).toThrow(/checksum|Truncated|Malformed/)
        expect(() => decode(bytewise)).toThrow(/checksum|Truncated|Malformed/)
      })
    }
  }
})
