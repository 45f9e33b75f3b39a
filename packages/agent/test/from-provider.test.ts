import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { BedrockConfig } from '@x/provider-bedrock'
import { scriptedModel } from '@x/types/testing'
import { afterEach, beforeEach, describe, expect, expectTypeOf, test, vi } from 'vitest'
import { fromBedrock, fromProvider, isAgentError } from '../src/index.js'

const nova = 'us.amazon.nova-pro-v1:0'
const schema = { type: 'object', properties: { n: { type: 'number' } }, required: ['n'] }
const messages = [{ role: 'user', content: 'One?' }] as const
const codeOf = (run: () => unknown) => {
  try {
    run()
  } catch (error) {
    return isAgentError(error) ? `${error.code}: ${error.message}` : error
  }
  return 'none'
}

beforeEach(() => {
  vi.stubEnv('AWS_REGION', '')
  vi.stubEnv('AWS_DEFAULT_REGION', '')
})
afterEach(() => {
  vi.unstubAllEnvs()
})

describe('fromProvider', () => {
  test('makes the client of the very model that the string names', () => {
    const { model } = fromProvider(`bedrock/${nova}`)
    expect(model).toMatchObject({ provider: 'aws.bedrock', modelId: nova })
    const arn = 'arn:aws:bedrock:eu-west-1:123456789012:application-inference-profile/q1w2e3'
    expect(fromProvider(`bedrock/${arn}`).model.modelId).toBe(arn)
  })

  test('goes to us-east-1 unless an option or the environment says otherwise', () => {
    const regionOf = (options = {}) => fromProvider(`bedrock/${nova}`, options).model.config?.region
    expect(regionOf()).toBe('us-east-1')
    vi.stubEnv('AWS_DEFAULT_REGION', 'ap-south-1')
    expect(regionOf()).toBe('ap-south-1')
    vi.stubEnv('AWS_REGION', 'eu-west-1')
    expect(regionOf()).toBe('eu-west-1')
    expect(regionOf({ region: 'us-west-2' })).toBe('us-west-2')
    // They bring a region of their own.
    expect(regionOf({ profile: 'work' })).toBeUndefined()
    expect(regionOf({ clientConfig: { region: 'us-west-1' } })).toBeUndefined()
  })

  test('passes on the settings of the model, and secrets where nobody sees them', () => {
    const credentials = { accessKeyId: 'a', secretAccessKey: 'b' }
    const { model } = fromProvider(`bedrock/${nova}`, { temperature: 0.2, credentials, mode: 'tool', maxRetries: 0 })
    expect(model.config).toEqual({ modelId: nova, region: 'us-east-1', temperature: 0.2 })
    // @ts-expect-error no setting of a Bedrock model
    expect(codeOf(() => fromProvider(`bedrock/${nova}`, { heat: 1 }))).toContain('no config member "heat"')
  })

  test.each([
    ['no slash', nova],
    ['no model', 'bedrock/'],
    ['no provider', '/model'],
    ['nothing', ''],
  ])('refuses an id with %s', (_what, id) => {
    expect(codeOf(() => fromProvider(id))).toMatch(/^invalid-model: .*provider\/model/)
  })

  test.each(['openai/gpt-5', 'constructor/x', 'arn:aws:bedrock:eu-west-1:123456789012:inference-profile/x'])(
    'refuses the provider of %s with the names that exist',
    (id) => {
      expect(codeOf(() => fromProvider(id))).toMatch(/^invalid-model: There is no provider .* Known: bedrock\./)
    },
  )

  test('refuses a mode that does not exist', () => {
    // @ts-expect-error
    expect(codeOf(() => fromProvider(`bedrock/${nova}`, { mode: 'yaml' }))).toMatch(/^invalid-config: There is no mode/)
  })

  test('asks other providers, whose settings are their own', async () => {
    const providers = { scripted: (modelId: string) => scriptedModel(['{"n":1}'], { modelId }) }
    const client = fromProvider('scripted/some/model', { providers, mode: 'BEDROCK_JSON' })
    expect(client.model.modelId).toBe('some/model')
    expect(await client.create({ schema, messages })).toEqual({ n: 1 })
    expect(codeOf(() => fromProvider('scripted/a', { providers, region: 'eu-west-1' }))).toMatch(
      /^invalid-config: "region"/,
    )
  })
})

describe('fromBedrock', () => {
  const sent: unknown[] = []
  const awsClient = {
    config: { region: async () => 'us-east-1' },
    async send({ input }: { readonly input: unknown }) {
      sent.push(input)
      throw Object.assign(new Error('Stop here.'), { name: 'ValidationException', $metadata: { httpStatusCode: 400 } })
    },
  } as unknown as NonNullable<BedrockConfig['client']>

  test('asks through the client of the caller, for the model of the call, of the options or the default one', async () => {
    const modelIds = async (options: object, call: object) => {
      sent.length = 0
      await fromBedrock(awsClient, { mode: 'BEDROCK_TOOLS', ...options })
        .create({ schema, messages, ...call })
        .catch(() => undefined)
      return sent.map((input) => Object(input).modelId)
    }
    expect(await modelIds({}, { modelId: nova })).toEqual([nova])
    expect(await modelIds({ model: nova }, {})).toEqual([nova])
    expect(await modelIds({ model: nova }, { model: 'amazon.nova-lite-v1:0' })).toEqual(['amazon.nova-lite-v1:0'])
    expect(await modelIds({}, {})).toEqual([expect.stringMatching(/anthropic\.claude-sonnet/)])
  })

  test('takes no other client', () => {
    // @ts-expect-error
    expect(codeOf(() => fromBedrock({}))).toContain('client of a Bedrock model must be a BedrockRuntimeClient')
    expectTypeOf(fromBedrock).parameter(0).toEqualTypeOf<NonNullable<BedrockConfig['client']>>()
  })
})

interface Case {
  readonly id: string
  readonly kind: string
  readonly input: {
    readonly provider: string
    readonly mode?: string
    readonly env?: { readonly [name: string]: string }
  }
  readonly expected: { readonly modelId?: string; readonly region?: string; readonly error?: object }
}

const folder = process.env.X_FIXTURES ?? join(import.meta.dirname, '../../../../shared/fixtures')
const file = join(folder, 'instructor-cases.json')
const missing = existsSync(file) ? '' : ` (skipped: no recorded cases in ${folder}; set X_FIXTURES)`
const cases: readonly Case[] = missing ? [] : JSON.parse(readFileSync(file, 'utf8'))

// Their default modes are those of Instructor; here the best one that a model takes is the default.
describe.skipIf(missing)(`recorded ids${missing}`, () => {
  test.each(cases.filter(({ kind }) => kind === 'provider'))('$id', ({ input: { provider, env = {} }, expected }) => {
    for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value)
    if (expected.error) {
      expect(codeOf(() => fromProvider(provider))).toMatch(/^invalid-model/)
      return
    }
    const { model } = fromProvider(provider)
    if (expected.modelId) expect(model.modelId).toBe(expected.modelId)
    if (expected.region) expect(model.config?.region).toBe(expected.region)
  })
})
