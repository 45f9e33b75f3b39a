import type { ModelRequest } from '@x/types'
import { describe, expect, it } from 'vitest'
import { checkReasoningOption } from '../src/check-reasoning-option.js'
import { checkRequest } from '../src/check-request.js'
import type { BedrockConfig } from '../src/config.js'
import { quirksOf } from '../src/quirks.js'

const request: ModelRequest = {
  messages: [{ role: 'user', content: [{ type: 'text', text: 'hi' }] }],
  tools: [{ name: 'add', inputSchema: { type: 'object' } }],
  toolChoice: 'any',
}
const haiku = 'us.anthropic.claude-haiku-4-5-20251001-v1:0'
const check = (config: BedrockConfig, asked = request) => checkReasoningOption(config, asked, quirksOf(config.modelId))

describe('checkReasoningOption', () => {
  it('lets the model choose when a budget for thinking meets a forced tool', () => {
    const config = { modelId: haiku, reasoning: { budgetTokens: 2000 } }

    for (const toolChoice of ['any', { tool: 'add' }] as const) {
      expect(check(config, { ...request, toolChoice })).toMatchObject({
        choice: { toolChoice: 'auto' },
        findings: [{ rule: 'thinking-tool-choice', severity: 'repaired', path: 'toolChoice' }],
      })
    }
    expect(check(config, { ...request, toolChoice: 'auto' }).findings).toEqual([])
  })

  it('keeps a forced tool for models that think adaptively', () => {
    const { choice, findings } = check({ modelId: 'us.anthropic.claude-sonnet-4-6', reasoning: { effort: 'low' } })

    expect({ choice, findings }).toEqual({ choice: undefined, findings: [] })
  })

  it('says the option in the words that the other checks look at', () => {
    const { config } = check({
      modelId: haiku,
      reasoning: { budgetTokens: 2000 },
      additionalRequestFields: { top_k: 5 },
    })

    expect(config.additionalRequestFields).toEqual({ thinking: { type: 'enabled', budget_tokens: 2000 }, top_k: 5 })
  })

  it('finds a family that cannot be asked so', () => {
    expect(check({ modelId: 'amazon.nova-lite-v1:0', reasoning: { effort: 'low' } }).findings).toMatchObject([
      { rule: 'reasoning-unsupported', severity: 'error', path: 'config.reasoning' },
    ])
  })

  it('does nothing without the option', () => {
    const config = { modelId: haiku, reasoning: false } as const

    expect(check(config)).toEqual({ config, findings: [] })
  })

  it('is part of the request check, and feeds the checks of thinking', () => {
    const budget = { modelId: haiku, reasoning: { budgetTokens: 2000 } }

    expect(checkRequest(budget, request).request.toolChoice).toBe('auto')
    expect(checkRequest({ ...budget, maxTokens: 2000 }, request).findings).toContainEqual(
      expect.objectContaining({ rule: 'thinking-budget', severity: 'error' }),
    )
  })
})
