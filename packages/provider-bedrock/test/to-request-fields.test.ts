import { describe, expect, it } from 'vitest'
import type { ReasoningOptions } from '../src/model-options.js'
import { toRequestFields } from '../src/to-request-fields.js'

const fieldsOf = (modelId: string, reasoning: ReasoningOptions, family?: string) =>
  toRequestFields({ modelId, reasoning, ...(family && { family }) })

const enabled = (budget: number) => ({ thinking: { type: 'enabled', budget_tokens: budget } })
const adaptive = (effort: string) => ({ thinking: { type: 'adaptive' }, output_config: { effort } })

describe('eager arguments of tools', () => {
  const modelId = 'us.anthropic.claude-sonnet-4-5-20250929-v1:0'
  const beta = 'fine-grained-tool-streaming-2025-05-14'

  it('are asked for by a beta, beside what else was asked for', () => {
    expect(toRequestFields({ modelId, toolInput: 'eager' })).toEqual({ anthropic_beta: [beta] })
    const additionalRequestFields = { anthropic_beta: ['context-1m-2025-08-07', beta], top_k: 5 }
    expect(toRequestFields({ modelId, toolInput: 'eager', additionalRequestFields })).toEqual({
      anthropic_beta: ['context-1m-2025-08-07', beta],
      top_k: 5,
    })
  })

  it('are refused of a family that does not know them', () => {
    expect(() => toRequestFields({ modelId: 'amazon.nova-pro-v1:0', toolInput: 'eager' })).toThrow(
      'does not know eager',
    )
  })
})

describe('toRequestFields', () => {
  it.each<[string, ReasoningOptions, object]>([
    ['us.anthropic.claude-3-7-sonnet-20250219-v1:0', { budgetTokens: 2000 }, enabled(2000)],
    ['us.anthropic.claude-sonnet-4-5-20250929-v1:0', { budgetTokens: 4096 }, enabled(4096)],
    ['us.anthropic.claude-opus-4-1-20250805-v1:0', { effort: 'low' }, enabled(2048)],
    ['us.anthropic.claude-haiku-4-5-20251001-v1:0', { effort: 'max' }, enabled(32_768)],
    ['us.anthropic.claude-sonnet-4-6', { effort: 'high' }, adaptive('high')],
    ['us.anthropic.claude-sonnet-4-6', { budgetTokens: 1024 }, enabled(1024)],
    ['us.anthropic.claude-opus-4-6-v1', { effort: 'max', budgetTokens: 1024 }, enabled(1024)],
    ['us.anthropic.claude-opus-4-7', { effort: 'xhigh' }, adaptive('xhigh')],
    ['us.anthropic.claude-sonnet-5', { effort: 'low', budgetTokens: 1024 }, adaptive('low')],
    ['us.anthropic.claude-fable-5', { effort: 'max' }, adaptive('max')],
    [
      'us.amazon.nova-2-lite-v1:0',
      { effort: 'medium' },
      { reasoningConfig: { type: 'enabled', maxReasoningEffort: 'medium' } },
    ],
    ['openai.gpt-oss-120b-1:0', { effort: 'low' }, { reasoning_effort: 'low' }],
    ['openai.gpt-5.2', { effort: 'high' }, { reasoning: { effort: 'high' } }],
    ['qwen.qwen3-32b-v1:0', { effort: 'high' }, { reasoning_config: 'high' }],
    ['moonshot.kimi-k2-thinking', { effort: 'medium' }, { reasoning_effort: 'medium' }],
  ])('asks %s with %j', (modelId, reasoning, fields) => {
    expect(fieldsOf(modelId, reasoning)).toEqual(fields)
  })

  it.each<[string, ReasoningOptions, string]>([
    ['amazon.nova-pro-v1:0', { effort: 'low' }, 'amazon.nova-pro-v1:0 does not reason.'],
    ['anthropic.claude-3-haiku-20240307-v1:0', { budgetTokens: 1024 }, 'does not reason'],
    ['meta.llama3-3-70b-instruct-v1:0', { effort: 'low' }, 'does not reason'],
    ['us.deepseek.r1-v1:0', { effort: 'low' }, 'always reasons'],
    ['us.anthropic.claude-opus-4-7', { budgetTokens: 1024 }, 'Give an effort: low, medium, high, xhigh, max.'],
    ['us.anthropic.claude-sonnet-4-6', { effort: 'xhigh' }, 'It takes low, medium, high, max.'],
    ['qwen.qwen3-32b-v1:0', { effort: 'medium' }, 'It takes low, high.'],
    ['acme.model', { effort: 'low' }, 'It is not known how acme.model is asked for reasoning.'],
    ['anthropic.claude-mythos-1', { effort: 'low' }, 'It is not known how'],
  ])('refuses to ask %s with %j', (modelId, reasoning, message) => {
    expect(() => fieldsOf(modelId, reasoning)).toThrow(
      expect.objectContaining({ code: 'unsupported', message: expect.stringContaining(message) }),
    )
  })

  it('asks an ARN as what it is stated to hold', () => {
    const arn = 'arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/1arbu5hu2sjr'

    expect(fieldsOf(arn, { effort: 'low' }, 'anthropic.claude-opus-4-7')).toEqual(adaptive('low'))
    expect(() => fieldsOf(arn, { effort: 'low' })).toThrow('State the id of the model as `family`')
    expect(() => fieldsOf(arn, { effort: 'low' }, 'claude')).toThrow('It is not known how claude is asked')
  })

  it('lets raw fields win, member by member', () => {
    const modelId = 'us.anthropic.claude-opus-4-7'
    const thinking = { type: 'adaptive', display: 'summarized' }
    const config = { modelId, reasoning: { effort: 'low' } as const, additionalRequestFields: { thinking, top_k: 5 } }

    expect(toRequestFields(config)).toEqual({ thinking, output_config: { effort: 'low' }, top_k: 5 })
    expect(toRequestFields({ ...config, reasoning: false })).toEqual({ thinking, top_k: 5 })
    expect(toRequestFields({ modelId, reasoning: false })).toBeUndefined()
  })
})
