import { expect, test } from 'vitest'
import { addUsage, noUsage } from '../src/index.js'

const plain = { inputTokens: 1, outputTokens: 2, totalTokens: 3 }

test('adds plain counts and invents no cache counts', () => {
  expect(addUsage(plain, plain)).toEqual({ inputTokens: 2, outputTokens: 4, totalTokens: 6 })
  expect(addUsage(noUsage, plain)).toEqual(plain)
})

test('adds cache counts of either side, writes by time to live', () => {
  const short = { ...plain, cacheReadTokens: 5, cacheDetails: [{ ttl: '5m', inputTokens: 7 }] }
  const long = {
    ...plain,
    cacheWriteTokens: 9,
    cacheDetails: [
      { ttl: '1h', inputTokens: 2 },
      { ttl: '5m', inputTokens: 1 },
    ],
  }
  expect(addUsage(short, long)).toEqual({
    ...{ inputTokens: 2, outputTokens: 4, totalTokens: 6, cacheReadTokens: 5, cacheWriteTokens: 9 },
    cacheDetails: [
      { ttl: '5m', inputTokens: 8 },
      { ttl: '1h', inputTokens: 2 },
    ],
  })
})
