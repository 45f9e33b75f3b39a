import type { AgentEvent } from '@x/types'
import { describe, expect, test } from 'vitest'
import { mergeSteps } from '../src/merge-steps.js'

const event = (message: string): AgentEvent => ({ type: 'warning', message })

/** Yields an event after each number of turns of the event loop; no clock, so that a busy machine changes nothing. */
async function* step(name: string, ...waits: number[]): AsyncGenerator<AgentEvent, string, void> {
  for (const turns of waits) {
    for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve))
    yield event(`${name} ${turns}`)
  }
  return name
}

async function run(steps: AsyncGenerator<AgentEvent, string, void>[], stopAfter = Number.POSITIVE_INFINITY) {
  const results: string[] = []
  const seen: string[] = []
  let aborts = 0
  const failures: unknown[] = []
  const merged = mergeSteps(steps, {
    onResult: (index, result) => void (results[index] = result),
    onFailure: (error) => void failures.push(error),
    abort: () => void aborts++,
  })
  try {
    for await (const event of merged) {
      if (event.type === 'warning') seen.push(event.message)
      if (seen.length >= stopAfter) break
    }
    return { results, seen, aborts }
  } catch (error) {
    return { results, seen, aborts, error, failures }
  }
}

describe('mergeSteps', () => {
  test('gives events as they come and results by index', async () => {
    const { results, seen, aborts } = await run([step('a', 30), step('b', 1, 1)])
    expect(seen).toEqual(['b 1', 'b 1', 'a 30'])
    expect(results).toEqual(['a', 'b'])
    expect(aborts).toBe(0)
  })

  test('no steps, no events', async () => {
    expect(await run([])).toEqual({ results: [], seen: [], aborts: 0 })
  })

  test('a failing step aborts the others, hears them out, and is thrown', async () => {
    async function* failing(): AsyncGenerator<AgentEvent, string, void> {
      yield event('about to fail')
      throw new Error('first')
    }
    const { results, seen, aborts, error } = await run([failing(), step('b', 5)])
    expect(error).toEqual(new Error('first'))
    expect(aborts).toBe(1)
    expect(seen).toEqual(['about to fail', 'b 5'])
    expect(results).toEqual([undefined, 'b'])
  })

  test('of several failing steps the first is thrown, and all are told', async () => {
    async function* failing(message: string): AsyncGenerator<AgentEvent, string, void> {
      yield event(message)
      throw new Error(message)
    }
    const { error, failures } = await run([failing('one'), failing('two')])
    expect([error, failures]).toEqual([new Error('one'), [new Error('one'), new Error('two')]])
  })

  test('leaving aborts and keeps the results that were under way', async () => {
    const { results, aborts } = await run([step('a', 1), step('b', 10)], 1)
    expect(aborts).toBe(1)
    expect(results).toEqual(['a', 'b'])
  })
})
