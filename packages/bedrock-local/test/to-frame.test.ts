import { EventStreamCodec } from '@smithy/eventstream-codec'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { toErrorFrame, toEventFrame, toExceptionFrame, toFrame } from '../src/to-frame.js'
import { fixture, fixturesNote, haveFixtures } from './fixtures.js'

const codec = new EventStreamCodec(
  (bytes) => Buffer.from(bytes).toString('utf8'),
  (text) => Buffer.from(text, 'utf8'),
)

/** Decodes with the SDK's own codec, which checks both checksums. */
function decoded(frame: Uint8Array): { headers: [string, unknown][]; payload: string } {
  const { headers, body } = codec.decode(frame)
  return {
    headers: Object.entries(headers).map(([name, { value }]) => [name, value]),
    payload: Buffer.from(body).toString(),
  }
}

describe('toFrame', () => {
  it("is read by the SDK's codec, whatever the headers and payload", () => {
    const text = fc.string({ unit: 'binary', minLength: 1, maxLength: 40 })
    // The codec keeps headers in a plain object, which has no room for this one.
    const name = text.filter((name) => name !== '__proto__')
    fc.assert(
      fc.property(fc.dictionary(name, text, { maxKeys: 5 }), fc.string({ unit: 'binary' }), (headers, payload) => {
        expect(decoded(toFrame(headers, payload))).toEqual({ headers: Object.entries(headers), payload })
      }),
    )
  })
})

describe('toEventFrame', () => {
  it('puts type, content type and message type in this order, and pads the payload', () => {
    const { headers, payload } = decoded(toEventFrame('messageStart', { role: 'assistant' }))
    expect(headers).toEqual([
      [':event-type', 'messageStart'],
      [':content-type', 'application/json'],
      [':message-type', 'event'],
    ])
    expect(payload).toMatch(/^\{"p":"ab[a-zA-Z0-9]{0,59}","role":"assistant"\}$/)
  })

  it.each<[object, RegExp]>([
    [
      { contentBlockIndex: 0, delta: { text: 'Größe }"' } },
      /^\{"contentBlockIndex":0,"delta":\{"text":"Größe \}\\""\},"p":"ab\w*"\}$/,
    ],
    [{ stopReason: 'end_turn', additional: 1 }, /^\{"additional":1,"p":"ab\w*","stopReason":"end_turn"\}$/],
    [{}, /^\{"p":"ab\w*"\}$/],
    [{ delta: undefined }, /^\{"p":"ab\w*"\}$/],
  ])('puts the padding where the alphabet has it in %j', (payload, expected) => {
    for (let time = 0; time < 2; time++) expect(decoded(toEventFrame('someEvent', payload)).payload).toMatch(expected)
  })
})

describe('toExceptionFrame', () => {
  it('lowers the first letter of the class and carries the message', () => {
    expect(decoded(toExceptionFrame('ThrottlingException', 'Slow down.'))).toEqual({
      headers: [
        [':exception-type', 'throttlingException'],
        [':content-type', 'application/json'],
        [':message-type', 'exception'],
      ],
      payload: '{"message":"Slow down."}',
    })
  })
})

interface FrameCase {
  readonly id: string
  readonly kind: string
  readonly input: { readonly bytes: string }
  readonly expected: {
    readonly headers: { readonly [name: string]: { readonly type: string; readonly value: string } }
    readonly payload: string
  }
}

interface StreamCase {
  readonly id: string
  readonly kind: string
  readonly input: { readonly bytes: string }
}

describe.skipIf(!haveFixtures)(`frames beside recorded ones${fixturesNote}`, () => {
  const frames = fixture<FrameCase>('eventstream-frames.json').filter(
    ({ kind, expected }) =>
      kind === 'frame-valid' && Object.values(expected.headers).every(({ type }) => type === 'string'),
  )

  it.each(frames)('are the same bytes as $id', ({ input, expected }) => {
    const headers = Object.fromEntries(Object.entries(expected.headers).map(([name, { value }]) => [name, value]))
    expect(toFrame(headers, Buffer.from(expected.payload, 'base64')).toString('base64')).toBe(input.bytes)
  })

  const streams = fixture<StreamCase>('converse-streams.json').filter(({ kind }) => kind === 'converse-stream')

  it.each(streams)('are the same bytes as all frames of $id', ({ input }) => {
    const body = Buffer.from(input.bytes, 'base64')
    let at = 0
    while (at < body.length) {
      const frame = body.subarray(at, at + body.readUInt32BE(at))
      const { headers, payload } = decoded(frame)
      expect(toFrame(Object.fromEntries(headers) as { [name: string]: string }, payload).equals(frame)).toBe(true)
      // The members of an event come in alphabetical order, the padding among them.
      const { p: _padding, ...members } = JSON.parse(payload) as { p: string }
      const event = decoded(toEventFrame(String(headers[0]?.[1]), members))
      expect(event.headers).toEqual(headers)
      expect(Object.keys(JSON.parse(event.payload))).toEqual(Object.keys(JSON.parse(payload)))
      at += frame.length
    }
    expect(at).toBeGreaterThan(0)
  })

  it('are the same bytes as a recorded kind of error frame', () => {
    const wanted = frames.find(({ id }) => id === 'frame.made.error-throttling')
    expect(toErrorFrame('ThrottlingException', 'Rate exceeded').toString('base64')).toBe(wanted?.input.bytes)
  })
})
