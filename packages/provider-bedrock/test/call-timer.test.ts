import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { callTimer } from '../src/call-timer.js'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('callTimer', () => {
  it('bounds the wait for the first event, and for each one after it', () => {
    const expire = vi.fn()
    const timer = callTimer({ firstEventTimeoutMs: 1000, idleTimeoutMs: 100 }, expire)

    timer.waits()
    vi.advanceTimersByTime(999)
    timer.got()
    for (let event = 0; event < 5; event++) {
      timer.waits()
      vi.advanceTimersByTime(99)
      timer.got()
    }
    expect(expire).not.toHaveBeenCalled()
    timer.waits()
    vi.advanceTimersByTime(100)

    expect(expire).toHaveBeenCalledTimes(1)
    expect(timer.error).toMatchObject({ code: 'timeout', retryable: true })
    expect(timer.error?.message).toContain('stood still for 100 ms')
  })

  it('does not count the time of the reader', () => {
    const expire = vi.fn()
    const timer = callTimer({ idleTimeoutMs: 100, requestTimeoutMs: 250 }, expire)

    for (let event = 0; event < 3; event++) {
      timer.waits()
      vi.advanceTimersByTime(80)
      timer.got()
      vi.advanceTimersByTime(10_000)
    }
    expect(expire).not.toHaveBeenCalled()
    timer.waits()
    vi.advanceTimersByTime(10)

    expect(timer.error?.message).toContain('took longer than 250 ms')
  })

  it('has bounds of its own, and leaves no timer behind', () => {
    const timer = callTimer({}, () => {})

    timer.waits()
    vi.advanceTimersByTime(3_599_000)
    timer.got()
    timer.waits()
    vi.advanceTimersByTime(599_000)
    expect(timer.error).toBeUndefined()
    timer.stop()

    expect(vi.getTimerCount()).toBe(0)
  })
})
