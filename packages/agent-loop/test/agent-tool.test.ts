import type { AgentEvent, JsonValue, Middleware, Tool } from '@x/types'
import { AgentError } from '@x/types'
import { scriptedModel } from '@x/types/testing'
import { describe, expect, test } from 'vitest'
import type { AgentToolOptions } from '../src/agent-tool.js'
import { agentTool } from '../src/agent-tool.js'
import { approval } from '../src/approval.js'
import { hooks, runAgent, textOf, textStream } from '../src/index.js'
import { addTool, callPart, collect, failure, finish, toolNamed, user } from './helpers.js'

const ask = (id = '1', prompt = 'What is 1 and 2?') => callPart(id, 'maths', { prompt })

function maths(options: Partial<AgentToolOptions> = {}): Tool {
  return agentTool({
    name: 'maths',
    description: 'Does sums',
    model: scriptedModel([[callPart('sum', 'add', { a: 1, b: 2 })], 'It is 3.']),
    tools: [addTool],
    ...options,
  })
}

function parent(
  tool: Tool,
  use: readonly Middleware[] = [],
  answers: Parameters<typeof scriptedModel>[0] = [[ask()], 'Three.'],
) {
  return { model: scriptedModel(answers), tools: [tool], use }
}

test('the model reads the answer of the child as the result', async () => {
  const result = await finish(runAgent(parent(maths()), user('go')))
  expect(textOf(result)).toBe('Three.')
  expect(result.messages[2]?.content).toEqual([
    { type: 'tool-result', id: '1', content: [{ type: 'text', text: 'It is 3.' }] },
  ])
})

test("the child's events come tagged, between the start and the end of the call", async () => {
  const events = await collect(runAgent(parent(maths()), user('go')))
  const inside = events.filter((event): event is AgentEvent & { type: 'child' } => event.type === 'child')
  expect(new Set(inside.map(({ path, callId }) => `${path.join('/')} ${callId}`))).toEqual(new Set(['agent/maths 1']))
  expect(inside.map(({ event }) => event.type)).toEqual([
    ...['run-start', 'turn-start', 'model-start', 'tool-call-start', 'tool-call-delta', 'tool-call-delta', 'part-end'],
    ...['model-end', 'message', 'tool-start', 'tool-end', 'message'],
    ...['turn-start', 'model-start', 'text-delta', 'part-end', 'model-end', 'message', 'run-end'],
  ])
  const types = events.map(({ type }) => type)
  expect(types.indexOf('child')).toBe(types.indexOf('tool-start') + 1)
  expect(types.indexOf('tool-end')).toBe(types.lastIndexOf('child') + 1)
})

test("nobody takes a child's words for the answer", async () => {
  const pieces: string[] = []
  for await (const piece of textStream(runAgent(parent(maths()), user('go')))) pieces.push(piece)
  expect(pieces.join('')).toBe('Three.')
})

test('what the child spends counts for the run, also when it fails', async () => {
  const done = await finish(runAgent(parent(maths()), user('go')))
  expect(done.usage).toEqual({ inputTokens: 4, outputTokens: 4, totalTokens: 8 })
  const usage = { inputTokens: 10, outputTokens: 0, totalTokens: 10 }
  const error = new AgentError('throttled', 'Slow down.', { partial: { usage } })
  const failed = await finish(runAgent(parent(maths({ model: scriptedModel([error]) })), user('go')))
  expect(failed.usage.inputTokens).toBe(12)
  expect(failed.messages[2]?.content).toMatchObject([{ isError: true, content: [{ text: 'Slow down.' }] }])
})

test('a child without a model of its own asks the one of the turn', async () => {
  const model = scriptedModel([[ask()], 'child says', 'parent says'])
  const tool = agentTool({ name: 'maths', description: 'Does sums' })
  expect(textOf(await finish(runAgent({ model, tools: [tool] }, user('go'))))).toBe('parent says')
  expect(model.calls[1]?.request.messages).toMatchObject([{ role: 'user', content: [{ text: 'What is 1 and 2?' }] }])
})

describe('a child that does not finish', () => {
  test('gives an error result that says how it ended and what it said', async () => {
    const model = scriptedModel([{ content: [{ type: 'text', text: 'It is' }], stopReason: 'length' }])
    const result = await finish(runAgent(parent(maths({ model })), user('go')))
    expect(result.messages[2]?.content).toMatchObject([
      { isError: true, content: [{ text: 'The agent maths did not finish (length). It said: It is' }] },
    ])
  })

  test('is aborted with the run; its usage counts and its words are not the partial answer', async () => {
    const controller = new AbortController()
    const stop = toolNamed('add', () => {
      controller.abort()
      return new Promise(() => undefined)
    })
    const run = runAgent({ ...parent(maths({ tools: [stop] })), signal: controller.signal }, user('go'))
    const result = await finish(run)
    expect(result.status).toBe('aborted')
    expect(result.usage.totalTokens).toBe(4)
    expect(result.partial).toBeUndefined()
    expect(result.messages.at(-1)).toMatchObject({ role: 'tool', content: [{ id: '1', isError: true }] })
  })

  test('ends the run when its error is one of the run', async () => {
    const broke = new AgentError('budget', 'No more.', { scope: 'run' })
    const error = await failure(runAgent(parent(maths({ model: scriptedModel([broke]) })), user('go')))
    expect(error).toMatchObject({ code: 'budget' })
    expect(error.partial?.messages?.map(({ role }) => role)).toEqual(['user', 'assistant', 'tool'])
  })
})

describe('memory', () => {
  const twice = [[ask('1', 'first')], [ask('2', 'second')], 'Done.']
  const roles = async (memory: 'fresh' | 'run') => {
    const model = scriptedModel(['one', 'two'])
    await finish(runAgent(parent(maths({ model, memory }), [], twice), user('go')))
    return model.calls[1]?.request.messages.map(({ role }) => role)
  }
  test('is fresh at each call', async () => expect(await roles('fresh')).toEqual(['user']))
  test('or goes on within the run', async () => expect(await roles('run')).toEqual(['user', 'assistant', 'user']))
})

describe('layers of the run above', () => {
  const seen = async (layer: Partial<Middleware>, own: readonly Middleware[] = []) => {
    const paths: string[] = []
    const watch = hooks({ beforeModel: ({ run }) => void paths.push(run.path.join('/')) }, 'watch')
    await finish(runAgent(parent(maths({ use: own }), [{ ...watch, ...layer }]), user('go')))
    return paths
  }
  test('stay outside', async () => expect(await seen({})).toEqual(['agent', 'agent']))
  test('unless they are inherited', async () => {
    expect(await seen({ inherited: 'unless-replaced' })).toEqual(['agent', 'agent/maths', 'agent/maths', 'agent'])
  })
  test('and not replaced by one of the same name', async () => {
    const own = { name: 'watch' }
    expect(await seen({ inherited: 'unless-replaced' }, [own])).toEqual(['agent', 'agent'])
    expect(await seen({ inherited: 'always' }, [own])).toHaveLength(4)
  })
})

test('input, prompt and output can be given', async () => {
  const model = scriptedModel(['{"sum":3}'])
  const inputSchema = { type: 'object', properties: { a: { type: 'number' } } }
  const tool = maths({
    model,
    inputSchema,
    toPrompt: (input) => `Sum: ${JSON.stringify(input)}`,
    toOutput: (result) => JSON.parse(textOf(result)) as { sum: number },
  })
  expect(tool.inputSchema).toBe(inputSchema)
  const call = callPart('1', 'maths', { a: 1 })
  const result = await finish(runAgent(parent(tool, [], [[call], 'ok']), user('go')))
  expect(model.calls[0]?.request.messages).toMatchObject([{ content: [{ text: 'Sum: {"a":1}' }] }])
  expect(result.messages[2]?.content).toMatchObject([{ content: [{ type: 'json', value: { sum: 3 } }] }])
})

test('an output that cannot be made is an error result, and what the child spent counts', async () => {
  const tool = maths({ toOutput: (result) => JSON.parse(textOf(result)) as string })
  const result = await finish(runAgent(parent(tool), user('go')))
  expect(result.messages[2]?.content).toMatchObject([{ isError: true }])
  expect(result.usage).toEqual({ inputTokens: 4, outputTokens: 4, totalTokens: 8 })
})

test.each<[string, JsonValue]>([
  ['a text', 'yes'],
  ['a list', ['yes']],
  ['a number', 1],
  ['one to a call that the child did not make', { other: { approved: true } }],
])('an answer that is none leaves the child where it is: %s', async (_name, answer) => {
  const tool = maths({ tools: [{ ...addTool, needsApproval: true }] })
  const use = [approval()]
  const first = await finish(runAgent(parent(tool, use), user('go')))
  const again = await finish(runAgent(parent(tool, use), { ...first, answers: { 1: answer } }))
  expect(again).toMatchObject({ status: 'suspended', pending: first.pending.map(({ callId }) => ({ callId })) })
  const answers = { 1: { sum: { approved: true } } }
  const last = await finish(
    runAgent(parent(maths({ ...{ tools: [addTool] }, model: scriptedModel(['It is 3.']) }), use, ['Three.']), {
      ...again,
      answers,
    }),
  )
  expect(textOf(last)).toBe('Three.')
})

test('a child beside one that ends the run: what waits and what failed have both spent', async () => {
  const waits = agentTool({
    ...{ name: 'waits', description: 'waits', tools: [{ ...addTool, needsApproval: true }] },
    model: scriptedModel([[callPart('sum', 'add', { a: 1, b: 2 })]]),
  })
  const broke = new AgentError('budget', 'No more.', { scope: 'run' })
  const breaks = agentTool({
    ...{ name: 'breaks', description: 'breaks', tools: [toolNamed('add', () => Promise.reject(broke))] },
    model: scriptedModel([[callPart('sum', 'add', {})]]),
  })
  const model = scriptedModel([[callPart('1', 'waits', { prompt: 'x' }), callPart('2', 'breaks', { prompt: 'x' })]])
  const error = await failure(runAgent({ model, tools: [waits, breaks], use: [approval()] }, user('go')))
  expect([error.code, error.partial?.usage?.totalTokens]).toEqual(['budget', 3 + 2 + 2])
  expect(error.partial?.messages?.at(-1)).toMatchObject({ content: [{ id: '1' }, { id: '2' }] })
})
