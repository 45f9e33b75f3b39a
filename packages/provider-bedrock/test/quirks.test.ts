import { describe, expect, it } from 'vitest'
import { capabilitiesOf, quirksOf } from '../src/quirks.js'

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

    expect(quirksOf(arn)).toMatchObject({ family: '1arbu5hu2sjr', toolResultStatus: true, toolResultsAlone: false })
  })
})
