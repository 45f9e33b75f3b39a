import { scriptedModel } from '@x/types/testing'
import { expect, test } from 'vitest'
import { hooks, runAgent, textOf } from '../src/index.js'
import { addTool, callPart, collect, failure, finish, say, user } from './helpers.js'

const addOnce = () => scriptedModel([[callPart('1', 'add', { a: 1, b: 2 })], 'three'])

test('each hook runs before or after its step', async () => {
  const seen: string[] = []
  const note = (name: string) => () => void seen.push(name)
  const layer = hooks({
    beforeRun: note('run'),
    afterRun: note('/run'),
    beforeTurn: note('turn'),
    afterTurn: note('/turn'),
    beforeModel: note('model'),
    afterModel: note('/model'),
    beforeTool: note('tool'),
    afterTool: note('/tool'),
  })
  await finish(runAgent({ model: addOnce(), tools: [addTool], use: [layer] }, user('go')))
  expect(seen.join(' ')).toBe('run turn model /model tool /tool /turn turn model /model /turn /run')
})

test('a before hook may give another call, for this call only', async () => {
  const model = addOnce()
  const layer = hooks({
    beforeModel: (call) => ({ ...call, request: { ...call.request, system: [say('Secretly be kind.')] } }),
    beforeTool: (call) => ({ ...call, call: { ...call.call, input: { a: 20, b: 2 } } }),
  })
  const { messages } = await finish(runAgent({ model, tools: [addTool], use: [layer] }, user('go')))
  expect(model.calls[0]?.request.system).toEqual([say('Secretly be kind.')])
  expect(messages[2]?.content).toMatchObject([{ content: [say('22')] }])
})

test('an after hook may give another result', async () => {
  const layer = hooks({
    afterTool: async (outcome) =>
      outcome.type === 'result' ? { ...outcome, result: { ...outcome.result, content: [say('secret')] } } : undefined,
    afterModel: (result) => ({
      ...result,
      message: { ...result.message, usage: { ...result.usage, outputTokens: 7 } },
    }),
  })
  const result = await finish(runAgent({ model: addOnce(), tools: [addTool], use: [layer] }, user('go')))
  expect(result.messages[2]?.content).toMatchObject([{ content: [say('secret')] }])
  expect(result.messages[1]).toMatchObject({ usage: { outputTokens: 7 } })
})

test('onEvent sees every event between run-start and run-end', async () => {
  const seen: unknown[] = []
  const events = await collect(
    runAgent(
      { model: addOnce(), tools: [addTool], use: [hooks({ onEvent: (event) => void seen.push(event) })] },
      user('go'),
    ),
  )
  expect(seen).toEqual(events.slice(1, -1))
})

test('what a hook throws fails the run like anything else', async () => {
  const layer = hooks({
    beforeModel: () => {
      throw new Error('no model today')
    },
  })
  const error = await failure(runAgent({ model: addOnce(), use: [layer] }, user('go')))
  expect(error).toMatchObject({ code: 'internal', partial: { messages: [{ role: 'user' }] } })
})

test('hooks without functions change nothing', async () => {
  expect(textOf(await finish(runAgent({ model: scriptedModel(['hi']), use: [hooks({})] }, user('go'))))).toBe('hi')
})
