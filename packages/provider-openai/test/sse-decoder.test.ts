import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ServerSentEvent } from '../src/sse-decoder.js'
import { sseDecoder } from '../src/sse-decoder.js'

function decode(...pieces: readonly (string | Uint8Array)[]): ServerSentEvent[] {
  const decoder = sseDecoder()
  const bytes = pieces.map((piece) => (typeof piece === 'string' ? new TextEncoder().encode(piece) : piece))
  return [...bytes.flatMap((piece) => decoder.push(piece)), ...decoder.end()]
}

const message = (data: string): ServerSentEvent => ({ event: 'message', data })

describe('sseDecoder', () => {
  it.each<[string, string, ServerSentEvent[]]>([
    ['one event', 'data: one\n\n', [message('one')]],
    ['events with CRLF', 'data: one\r\n\r\ndata: two\r\n\r\n', [message('one'), message('two')]],
    ['events with CR alone', 'data: one\r\rdata: two\r\r', [message('one'), message('two')]],
    ['no blank after the colon', 'data:one\n\n', [message('one')]],
    ['only one blank taken away', 'data:  one\n\n', [message(' one')]],
    ['several lines of data', 'data: one\ndata: two\n\n', [message('one\ntwo')]],
    ['comments', ': ping\n\ndata: one\n: ping\n\n', [message('one')]],
    ['a missing blank line at the end', 'data: one\n\ndata: two\n', [message('one'), message('two')]],
    ['a missing line break at the end', 'data: one\n\ndata: two', [message('one'), message('two')]],
    ['blank lines alone', '\n\n\n', []],
    ['a byte order mark', '\ufeffdata: one\n\n', [message('one')]],
    [
      'event names, each for its own event',
      'event: error\ndata: one\n\ndata: two\n\n',
      [{ event: 'error', data: 'one' }, message('two')],
    ],
    ['members that mean nothing here', 'id: 1\nretry: 2\nnonsense\ndata: one\n\n', [message('one')]],
    ["llama.cpp's field for errors", 'error: {"code":500}\n\n', [{ event: 'error', data: '{"code":500}' }]],
  ])('reads %s', (_what, text, events) => {
    expect(decode(text)).toEqual(events)
  })

  it('gives an event as soon as its blank line is there', () => {
    const decoder = sseDecoder()
    expect(decoder.push(new TextEncoder().encode('data: one\n\nda'))).toEqual([message('one')])
    expect(decoder.push(new TextEncoder().encode('ta: two\r'))).toEqual([])
    expect(decoder.push(new TextEncoder().encode('\n\r'))).toEqual([message('two')])
    expect(decoder.push(new TextEncoder().encode('\n'))).toEqual([])
  })

  it('gives the same events whatever the cuts', () => {
    const event = fc.record({
      lines: fc.array(
        fc.string({ unit: 'grapheme' }).map((text) => text.replace(/[\r\n]/g, ' ')),
        { minLength: 1, maxLength: 3 },
      ),
      lineBreak: fc.constantFrom('\n', '\r\n', '\r'),
      comment: fc.boolean(),
    })
    fc.assert(
      fc.property(
        fc.array(event, { maxLength: 5 }),
        fc.infiniteStream(fc.integer({ min: 1, max: 7 })),
        (events, cuts) => {
          const text = events
            .map(({ lines, lineBreak, comment }) =>
              [...(comment ? [': ping'] : []), ...lines.map((line) => `data: ${line}`), '', ''].join(lineBreak),
            )
            .join('')
          const bytes = new TextEncoder().encode(text)
          const pieces: Uint8Array[] = []
          for (let start = 0; start < bytes.length; ) {
            const end = start + (cuts.next().value ?? 1)
            pieces.push(bytes.subarray(start, end))
            start = end
          }
          expect(decode(...pieces)).toEqual(events.map(({ lines }) => message(lines.join('\n'))))
        },
      ),
    )
  })

  it('reads one long line in many pieces, each of them once', () => {
    const piece = new TextEncoder().encode('x'.repeat(16))
    const decoder = sseDecoder(Number.POSITIVE_INFINITY)
    decoder.push(new TextEncoder().encode('data: '))
    // Were the line searched anew with each piece, this would take hours and not half a second.
    for (let index = 0; index < 320_000; index++) decoder.push(piece)
    expect(decoder.end()[0]?.data.length).toBe(320_000 * 16)
  })

  it.each([
    ['one long line', 'data: 0123456789'],
    ['many lines of one event', 'data: 0123\ndata: 4567\ndata: 89\n'],
  ])('refuses an event that is too long: %s', (_what, text) => {
    const decoder = sseDecoder(8)
    expect(() => decoder.push(new TextEncoder().encode(text))).toThrow('more than 8 characters')
  })
})
