import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ask, collect, textOf } from '../src/collect.js'
import { codesOf } from '../src/error-classes.js'
import { fixtures, noFixtures } from '../src/fixtures.js'
import type { RawAnswer } from '../src/raw-endpoint.js'
import { startRawEndpoint } from '../src/raw-endpoint.js'
import { eventStream, modelAt } from '../src/recorded.js'

interface Break {
  readonly stream: string | null
  readonly keepBytes?: number
  readonly keepFrames?: number
  readonly append?: string
}

interface ExpectedBreak {
  readonly class?: string
  readonly retryable?: boolean
  readonly message?: string
  readonly partialText: string
}

let answer: RawAnswer = { status: 500, headers: {}, body: new Uint8Array() }
let endpoint: Awaited<ReturnType<typeof startRawEndpoint>>
beforeAll(async () => {
  endpoint = await startRawEndpoint(() => answer)
})
afterAll(() => endpoint.close())

const streams = new Map(
  fixtures<{ bytes: string }, unknown>('converse-streams').map(({ id, input }) => [id, input.bytes]),
)

describe.skipIf(noFixtures)(`recorded streams, broken off${noFixtures}`, () => {
  for (const { id, kind, input, expected } of fixtures<Break, ExpectedBreak>('stream-breaks')) {
    it(`${id} is no whole answer`, async () => {
      const whole = Buffer.from((input.stream && streams.get(input.stream)) ?? '', 'base64')
      const kept = whole.subarray(0, input.keepBytes ?? endOfFrames(whole, input.keepFrames ?? 0))
      const body = Buffer.concat([kept, Buffer.from(input.append ?? '', 'base64')])
      answer = { status: 200, headers: eventStream, body }

      const { events, error } = await collect(modelAt(endpoint.url), ask('hello'))

      expect(events.some((event) => event.type === 'model-end')).toBe(false)
      expect(textOf(error?.partial?.message)).toBe(expected.partialText)
      if (kind === 'stream-cut') {
        expect(error).toMatchObject({ code: 'stream-truncated', retryable: true })
        return
      }
      expect(codesOf(expected.class ?? '')).toContain(error?.code)
      if (expected.retryable !== undefined) expect(error?.retryable).toBe(expected.retryable)
      expect(error?.message).toContain(expected.message ?? '')
      expect(error?.requestId).toBe('req-1')
    })
  }
})

/** Where frame number `count` ends; each frame begins with its own length. */
function endOfFrames(bytes: Buffer, count: number): number {
  let end = 0
  for (let frame = 0; frame < count; frame++) end += bytes.readUInt32BE(end)
  return end
}
