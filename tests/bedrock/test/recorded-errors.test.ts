import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ask, collect } from '../src/collect.js'
import { codesOf } from '../src/error-classes.js'
import { fixtures, noFixtures } from '../src/fixtures.js'
import type { RawAnswer } from '../src/raw-endpoint.js'
import { startRawEndpoint } from '../src/raw-endpoint.js'
import { modelAt } from '../src/recorded.js'

interface ErrorReply {
  readonly operation: string
  readonly modelId: string
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

interface ExpectedError {
  readonly class: string
  readonly classAlso?: readonly string[]
  readonly retryable?: boolean
  readonly message?: string
  readonly requestId?: string
}

let answer: RawAnswer = { status: 500, headers: {}, body: new Uint8Array() }
let endpoint: Awaited<ReturnType<typeof startRawEndpoint>>
beforeAll(async () => {
  endpoint = await startRawEndpoint(() => answer)
})
afterAll(() => endpoint.close())

describe.skipIf(noFixtures)(`recorded error replies of the service${noFixtures}`, () => {
  for (const { id, input, expected } of fixtures<ErrorReply, ExpectedError>('errors')) {
    it(`${id} is ${expected.class}`, async () => {
      answer = { status: input.status, headers: input.headers, body: Buffer.from(input.body) }
      const streaming = input.operation === 'converse-stream'

      const { events, error } = await collect(modelAt(endpoint.url, input.modelId).with({ streaming }), ask('hello'))

      expect(events).toEqual([])
      expect([expected.class, ...(expected.classAlso ?? [])].flatMap(codesOf)).toContain(error?.code)
      if (expected.retryable !== undefined) expect(error?.retryable).toBe(expected.retryable)
      if (input.status !== 200) expect(error?.status).toBe(input.status)
      expect(error?.requestId).toBe(expected.requestId)
      const operation = streaming ? 'ConverseStream' : 'Converse'
      expect(error?.message).toContain(
        `${operation} of ${input.modelId} in us-east-1 failed: ${expected.message ?? ''}`,
      )
    })
  }
})
