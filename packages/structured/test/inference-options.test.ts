import { defineModel } from '@x/types'
import { scriptedModel } from '@x/types/testing'
import { describe, expect, it } from 'vitest'
import type { InferenceOptions } from '../src/client.js'
import { toConfigPatch } from '../src/inference-options.js'

const model = scriptedModel([])
const patch = (options: InferenceOptions) => toConfigPatch(options, model)

describe('the model', () => {
  it('goes by both names, of which modelId wins', () => {
    expect(patch({ model: 'a' })).toEqual({ modelId: 'a' })
    expect(patch({ modelId: 'b' })).toEqual({ modelId: 'b' })
    expect(patch({ model: 'a', modelId: 'b' })).toEqual({ modelId: 'b' })
    expect(patch({ model: 'a', modelId: null })).toEqual({ modelId: 'a' })
  })
})

describe('inference options', () => {
  it('have names of OpenAI and of Bedrock', () => {
    const expected = { temperature: 0.3, maxTokens: 77, topP: 0.8, stopSequences: ['END', '###'] }
    expect(patch({ temperature: 0.3, max_tokens: 77, top_p: 0.8, stop: ['END', '###'] })).toEqual(expected)
    expect(patch({ temperature: 0.3, maxTokens: 77, topP: 0.8, stopSequences: ['END', '###'] })).toEqual(expected)
    expect(patch({ inferenceConfig: expected })).toEqual(expected)
  })

  it('of OpenAI win over those of Bedrock, and inferenceConfig over both', () => {
    expect(patch({ top_p: 0.1, topP: 0.9 })).toEqual({ topP: 0.1 })
    expect(patch({ stop: ['a'], stop_sequences: ['b'], stopSequences: ['c'] })).toEqual({ stopSequences: ['a'] })
    expect(patch({ stop_sequences: ['b'], stopSequences: ['c'] })).toEqual({ stopSequences: ['b'] })
    const inferenceConfig = { maxTokens: 300, stopSequences: ['Q:'] }
    expect(patch({ inferenceConfig, max_tokens: 5, stop: 'A:', top_p: 0.6 })).toEqual({ ...inferenceConfig, topP: 0.6 })
  })

  it('take one stop as a list, and null and nothing as nothing', () => {
    expect(patch({ stop: 'END' })).toEqual({ stopSequences: ['END'] })
    expect(patch({ stop: null, temperature: null })).toBeUndefined()
    expect(patch({})).toBeUndefined()
    expect(patch({ temperature: 0 })).toEqual({ temperature: 0 })
  })

  it('of inferenceConfig are its own alone', () => {
    const inferenceConfig = { region: 'eu-west-1' } as object
    expect(() => patch({ inferenceConfig })).toThrow(/no member "region".* maxTokens, topP/)
    expect(() => patch({ inferenceConfig: [] as object })).toThrow('inferenceConfig must be an object')
  })

  it('give way to config, which has the names of the model', () => {
    expect(patch({ temperature: 0.5, maxTokens: 5, config: { temperature: 0.1, guardrail: { id: 'g' } } })).toEqual({
      temperature: 0.1,
      maxTokens: 5,
      guardrail: { id: 'g' },
    })
  })
})

describe('top_k', () => {
  it('goes to the fields of the model, where what the caller says wins', () => {
    expect(patch({ topK: 40, temperature: 0.9 })).toEqual({ temperature: 0.9, additionalRequestFields: { top_k: 40 } })
    const fields = { top_k: 3, thinking: { type: 'adaptive' } }
    expect(patch({ top_k: 7, additionalModelRequestFields: fields })).toEqual({ additionalRequestFields: fields })
  })

  it('leaves the fields that the model has', () => {
    const live = defineModel({
      provider: 'own',
      config: { modelId: 'a', additionalRequestFields: { beta: true, top_k: 1 } },
      keys: ['modelId', 'additionalRequestFields'],
      async *stream() {},
    })
    const options = { top_k: 2, additionalModelRequestFields: { gamma: 1 } }
    expect(toConfigPatch(options, live)).toEqual({ additionalRequestFields: { beta: true, top_k: 2, gamma: 1 } })
    expect(toConfigPatch({ temperature: 1 }, live)).toEqual({ temperature: 1 })
  })
})
