import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

const loaded = vi.hoisted(() => ({ sdk: 0 }))
vi.mock('@aws-sdk/client-bedrock-runtime', async (original) => {
  loaded.sdk++
  return await original()
})

const { bedrock } = await import('../src/index.js')

beforeEach(() => {
  vi.stubEnv('AWS_REGION', '')
  vi.stubEnv('AWS_DEFAULT_REGION', '')
})
afterEach(() => vi.unstubAllEnvs())

describe('bedrock', () => {
  it('loads the AWS SDK at the first call and not before', async () => {
    const model = bedrock('amazon.nova-lite-v1:0', { region: 'us-east-1' })
    expect(model.capabilities?.()).toMatchObject({ family: 'nova' })
    expect(loaded.sdk).toBe(0)

    const events = model.stream(
      { messages: [{ role: 'user', content: [{ type: 'text', text: 'hi' }] }] },
      {
        signal: AbortSignal.abort(),
      },
    )
    await expect(events[Symbol.asyncIterator]().next()).rejects.toMatchObject({ code: 'aborted' })
    expect(loaded.sdk).toBe(1)
  })

  it('takes an id, an id with a config, or a config alone', () => {
    expect(bedrock('a.b').config).toEqual({ modelId: 'a.b' })
    expect(bedrock('a.b', { maxTokens: 5 }).config).toEqual({ modelId: 'a.b', maxTokens: 5 })
    expect(bedrock({ modelId: 'a.b', topP: 1 }).config).toEqual({ modelId: 'a.b', topP: 1 })
  })

  it("names OpenTelemetry's provider and the model", () => {
    expect(bedrock('a.b')).toMatchObject({ specVersion: 1, provider: 'aws.bedrock', modelId: 'a.b' })
  })

  it.each([
    [{}, {}, 'global.anthropic.claude-sonnet-4-6'],
    [{ region: 'eu-west-1' }, { AWS_REGION: 'us-east-1' }, 'eu.anthropic.claude-sonnet-4-6'],
    [{}, { AWS_REGION: 'ap-northeast-1', AWS_DEFAULT_REGION: 'us-east-1' }, 'jp.anthropic.claude-sonnet-4-6'],
    [{}, { AWS_DEFAULT_REGION: 'us-east-1' }, 'us.anthropic.claude-sonnet-4-6'],
    [{}, { AWS_REGION: 'sa-east-1' }, 'global.anthropic.claude-sonnet-4-6'],
  ])('config %j and environment %j make %s the default model', (config, environment, modelId) => {
    for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value)

    expect(bedrock(config).modelId).toBe(modelId)
  })

  it('shows its config without secrets, and an unknown member is an error', () => {
    const model = bedrock('a.b', { apiKey: 'secret', clientConfig: { maxAttempts: 1 }, temperature: 0 })

    expect(JSON.stringify(model.config)).toBe('{"modelId":"a.b","temperature":0}')
    expect(() => model.updateConfig({ tempreature: 1 } as object)).toThrow('no config member "tempreature"')
  })

  it('says what is wrong with messages before anything is loaded or sent', async () => {
    const events = bedrock('a.b').stream({ messages: [{ role: 'user', content: [{ type: 'text', text: '  ' }] }] })

    await expect(events[Symbol.asyncIterator]().next()).rejects.toMatchObject({ code: 'invalid-messages' })
  })
})
