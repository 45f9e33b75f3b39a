import type { Message, Middleware } from '@x/types'
import { AgentError } from '@x/types'
import { scriptedModel } from '@x/types/testing'
import { describe, expect, test } from 'vitest'
import { agentTool } from '../src/agent-tool.js'
import { approval } from '../src/approval.js'
import type { SavedConversation } from '../src/index.js'
import { Agent, hooks, textOf } from '../src/index.js'
import { addTool, callPart, collect, say, toolNamed } from './helpers.js'

test('remembers: each run starts from what the last one left', async () => {
  const model = scriptedModel(['Hello Ann.', 'You are Ann.'])
  const agent = new Agent({ model })
  await agent.run('I am Ann.')
  expect(textOf(await agent.run('Who am I?'))).toBe('You are Ann.')
  expect(model.calls[1]?.request.messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'user'])
  expect(new Set(agent.messages.map(({ id }) => id)).size).toBe(4)
  expect(agent.usage).toEqual({ inputTokens: 2, outputTokens: 2, totalTokens: 4 })
})

describe('a prompt', () => {
  const asked = async (prompt: Parameters<Agent['run']>[0]) => {
    const model = scriptedModel(['ok'])
    await new Agent({ model }).run(prompt)
    return model.calls[0]?.request.messages.map(({ role, content }) => ({ role, content }))
  }
  const hi = [{ role: 'user', content: [say('hi')] }]

  test('as a text', async () => expect(await asked('hi')).toEqual(hi))
  test('as parts', async () => expect(await asked([say('hi')])).toEqual(hi))
  test('as messages', async () => expect(await asked(hi as Message[])).toEqual(hi))
})

test('overlapping runs give a clear error and do not disturb the first', async () => {
  const agent = new Agent({ model: scriptedModel([{ content: [say('slowly')], delayMs: 1 }, 'later']) })
  const first = agent.run('one')
  await expect(agent.run('two')).rejects.toMatchObject({ code: 'busy', hint: expect.stringContaining('Wait for it') })
  expect(textOf(await first)).toBe('slowly')
  expect(textOf(await agent.run('three'))).toBe('later')
})

test('a stream that nobody reads does not keep the agent busy', async () => {
  const agent = new Agent({ model: scriptedModel(['ok']) })
  agent.stream('never read')
  expect(textOf(await agent.run('read'))).toBe('ok')
})

test('after a failure the user message stays, and running again just works', async () => {
  const agent = new Agent({ model: scriptedModel([new AgentError('throttled', 'Slow down.'), 'better']) })
  await expect(agent.run('go')).rejects.toMatchObject({ code: 'throttled' })
  expect(agent.messages.map(({ role }) => role)).toEqual(['user'])
  expect(textOf(await agent.run())).toBe('better')
})

test('running with nothing to say and nothing said is refused, and the agent stays usable', async () => {
  const agent = new Agent({ model: scriptedModel(['ok']) })
  await expect(agent.run()).rejects.toMatchObject({ code: 'invalid-messages' })
  expect(textOf(await agent.run('go'))).toBe('ok')
})

test('an answer to a call that does not wait is refused', async () => {
  const agent = new Agent({ model: scriptedModel(['ok']) })
  await agent.run('go')
  await expect(agent.resume({ x: true })).rejects.toThrow(/No pending call has the id "x"/)
})

test('running without a word goes on with what the calls that wait have left', async () => {
  let paid = 0
  const pay = toolNamed('pay', () => `paid ${++paid}`)
  const send = { ...toolNamed('send', () => 'sent'), needsApproval: true }
  const clerkModel = scriptedModel([[callPart('p', 'pay', {}), callPart('s', 'send', {})], 'all sent'])
  const clerk = agentTool({ name: 'clerk', description: 'pays', model: clerkModel, tools: [pay, send] })
  const model = scriptedModel([[callPart('1', 'clerk', { prompt: 'pay' })], 'done'])
  const agent = new Agent({ model, tools: [clerk], use: [approval()] })
  await agent.run('go')
  const { pending } = agent
  expect((await agent.run()).status).toBe('suspended')
  expect([agent.pending.length, paid, clerkModel.calls.length]).toEqual([pending.length, 1, 1])
  expect(textOf(await agent.resume({ 1: { s: { approved: true } } }))).toBe('done')
  expect(paid).toBe(1)
})

describe('a resume that does not come to its calls', () => {
  const suspended = async () => {
    const send = { ...toolNamed('send', () => 'sent'), needsApproval: true }
    const model = scriptedModel([[callPart('1', 'send', {})], 'better'])
    const agent = new Agent({ model, tools: [send], use: [approval()] })
    await agent.run('go')
    expect(agent.pending).toHaveLength(1)
    return agent
  }

  test('because it was left: they wait no more, and the agent can go on', async () => {
    const agent = await suspended()
    for await (const _event of agent.resumeStream({ 1: { approved: true } })) break
    expect([agent.pending, agent.messages.at(-1)?.content]).toEqual([[], [expect.objectContaining({ isError: true })]])
    expect(textOf(await agent.run())).toBe('better')
  })

  test('because it was aborted: they wait no more, as a call may have been at work in an earlier try', async () => {
    const agent = await suspended()
    const { status, pending } = await agent.resume({ 1: { approved: true } }, { signal: AbortSignal.abort() })
    expect([status, pending, agent.messages.at(-1)?.role]).toEqual(['aborted', [], 'tool'])
  })
})

test('what each of several failing sub-agents has spent is counted', async () => {
  const usage = { inputTokens: 10, outputTokens: 0, totalTokens: 10 }
  const failing = (name: string) =>
    agentTool({
      ...{ name, description: 'fails' },
      model: scriptedModel([{ content: [callPart('1', 'stop', {})], usage }]),
      tools: [
        toolNamed('stop', () => {
          throw new AgentError('budget', 'Out of money.', { scope: 'run' })
        }),
      ],
    })
  const model = scriptedModel([{ content: [callPart('1', 'a', {}), callPart('2', 'b', {})], usage }])
  const agent = new Agent({ model, tools: [failing('a'), failing('b')] })
  await expect(agent.run('go')).rejects.toMatchObject({ code: 'budget', partial: { usage: { inputTokens: 30 } } })
  expect(agent.usage.inputTokens).toBe(30)
})

test('per-run options hold for their run only', async () => {
  const model = scriptedModel(['one', 'two'])
  const agent = new Agent({ model, tools: [addTool], env: 'mine' })
  await agent.run('go', { config: { temperature: 0 }, tools: [], toolChoice: 'none' })
  await agent.run('go')
  expect(model.calls.map(({ config }) => config.temperature)).toEqual([0, undefined])
  expect(model.calls.map(({ request }) => [request.tools?.length, request.toolChoice])).toEqual([
    [undefined, 'none'],
    [1, undefined],
  ])
})

test('env reaches tools and nothing else', async () => {
  const env = { user: 'ann-secret' }
  const who = toolNamed('who', (_input, context) => {
    expect(context.env).toBe(env)
    return 'known'
  })
  const model = scriptedModel([[callPart('1', 'who', {})], 'done'])
  const events = await collect(new Agent({ model, tools: [who], env }).stream('go'))
  expect(JSON.stringify([events, model.calls])).not.toContain('ann-secret')
})

test('goes on in another process from its messages', async () => {
  const first = new Agent({ model: scriptedModel(['Hello.']) })
  await first.run('Hi.')
  const model = scriptedModel(['Again.'])
  const second = new Agent({ model, messages: JSON.parse(JSON.stringify(first.messages)) as Message[] })
  await second.run('Hi again.')
  expect(model.calls[0]?.request.messages).toHaveLength(3)
})

test('either signal aborts a run: the agent’s own or the one given for the run', async () => {
  for (const mine of [true, false]) {
    const controller = new AbortController()
    const other = new AbortController()
    const model = scriptedModel([
      { content: [say('slowly')], delayMs: 1 },
      { content: [say('slowly')], delayMs: 1 },
    ])
    const agent = new Agent({ model, signal: mine ? controller.signal : other.signal })
    const run = agent.run('go', { signal: mine ? other.signal : controller.signal })
    controller.abort()
    expect((await run).status).toBe('aborted')
  }
})

test('two agents that share a model do not change each other’s, by a copy or by a patch for their runs', async () => {
  const model = scriptedModel(() => ({ content: [say('ok')], delayMs: 1 }))
  const hot = new Agent({ model, config: { temperature: 1 } })
  const plain = new Agent({ model })
  const derived = model.with({ maxTokens: 7 })
  derived.updateConfig({ temperature: 0.5 })
  await Promise.all([
    hot.run('a', { config: { maxTokens: 9 } }),
    plain.run('b'),
    new Agent({ model: derived }).run('c'),
  ])
  expect(model.calls.map(({ config, request }) => [request.messages[0]?.content[0], config])).toEqual(
    expect.arrayContaining([
      [say('a'), { modelId: 'scripted-1', maxTokens: 9, temperature: 1 }],
      [say('b'), { modelId: 'scripted-1' }],
      [say('c'), { modelId: 'scripted-1', maxTokens: 7, temperature: 0.5 }],
    ]),
  )
})

describe('a tool called directly', () => {
  test('goes through the layers and leaves the conversation alone', async () => {
    const seen: string[] = []
    const see = hooks({ beforeTool: ({ call }) => void seen.push(call.name) })
    const agent = new Agent({ model: scriptedModel([]), tools: [addTool], use: [see] })
    expect(await agent.callTool('add', { a: 1, b: 2 })).toEqual({
      type: 'tool-result',
      id: 'direct',
      content: [say('3')],
    })
    expect(seen).toEqual(['add'])
    expect(agent.messages).toEqual([])
  })

  test('that does not exist gives an error result', async () => {
    const agent = new Agent({ model: scriptedModel([]) })
    expect(await agent.callTool('nope', {})).toMatchObject({ isError: true })
  })

  test('that waits for an answer fails clearly', async () => {
    const waits: Middleware = {
      name: 'waits',
      tool: async function* () {
        return { type: 'suspended', reason: 'why' }
      },
    }
    const agent = new Agent({ model: scriptedModel([]), tools: [addTool], use: [waits] })
    await expect(agent.callTool('add', { a: 1, b: 2 })).rejects.toMatchObject({ code: 'not-approved' })
  })
})

describe('a conversation', () => {
  test('is saved as JSON and goes on in another agent', async () => {
    const first = new Agent({ model: scriptedModel(['Hello Ann.']) })
    await first.run('I am Ann.')
    const saved = JSON.parse(JSON.stringify(first)) as SavedConversation
    const model = scriptedModel(['You are Ann.'])
    const second = new Agent({ model, ...saved })
    await second.run('Who am I?')
    expect(model.calls[0]?.request.messages).toHaveLength(3)
    expect(second.usage.totalTokens).toBe(4)
  })

  test('is cloned: both go on from the same place, apart', async () => {
    const agent = new Agent({ model: scriptedModel(['one', 'two', 'three']) })
    await agent.run('a')
    const copy = agent.clone()
    await copy.run('b')
    expect([agent.messages.length, copy.messages.length]).toEqual([2, 4])
  })
})

test('one run may have layers, a model and a system prompt of its own', async () => {
  const seen: string[] = []
  const layer = (name: string) => hooks({ beforeModel: () => void seen.push(name) }, name)
  const other = scriptedModel(['from the other'])
  const agent = new Agent({ model: scriptedModel([]), use: [layer('agent')] })
  const result = await agent.run('go', { model: other, system: 'Be brief.', use: [layer('run')] })
  expect(textOf(result)).toBe('from the other')
  expect(other.calls[0]?.request.system).toEqual([say('Be brief.')])
  expect(seen).toEqual(['agent', 'run'])
})

test('what a direct call spent counts, when it fails too', async () => {
  const usage = { inputTokens: 7, outputTokens: 0, totalTokens: 7 }
  const broke = new AgentError('budget', 'No more.', { scope: 'run', partial: { usage } })
  const agent = new Agent({ model: scriptedModel([]), tools: [toolNamed('pay', () => Promise.reject(broke))] })
  await expect(agent.callTool('pay', {})).rejects.toMatchObject({ code: 'budget' })
  expect(agent.usage).toEqual(usage)
})
