import type { BedrockLocal, BedrockLocalOptions } from '@x/bedrock-local'
import { startBedrockLocal } from '@x/bedrock-local'
import type { BedrockConfig } from '@x/provider-bedrock'
import { bedrock } from '@x/provider-bedrock'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { ask, collect } from '../src/collect.js'
import type { RawAnswer } from '../src/raw-endpoint.js'
import { startRawEndpoint } from '../src/raw-endpoint.js'
import { credentials, json } from '../src/recorded.js'

const started: BedrockLocal[] = []
afterEach(() => Promise.all(started.splice(0).map((local) => local.close())))

async function serve(options: BedrockLocalOptions): Promise<BedrockLocal> {
  const local = await startBedrockLocal(options)
  started.push(local)
  return local
}

function modelAt(endpoint: string, config: Partial<BedrockConfig> = {}) {
  const place = { region: 'us-east-1', endpoint, credentials, clientConfig: { maxAttempts: 1 } }
  return bedrock({ modelId: 'us.anthropic.claude-sonnet-4-6', ...place, ...config })
}

const said = { messages: [{ role: 'user', content: [{ text: 'Hi' }] }] }

describe('the config on the wire', () => {
  it.each([true, false])('carries every call option (streaming: %s)', async (streaming) => {
    const local = await serve({ reply: ['ok'], rules: false })
    const model = modelAt(local.url, {
      streaming,
      serviceTier: 'flex',
      performance: { latency: 'optimized' },
      requestMetadata: { team: 'maps' },
      effort: 'high',
      additionalArgs: { brandNew: { a: 1 }, serviceTier: { type: 'priority' } },
    })

    const { error } = await collect(model, ask('Hi'))

    expect(error).toBeUndefined()
    expect(local.requests[0]?.body).toEqual({
      ...said,
      performanceConfig: { latency: 'optimized' },
      requestMetadata: { team: 'maps' },
      outputConfig: { effort: 'high' },
      serviceTier: { type: 'priority' },
      brandNew: { a: 1 },
    })
  })

  it('changes at run time and from call to call, and is JSON', async () => {
    const local = await serve({ reply: ['one', 'two', 'three'], rules: false })
    const model = modelAt(local.url, { serviceTier: 'flex', guardrail: { id: 'gr1', version: '1' } })

    await collect(model, ask('Hi'))
    await collect(model, ask('Hi'), { config: { serviceTier: 'priority' } })
    model.updateConfig({ serviceTier: undefined, guardrail: undefined })
    await collect(model, ask('Hi'))

    const guardrailConfig = { guardrailIdentifier: 'gr1', guardrailVersion: '1', trace: 'enabled' }
    expect(local.requests.map(({ body }) => body)).toEqual([
      { ...said, serviceTier: { type: 'flex' }, guardrailConfig },
      { ...said, serviceTier: { type: 'priority' }, guardrailConfig },
      said,
    ])
    expect(JSON.parse(JSON.stringify(model.config))).toEqual(model.config)
  })

  it('lets the guardrail win over raw members', async () => {
    const local = await serve({ reply: ['ok'], rules: false })
    const raw = { guardrailConfig: { guardrailIdentifier: 'raw', guardrailVersion: '9' } }

    await collect(modelAt(local.url, { additionalArgs: raw }), ask('Hi'))
    await collect(modelAt(local.url, { additionalArgs: raw, guardrail: { id: 'gr1', version: '1' } }), ask('Hi'))

    expect(local.requests.map(({ body }) => body.guardrailConfig?.guardrailIdentifier)).toEqual(['raw', 'gr1'])
  })

  it('holds tools to their schemas, but for those that say otherwise', async () => {
    const local = await serve({ reply: ['ok'] })
    const inputSchema = {
      type: 'object',
      properties: { place: { type: 'object', properties: { city: { type: 'string' } } } },
    }
    const tools = [
      { name: 'held', inputSchema },
      { name: 'free', inputSchema, strict: false },
    ]

    await collect(modelAt(local.url, { strictTools: true }), { ...ask('Hi'), tools })

    const closed = {
      ...inputSchema,
      properties: { place: { ...inputSchema.properties.place, additionalProperties: false } },
      additionalProperties: false,
    }
    expect(local.requests[0]?.body.toolConfig?.tools).toEqual([
      { toolSpec: { name: 'held', inputSchema: { json: closed }, strict: true } },
      { toolSpec: { name: 'free', inputSchema: { json: inputSchema }, strict: false } },
    ])
  })

  it('calls a managed prompt with its variables, and with no message if there is none', async () => {
    const local = await serve({ reply: ['one', 'two'], rules: false })
    const modelId = 'arn:aws:bedrock:us-east-1:123456789012:prompt/ABCDEFGHIJ:1'
    const model = modelAt(local.url, { modelId, promptVariables: { genre: 'pop' } })

    const bare = await collect(model, { messages: [] })
    await collect(model, ask('Hi'))
    const withSystem = await collect(model, { ...ask('Hi'), system: [{ type: 'text', text: 'Be brief.' }] })

    expect(bare.error).toBeUndefined()
    const promptVariables = { genre: { text: 'pop' } }
    expect(local.requests.map(({ body }) => body)).toEqual([{ promptVariables }, { ...said, promptVariables }])
    expect(withSystem.error?.code).toBe('invalid-messages')
  })

  it('names its caller in the user agent', async () => {
    const local = await serve({ reply: ['ok'] })

    await collect(modelAt(local.url, { userAgent: 'my-app/1.2' }), ask('Hi'))

    expect(local.requests[0]?.headers['user-agent']).toMatch(/my-app\/1\.2/)
  })

  it('tells when a family is asked over Converse because it cannot stream tool calls', async () => {
    const local = await serve({ reply: ['one', 'two'] })
    const model = modelAt(local.url, { modelId: 'us.meta.llama3-3-70b-instruct-v1:0' })
    const request = { ...ask('Hi'), tools: [{ name: 'add', inputSchema: { type: 'object' } }] }

    const fallback = await collect(model, request)
    const chosen = await collect(model, request, { config: { streaming: false } })

    expect(fallback.events[0]).toMatchObject({ type: 'warning', code: 'not-streamed' })
    expect(chosen.events.some(({ type }) => type === 'warning')).toBe(false)
  })
})

describe('countTokens', () => {
  let answer: RawAnswer
  let endpoint: Awaited<ReturnType<typeof startRawEndpoint>>
  beforeAll(async () => {
    endpoint = await startRawEndpoint(() => answer)
  })
  beforeEach(() => void endpoint.bodies.splice(0))
  afterAll(() => endpoint.close())

  const refuse = (status: number, error: string, message: string) => {
    const headers = { 'content-type': 'application/json', 'x-amzn-errortype': error }
    answer = { status, headers, body: Buffer.from(JSON.stringify({ message })) }
  }
  // A key of its own makes a client of its own, which has not been refused yet.
  const fresh = (): Partial<BedrockConfig> => ({ credentials: { ...credentials } })

  it('asks for the plain model, for what would be sent and nothing else', async () => {
    answer = { status: 200, headers: json, body: Buffer.from('{"inputTokens":17}') }
    const guardrail = { id: 'gr1', version: '1' }
    const model = modelAt(endpoint.url, {
      ...fresh(),
      temperature: 0,
      guardrail,
      additionalRequestFields: { top_k: 5 },
    })

    expect(await model.countTokens?.({ ...ask('Hi'), system: [{ type: 'text', text: 'Be brief.' }] })).toBe(17)
    expect(endpoint.bodies).toEqual([
      {
        input: { converse: { ...said, system: [{ text: 'Be brief.' }], additionalModelRequestFields: { top_k: 5 } } },
      },
    ])
  })

  it('is counted by the endpoint under the base id of a profile', async () => {
    const local = await serve({ reply: [] })

    expect(await modelAt(local.url).countTokens?.(ask('How many tokens is this?'))).toBeGreaterThan(0)
    expect(local.requests).toMatchObject([{ modelId: 'anthropic.claude-sonnet-4-6', status: 200 }])
  })

  it.each([
    [400, 'ValidationException', "The provided model doesn't support counting tokens."],
    [403, 'AccessDeniedException', 'User: x is not authorized to perform: bedrock:CountTokens'],
  ])('estimates where the service answers %i, and does not ask again', async (status, error, message) => {
    refuse(status, error, message)
    const model = modelAt(endpoint.url, fresh())

    expect(await model.countTokens?.(ask('x'.repeat(400)))).toBe(100)
    expect(await model.countTokens?.(ask('x'.repeat(40)))).toBe(10)
    expect(endpoint.bodies).toHaveLength(1)
  })

  it('fails when the service is away, instead of guessing', async () => {
    refuse(503, 'ServiceUnavailableException', 'Busy')

    await expect(modelAt(endpoint.url, fresh()).countTokens?.(ask('Hi'))).rejects.toMatchObject({ code: 'unavailable' })
  })
})
