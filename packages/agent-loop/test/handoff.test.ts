import { scriptedModel } from '@x/types/testing'
import { describe, expect, test } from 'vitest'
import { handoff } from '../src/handoff.js'
import { runAgent, textOf } from '../src/index.js'
import { addTool, callPart, finish, say, user } from './helpers.js'

const toSales = callPart('h', 'hand_over_to_sales', {})

function agents() {
  const front = scriptedModel([[toSales], 'front again'], { modelId: 'front' })
  const sales = scriptedModel(['sold', 'still me'], { modelId: 'sales' })
  const list = [
    { name: 'front', description: 'Greets', system: 'You greet.', model: front },
    { name: 'sales', description: 'Sells', system: 'You sell.', model: sales, tools: [addTool] },
  ]
  return { front, sales, layer: handoff(list) }
}

test('the other agent goes on with the conversation, its own system prompt, tools and model', async () => {
  const { front, sales, layer } = agents()
  const config = { model: scriptedModel([]), system: 'Be kind.', use: [layer] }
  const result = await finish(runAgent(config, user('I want to buy.')))
  expect(textOf(result)).toBe('sold')
  expect(result.turns).toBe(2)
  const names = (model: typeof front) => model.calls[0]?.request.tools?.map((tool) => 'name' in tool && tool.name)
  expect(names(front)).toEqual(['hand_over_to_sales'])
  expect(names(sales)).toEqual(['add', 'hand_over_to_front'])
  expect(sales.calls[0]?.request.system).toEqual([say('Be kind.'), say('You sell.')])
  expect(sales.calls[0]?.request.messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'tool'])
})

test('who is at work is read from the messages, so a later run goes on with the same agent', async () => {
  const { sales, layer } = agents()
  const config = { model: scriptedModel([]), use: [layer] }
  const { messages } = await finish(runAgent(config, user('I want to buy.')))
  const stored = JSON.parse(JSON.stringify(messages)) as typeof messages
  expect(textOf(await finish(runAgent(config, [...stored, ...user('More.')])))).toBe('still me')
  expect(sales.calls).toHaveLength(2)
})

test('a hand-over that failed changes nothing', async () => {
  const { front, layer } = agents()
  const messages = [
    ...user('go'),
    { role: 'assistant', content: [toSales] } as const,
    { role: 'tool', content: [{ type: 'tool-result', id: 'h', content: [say('no')], isError: true }] } as const,
  ]
  expect(textOf(await finish(runAgent({ model: front, use: [layer] }, [...messages])))).toBe('sold')
  expect(front.calls).toHaveLength(1)
})

describe('what cannot work is refused', () => {
  const a = { name: 'a', description: '' }
  test.each([
    ['one agent', [a], 'at least two'],
    ['a name twice', [a, a], 'two agents named "a"'],
    ['a name that no tool can have', [a, { ...a, name: 'b c' }], 'named "b c"'],
    [
      'a stranger',
      [
        { ...a, to: ['x'] },
        { ...a, name: 'b' },
      ],
      'no agent "x"',
    ],
  ])('%s', (_name, list, text) => expect(() => handoff(list)).toThrow(text))
})
