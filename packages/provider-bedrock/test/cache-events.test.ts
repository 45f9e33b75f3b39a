import type { ModelEvent } from '@x/types'
import { describe, expect, it } from 'vitest'
import { cacheWarnings, withCacheReport } from '../src/cache-events.js'
import { planCachePoints } from '../src/plan-cache-points.js'

const request = { messages: [{ role: 'user', content: [{ type: 'text', text: 'hi' }] }] } as const
const end: ModelEvent = {
  type: 'model-end',
  stopReason: 'end',
  providerStopReason: 'end_turn',
  usage: { inputTokens: 1, outputTokens: 1, totalTokens: 2 },
  metadata: { requestId: 'r' },
}

describe('cacheWarnings', () => {
  it('tells once of old names, however many calls are made with a config', () => {
    const config = { modelId: 'amazon.nova-lite-v1:0', cacheTools: true, cachePrompt: true } as const

    expect(cacheWarnings(config, undefined)).toEqual([
      expect.objectContaining({ type: 'warning', code: 'deprecated', path: 'config' }),
    ])
    expect(cacheWarnings(config, undefined)).toEqual([])
  })

  it('tells when nothing can be cached as nobody says what an ARN holds', () => {
    const modelId = 'arn:aws:bedrock:us-east-1:123456789012:provisioned-model/abc'
    const config = { modelId, cache: 'auto' } as const

    expect(cacheWarnings(config, planCachePoints(config, request))).toMatchObject([
      { code: 'cache-unknown-family', message: expect.stringContaining('`family`') },
    ])
    const known = { ...config, modelId: 'meta.llama3-3-70b-instruct-v1:0' }
    expect(cacheWarnings(known, planCachePoints(known, request))).toEqual([])
  })
})

describe('withCacheReport', () => {
  it('adds the report to model-end alone, and only when there was a plan', () => {
    const plan = planCachePoints({ modelId: 'amazon.nova-lite-v1:0', cache: 'auto' }, request)
    const delta: ModelEvent = { type: 'text-delta', text: 'a' }

    expect(withCacheReport(end, plan)).toMatchObject({
      metadata: { requestId: 'r', cache: { predicted: { cachedTokens: 0 }, actual: { readTokens: 0 } } },
    })
    expect(withCacheReport(delta, plan)).toBe(delta)
    expect(withCacheReport(end, undefined)).toBe(end)
  })
})
