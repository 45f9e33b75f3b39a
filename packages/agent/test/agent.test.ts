import { scriptedModel } from '@x/types/testing'
import { describe, expect, test } from 'vitest'
import { Agent, textOf } from '../src/index.js'

test('new Agent() is on the default model of Amazon Bedrock', () => {
  const { model } = new Agent()
  expect(model.provider).toBe('aws.bedrock')
  expect(model.modelId).toMatch(/anthropic\.claude-sonnet/)
})

test('a model may be an id', () => {
  expect(new Agent({ model: 'us.amazon.nova-pro-v1:0' }).model).toMatchObject({
    provider: 'aws.bedrock',
    modelId: 'us.amazon.nova-pro-v1:0',
  })
})

describe('a model of another provider', () => {
  test('by id', async () => {
    const providers = { scripted: (modelId: string) => scriptedModel(['hello'], { modelId }) }
    expect(textOf(await new Agent({ model: 'scripted/one', providers }).run('hi'))).toBe('hello')
  })

  test('as it is', async () => {
    expect(textOf(await new Agent({ model: scriptedModel(['hello']) }).run('hi'))).toBe('hello')
  })
})
