import type { AgentConfig, AgentEvent, Middleware } from '@x/types'
import { AgentError } from '@x/types'
import { scriptedModel } from '@x/types/testing'
import { describe, expect, test } from 'vitest'
import type { FallbackOptions, FallbackTarget } from '../src/fallback.js'
import { fallback } from '../src/fallback.js'
import { runAgent, textOf } from '../src/index.js'
import { retry } from '../src/retry.js'
import { addTool, callPart, collect, failure, finish, say, user } from './helpers.js'

const throttled = new AgentError('throttled', 'Slow down.', { retryable: true })

function run(first: AgentConfig['model'], targets: readonly FallbackTarget[], options?: FallbackOptions) {
  return runAgent({ model: first, tools: [addTool], use: [fallback(targets, options)] }, user('go'))
}

const types = (events: readonly AgentEvent[]) => events.map(({ type }) => type)

test('another model answers, after an event that says why', async () => {
  const events = await collect(run(scriptedModel([throttled]), [{ model: scriptedModel(['B'], { modelId: 'b' }) }]))
  expect(types(events)).toEqual([
    ...['run-start', 'turn-start', 'model-start', 'model-retry', 'model-start', 'text-delta', 'part-end'],
    ...['model-end', 'message', 'run-end'],
  ])
  expect(events.find(({ type }) => type === 'model-retry')).toEqual({
    type: 'model-retry',
    attempt: 2,
    delayMs: 0,
    code: 'throttled',
    reason: 'Slow down. Going on with b.',
  })
  expect(events.at(-1)).toMatchObject({ result: { messages: [{}, { model: { modelId: 'b' } }] } })
})

test('another config of the same model is a patch over the call', async () => {
  const model = scriptedModel([throttled, 'cooler'])
  const config = { temperature: 0.5 }
  const result = await finish(runAgent({ model, use: [fallback([{ config: { maxTokens: 5 } }])], config }, user('go')))
  expect(textOf(result)).toBe('cooler')
  expect(model.calls.map(({ config }) => config)).toEqual([
    { modelId: 'scripted-1', temperature: 0.5 },
    { modelId: 'scripted-1', temperature: 0.5, maxTokens: 5 },
  ])
})

test('a patch of the call does not go along to another model, whose config may not know it', async () => {
  const other = scriptedModel(['B'])
  const use = [fallback([{ model: other, config: { maxTokens: 9 } }])]
  await finish(runAgent({ model: scriptedModel([throttled]), use, config: { temperature: 0.5 } }, user('go')))
  expect(other.calls[0]?.config).toEqual({ modelId: 'scripted-1', maxTokens: 9 })
})

test('targets are tried in turn; the last error comes out with the usage of all', async () => {
  const failing = (code: string) => {
    const usage = { inputTokens: 1, outputTokens: 0, totalTokens: 1 }
    return scriptedModel([new AgentError(code, code, { partial: { usage } })])
  }
  const error = await failure(run(failing('throttled'), [{ model: failing('timeout') }, { model: failing('quota') }]))
  expect(error.code).toBe('quota')
  expect(error.partial?.usage?.inputTokens).toBe(3)
})

describe('which errors lead on', () => {
  const other = () => scriptedModel(['B'])
  const failing = (code: string) => scriptedModel([new AgentError(code, code)])
  test.each(['invalid-request', 'context-overflow', 'guardrail', 'aborted', 'invalid-config'])(
    'not %s, which would fail anywhere',
    async (code) => expect((await failure(run(failing(code), [{ model: other() }]))).code).toBe(code),
  )
  test('those of the list given', async () => {
    expect(textOf(await finish(run(failing('guardrail'), [{ model: other() }], { when: ['guardrail'] })))).toBe('B')
  })
  test('those that a function takes', async () => {
    const when = (error: AgentError) => error.message === 'odd'
    expect(textOf(await finish(run(failing('odd'), [{ model: other() }], { when })))).toBe('B')
  })
  test('those of one target', async () => {
    const targets = [{ model: other(), when: ['odd'] }]
    expect((await failure(run(failing('throttled'), targets))).code).toBe('throttled')
  })
})

describe('after part of an answer was shown', () => {
  const cut = () => scriptedModel([{ content: [say('half')], error: new AgentError('stream-truncated', 'Cut.') }])
  test('it goes on by default, announced', async () => {
    expect(textOf(await finish(run(cut(), [{ model: scriptedModel(['B']) }])))).toBe('B')
  })
  test('or keeps the error', async () => {
    const error = await failure(run(cut(), [{ model: scriptedModel(['B']) }], { afterOutput: 'fail' }))
    expect(error).toMatchObject({ code: 'stream-truncated', partial: { message: { content: [say('half')] } } })
  })
})

describe('later turns of the run', () => {
  const sum = [callPart('1', 'add', { a: 1, b: 2 })]
  test('stay with the target that worked', async () => {
    const first = scriptedModel([throttled, 'A'])
    expect(textOf(await finish(run(first, [{ model: scriptedModel([sum, 'B']) }])))).toBe('B')
    expect(first.calls).toHaveLength(1)
  })
  test('or ask the first one again', async () => {
    const first = scriptedModel([throttled, 'A'])
    expect(textOf(await finish(run(first, [{ model: scriptedModel([sum, 'B']) }], { sticky: false })))).toBe('A')
  })
})

test('the retry has its attempts with each target first', async () => {
  const first = scriptedModel([throttled, throttled])
  const use = [retry({ maxAttempts: 2, baseDelayMs: 0 }), fallback([{ model: scriptedModel(['B']) }])]
  expect(textOf(await finish(runAgent({ model: first, use }, user('go'))))).toBe('B')
  expect(first.calls).toHaveLength(2)
})

test('without targets it is refused', () => {
  expect(() => fallback([])).toThrow('needs at least one target')
})

test('another model of the same run is asked itself, although the first one fell back', async () => {
  const other = scriptedModel(['a summary'], { modelId: 'other' })
  const target = scriptedModel([[callPart('1', 'add', { a: 1, b: 2 })], 'done'], { modelId: 'target' })
  const asks: Middleware = {
    name: 'asks',
    async *turn(call, next) {
      if (call.turn === 2) {
        yield* call.run.model({ name: 'summary', model: other, request: { messages: call.messages } })
      }
      return yield* next(call)
    },
  }
  const config = { model: scriptedModel([throttled]), tools: [addTool], use: [asks, fallback([{ model: target }])] }
  expect(textOf(await finish(runAgent(config, user('go'))))).toBe('done')
  expect([other.calls.length, target.calls.length]).toEqual([1, 2])
})
