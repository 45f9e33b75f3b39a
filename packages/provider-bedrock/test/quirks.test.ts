import { describe, expect, it } from 'vitest'
import { capabilitiesOf, familyNames, quirksOf } from '../src/quirks.js'

describe('capabilitiesOf', () => {
  it.each([
    [
      'us.anthropic.claude-sonnet-4-5-20250929-v1:0',
      { family: 'claude', streamsTools: true, toolChoice: ['any', 'tool'], outputSchema: true },
    ],
    ['anthropic.claude-3-haiku-20240307-v1:0', { family: 'claude', contextTokens: 200_000 }],
    ['us.anthropic.claude-sonnet-5', { family: 'claude', toolChoice: ['any', 'tool'] }],
    [
      'amazon.nova-micro-v1:0',
      { family: 'nova', cachePoints: ['system', 'messages'], media: { user: [], toolResult: [] } },
    ],
    ['us.amazon.nova-2-lite-v1:0', { family: 'nova', streamsTools: true }],
    ['us.meta.llama4-maverick-17b-instruct-v1:0', { family: 'llama', streamsTools: false, toolChoice: [] }],
    ['mistral.mistral-large-3-675b-instruct', { family: 'mistral', toolChoice: ['any'], streamsTools: false }],
    ['us.deepseek.r1-v1:0', { family: 'deepseek', tools: false }],
    ['deepseek.v3.2', { family: 'deepseek', tools: true, toolChoice: ['any', 'tool'] }],
    ['qwen.qwen3-32b-v1:0', { family: 'qwen', toolChoice: [] }],
    ['openai.gpt-oss-120b-1:0', { family: 'gpt-oss', streamsTools: true }],
    ['moonshot.kimi-k2-thinking', { family: 'kimi', toolChoice: ['any', 'tool'] }],
    ['us.writer.palmyra-x5-v1:0', { family: 'palmyra', streamsTools: false }],
    ['amazon.titan-text-express-v1', { family: 'titan', tools: false }],
  ])('knows %s', (modelId, known) => {
    expect(capabilitiesOf(modelId)).toMatchObject(known)
  })

  it('tells what the reasoning and cache options work with', () => {
    const told = (modelId: string) => {
      const { reasoning, cache } = capabilitiesOf(modelId)
      return { reasoning, ttls: cache?.ttls }
    }

    expect(told('anthropic.claude-sonnet-4-6')).toEqual({
      reasoning: { efforts: ['low', 'medium', 'high', 'max'], budgetTokens: true },
      ttls: ['5m', '1h'],
    })
    expect(told('amazon.nova-2-lite-v1:0').reasoning).toEqual({
      efforts: ['low', 'medium', 'high'],
      budgetTokens: false,
    })
    expect(told('deepseek.r1-v1:0')).toEqual({ reasoning: 'always', ttls: [] })
    expect(told('amazon.nova-lite-v1:0').reasoning).toBe('none')
    expect(told('claude')).toEqual({ reasoning: undefined, ttls: ['5m'] })
  })

  it('says nothing of a model that it does not know', () => {
    expect(capabilitiesOf('acme.new-model-v1')).toEqual({ family: 'acme.new-model-v1' })
  })

  it('names the inference profile of a region for a model that is refused by its bare id', () => {
    const { inferenceProfileId } = capabilitiesOf('amazon.nova-2-lite-v1:0', 'eu-west-1')

    expect(inferenceProfileId).toBe('eu.amazon.nova-2-lite-v1:0')
    expect(capabilitiesOf('amazon.nova-lite-v1:0', 'eu-west-1')).not.toHaveProperty('inferenceProfileId')
    expect(capabilitiesOf('amazon.nova-2-lite-v1:0')).not.toHaveProperty('inferenceProfileId')
  })
})

describe('quirksOf', () => {
  it('takes ARNs that hide the model for families of their own', () => {
    const arn = 'arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/1arbu5hu2sjr'

    expect(quirksOf(arn)).toEqual({
      family: '1arbu5hu2sjr',
      toolResultStatus: true,
      replaysReasoning: true,
      profileOnly: false,
      refuses: {},
      capabilities: {},
    })
  })

  it('takes what is stated over what an id says: the id of a model, under a profile too, or a family', () => {
    const arn = 'arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/1arbu5hu2sjr'

    expect(quirksOf(arn, 'us.meta.llama4-scout-17b-instruct-v1:0')).toBe(
      quirksOf('meta.llama4-scout-17b-instruct-v1:0'),
    )
    expect(quirksOf('us.anthropic.claude-sonnet-4-6', 'nova')).toMatchObject({ family: 'nova' })
    for (const family of familyNames()) expect(quirksOf(arn, family).family).toBe(family)
  })

  it('claims of a family as a whole only what holds for every generation', () => {
    const { reasoning, cache, profileOnly } = quirksOf('claude')

    expect({ reasoning, cache, profileOnly }).toEqual({
      reasoning: undefined,
      cache: { sections: ['tools', 'system', 'messages'], ttls: ['5m'] },
      profileOnly: false,
    })
  })

  it.each([
    ['us.anthropic.claude-3-7-sonnet-20250219-v1:0', 1024, ['5m']],
    ['anthropic.claude-opus-4-20250514-v1:0', 1024, ['5m']],
    ['us.anthropic.claude-sonnet-4-5-20250929-v1:0', 1024, ['5m', '1h']],
    ['global.anthropic.claude-haiku-4-5-20251001-v1:0', 4096, ['5m', '1h']],
    ['anthropic.claude-opus-4-5-20251101-v1:0', 4096, ['5m', '1h']],
    ['us.anthropic.claude-sonnet-4-6', 1024, ['5m', '1h']],
    ['us.anthropic.claude-opus-4-6-v1', 4096, ['5m', '1h']],
    ['us.anthropic.claude-opus-4-7', 2048, ['5m']],
    ['us.anthropic.claude-opus-4-8', 1024, ['5m']],
    ['us.anthropic.claude-sonnet-5', 1024, ['5m']],
    ['us.anthropic.claude-opus-5', 512, ['5m']],
    ['us.anthropic.claude-fable-5', 512, ['5m']],
    ['amazon.nova-lite-v1:0', 1000, []],
  ])('knows that %s caches from %i tokens on', (modelId, minimumTokens, ttls) => {
    expect(quirksOf(modelId).cache).toMatchObject({ minimumTokens, ttls })
  })

  it.each([
    'meta.llama3-3-70b-instruct-v1:0',
    'mistral.pixtral-large-2502-v1:0',
    'deepseek.v3.2',
    'qwen.qwen3-32b-v1:0',
    'openai.gpt-oss-120b-1:0',
    'writer.palmyra-x5-v1:0',
    'cohere.command-r-v1:0',
    'ai21.jamba-1-5-mini-v1:0',
    'amazon.titan-text-express-v1',
    'anthropic.claude-3-haiku-20240307-v1:0',
  ])('knows that %s caches nothing', (modelId) => {
    const { cache, capabilities } = quirksOf(modelId)

    expect({ sections: cache?.sections, told: capabilities.cachePoints }).toEqual({ sections: [], told: [] })
  })

  it.each([
    ['us.anthropic.claude-sonnet-4-6', ['document', 'video']],
    ['amazon.nova-pro-v1:0', []],
    ['meta.llama3-3-70b-instruct-v1:0', 'all'],
    ['mistral.mistral-large-3-675b-instruct', 'all'],
    ['writer.palmyra-x4-v1:0', 'all'],
    ['qwen.qwen3-32b-v1:0', []],
    ['deepseek.v3.2', undefined],
    ['openai.gpt-oss-20b-1:0', undefined],
  ])('knows what may not stand beside tool results for %s', (modelId, apart) => {
    expect(quirksOf(modelId).apartFromToolResults).toEqual(apart)
  })

  it.each([
    ['anthropic.claude-3-haiku-20240307-v1:0', true],
    ['qwen.qwen3-32b-v1:0', true],
    ['moonshotai.kimi-k2.5', true],
    ['zai.glm-4.7', true],
    ['amazon.nova-2-lite-v1:0', false],
    ['deepseek.r1-v1:0', false],
    ['acme.new-model', undefined],
  ])('knows whether %s lets the assistant begin', (modelId, leadingAssistant) => {
    expect(quirksOf(modelId).leadingAssistant).toBe(leadingAssistant)
  })
})
