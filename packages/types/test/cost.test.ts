import { describe, expect, test } from 'vitest'
import type { ModelPrice } from '../src/cost.js'
import { costOf, priceOf, serviceTierOf } from '../src/cost.js'

const price: ModelPrice = {
  input: 3,
  output: 15,
  cacheRead: 0.3,
  cacheWrite: { '5m': 3.75, '1h': 6 },
  tiers: { priority: 1.75, flex: 0.5 },
}
const million = { inputTokens: 1_000_000, outputTokens: 0, totalTokens: 1_000_000 }

describe('the price of a model', () => {
  const prices = { 'anthropic.claude-x': price, 'eu.anthropic.claude-x': { ...price, input: 4 } }
  test.each([
    ['its own id', 'anthropic.claude-x', 3],
    ['a profile that has a price of its own', 'eu.anthropic.claude-x', 4],
    ['a profile without one', 'us.anthropic.claude-x', 3],
    ['a profile with a dash', 'us-gov.anthropic.claude-x', 3],
    ['the ARN of a profile', 'arn:aws:bedrock:us-east-1:1:inference-profile/us.anthropic.claude-x', 3],
    ['another model', 'anthropic.claude-y', undefined],
    ['a name every object has', 'constructor', undefined],
  ])('%s', (_name, modelId, input) => {
    expect(priceOf(prices, modelId)?.input).toBe(input)
  })
})

describe('the cost of a usage', () => {
  test('adds up input, output, cache reads and cache writes by time to live', () => {
    const usage = {
      inputTokens: 1_000_000,
      outputTokens: 100_000,
      totalTokens: 1_400_000,
      cacheReadTokens: 1_000_000,
      cacheWriteTokens: 300_000,
      cacheDetails: [{ ttl: '1h', inputTokens: 100_000 }],
    }
    // 3 + 1.5 + 0.3 + 0.1 of an hour's writes at 6 + 0.2 of the others at 3.75
    expect(costOf(usage, price)).toBeCloseTo(3 + 1.5 + 0.3 + 0.6 + 0.75, 10)
  })

  test.each([
    ['the default tier', undefined, 3],
    ['a dearer tier', 'priority', 5.25],
    ['a cheaper tier', 'flex', 1.5],
    ['a tier without a price', 'reserved', undefined],
  ])('%s', (_name, tier, cost) => expect(costOf(million, price, tier)).toBe(cost))

  test('is not known when something used has no price', () => {
    const usage = { ...million, cacheReadTokens: 1 }
    expect(costOf(usage, { input: 3, output: 15 })).toBeUndefined()
    expect(costOf({ ...million, cacheWriteTokens: 1 }, { input: 3, output: 15 })).toBeUndefined()
    const details = { ...million, cacheWriteTokens: 5, cacheDetails: [{ ttl: '2h', inputTokens: 5 }] }
    expect(costOf(details, price)).toBeUndefined()
  })

  test('needs no price for what was not used', () => {
    expect(costOf({ ...million, cacheReadTokens: 0 }, { input: 3, output: 15 })).toBe(3)
  })
})

test.each([
  [{ serviceTier: { type: 'priority' } }, 'priority'],
  [{ serviceTier: 'flex' }, 'flex'],
  [{ serviceTier: ['flex'] }, undefined],
  [{}, undefined],
  [undefined, undefined],
])('the tier in %j', (metadata, tier) => expect(serviceTierOf(metadata)).toBe(tier))
