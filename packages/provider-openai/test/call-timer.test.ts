import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { callTimer } from '../src/call-timer.js'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

it('counts no time while nobody waits', () => {
  const expire = vi.fn()
  const timer = callTimer({ timeoutMs: 100, idleTimeoutMs: 60 }, expire)
  for (let round = 0; round < 9; round++) {
    timer.waits()
    vi.advanceTimersByTime(10)
    timer.got()
    vi.advanceTimersByTime(1000)
  }
  expect(timer.error).toBeUndefined()
  timer.waits()
  vi.advanceTimersByTime(9)
  expect(expire).not.toHaveBeenCalled()
  vi.advanceTimersByTime(2)
  expect(expire).toHaveBeenCalledTimes(1)
  expect(timer.error).toMatchObject({ code: 'timeout', message: expect.stringContaining('longer than 100 ms') })
})

it('counts the time between two pieces anew', () => {
  const expire = vi.fn()
  const timer = callTimer({ idleTimeoutMs: 60 }, expire)
  for (let round = 0; round < 3; round++) {
    timer.waits()
    vi.advanceTimersByTime(50)
    timer.got()
  }
  expect(expire).not.toHaveBeenCalled()
  timer.waits()
  vi.advanceTimersByTime(61)
  expect(timer.error).toMatchObject({ code: 'timeout', message: expect.stringContaining('Nothing came for 60 ms') })
})

it('is silent once stopped', () => {
  const expire = vi.fn()
  const timer = callTimer({ idleTimeoutMs: 60 }, expire)
  timer.waits()
  timer.stop()
  vi.advanceTimersByTime(1000)
  expect(expire).not.toHaveBeenCalled()
  expect(vi.getTimerCount()).toBe(0)
})
