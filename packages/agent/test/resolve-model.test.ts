import { scriptedModel } from '@x/types/testing'
import { describe, expect, test } from 'vitest'
import { resolveModel } from '../src/index.js'

describe('a Bedrock id', () => {
  test.each([
    'us.amazon.nova-pro-v1:0',
    'anthropic.claude-sonnet-4-6',
    'arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.amazon.nova-pro-v1:0',
    'Some/odd-id',
  ])('%s', (id) => expect(resolveModel(id)).toMatchObject({ provider: 'aws.bedrock', modelId: id }))

  test('with its provider named', () => {
    const id = 'arn:aws:bedrock:us-east-1:123456789012:inference-profile/abc'
    expect(resolveModel(`bedrock/${id}`)).toMatchObject({ provider: 'aws.bedrock', modelId: id })
  })
})

describe('name/id', () => {
  const providers = { local: (modelId: string) => scriptedModel([], { modelId, provider: 'local' }) }

  test('asks the provider of that name', () => {
    expect(resolveModel('local/some/model', { providers })).toMatchObject({ provider: 'local', modelId: 'some/model' })
  })

  test('a provider may take the place of bedrock', () => {
    expect(resolveModel('bedrock/x', { providers: { bedrock: providers.local } }).provider).toBe('local')
  })

  test.each(['constructor/x', 'nowhere/x'])('%s is refused with the names that exist', (id) => {
    expect(() => resolveModel(id, { providers })).toThrow(/no provider .* Known: bedrock, local/)
  })
})
