import { scriptedModel } from '@x/types/testing'
import { describe, expect, test } from 'vitest'
import { approval } from '../src/approval.js'
import { compact } from '../src/compact.js'
import { handoff } from '../src/handoff.js'
import { runAgent, textOf } from '../src/index.js'
import { addTool, callPart, finish, say, toolNamed, user } from './helpers.js'

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

test('a call that waits is answered by the tools of the agent that made it, although it handed over beside it', async () => {
  const { sales } = agents()
  const front = scriptedModel([[callPart('s', 'sign', {}), toSales]])
  const sign = { ...toolNamed('sign', () => 'signed'), needsApproval: true }
  const layer = handoff([
    { name: 'front', description: 'Greets', model: front, tools: [sign] },
    { name: 'sales', description: 'Sells', model: sales },
  ])
  const config = { model: scriptedModel([]), use: [layer, approval()] }
  const first = await finish(runAgent(config, user('go')))
  expect(first.pending).toMatchObject([{ callId: 's' }])
  const done = await finish(runAgent(config, { ...first, answers: { s: { approved: true } } }))
  expect(textOf(done)).toBe('sold')
  expect(JSON.stringify(done.messages)).toContain('signed')
})

test('the agent at work stays at work when the history is shortened', async () => {
  const look = toolNamed('look', () => 'x'.repeat(400))
  const usage = { inputTokens: 800, outputTokens: 0, totalTokens: 800 }
  const looks = (turn: number) => ({ content: [callPart(`l${turn}`, 'look', {})], usage })
  const sales = scriptedModel((_request, turn) => (turn < 8 ? looks(turn) : 'sold'))
  const front = scriptedModel([[toSales], 'front again'])
  const layer = handoff([
    { name: 'front', description: 'Greets', model: front },
    { name: 'sales', description: 'Sells', model: sales, tools: [look] },
  ])
  const use = [compact({ maxTokens: 700, targetTokens: 400 }), layer]
  const result = await finish(runAgent({ model: scriptedModel([]), use }, user('I want to buy.')))
  expect([textOf(result), front.calls.length]).toEqual(['sold', 1])
  expect(JSON.stringify(result.messages)).toContain('left out to save space')
})
