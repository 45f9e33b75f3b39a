import type { AgentEvent } from '@x/types'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { ChunkClock } from '../src/chunk-clock.js'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const start: AgentEvent = { type: 'model-start', key: 'k', provider: 'p', modelId: 'm' }
const delta: AgentEvent = { type: 'text-delta', text: 'a' }
const retry: AgentEvent = { type: 'model-retry', attempt: 2, delayMs: 1, code: 'network', reason: '' }

function times(...steps: readonly (number | AgentEvent)[]) {
  const further: number[] = []
  const clock = new ChunkClock((elapsedMs) => further.push(elapsedMs))
  for (const step of steps) {
    if (typeof step === 'number') vi.advanceTimersByTime(step)
    else clock.push(step)
  }
  return { first: clock.firstChunkMs, further }
}

it('times the first chunk from the request and each further one from the last', () => {
  expect(times(5, start, 30, delta, 10, delta, 20, delta)).toEqual({ first: 30, further: [10, 20] })
})

it('counts events of one read as one chunk', () => {
  expect(times(start, 30, delta, delta, delta, 10, delta, delta)).toEqual({ first: 30, further: [10] })
})

it('counts from the start where there is no event of a request', () => {
  expect(times(7, delta)).toEqual({ first: 7, further: [] })
})

it('begins anew with a retry', () => {
  expect(times(start, 30, delta, 5, retry, 40, delta)).toEqual({ first: 40, further: [] })
  expect(times(start, 30, delta, retry).first).toBeUndefined()
})

it('takes pieces of every kind for chunks, and nothing else', () => {
  const pieces: readonly AgentEvent[] = [
    { type: 'reasoning-delta', text: 'a' },
    { type: 'tool-call-start', id: '1', name: 'a' },
    { type: 'tool-call-delta', inputText: '{' },
    { type: 'citation-delta', citation: {} },
    { type: 'part', part: { type: 'text', text: 'a' } },
  ]
  expect(times(start, ...pieces.flatMap((piece) => [1, piece]))).toEqual({ first: 1, further: [1, 1, 1, 1] })
  expect(times(start, 1, { type: 'part-end' }, 1, { type: 'warning', message: '' }).first).toBeUndefined()
})

it('is not misled by a clock that is set back', () => {
  vi.setSystemTime(10_000)
  const clock = new ChunkClock(() => expect.unreachable())
  vi.setSystemTime(5_000)
  clock.push(delta)
  expect(clock.firstChunkMs).toBe(0)
})
