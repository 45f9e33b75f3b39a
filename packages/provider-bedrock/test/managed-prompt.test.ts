import { describe, expect, it } from 'vitest'
import { checkConfig } from '../src/config.js'
import { isManagedPrompt } from '../src/managed-prompt.js'
import { toConverse } from '../src/to-converse.js'

const modelId = 'arn:aws:bedrock:us-east-1:123456789012:prompt/ABCDEFGHIJ:1'
const text = { type: 'text', text: 'hi' } as const
const messages = [{ role: 'user', content: [text] }] as const

describe('a managed prompt', () => {
  it('is told by its ARN', () => {
    expect(isManagedPrompt(modelId)).toBe(true)
    expect(isManagedPrompt('arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/prompt')).toBe(false)
  })

  it('brings its own parameters, system and tools', () => {
    expect(() => checkConfig({ modelId, promptVariables: { a: 'b' }, serviceTier: 'flex' })).not.toThrow()
    expect(() => checkConfig({ modelId, temperature: 0 })).toThrow('A managed prompt as modelId takes no temperature.')
    expect(() => checkConfig({ modelId: 'a.b', promptVariables: {} })).toThrow('promptVariables need the ARN')
    const refused = (more: object) => () => toConverse({ modelId }, { messages, ...more })
    expect(refused({ system: [text] })).toThrow('takes no system prompt')
    expect(refused({ tools: [{ name: 'a', inputSchema: {} }] })).toThrow('takes no tools')
    expect(refused({ output: { name: 'o', schema: {} } })).toThrow('takes no output schema')
  })

  it('may be called without a message, which nothing else may', () => {
    expect(toConverse({ modelId }, { messages: [] })).toEqual({ modelId })
    expect(() => toConverse({ modelId: 'a.b' }, { messages: [] })).toThrow('nothing to send')
  })
})
