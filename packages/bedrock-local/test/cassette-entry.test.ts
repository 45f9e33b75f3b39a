import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fromContent, toContent, toStreamContent } from '../src/cassette-entry.js'
import { fromFrames } from '../src/from-frames.js'
import { redactor } from '../src/redactor.js'
import { toEventFrame, toExceptionFrame, toFrame } from '../src/to-frame.js'
import { fixture, fixturesNote, haveFixtures } from './fixtures.js'

const redact = redactor()

/** Through a line of a file. */
function again(content: object): Buffer {
  return fromContent(JSON.parse(JSON.stringify(content)) as never)
}

describe('the content of a cassette', () => {
  it.each([
    ['JSON as it is usually written', '{"b":[1,null,"Ünïcode \\ud800"],"a":{}}', 'json'],
    ['JSON with white space', '{ "a": 1 }\n', 'text'],
    ['JSON whose numbers read back otherwise', '{"a":1.0}', 'text'],
    ['JSON with members named like places', '{"b":1,"2":2,"1":3}', 'text'],
    ['JSON with a member twice', '{"a":1,"a":2}', 'text'],
    ['a page', '<html>Bad Gateway</html>', 'text'],
    ['nothing', '', 'text'],
  ])('keeps %s readable, byte for byte', (_name, text, kind) => {
    const content = toContent(Buffer.from(text), redact)
    expect(Object.keys(content)).toEqual([kind])
    expect(again(content).toString()).toBe(text)
  })

  it('keeps any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(again(toContent(Buffer.from(bytes), redact)).equals(Buffer.from(bytes))).toBe(true)
        expect(again(toStreamContent(Buffer.from(bytes), redact)).equals(Buffer.from(bytes))).toBe(true)
      }),
    )
  })

  it('keeps frames readable, also those of a stream that was cut, byte for byte', () => {
    const stream = Buffer.concat([
      toEventFrame('messageStart', { role: 'assistant' }),
      toFrame({ ':message-type': 'error', ':error-code': 'InternalFailure', ':error-message': 'no' }, ''),
      toExceptionFrame('ThrottlingException', 'Slow down'),
      toEventFrame('messageStop', { stopReason: 'end_turn' }).subarray(0, 30),
    ])
    const content = toStreamContent(stream, redact)
    expect(content).toEqual({
      frames: [
        { event: 'messageStart', payload: { json: { p: expect.any(String), role: 'assistant' } } },
        {
          headers: { ':message-type': 'error', ':error-code': 'InternalFailure', ':error-message': 'no' },
          payload: { text: '' },
        },
        { exception: 'throttlingException', payload: { json: { message: 'Slow down' } } },
      ],
      rest: expect.any(String),
    })
    expect(again(content).equals(stream)).toBe(true)
  })

  it('does not keep bytes that hold what has to be redacted', () => {
    const bytes = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from('AKIAIOSFODNN7EXAMPLE')])
    expect(() => toContent(bytes, redact)).toThrow('redacted among bytes')
  })
})

interface Case {
  readonly id: string
  readonly kind: string
  readonly input: { readonly bytes: string }
}

describe.skipIf(!haveFixtures)(`recorded streams in a cassette${fixturesNote}`, () => {
  it.each(fixture<Case>('converse-streams.json'))('$id keeps its bytes', ({ input }) => {
    const bytes = Buffer.from(input.bytes, 'base64')
    const content = toStreamContent(bytes, redactor())
    expect(again(content).equals(bytes)).toBe(true)
  })

  it.each(fixture<Case>('eventstream-frames.json').filter(({ kind }) => kind === 'frame-corrupt'))(
    '$id is no frame',
    ({ input }) => {
      const bytes = Buffer.from(input.bytes, 'base64')
      expect(fromFrames(bytes)).toEqual({ frames: [], rest: bytes })
    },
  )
})
