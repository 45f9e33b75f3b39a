import { NodeHttpHandler } from '@smithy/node-http-handler'
import type { ModelResult } from '@x/types'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ask, collect, textOf } from '../src/collect.js'
import { fixtures, noFixtures } from '../src/fixtures.js'
import type { RawAnswer } from '../src/raw-endpoint.js'
import { startRawEndpoint } from '../src/raw-endpoint.js'
import type { ExpectedAnswer } from '../src/recorded.js'
import { eventStream, modelAt } from '../src/recorded.js'

/* A stream may break off at any byte and come in pieces of any size: it gives the whole answer or an error, never less. */

let answer: RawAnswer = { status: 500, headers: {}, body: new Uint8Array() }
let endpoint: Awaited<ReturnType<typeof startRawEndpoint>>
beforeAll(async () => {
  endpoint = await startRawEndpoint(() => answer)
})
afterAll(() => endpoint.close())

const recorded = fixtures<{ bytes: string }, ExpectedAnswer>('converse-streams')
  .filter(({ expected }) => expected.complete !== false)
  .map(({ input }) => Buffer.from(input.bytes, 'base64'))
  .sort((left, right) => left.length - right.length)

const transports = [
  ['HTTP/2', {}],
  ['HTTP/1.1', { requestHandler: new NodeHttpHandler() }],
] as const

for (const [transport, handler] of transports) {
  const read = async (body: Uint8Array, pieceLength: number) => {
    answer = { status: 200, headers: eventStream, body, pieceLength }
    const model = modelAt(endpoint.url).with({ clientConfig: { maxAttempts: 1, ...handler } })
    return collect(model, ask('hello'))
  }

  /** What must hold of the first `length` bytes of an answer whose whole is known. */
  const checkCut = async (body: Buffer, whole: ModelResult, length: number, pieceLength: number) => {
    const { events, result, error } = await read(body.subarray(0, length), pieceLength)
    if (length === body.length) {
      expect(result).toEqual(whole)
      return
    }
    expect(events.filter(({ type }) => type === 'model-end')).toEqual([])
    expect(error, `cut at ${length}`).toMatchObject({ code: 'stream-truncated', retryable: true })
    expect(textOf(whole.message).startsWith(textOf(error?.partial?.message))).toBe(true)
  }

  describe.skipIf(noFixtures)(`over ${transport}${noFixtures}`, () => {
    it('the shortest recorded stream, cut at every byte', async () => {
      const [body = Buffer.alloc(0)] = recorded
      const { result: whole } = await read(body, body.length)
      if (!whole) throw new Error('The recording is no whole answer.')
      for (let length = 0; length <= body.length; length++) await checkCut(body, whole, length, body.length)
    })

    it('any recorded stream, cut anywhere, in pieces of any size', async () => {
      const results: (ModelResult | undefined)[] = []
      const cut = fc.tuple(
        fc.nat(recorded.length - 1),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.integer({ min: 1, max: 4000 }),
      )
      await fc.assert(
        fc.asyncProperty(cut, async ([index, share, pieceLength]) => {
          const body = recorded[index] ?? Buffer.alloc(0)
          results[index] ??= (await read(body, body.length)).result
          const whole = results[index]
          if (!whole) throw new Error('The recording is no whole answer.')
          // Pieces of a few bytes of a long stream are thousands of writes: long ones come in larger pieces.
          await checkCut(
            body,
            whole,
            Math.round(body.length * share),
            Math.max(pieceLength, Math.ceil(body.length / 500)),
          )
        }),
        { numRuns: 120 },
      )
    })
  })
}
