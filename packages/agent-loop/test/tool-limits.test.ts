import type { RunResult } from '@x/types'
import { scriptedModel } from '@x/types/testing'
import { expect, test } from 'vitest'
import { runAgent } from '../src/index.js'
import type { ToolLimits } from '../src/tool-limits.js'
import { toolLimits } from '../src/tool-limits.js'
import { callPart, collect, finish, toolNamed, user } from './helpers.js'

const nap = () => new Promise<undefined>((resolve) => setTimeout(() => resolve(undefined), 5))

async function run(limits: ToolLimits, work: (signal: AbortSignal) => Promise<unknown>, signal?: AbortSignal) {
  let running = 0
  let most = 0
  const order: string[] = []
  const tool = toolNamed('work', async (input, { signal }) => {
    order.push((input as { name: string }).name)
    most = Math.max(most, ++running)
    try {
      await work(signal)
    } finally {
      running -= 1
    }
    return 'ok'
  })
  const names = ['a', 'b', 'c', 'd', 'e']
  const calls = names.map((name) => callPart(name, 'work', { name }))
  const model = scriptedModel([calls, 'done'])
  const config = { model, tools: [tool], use: [toolLimits(limits)], ...(signal && { signal }) }
  const result: RunResult = await finish(runAgent(config, user('go')))
  return { result, most, order }
}

test('so many run at once, started in call order', async () => {
  const { result, most, order } = await run({ concurrency: 2 }, nap)
  expect([result.status, most, order.join('')]).toEqual(['done', 2, 'abcde'])
})

test('without a bound all run at once', async () => {
  expect((await run({}, nap)).most).toBe(5)
})

test('one that fails gives its place away', async () => {
  const { result, order } = await run({ concurrency: 1 }, async () => {
    throw new Error('broken')
  })
  expect([result.status, order.length]).toEqual(['done', 5])
})

test('an abort does not leave anybody waiting', async () => {
  const controller = new AbortController()
  const { result, order } = await run(
    { concurrency: 1 },
    async () => {
      controller.abort()
      await nap()
    },
    controller.signal,
  )
  expect([result.status, order.length]).toEqual(['aborted', 1])
})

test('a bound in time holds for tools without one of their own', async () => {
  const { result } = await run({ timeoutMs: 10 }, () => new Promise(() => undefined))
  const text = JSON.stringify(result.messages)
  expect(text.split('work took longer than 10 ms').length - 1).toBe(5)
  const slow = { ...toolNamed('slow', nap), timeoutMs: 60_000 }
  const model = scriptedModel([[callPart('1', 'slow', {})], 'done'])
  const events = await collect(runAgent({ model, tools: [slow], use: [toolLimits({ timeoutMs: 1 })] }, user('go')))
  expect(events.find(({ type }) => type === 'tool-end')).not.toHaveProperty('outcome.errorCode')
})

test('a bound below one is refused', () => {
  expect(() => toolLimits({ concurrency: 0 })).toThrow('at least 1')
})
