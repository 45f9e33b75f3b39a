import type { Answers, Message, Middleware, RunResult } from '@x/types'
import { AgentError, addUsage, noUsage } from '@x/types'
import { scriptedModel } from '@x/types/testing'
import { describe, expect, test } from 'vitest'
import { agentTool } from '../src/agent-tool.js'
import { approval } from '../src/approval.js'
import { Agent, textOf } from '../src/index.js'
import { journal, memoryJournal } from '../src/journal.js'
import type { MediaStore, SessionStore } from '../src/session.js'
import { memorySessionStore, openSession } from '../src/session.js'
import { addTool, callPart, say, toolNamed } from './helpers.js'

const sum = [callPart('1', 'add', { a: 1, b: 2 })]

async function openAgent(store: SessionStore, turns: Parameters<typeof scriptedModel>[0], use: Middleware[] = []) {
  const session = await openSession(store, 'talk')
  const model = scriptedModel(turns)
  const agent = new Agent({ model, tools: [addTool], ...session.saved, use: [...use, session.layer] })
  return { session, model, agent }
}

const stored = async (store: SessionStore) => (await openSession(store, 'talk')).saved
const shape = (messages: readonly Message[]) => messages.map(({ id, role }) => `${role} ${id}`)

test('a conversation goes on in another process, where it was', async () => {
  const store = memorySessionStore()
  const first = await openAgent(store, [sum, 'It is 3.'])
  await first.agent.run('What is 1 and 2?')
  const second = await openAgent(store, ['I said 3.'])
  expect(second.agent.messages).toEqual(first.agent.messages)
  expect(textOf(await second.agent.run('What did you say?'))).toBe('I said 3.')
  expect((await stored(store)).messages).toEqual(second.agent.messages)
  expect((await stored(store)).usage).toEqual(second.agent.usage)
})

test('each message is on record before the next event is shown', async () => {
  const store = memorySessionStore()
  const { agent } = await openAgent(store, [sum, 'It is 3.'])
  let shown: readonly Message[] = []
  for await (const event of agent.stream('What is 1 and 2?', { runId: 'r' })) {
    if (event.type === 'message') shown = [...shown, event.message]
    const { messages } = await stored(store)
    if (event.type !== 'run-start') expect(messages.slice(1)).toEqual(shown)
  }
  expect(shown).toHaveLength(3)
})

test('what changed in the middle is on record too', async () => {
  const store = memorySessionStore()
  const forget: Middleware = {
    name: 'forget',
    async *turn(call, next) {
      return yield* next({ ...call, messages: call.messages.slice(-1) })
    },
  }
  const { agent } = await openAgent(store, ['one', 'two'], [forget])
  await agent.run('a')
  await agent.run('b')
  expect((await stored(store)).messages).toEqual(agent.messages)
  expect(agent.messages).toHaveLength(2)
})

describe('two workers that opened the same conversation', () => {
  test('cannot interleave: the second to write fails before its model is asked', async () => {
    const store = memorySessionStore()
    const left = await openAgent(store, ['left'])
    const right = await openAgent(store, ['right'])
    await left.agent.run('hello')
    await expect(right.agent.run('hello')).rejects.toMatchObject({ code: 'conflict', scope: 'run' })
    expect(right.model.calls).toHaveLength(0)
    expect((await stored(store)).messages).toEqual(left.agent.messages)
  })

  test('and neither can one that was overtaken in the middle', async () => {
    const store = memorySessionStore()
    const left = await openAgent(store, [sum, 'left'])
    const events = left.agent.stream('hello')
    for (let next = await events.next(); !next.done; next = await events.next()) {
      if (next.value.type === 'tool-start') break
    }
    const right = await openAgent(store, ['right'])
    await right.agent.run('quick')
    const error = await events
      .next()
      .then(
        async () => {
          for (;;) await events.next()
        },
        (error: unknown) => error,
      )
      .catch((error: unknown) => error)
    expect(error).toMatchObject({ code: 'conflict' })
    expect((error as AgentError).partial?.messages?.length).toBeGreaterThan(2)
    expect((await stored(store)).messages).toEqual(right.agent.messages)
  })
})

describe('a run that comes twice', () => {
  test('gives the result of the first time and asks nobody', async () => {
    const store = memorySessionStore()
    const first = await (await openAgent(store, ['hi'])).agent.run('hello', { runId: 'request-1' })
    const { agent, model, session } = await openAgent(store, ['never'])
    expect(await agent.run('hello', { runId: 'request-1' })).toEqual(first)
    expect(model.calls).toHaveLength(0)
    expect(session.resultOf('request-1')).toEqual(first)
    expect(session.resultOf('request-2')).toBeUndefined()
  })
})

test('a run that died is known to have begun, also when its question was shortened away', async () => {
  const store = memorySessionStore()
  const forget: Middleware = {
    name: 'forget',
    async *turn(call, next) {
      return yield* next(call.turn > 1 ? { ...call, messages: call.messages.slice(1) } : call)
    },
  }
  const died = (await openAgent(store, [sum, 'never'], [forget])).agent.stream('go', { runId: 'r' })
  for (let next = await died.next(); !next.done; next = await died.next()) if (next.value.type === 'history') break
  const { session, agent } = await openAgent(store, ['three'])
  expect([session.hasBegun('r'), session.resultOf('r'), session.hasBegun('s')]).toEqual([true, undefined, false])
  expect(textOf(await agent.run(undefined, { runId: 'r' }))).toBe('three')
  expect([session.hasBegun('r'), session.resultOf('r')?.status]).toEqual([true, 'done'])
})

describe('a run that does not end well', () => {
  test('by a failure: the question and what was spent are kept', async () => {
    const store = memorySessionStore()
    const usage = { inputTokens: 7, outputTokens: 0, totalTokens: 7 }
    const error = new AgentError('throttled', 'Slow down.', { partial: { usage } })
    const { agent } = await openAgent(store, [error])
    await expect(agent.run('hello')).rejects.toMatchObject({ code: 'throttled' })
    expect(await stored(store)).toMatchObject({ messages: [{ role: 'user' }], usage: { inputTokens: 7 } })
    expect(textOf(await (await openAgent(store, ['better'])).agent.run())).toBe('better')
  })

  test('by an abort in the middle of tools: the calls are answered', async () => {
    const store = memorySessionStore()
    const { session } = await openAgent(store, [])
    const controller = new AbortController()
    const stop = toolNamed('add', () => {
      controller.abort()
      return new Promise(() => undefined)
    })
    const agent = new Agent({ model: scriptedModel([sum]), tools: [stop], use: [session.layer] })
    expect((await agent.run('go', { signal: controller.signal })).status).toBe('aborted')
    expect((await stored(store)).messages).toEqual(agent.messages)
    expect(agent.messages.at(-1)?.role).toBe('tool')
  })

  test('by being left in the middle of tools: the calls are answered, so that nobody makes them again', async () => {
    const store = memorySessionStore()
    const { agent } = await openAgent(store, [sum])
    for await (const event of agent.stream('go')) if (event.type === 'tool-start') break
    const { messages } = await stored(store)
    expect(messages.at(-1)).toMatchObject({ role: 'tool', content: [{ isError: true }] })
    // What the tool gave all the same is known in this process, and written with what is said next.
    const next = await openAgent(store, ['later'])
    await next.agent.run('again')
    expect((await stored(store)).messages).toEqual(next.agent.messages)
  })

  test('by a suspension: what waits is kept, and the answer may come in another process', async () => {
    const store = memorySessionStore()
    const tools = [{ ...addTool, needsApproval: true }]
    const open = async (turns: Parameters<typeof scriptedModel>[0]) => {
      const { saved, layer } = await openSession(store, 'talk')
      return new Agent({ model: scriptedModel(turns), tools, ...saved, use: [approval(), layer] })
    }
    expect((await (await open([sum])).run('go')).status).toBe('suspended')
    const agent = await open(['It is 3.'])
    expect(agent.pending).toMatchObject([{ callId: '1' }])
    expect(textOf(await agent.resume({ 1: { approved: true } }))).toBe('It is 3.')
    expect((await stored(store)).pending).toEqual([])
  })

  test('by a crash in the middle of a resume: what was answered waits no more', async () => {
    const store = memorySessionStore()
    const calls = [callPart('1', 'add', { a: 1, b: 2 }), callPart('2', 'add', { a: 3, b: 4 })]
    const open = async (turns: Parameters<typeof scriptedModel>[0]) => {
      const { saved, layer } = await openSession(store, 'talk')
      const tools = [{ ...addTool, needsApproval: true }]
      return new Agent({ model: scriptedModel(turns), tools, ...saved, use: [approval(), layer] })
    }
    const crash = async (agent: Agent, answers: Answers, role: string) => {
      const events = agent.resumeStream(answers)
      for (let next = await events.next(); !next.done; next = await events.next()) {
        if (next.value.type === 'message' && next.value.message.role === role) return
      }
    }
    await (await open([calls])).run('go')
    await crash(await open([]), { 1: { approved: true } }, 'tool')
    const half = await open([calls])
    expect(half.pending.map(({ callId }) => callId)).toEqual(['2'])
    // The model asks once more, under the same ids.
    await crash(half, { 2: { approved: true } }, 'assistant')
    expect((await open([])).pending).toEqual([])
  })

  test('by a store that fails: it ends, so that nothing is said that is not on record', async () => {
    const store = memorySessionStore()
    const broken = { ...store, append: async () => Promise.reject(new Error('disk full')) }
    const { agent, model } = await openAgent(broken, ['hi'])
    await expect(agent.run('hello')).rejects.toMatchObject({
      code: 'session',
      message: expect.stringContaining('disk full'),
    })
    expect(model.calls).toHaveLength(0)
  })
})

describe('what was spent is counted once', () => {
  const sums = async (store: SessionStore) => (await stored(store)).usage
  const leave = async (agent: Agent, type: string) => {
    for await (const event of agent.stream('go')) if (event.type === type) break
  }

  test('when a run is left and the next one comes to its end', async () => {
    const store = memorySessionStore()
    const { agent } = await openAgent(store, [sum, 'left', 'done'])
    await leave(agent, 'tool-start')
    const [one] = agent.messages.filter(({ role }) => role === 'assistant')
    const first = one?.role === 'assistant' ? one.usage : undefined
    expect(await sums(store)).toEqual(first)
    const { usage } = await agent.run('again')
    expect(await sums(store)).toEqual(addUsage(first ?? noUsage, usage))
  })

  test('when a process dies and another one goes on', async () => {
    const store = memorySessionStore()
    const died = (await openAgent(store, [sum])).agent.stream('go', { runId: 'r' })
    // Dropped and not returned, as a crash would.
    for (let next = await died.next(); !next.done; next = await died.next()) if (next.value.type === 'tool-end') break
    const before = await sums(store)
    expect(before.totalTokens).toBeGreaterThan(0)
    const { agent } = await openAgent(store, ['three'])
    expect(agent.usage).toEqual(before)
    const { usage } = await agent.run(undefined, { runId: 'r' })
    expect([await sums(store), agent.usage]).toEqual([addUsage(before, usage), addUsage(before, usage)])
  })

  test('when a sub-agent that waits is asked again, from a journal, after a crash', async () => {
    const store = memorySessionStore()
    const entries = new Map<string, string>()
    const send = { ...toolNamed('send', () => 'sent'), needsApproval: true }
    const open = async () => {
      const { saved, layer } = await openSession(store, 'talk')
      const clerkModel = scriptedModel([[callPart('s', 'send', {})]])
      const clerk = agentTool({ name: 'clerk', description: 'sends', model: clerkModel, tools: [send] })
      const model = scriptedModel([[callPart('1', 'clerk', { prompt: 'send' }), callPart('2', 'add', { a: 1, b: 2 })]])
      const use = [journal(memoryJournal(entries)), approval(), layer]
      return new Agent({ model, tools: [clerk, addTool], ...saved, use })
    }
    const died = (await open()).stream('go', { runId: 'r' })
    for (let next = await died.next(); !next.done; next = await died.next()) {
      if (next.value.type === 'message' && next.value.message.role === 'tool') break
    }
    const agent = await open()
    expect((await agent.run(undefined, { runId: 'r' })).status).toBe('suspended')
    // One answer of each of the two models, a token for each call in it.
    expect([await sums(store), agent.usage].map(({ outputTokens }) => outputTokens)).toEqual([3, 3])
  })

  test('when it was a layer or a sub-agent that spent it', async () => {
    const store = memorySessionStore()
    const usage = { inputTokens: 100, outputTokens: 0, totalTokens: 100 }
    const asks: Middleware = {
      name: 'asks',
      async *turn(call, next) {
        const model = scriptedModel([{ content: [say('a summary')], usage }])
        yield* call.run.model({ name: 'summary', model, request: { messages: call.messages } })
        return yield* next(call)
      },
    }
    const child = agentTool({
      name: 'add',
      description: 'adds',
      model: scriptedModel([{ content: [say('3')], usage }]),
    })
    const session = await openSession(store, 'talk')
    const model = scriptedModel([sum, 'never'])
    const agent = new Agent({ model, tools: [child], ...session.saved, use: [asks, session.layer] })
    for await (const event of agent.stream('go')) if (event.type === 'message' && event.message.role === 'tool') break
    const [answer] = agent.messages.filter(({ role }) => role === 'assistant')
    const own = answer?.role === 'assistant' ? answer.usage : undefined
    expect(await sums(store)).toEqual([own ?? noUsage, usage, usage].reduce(addUsage))
  })
})

describe('large media', () => {
  const media = (): MediaStore & { readonly kept: Map<string, string> } => {
    const kept = new Map<string, string>()
    return {
      kept,
      async put(base64) {
        kept.set(`blob-${base64.length}`, base64)
        return `blob-${base64.length}`
      },
      async get(reference) {
        return kept.get(reference) ?? ''
      },
    }
  }
  const image = (base64: string) => ({ type: 'image', format: 'png', source: { type: 'base64', base64 } }) as const

  test('are kept by reference, small ones in place', async () => {
    const store = memorySessionStore()
    const blobs = media()
    const session = await openSession(store, 'talk', { media: blobs, maxInlineLength: 10 })
    const agent = new Agent({ model: scriptedModel(['nice']), ...session.saved, use: [session.layer] })
    await agent.run([say('look'), image('small'), image('x'.repeat(100))])
    const text = JSON.stringify(await store.load('talk'))
    expect([text.includes('small'), text.includes('xxx'), blobs.kept.size]).toEqual([true, false, 1])
    expect((await openSession(store, 'talk', { media: blobs })).saved.messages).toEqual(agent.messages)
    await expect(openSession(store, 'talk')).rejects.toMatchObject({ code: 'session' })
  })
})

test('ids come in order, by pages', async () => {
  const store = memorySessionStore()
  for (const id of ['c', 'a', 'b']) await store.append(id, [], 0)
  expect(await store.list({ limit: 2 })).toEqual(['a', 'b'])
  expect(await store.list({ after: 'b' })).toEqual(['c'])
  await store.delete('a')
  expect([await store.load('a'), await store.list()]).toEqual([undefined, ['b', 'c']])
})

test('what a store gives out is not what it keeps', async () => {
  const store = memorySessionStore()
  await (await openAgent(store, ['hi'])).agent.run('hello')
  const { messages } = await stored(store)
  Object.assign(messages[0] as object, { role: 'assistant' })
  expect(shape((await stored(store)).messages)[0]).toContain('user')
  expect((await stored(store)) satisfies Pick<RunResult, 'messages'>).toBeDefined()
})

describe('one conversation, opened once', () => {
  test('is not changed by a tool that is called directly', async () => {
    const store = memorySessionStore()
    const { agent } = await openAgent(store, ['hi', 'still here'])
    await agent.run('hello')
    await agent.callTool('add', { a: 1, b: 2 })
    expect((await stored(store)).messages).toEqual(agent.messages)
    await agent.run('and now?')
    expect((await stored(store)).messages).toHaveLength(4)
  })

  test('takes one run at a time', async () => {
    const store = memorySessionStore()
    const { session, agent } = await openAgent(store, [sum, 'It is 3.'])
    const other = new Agent({ model: scriptedModel(['other']), ...session.saved, use: [session.layer] })
    for await (const event of agent.stream('go')) {
      if (event.type === 'tool-start') await expect(other.run('me too')).rejects.toMatchObject({ code: 'busy' })
    }
    expect((await stored(store)).messages).toEqual(agent.messages)
    expect((await openAgent(store, ['next'])).agent.messages).toHaveLength(4)
  })

  test('gives each run the result that it had, whatever was said since', async () => {
    const store = memorySessionStore()
    const { agent, session } = await openAgent(store, ['one', 'two'])
    const first = await agent.run('a', { runId: '1' })
    await agent.run('b', { runId: '2' })
    for (const { resultOf } of [session, await openSession(store, 'talk')]) {
      expect(resultOf('1')).toEqual(first)
      expect(textOf(resultOf('1') as RunResult)).toBe('one')
    }
  })

  test('goes on with a run that waits, under its id; the same question again is not asked again', async () => {
    const store = memorySessionStore()
    const tools = [{ ...addTool, needsApproval: true }]
    const open = async (turns: Parameters<typeof scriptedModel>[0]) => {
      const { saved, layer } = await openSession(store, 'talk')
      return new Agent({ model: scriptedModel(turns), tools, ...saved, use: [approval(), layer] })
    }
    const first = await (await open([sum])).run('go', { runId: 'r' })
    const again = await open([])
    expect(await again.run('go', { runId: 'r' })).toEqual(first)
    expect(again.pending).toEqual(first.pending)
    const done = await (await open(['It is 3.'])).resume({ 1: { approved: true } }, { runId: 'r' })
    expect(textOf(done)).toBe('It is 3.')
    expect(await (await open([])).run('go', { runId: 'r' })).toEqual(done)
  })

  test('keeps what a tool gave before the run was left, so that no other process does it again', async () => {
    const store = memorySessionStore()
    const { session } = await openAgent(store, [])
    const calls = [callPart('1', 'add', { a: 1, b: 2 }), callPart('2', 'slow', {})]
    const slow = toolNamed('slow', () => new Promise(() => undefined))
    const agent = new Agent({ model: scriptedModel([calls]), tools: [addTool, slow], use: [session.layer] })
    for await (const event of agent.stream('go')) if (event.type === 'tool-end') break
    const saved = await stored(store)
    expect(saved.messages).toEqual(agent.messages)
    expect(saved.messages.at(-1)?.content).toMatchObject([
      { id: '1', content: [say('3')] },
      { id: '2', isError: true },
    ])
    expect(saved.usage).toEqual(agent.usage)
  })

  test('knows what an answer cost that was whole when the run was left', async () => {
    const store = memorySessionStore()
    const { agent } = await openAgent(store, ['hi'])
    for await (const event of agent.stream('go')) if (event.type === 'model-end') break
    expect((await stored(store)).usage).toEqual(agent.usage)
    expect(agent.usage.totalTokens).toBeGreaterThan(0)
  })
})

test('what looks like a reference to media in a message is what it was, and reads nothing', async () => {
  const store = memorySessionStore()
  const fake = { type: 'kept-media', reference: 'somebody-elses' }
  const blobs: MediaStore = { put: async () => 'x', get: () => Promise.reject(new Error('it was asked')) }
  for (const options of [{}, { media: blobs }]) {
    const session = await openSession(store, 'fake', options)
    const model = scriptedModel([[callPart('1', 'add', { nested: [fake] })], 'ok'])
    const agent = new Agent({ model, tools: [toolNamed('add', () => fake)], ...session.saved, use: [session.layer] })
    await agent.run('go')
    expect((await openSession(store, 'fake', options)).saved.messages).toEqual(agent.messages)
  }
})
