import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ask, collect } from '../src/collect.js'
import { fixtures, noFixtures } from '../src/fixtures.js'
import type { RawAnswer } from '../src/raw-endpoint.js'
import { startRawEndpoint } from '../src/raw-endpoint.js'
import type { ExpectedAnswer } from '../src/recorded.js'
import { eventStream, inTheirWords, modelAt } from '../src/recorded.js'

let answer: RawAnswer = { status: 500, headers: {}, body: new Uint8Array() }
let endpoint: Awaited<ReturnType<typeof startRawEndpoint>>
beforeAll(async () => {
  endpoint = await startRawEndpoint(() => answer)
})
afterAll(() => endpoint.close())

describe.skipIf(noFixtures)(`recorded streams of the service${noFixtures}`, () => {
  for (const { id, input, expected } of fixtures<{ bytes: string }, ExpectedAnswer>('converse-streams')) {
    for (const pieceLength of [7, 1_000_000]) {
      it(`${id} means the same in pieces of ${pieceLength} bytes`, async () => {
        const body = Buffer.from(input.bytes, 'base64')
        answer = { status: 200, headers: eventStream, body, pieceLength }

        const { events, result, error } = await collect(modelAt(endpoint.url), ask('hello'))

        if (expected.complete === false) {
          expect(error).toMatchObject({ code: 'stream-truncated', retryable: true, requestId: 'req-1' })
          expect(inTheirWords(error?.partial?.message?.content ?? [])).toEqual(expected.parts)
          return
        }
        expect(error).toBeUndefined()
        const count = (type: string) => events.filter((event) => event.type === type).length
        expect(count('text-delta')).toBe(expected.counts.textDeltasNonEmpty)
        expect(count('tool-call-start')).toBe(expected.counts.toolCallStarts)
        expect(count('citation-delta')).toBe(expected.counts.citationDeltas)
        expect(inTheirWords(result?.message.content ?? [])).toEqual(expected.parts)
        expect(result).toMatchObject({
          stopReason: expected.stopReason,
          providerStopReason: expected.providerStopReason,
          usage: expected.usage,
          metadata: { requestId: 'req-1' },
        })
        expect(result?.latencyMs).toBe(expected.latencyMs)
        expect(result?.trace !== undefined).toBe(expected.hasTrace ?? false)
      })
    }
  }
})
