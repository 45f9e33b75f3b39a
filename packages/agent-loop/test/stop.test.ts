import { noUsage } from '@x/types'
import { scriptedModel } from '@x/types/testing'
import { expect, test } from 'vitest'
import { anyStop, calledTool, maxTurns, runAgent } from '../src/index.js'
import { addTool, callPart, finish, toolNamed, user } from './helpers.js'

const model = () =>
  scriptedModel([[callPart('1', 'add', { a: 1, b: 1 })], [callPart('2', 'answer', { text: 'two' })], 'never asked'])
const tools = [addTool, toolNamed('answer', () => 'noted')]

test('calledTool ends the run as done, with the result of the call in the messages', async () => {
  const result = await finish(runAgent({ model: model(), tools, stopWhen: calledTool('answer') }, user('go')))
  expect(result).toMatchObject({ status: 'done', turns: 2 })
  expect(result.messages.at(-1)).toMatchObject({ role: 'tool', content: [{ id: '2' }] })
})

test('maxTurns ends it as limit; of several conditions the first that wants to stop decides', async () => {
  const stopWhen = [maxTurns(1), calledTool('answer')]
  expect(await finish(runAgent({ model: model(), tools, stopWhen }, user('go')))).toMatchObject({
    status: 'limit',
    turns: 1,
  })
})

test('a condition of one’s own sees messages, turns and usage', async () => {
  const result = await finish(
    runAgent({ model: model(), tools, stopWhen: ({ usage }) => usage.totalTokens >= 4 && 'limit' }, user('go')),
  )
  expect(result).toMatchObject({ status: 'limit', turns: 2 })
})

test('anyStop goes on while no condition wants to stop', () => {
  expect(anyStop(maxTurns(3), calledTool('x'))({ turns: 2, messages: [], usage: noUsage })).toBe(false)
})
