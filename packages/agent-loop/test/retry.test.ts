import type { AgentEvent } from '@x/types'
import { AgentError } from '@x/types'
import type { ScriptedTurn } from '@x/types/testing'
import { scriptedModel } from '@x/types/testing'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { runAgent, textOf } from '../src/index.js'
import type { RetryOptions } from '../src/retry.js'
import { retry } from '../src/retry.js'
import { callPart, failure, finish, say, toolNamed, user } from './helpers.js'

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }))
afterEach(() => void vi.useRealTimers())

const throttled = (options: { retryAfterMs?: number } = {}) =>
  new AgentError('throttled', 'Slow down.', { retryable: true, ...options })

/** Runs with time that passes by itself; gives the waits. */
async function run(turns: ScriptedTurn[], options: RetryOptions = {}, signal?: AbortSignal) {
  const waits: number[] = []
  const shown: string[] = []
  const model = scriptedModel(turns, { deltaLength: 100 })
  const events = runAgent(
    { model, use: [retry({ random: () => 1, ...options })], ...(signal && { signal }) },
    user('go'),
  )
  const read = async (): Promise<AgentEvent | AgentError> => {
    try {
      let last: AgentEvent | undefined
      for await (const event of events) {
        if (event.type === 'model-retry') waits.push(event.delayMs)
        if (event.type === 'model-retry') shown.length = 0
        if (event.type === 'text-delta') shown.push(event.text)
        last = event
      }
      return last as AgentEvent
    } catch (error) {
      return error as AgentError
    }
  }
  const reading = read()
  while ((await Promise.race([reading, vi.advanceTimersByTimeAsync(100).then(() => undefined)])) === undefined);
  return { end: await reading, waits, shown: shown.join(''), calls: model.calls.length }
}

const result = (end: AgentEvent | AgentError) =>
  end instanceof AgentError ? end : end.type === 'run-end' && end.result

test('asks again after what may pass, and the answer is shown once', async () => {
  const cut = { content: [say('half an ans')], error: throttled() }
  const { end, waits, shown, calls } = await run([throttled(), cut, 'The whole answer.'])
  expect(result(end)).toMatchObject({ status: 'done' })
  expect(shown).toBe('The whole answer.')
  expect(waits).toEqual([500, 1000])
  expect(calls).toBe(3)
})

test('doubles its waits up to the longest, and jitters them down to nothing', async () => {
  const failures = () => Array.from({ length: 7 }, () => throttled())
  const { waits } = await run([...failures(), 'ok'], { maxAttempts: 8, maxDelayMs: 4000 })
  expect(waits).toEqual([500, 1000, 2000, 4000, 4000, 4000, 4000])
  expect((await run([...failures(), 'ok'], { maxAttempts: 8, random: () => 0 })).waits).toEqual(Array(7).fill(0))
})

test('waits as long as the service asks', async () => {
  expect((await run([throttled({ retryAfterMs: 7000 }), 'ok'])).waits).toEqual([7000])
})

describe('gives up', () => {
  test('after the last attempt, with the usage of all', async () => {
    const usage = { inputTokens: 2, outputTokens: 1, totalTokens: 3 }
    const failed = () => new AgentError('stream-truncated', 'Cut.', { retryable: true, partial: { usage } })
    const { end, calls } = await run([failed(), failed(), 'never asked'], { maxAttempts: 2 })
    expect(end).toMatchObject({ code: 'stream-truncated', partial: { usage: { totalTokens: 6 } } })
    expect(calls).toBe(2)
  })

  test('at once on what will not pass', async () => {
    const { end, calls } = await run([new AgentError('access-denied', 'No.'), 'never asked'])
    expect(end).toMatchObject({ code: 'access-denied' })
    expect(calls).toBe(1)
  })

  test('when the next attempt would start too late', async () => {
    const { end, waits } = await run([throttled({ retryAfterMs: 60_000 }), throttled({ retryAfterMs: 60_001 }), 'late'])
    expect(end).toMatchObject({ code: 'throttled' })
    expect(waits).toEqual([60_000])
  })

  test('on what is not an AgentError', async () => {
    const layer = retry()
    const model = scriptedModel(['never'])
    const broken = {
      name: 'broken',
      order: 1000,
      async *model(): AsyncGenerator<AgentEvent, never, void> {
        throw new TypeError('a defect')
      },
    }
    expect(await failure(runAgent({ model, use: [layer, broken] }, user('go')))).toMatchObject({ code: 'internal' })
  })
})

test('counts what failed attempts cost', async () => {
  const usage = { inputTokens: 2, outputTokens: 1, totalTokens: 3 }
  const failed = new AgentError('network', 'Gone.', { retryable: true, partial: { usage } })
  const { end } = await run([failed, 'ok'])
  expect(result(end)).toMatchObject({
    usage: { inputTokens: 3, outputTokens: 2, totalTokens: 5 },
    messages: [{}, { usage: { totalTokens: 2 } }],
  })
})

test('an abort ends the wait at once', async () => {
  const controller = new AbortController()
  setTimeout(() => controller.abort(), 1000)
  const { end, calls } = await run([throttled({ retryAfterMs: 60_000 }), 'never asked'], {}, controller.signal)
  expect(result(end)).toMatchObject({ status: 'aborted' })
  expect(calls).toBe(1)
  expect(performance.now()).toBeLessThan(30_000)
})

test('tools are never repeated', async () => {
  vi.useRealTimers()
  let runs = 0
  const tool = toolNamed('once', () => {
    runs += 1
    throw throttled()
  })
  const model = scriptedModel([[callPart('1', 'once', {})], 'done'])
  expect(textOf(await finish(runAgent({ model, tools: [tool], use: [retry()] }, user('go'))))).toBe('done')
  expect(runs).toBe(1)
})
