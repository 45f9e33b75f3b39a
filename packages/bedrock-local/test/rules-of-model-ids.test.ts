import { describe, expect, it } from 'vitest'
import type { RuleContext } from '../src/rule.js'
import { checkCountTokens } from '../src/rules.js'
import { ask, hello, refusalOf, testRules, text, tool } from './rule-cases.js'

const unknown = '400 ValidationException: The provided model identifier is invalid.'
const of = (modelId: string, context?: RuleContext, operation: 'Converse' | 'ConverseStream' = 'Converse') =>
  refusalOf({ messages: [hello] }, { modelId, operation }, context)
const arn = (resource: string, region = 'us-east-1') => `arn:aws:bedrock:${region}:123456789012:${resource}`

describe('which model', () => {
  it.each([
    ['anthropic.claude-sonnet-9-9', 'eu.anthropic.claude-sonnet-9-9'],
    ['antropic.claude-3-haiku-20240307-v1:0'],
    ['amazon.nava-lite-v1:0', 'us.amazon.nava-lite-v1:0'],
    [arn('foundation-model/acme.one-v1')],
    [arn('inference-profile/Claude')],
    [`amazon.nova-${'x'.repeat(2048)}`],
  ])('knows no %s', (...ids) => {
    expect(of(ids.at(-1) ?? '')).toBe(unknown)
  })

  it.each([
    'global.anthropic.claude-sonnet-9-9',
    'zai.glm-4.7',
    arn('provisioned-model/abcdefghijkl'),
    arn('imported-model/abcdefghijkl'),
    arn('custom-model-deployment/abcdefghijkl'),
    arn('inference-profile/us.amazon.nova-lite-v1:0'),
    'arn:aws:sagemaker:us-east-1:123456789012:endpoint/mine',
  ])('lets %s be one', (id) => {
    expect(of(id)).toBeUndefined()
  })

  it.each([
    ['anthropic.claude-sonnet-4-20250514-v1:0', 'us.anthropic.claude-sonnet-4-20250514-v1:0'],
    ['anthropic.claude-haiku-4-5-20251001-v1:0', 'us.anthropic.claude-haiku-4-5-20251001-v1:0'],
    ['meta.llama4-scout-17b-instruct-v1:0', 'us.meta.llama4-scout-17b-instruct-v1:0'],
    ['deepseek.r1-v1:0', 'us.deepseek.r1-v1:0'],
  ])('gives %s only by its profile', (bare, profile) => {
    const rule = `Invocation of model ID ${bare} with on-demand throughput isn\u2019t supported.`
    expect(of(bare)).toContain(`${rule} Retry your request with the ID or ARN of an inference profile that contains`)
    expect(of(profile)).toBeUndefined()
  })

  it('gives no window sizes on demand', () => {
    expect(of('amazon.nova-lite-v1:0:24k')).toBe('404 ResourceNotFoundException: Model not found.')
    expect(of('amazon.nova-2-lite-v1:0:256k')).toContain("The provided model doesn't support on-demand throughput.")
  })

  it('has models that make no text, or make it in one piece', () => {
    expect(of('amazon.titan-embed-text-v2:0')).toContain("This action doesn't support the model that you provided.")
    expect(of('ai21.j2-ultra-v1', {}, 'ConverseStream')).toContain('The model is unsupported for streaming.')
    expect(of('ai21.j2-ultra-v1')).toBeUndefined()
  })
})

describe('which region', () => {
  const sonnet = 'anthropic.claude-sonnet-4-5-20250929-v1:0'
  it.each([
    [`us.${sonnet}`, ['us-east-1', 'us-west-2', 'ca-central-1'], ['eu-west-1', 'us-gov-west-1']],
    [`eu.${sonnet}`, ['eu-central-1', 'eu-west-3'], ['us-east-1', 'me-south-1']],
    [`jp.${sonnet}`, ['ap-northeast-1', 'ap-northeast-3'], ['ap-northeast-2']],
    [`au.${sonnet}`, ['ap-southeast-2'], ['ap-southeast-1']],
    [`us-gov.${sonnet}`, ['us-gov-west-1'], ['us-west-1']],
    [`global.${sonnet}`, ['us-east-1', 'sa-east-1', 'il-central-1'], ['us-gov-east-1']],
    ['apac.amazon.nova-lite-v1:0', ['ap-south-1', 'ap-northeast-1'], ['us-east-1']],
    [arn(`inference-profile/eu.${sonnet}`, 'eu-west-1'), ['eu-west-1'], ['us-east-1']],
    [arn('prompt/ABCDEFGHIJ:1', 'eu-west-1'), ['eu-west-1'], ['us-east-1']],
  ])('serves %s in some', (id, here, elsewhere) => {
    for (const region of here) expect(of(id, { region }), region).toBeUndefined()
    for (const region of elsewhere) expect(of(id, { region }), region).toBe(unknown)
  })

  it('has no profiles that a model has not', () => {
    expect(of(`apac.${sonnet}`, { region: 'ap-south-1' })).toBe(unknown)
    expect(of('global.amazon.nova-pro-v1:0')).toBe(unknown)
    expect(of('us-gov.anthropic.claude-haiku-4-5-20251001-v1:0', { region: 'us-gov-west-1' })).toBe(unknown)
  })
})

describe('the life of a model', () => {
  const sonnet4 = 'us.anthropic.claude-sonnet-4-20250514-v1:0'
  const gone =
    '404 ResourceNotFoundException: This model version has reached the end of its life. Please refer to the AWS ' +
    'documentation for more details.'
  const legacy =
    '404 ResourceNotFoundException: Access denied. This Model is marked by provider as Legacy and you have not been ' +
    'actively using the model in the last 30 days. Please upgrade to an active model on Amazon Bedrock'

  it('ends on its day', () => {
    expect(of(sonnet4, { now: new Date('2026-10-13T23:59:59Z') })).toBeUndefined()
    expect(of(sonnet4, { now: new Date('2026-10-14') })).toBe(gone)
    expect(of(arn(`inference-profile/${sonnet4}`), { now: new Date('2026-11-21') })).toBe(gone)
    expect(of('us.anthropic.claude-sonnet-4-6', { now: new Date('2026-11-21') })).toBeUndefined()
  })

  it('closes to accounts that do not use it before that', () => {
    const now = new Date('2026-08-01')
    expect(of(sonnet4, { now })).toBeUndefined()
    expect(of(sonnet4, { now, usesLegacyModels: false })).toBe(legacy)
    expect(of(sonnet4, { now: new Date('2026-04-13'), usesLegacyModels: false })).toBeUndefined()
  })

  it('does not end without a clock', () => {
    expect(of(sonnet4)).toBeUndefined()
  })
})

describe('a prompt of the service', () => {
  const modelId = arn('prompt/ABCDEFGHIJ:1')
  const promptVariables = { city: { text: 'Oslo' } }

  it('brings its own messages, settings and tools', () => {
    expect(refusalOf({ promptVariables }, { modelId })).toBeUndefined()
    for (const member of ['inferenceConfig', 'additionalModelRequestFields', 'toolConfig']) {
      const value = member === 'toolConfig' ? { tools: [tool('f')] } : {}
      expect(refusalOf({ promptVariables, [member]: value }, { modelId })).toContain(`The ${member} field can't be`)
    }
    expect(refusalOf({ promptVariables, system: [] }, { modelId })).toContain("The system field can't be specified")
  })

  it('is the only one with variables', () => {
    expect(refusalOf({ ...ask(text('Hi')), promptVariables })).toContain('The promptVariables field can only be')
  })
})

describe('CountTokens', () => {
  const count = (modelId: string, body = ask(text('Hi'))) => checkCountTokens({ modelId, body })?.message
  const none = "The provided model doesn't support counting tokens."

  it('takes Claude by its bare id', () => {
    expect(count('anthropic.claude-sonnet-4-5-20250929-v1:0')).toBeUndefined()
    expect(count('us.anthropic.claude-sonnet-4-5-20250929-v1:0')).toBe(none)
    expect(count('anthropic.claude-3-haiku-20240307-v1:0')).toBe(none)
    expect(count('amazon.nova-lite-v1:0')).toBe(none)
    expect(count('nonsense')).toBe(none)
    expect(count('antropic.claude')).toBe('The provided model identifier is invalid.')
  })

  it('holds conversations to the rules of Converse', () => {
    expect(count('anthropic.claude-sonnet-4-6', { messages: [] })).toContain('A conversation must start with a user')
    expect(count('anthropic.claude-sonnet-4-6', ask(text(' ')))).toContain('messages.0.content.0 is blank')
    expect(count('anthropic.claude-sonnet-4-6', { messages: 'Hi' } as never)).toContain(
      "'messages' is of the wrong type",
    )
  })
})

describe('streams', () => {
  testRules([
    {
      rule: 'carry no tool calls of Llama',
      model: 'llama',
      operation: 'ConverseStream',
      taken: ask(text('Hi')),
      refused: { ...ask(text('Hi')), toolConfig: { tools: [tool('f')] } },
      message: "This model doesn't support tool use in streaming mode.",
    },
  ])
})
