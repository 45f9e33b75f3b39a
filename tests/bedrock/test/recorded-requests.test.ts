import { bedrock } from '@x/provider-bedrock'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { collect } from '../src/collect.js'
import { fixtures, noFixtures } from '../src/fixtures.js'
import type { RecordedBody } from '../src/from-wire-body.js'
import { fromWireBody } from '../src/from-wire-body.js'
import { startRawEndpoint } from '../src/raw-endpoint.js'
import { credentials, json } from '../src/recorded.js'

let endpoint: Awaited<ReturnType<typeof startRawEndpoint>>
beforeAll(async () => {
  endpoint = await startRawEndpoint(() => ({ status: 400, headers: json, body: Buffer.from('{"message":"no"}') }))
})
afterAll(() => endpoint.close())

interface Recorded {
  readonly operation: string
  readonly modelId: string
  readonly body: RecordedBody
}

describe.skipIf(noFixtures)(`recorded requests that the service took${noFixtures}`, () => {
  const cases = fixtures<Recorded, unknown>('requests-accepted').filter(({ kind }) => kind === 'request-accepted')
  for (const { id, input } of cases) {
    it(`${id} is sent with the same meaning`, async () => {
      const { request, config } = fromWireBody(input.body, input.modelId)
      const model = bedrock({ ...config, region: 'us-east-1', endpoint: endpoint.url, credentials })
      endpoint.bodies.length = 0

      await collect(model, request)

      expect(endpoint.bodies).toHaveLength(1)
      expect(meaning(endpoint.bodies[0] as Body)).toEqual(meaning(input.body as unknown as Body))
    })
  }
})

type Body = Record<string, unknown> & { messages: { role: string; content: Record<string, object>[] }[] }

/** A body without the differences that mean nothing: empty members, split turns, and "success" said or not. */
function meaning({ messages, guardrailConfig: _later, ...body }: Body): object {
  const turns: Body['messages'] = []
  for (const { role, content } of messages) {
    const blocks = content.map((block) => {
      const { status, ...result } = (block.toolResult ?? {}) as { status?: string; type?: string }
      return block.toolResult && status === 'success' && !result.type ? { toolResult: result } : block
    })
    const last = turns.at(-1)
    if (last?.role === role) last.content.push(...blocks)
    else turns.push({ role, content: blocks })
  }
  const { stopSequences, ...inference } = (body.inferenceConfig ?? {}) as { stopSequences?: string[] }
  const inferenceConfig = { ...inference, ...(stopSequences?.length && { stopSequences }) }
  const members = Object.entries({ ...body, inferenceConfig }).map(([key, value]) => [key, parsed(value)] as const)
  return { messages: turns, ...Object.fromEntries(members.filter(([, value]) => Object.keys(value ?? {}).length > 0)) }
}

/** Schemas are compared as JSON and not as the text they travel in. */
function parsed(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value), (key, member) =>
    key === 'schema' && typeof member === 'string' ? JSON.parse(member) : member,
  )
}
