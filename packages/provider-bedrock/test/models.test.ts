import { describe, expect, it } from 'vitest'
import { baseModelId, defaultModelId, inferenceProfileId } from '../src/models.js'

describe('inferenceProfileId', () => {
  it.each([
    ['us-east-1', 'us.'],
    ['ca-central-1', 'us.'],
    ['eu-central-2', 'eu.'],
    ['ap-northeast-3', 'jp.'],
    ['ap-southeast-4', 'au.'],
    ['us-gov-west-1', 'us-gov.'],
    ['ap-south-1', 'global.'],
    ['me-central-1', 'global.'],
    ['ca-west-1', 'global.'],
  ])('from %s starts with %s', (region, prefix) => {
    expect(inferenceProfileId('anthropic.claude-sonnet-4-6', region)).toBe(`${prefix}anthropic.claude-sonnet-4-6`)
  })

  it('replaces a prefix of another region, and takes apac. for the models that still have it', () => {
    expect(inferenceProfileId('us.anthropic.claude-opus-5', 'eu-west-1')).toBe('eu.anthropic.claude-opus-5')
    expect(inferenceProfileId('amazon.nova-lite-v1:0', 'ap-southeast-2')).toBe('apac.amazon.nova-lite-v1:0')
  })
})

describe('baseModelId', () => {
  it.each([
    ['deepseek.v3.2', 'deepseek.v3.2'],
    ['us-gov.anthropic.claude-sonnet-4-5-20250929-v1:0', 'anthropic.claude-sonnet-4-5-20250929-v1:0'],
    ['arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.amazon.nova-pro-v1:0', 'amazon.nova-pro-v1:0'],
    ['arn:aws:bedrock:us-east-1::foundation-model/amazon.titan-text-lite-v1', 'amazon.titan-text-lite-v1'],
    ['arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/1arbu5hu2sjr', '1arbu5hu2sjr'],
  ])('%s is %s', (modelId, baseId) => {
    expect(baseModelId(modelId)).toBe(baseId)
  })
})

describe('defaultModelId', () => {
  it('is a profile that every region has while the region is unknown', () => {
    expect(defaultModelId(undefined)).toBe('global.anthropic.claude-sonnet-4-6')
  })
})
