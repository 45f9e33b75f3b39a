import { describe, expect, it } from 'vitest'
import { bedrock } from '../src/index.js'

const claude45 = 'us.anthropic.claude-sonnet-4-5-20250929-v1:0'
const claude46 = 'us.anthropic.claude-sonnet-4-6'
const claude48 = 'us.anthropic.claude-opus-4-8'

describe('capabilities under a config', () => {
  it.each([
    [
      'a budget given raw',
      claude45,
      { additionalRequestFields: { thinking: { type: 'enabled', budget_tokens: 2048 } } },
    ],
    ['adaptive thinking given raw', claude46, { additionalRequestFields: { thinking: { type: 'adaptive' } } }],
    ['the reasoning option as a budget', claude45, { reasoning: { budgetTokens: 2048 } }],
    ['the reasoning option as an effort of a family with budgets', claude45, { reasoning: { effort: 'low' } }],
    ['the reasoning option as an effort', claude48, { reasoning: { effort: 'high' } }],
  ] as const)('leave no forced tool with %s', (_how, modelId, config) => {
    expect(bedrock(modelId).capabilities?.().toolChoice).toEqual(['any', 'tool'])
    expect(bedrock(modelId, config).capabilities?.().toolChoice).toEqual([])
    // The patch of a call counts as well, and takes it away again.
    expect(bedrock(modelId).capabilities?.({ config }).toolChoice).toEqual([])
    const off = { reasoning: false, additionalRequestFields: {} }
    expect(bedrock(modelId, config).capabilities?.({ config: off }).toolChoice).toEqual(['any', 'tool'])
  })

  it.each([
    ['thinking that is switched off', claude45, { additionalRequestFields: { thinking: { type: 'disabled' } } }],
    ['reasoning of another family', 'us.amazon.nova-2-lite-v1:0', { reasoning: { effort: 'low' } }],
    ['other fields', claude45, { additionalRequestFields: { top_k: 5 } }],
  ] as const)('leave all choices with %s', (_how, modelId, config) => {
    expect(bedrock(modelId, config).capabilities?.().toolChoice).toEqual(['any', 'tool'])
  })

  it('say nothing about reasoning that cannot be asked for: the call does', () => {
    const model = bedrock('us.amazon.nova-pro-v1:0', { reasoning: { effort: 'low' } })
    expect(model.capabilities?.().toolChoice).toEqual(['any', 'tool'])
  })

  it('keep the rest of what is known', () => {
    const model = bedrock(claude46, { reasoning: { effort: 'low' } })
    expect(model.capabilities?.()).toMatchObject({
      family: 'claude',
      tools: true,
      outputSchema: true,
      strictTools: true,
    })
  })
})
