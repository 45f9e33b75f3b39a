import { describe, expect, it } from 'vitest'
import type { ConverseBody } from '../src/index.js'
import {
  ask,
  cachePoint,
  call,
  document,
  hello,
  image,
  models,
  refusalOf,
  testRules,
  text,
  tool,
  user,
} from './rule-cases.js'

const one = (path: string, rule: string, value?: string | number) =>
  `1 validation error detected: Value ${value === undefined ? '' : `'${value}' `}at '${path}' failed to satisfy constraint: ${rule}`
const longer = (min: number) => `Member must have length greater than or equal to ${min}`
const shorter = (max: number) => `Member must have length less than or equal to ${max}`
const missing = 'Member must not be null'
const set = (values: string) => `Member must satisfy enum value set: [${values}]`
const inference = (inferenceConfig: object): ConverseBody => ({
  messages: [hello],
  inferenceConfig: inferenceConfig as never,
})
const withMember = (name: string, value: unknown): ConverseBody => ({ messages: [hello], [name]: value })
const metadata = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, 'v']))

describe('the shape of a request', () => {
  testRules([
    {
      rule: 'maxTokens is at least 1',
      taken: inference({ maxTokens: 1 }),
      refused: inference({ maxTokens: 0 }),
      message: one('inferenceConfig.maxTokens', 'Member must have value greater than or equal to 1', 0),
    },
    {
      rule: 'temperature is at most 1',
      taken: inference({ temperature: 1 }),
      refused: inference({ temperature: 1.5 }),
      message: one('inferenceConfig.temperature', 'Member must have value less than or equal to 1', 1.5),
    },
    {
      rule: 'topP is at least 0',
      taken: inference({ topP: 0 }),
      refused: inference({ topP: -0.1 }),
      message: one('inferenceConfig.topP', 'Member must have value greater than or equal to 0', -0.1),
    },
    {
      rule: 'there are up to 2500 stop sequences',
      taken: inference({ stopSequences: Array(2500).fill('x') }),
      refused: inference({ stopSequences: Array(2501).fill('x') }),
      message: one('inferenceConfig.stopSequences', shorter(2500)),
    },
    {
      rule: 'a stop sequence is not empty',
      taken: inference({ stopSequences: ['x', 'y'] }),
      refused: inference({ stopSequences: ['x', ''] }),
      message: one('inferenceConfig.stopSequences.2.member', longer(1), ''),
    },
    {
      rule: 'response paths are up to 10',
      taken: withMember('additionalModelResponseFieldPaths', Array(10).fill('/a')),
      refused: withMember('additionalModelResponseFieldPaths', Array(11).fill('/a')),
      message: one('additionalModelResponseFieldPaths', shorter(10)),
    },
    {
      rule: 'a response path is up to 256 characters long',
      taken: withMember('additionalModelResponseFieldPaths', [`/${'a'.repeat(255)}`]),
      refused: withMember('additionalModelResponseFieldPaths', [`/${'a'.repeat(256)}`]),
      message: one('additionalModelResponseFieldPaths.1.member', shorter(256), `/${'a'.repeat(256)}`),
    },
    {
      rule: 'request metadata are up to 16, and not quoted',
      taken: withMember('requestMetadata', metadata(16)),
      refused: withMember('requestMetadata', metadata(17)),
      message: one('requestMetadata', shorter(16)),
    },
    {
      rule: 'request metadata are not empty',
      taken: withMember('requestMetadata', { team: '' }),
      refused: withMember('requestMetadata', {}),
      message: one('requestMetadata', longer(1)),
    },
    {
      rule: 'request metadata have their own characters',
      taken: withMember('requestMetadata', { team: 'a_B:1 @$#=/+,-.' }),
      refused: withMember('requestMetadata', { team: 'a!' }),
      message: one(
        'requestMetadata.team',
        'Member must satisfy regular expression pattern: [a-zA-Z0-9\\s:_@$#=/+,-.]{0,256}',
      ),
    },
    {
      rule: 'latency is one of two',
      taken: withMember('performanceConfig', { latency: 'standard' }),
      refused: withMember('performanceConfig', { latency: 'turbo' }),
      message: one('performanceConfig.latency', set('optimized, standard'), 'turbo'),
    },
    {
      rule: 'a service tier has a type',
      taken: withMember('serviceTier', { type: 'flex' }),
      refused: withMember('serviceTier', {}),
      message: one('serviceTier.type', missing),
    },
    {
      rule: 'a guardrail has DRAFT or a number for a version',
      taken: withMember('guardrailConfig', { guardrailIdentifier: 'abc', guardrailVersion: 'DRAFT' }),
      refused: withMember('guardrailConfig', { guardrailIdentifier: 'abc', guardrailVersion: '0' }),
      message: one(
        'guardrailConfig.guardrailVersion',
        'Member must satisfy regular expression pattern: (|([1-9][0-9]{0,7})|(DRAFT))',
        '0',
      ),
    },
    {
      rule: 'a guardrail trace is one of three',
      taken: withMember('guardrailConfig', { trace: 'enabled_full' }),
      refused: withMember('guardrailConfig', { trace: 'on' }),
      message: one('guardrailConfig.trace', set('enabled, disabled, enabled_full'), 'on'),
    },
    {
      rule: 'an effort is short',
      model: 'own',
      taken: withMember('outputConfig', { effort: 'medium' }),
      refused: withMember('outputConfig', { effort: 'm'.repeat(17) }),
      message: one('outputConfig.effort', shorter(16)),
    },
    {
      rule: 'tools are at least one',
      taken: withMember('toolConfig', { tools: [tool('f')] }),
      refused: withMember('toolConfig', { tools: [] }),
      message: one('toolConfig.tools', longer(1)),
    },
    {
      rule: 'toolConfig has tools',
      taken: withMember('toolConfig', { tools: [tool('f')], toolChoice: { auto: {} } }),
      refused: withMember('toolConfig', { toolChoice: { auto: {} } }),
      message: one('toolConfig.tools', missing),
    },
    {
      rule: 'a tool name is up to 64 characters long',
      taken: withMember('toolConfig', { tools: [tool('f'.repeat(64))] }),
      refused: withMember('toolConfig', { tools: [tool('f'.repeat(65))] }),
      message: one('toolConfig.tools.1.member.toolSpec.name', shorter(64)),
    },
    {
      rule: 'a tool description is not empty',
      taken: withMember('toolConfig', { tools: [tool('f', undefined, { description: 'F' })] }),
      refused: withMember('toolConfig', { tools: [tool('f', undefined, { description: '' })] }),
      message: one('toolConfig.tools.1.member.toolSpec.description', longer(1)),
    },
    {
      rule: 'a call id has its own characters',
      taken: {
        messages: [
          hello,
          { role: 'assistant', content: [call('functions.f:0')] },
          user({ toolResult: { toolUseId: 'functions.f:0', content: [] } }),
        ],
        toolConfig: { tools: [tool('f')] },
      },
      refused: {
        messages: [hello, { role: 'assistant', content: [call('call|1')] }],
        toolConfig: { tools: [tool('f')] },
      },
      message: one(
        'messages.2.member.content.1.member.toolUse.toolUseId',
        'Member must satisfy regular expression pattern: [a-zA-Z0-9_.:-]+',
      ),
    },
    {
      rule: 'a system text is not empty',
      taken: { messages: [hello], system: [] },
      refused: { messages: [hello], system: [{ text: '' }] },
      message: one('system.1.member.text', longer(1)),
    },
    {
      rule: 'an image has one of four formats',
      taken: ask(image('png')),
      refused: ask(image('jpg')),
      message: one('messages.1.member.content.1.member.image.format', set('png, jpeg, gif, webp')),
    },
    {
      rule: 'a document name is up to 200 characters long',
      taken: ask(text('Read'), document('n'.repeat(200))),
      refused: ask(text('Read'), document('n'.repeat(201))),
      message: one('messages.1.member.content.2.member.document.name', shorter(200)),
    },
    {
      rule: 'a cache point lives for one of two times',
      taken: ask(text('Hi'), cachePoint('1h')),
      refused: ask(text('Hi'), cachePoint('2h')),
      message: one('messages.1.member.content.2.member.cachePoint.ttl', set('5m, 1h')),
    },
    {
      rule: 'guarded content has known qualifiers',
      taken: ask({ guardContent: { text: { text: 'x', qualifiers: ['query'] } } }),
      refused: ask({ guardContent: { text: { text: 'x', qualifiers: ['question'] } } }),
      message: one(
        'messages.1.member.content.1.member.guardContent.text.qualifiers.1.member',
        set('grounding_source, query, guard_content'),
      ),
    },
    {
      rule: 'a bucket owner is an account',
      model: 'nova',
      taken: ask({
        image: { format: 'png', source: { s3Location: { uri: 's3://bucket/a.png', bucketOwner: '123456789012' } } },
      }),
      refused: ask({
        image: { format: 'png', source: { s3Location: { uri: 's3://bucket/a.png', bucketOwner: 'me' } } },
      }),
      message: one(
        'messages.1.member.content.1.member.image.source.s3Location.bucketOwner',
        'Member must satisfy regular expression pattern: [0-9]{12}',
      ),
    },
    {
      rule: 'a content block holds one thing',
      taken: ask(text('Hi'), image()),
      refused: ask({ ...text('Hi'), ...image() }),
      message:
        'ContentBlock object at messages.0.content.0 can only set one of the following keys: text, image, toolUse, ' +
        'toolResult, document, video, cachePoint, reasoningContent, citationsContent, searchResult, guardContent, audio, ' +
        'toolAddition, toolRemoval.',
    },
    {
      rule: 'a content block holds something known',
      taken: ask({ text: 'Hi', unknown: 1 }),
      refused: { messages: [hello], system: [{ words: 'Hi' }] },
      message:
        'SystemContentBlock object at system.0 must set one of the following keys: text, guardContent, cachePoint.',
    },
    {
      rule: 'a value has its type, down to whole numbers',
      taken: inference({ maxTokens: 5 }),
      refused: inference({ maxTokens: 5.5 }),
      message: "The value at 'inferenceConfig.maxTokens' is of the wrong type.",
      error: '400 SerializationException',
    },
    {
      rule: 'a list holds no null',
      taken: ask(text('Hi')),
      refused: { messages: [null as never] },
      message: one('messages.1.member', missing),
    },
  ])

  it('tells of everything at once', () => {
    const body = inference({ maxTokens: 0, temperature: 2 })
    const first =
      "Value '0' at 'inferenceConfig.maxTokens' failed to satisfy constraint: Member must have value greater"
    expect(refusalOf(body)).toContain(`2 validation errors detected: ${first} than or equal to 1; Value '2' at`)
  })

  it('ignores members that it does not know, and null', () => {
    const body = { ...ask(text('Hi')), inferenceConfig: null, toolConfig: null, system: null, topK: 5 } as unknown
    expect(refusalOf(body as ConverseBody)).toBeUndefined()
    expect(refusalOf(body as ConverseBody, { modelId: models.nova })).toBeUndefined()
  })

  it('is not read deeper than the service reads', () => {
    const nested = (depth: number) => JSON.parse(`${'['.repeat(depth)}${']'.repeat(depth)}`) as never
    const body = (depth: number) => ({ messages: [hello], additionalModelRequestFields: { tools: nested(depth) } })
    expect(refusalOf(body(900))).toBeUndefined()
    expect(refusalOf(body(5000))).toContain('nested deeper than 1000 levels')
  })
})
