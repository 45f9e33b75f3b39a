import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ask, collect } from '../src/collect.js'
import { fixtures, noFixtures } from '../src/fixtures.js'
import type { RawAnswer } from '../src/raw-endpoint.js'
import { startRawEndpoint } from '../src/raw-endpoint.js'
import type { ExpectedAnswer } from '../src/recorded.js'
import { inTheirWords, json, modelAt } from '../src/recorded.js'

let answer: RawAnswer = { status: 500, headers: {}, body: new Uint8Array() }
let endpoint: Awaited<ReturnType<typeof startRawEndpoint>>
beforeAll(async () => {
  endpoint = await startRawEndpoint(() => answer)
})
afterAll(() => endpoint.close())

describe.skipIf(noFixtures)(`recorded replies of the service${noFixtures}`, () => {
  for (const { id, input, expected } of fixtures<{ body: unknown }, ExpectedAnswer>('converse-responses')) {
    it(`${id} is read whole`, async () => {
      answer = { status: 200, headers: json, body: Buffer.from(JSON.stringify(input.body)) }

      const { result, error } = await collect(modelAt(endpoint.url).with({ streaming: false }), ask('hello'))

      expect(error).toBeUndefined()
      // An empty reasoning block is left out: it says nothing and no model takes it back.
      const parts = expected.parts.filter((part) => !JSON.stringify(part).includes('{"reasoningContent":{}}'))
      expect(inTheirWords(result?.message.content ?? [])).toEqual(parts)
      expect([expected.stopReason, ...(expected.stopReasonAlso ?? [])]).toContain(result?.stopReason)
      expect(result).toMatchObject({ providerStopReason: expected.providerStopReason, usage: expected.usage })
      expect(result?.latencyMs).toBe(expected.latencyMs)
      expect(result?.trace !== undefined).toBe(expected.hasTrace ?? false)
      const { performanceConfig, serviceTier, additionalModelResponseFields } = expected
      expect(result?.metadata).toMatchObject(
        JSON.parse(JSON.stringify({ performanceConfig, serviceTier, additionalModelResponseFields })),
      )
    })
  }
})
