import { Agent, runAgent, textOf } from '@x/agent-loop'
import { agentTool } from '@x/agent-loop/agent-tool'
import { budget } from '@x/agent-loop/budget'
import { journal, memoryJournal } from '@x/agent-loop/journal'
import type { AgentEvent, Message, Middleware, ModelRequest, Tool, TurnCall } from '@x/types'
import { scriptedModel } from '@x/types/testing'
import { describe, expect, test } from 'vitest'
import { callPart, collect, crash, finish, throughJson, toolNamed, user } from '../src/helpers.js'
import { OrderedEngine } from '../src/ordered-engine.js'

describe('(b) compaction by a turn layer, with a journal and a crash', () => {
  const maxMessages = 4

  /** Replaces all but the last two messages by a summary, written by a model call of the layer's own. */
  const compact: Middleware = {
    name: 'compact',
    async *turn(call, next) {
      if (call.messages.length <= maxMessages) return yield* next(call)
      const old = call.messages.slice(0, -2)
      const request: ModelRequest = { messages: [...old, ...user('Summarise.')] }
      const { message } = yield* call.run.model({ name: 'summary', model: call.model, request })
      const text = message.content.map((part) => (part.type === 'text' ? part.text : '')).join('')
      const summary: Message = {
        role: 'user',
        id: `${old.at(-1)?.id}:summary`,
        content: [{ type: 'text', text: `So far: ${text}` }],
      }
      return yield* next({ ...call, messages: [summary, ...call.messages.slice(-2)] })
    },
  }

  const model = () =>
    scriptedModel((request) => {
      const last = request.messages.at(-1)
      if (last?.content.some((part) => part.type === 'text' && part.text === 'Summarise.')) return 'we counted'
      const results = JSON.stringify(request.messages).match(/tick \d/g) ?? []
      return results.at(-1) === 'tick 4' ? 'four ticks' : [callPart(String(results.length), 'tick')]
    })

  const run = (store: Map<string, string>, tool: Tool, asked = model()) =>
    runAgent(
      {
        model: asked,
        tools: [tool],
        use: [compact, journal(memoryJournal(store), { unfinished: 'run-again' })],
        runId: 'r',
      },
      user('Count.'),
    )
  /** Uses its key as an idempotency key: a step that ran and was not recorded runs again after the crash. */
  const counter = () => {
    const ticks = new Map<string, string>()
    return toolNamed('tick', (_input, { key }) => {
      if (!ticks.has(key)) ticks.set(key, `tick ${ticks.size + 1}`)
      return ticks.get(key)
    })
  }

  test('goes on after a crash as if there had been none', async () => {
    const whole = await finish(run(new Map(), counter()))
    expect(textOf(whole)).toBe('four ticks')
    expect(whole.messages.length).toBeLessThanOrEqual(maxMessages + 2)
    expect(whole.messages[0]).toMatchObject({ role: 'user', content: [{ text: 'So far: we counted' }] })

    const points = (await collect(run(new Map(), counter()))).length
    for (let point = 0; point < points - 1; point++) {
      const store = new Map<string, string>()
      const tool = counter()
      let seen = 0
      await crash(run(store, tool), () => seen++ === point)
      const before = store.size
      const asked = model()
      expect(await finish(run(store, tool, asked)), `crashed at event ${point}`).toEqual(whole)
      expect(store.size).toBeGreaterThanOrEqual(before)
    }
  })

  test('tells consumers when history changes', async () => {
    const events = await collect(run(new Map(), counter()))
    const histories = events.filter((event) => event.type === 'history')
    expect(histories.length).toBeGreaterThan(0)
    // A consumer that follows `message` and `history` ends with the conversation of the result.
    let mirror: readonly Message[] = [{ ...user('Count.')[0], id: 'r.0' } as Message]
    for (const event of events) {
      if (event.type === 'message') mirror = [...mirror, event.message]
      if (event.type === 'history') mirror = event.messages
    }
    const last = events.at(-1)
    expect(last?.type === 'run-end' && last.result.messages).toEqual(mirror)
  })
})

describe('(c) a journal engine whose steps are promises and whose order is checked', () => {
  const model = () =>
    scriptedModel((request) => {
      const turn = request.messages.filter(({ role }) => role === 'assistant').length
      return turn < 3 ? [callPart(`${turn}a`, 'work'), callPart(`${turn}b`, 'work')] : 'done'
    })
  const other: Middleware = {
    name: 'other',
    async *tool(call, next) {
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 3))
      return yield* next(call)
    },
  }

  test('accepts every replay, wherever the run crashed', async () => {
    let works = 0
    const work = toolNamed('work', async () => {
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 3))
      return String(++works)
    })
    const run = (engine: OrderedEngine) =>
      runAgent({ model: model(), tools: [work], use: [other, journal(engine)], runId: 'r' }, user('go'))
    const points = (await collect(run(new OrderedEngine()))).length
    for (let point = 1; point < points - 1; point += 3) {
      const engine = new OrderedEngine()
      let seen = 0
      await crash(run(engine), () => seen++ === point)
      const finished = engine.log.filter(({ value }) => value !== undefined).length
      const before = works
      engine.replay()
      expect((await finish(run(engine))).status).toBe('done')
      expect(works - before).toBeLessThanOrEqual(6)
      expect(engine.log).toHaveLength(4 + 6)
      expect(finished).toBeLessThanOrEqual(10)
    }
  })
})

test('(d) a budget is shared by a tree of sub-agents and ends the whole of it', async () => {
  const usage = { inputTokens: 40, outputTokens: 10, totalTokens: 50 }
  const spender = scriptedModel(() => ({ content: [callPart('x', 'noop')], usage }))
  const noop = toolNamed('noop', () => 'ok')
  const child = agentTool({
    name: 'child',
    description: 'Spends',
    model: spender,
    tools: [noop],
    config: { maxTokens: 1 },
  })
  const parent = scriptedModel((_request, turn) => ({
    content: [callPart(`c${turn}`, 'child', { prompt: 'spend' })],
    usage,
  }))
  const run = runAgent(
    { model: parent, tools: [child], use: [budget({ tokens: 230 })], config: { maxTokens: 1 } },
    user('go'),
  )
  await expect(finish(run)).rejects.toMatchObject({ code: 'budget', partial: { usage: { totalTokens: 200 } } })
  expect(parent.calls.length + spender.calls.length).toBe(4)
})

test('(e) one middleware object serves two runs at once', async () => {
  const counts = Symbol('turns')
  const counter: Middleware = {
    name: 'counter',
    async *turn(call, next) {
      const { state } = call.run
      state.set(counts, Number(state.get(counts) ?? 0) + 1)
      const result = yield* next(call)
      yield { type: 'warning', message: `turn ${state.get(counts)} of ${call.run.id}` }
      return result
    },
  }
  const run = (runId: string) => {
    const model = scriptedModel(
      [[callPart('1', 'noop')], 'done'].map((turn) =>
        typeof turn === 'string' ? turn : { content: turn, delayMs: 2 },
      ),
    )
    return collect(runAgent({ model, tools: [toolNamed('noop', () => 'ok')], use: [counter], runId }, user('go')))
  }
  const warnings = (events: AgentEvent[]) =>
    events.flatMap((event) => (event.type === 'warning' ? [event.message] : []))
  const [first, second] = await Promise.all([run('one'), run('two')])
  expect(warnings(first)).toEqual(['turn 1 of one', 'turn 2 of one'])
  expect(warnings(second)).toEqual(['turn 1 of two', 'turn 2 of two'])
})

test('(f) a server tool is carried both ways and never run', async () => {
  const serverCall = {
    type: 'provider' as const,
    provider: 'scripted',
    value: { toolUse: { toolUseId: 's1', name: 'search', type: 'server_tool_use', input: { q: 'x' } } },
  }
  const serverTool = { type: 'provider' as const, provider: 'scripted', value: { systemTool: { name: 'search' } } }
  let runs = 0
  const search = toolNamed('search', () => String(++runs))
  const model = scriptedModel([[serverCall, { type: 'text', text: 'found' }], 'more'])
  const agent = new Agent({ model, tools: [search, serverTool] })
  expect((await agent.run('look')).status).toBe('done')
  await agent.run('again')
  expect(runs).toBe(0)
  const [first, second] = model.calls.map(({ request }) => request)
  expect(first?.tools?.at(-1)).toEqual(serverTool)
  expect(second?.messages[1]?.content[0]).toEqual(serverCall)
})

test('(g) hand-off: another agent with another model takes the conversation over, and keeps it after a resume', async () => {
  const specialist = scriptedModel(() => 'I am the specialist', { modelId: 'specialist-1' })
  const triage = scriptedModel(() => [callPart('1', 'hand_off', { to: 'specialist' })], { modelId: 'triage-1' })
  // Who speaks is read from the messages, so it survives JSON and needs no state.
  const handOff: Middleware = {
    name: 'hand-off',
    turn(call: TurnCall, next) {
      const handedOff = call.messages.some(({ content }) =>
        content.some((part) => part.type === 'tool-call' && part.name === 'hand_off'),
      )
      if (!handedOff || call.messages.at(-1)?.role === 'assistant') return next(call)
      return next({
        ...call,
        model: specialist,
        system: [{ type: 'text', text: 'You are the specialist.' }],
        tools: [],
      })
    },
  }
  const config = { model: triage, tools: [toolNamed('hand_off', () => 'ok')], use: [handOff] }
  const result = throughJson(await finish(runAgent(config, user('help'))))
  expect(textOf(result)).toBe('I am the specialist')
  const again = await finish(runAgent(config, [...result.messages, ...user('and now?')]))
  expect(triage.calls).toHaveLength(1)
  expect(specialist.calls.map(({ request }) => request.system)).toEqual(
    Array(2).fill([{ type: 'text', text: 'You are the specialist.' }]),
  )
  expect(again.messages.at(-1)).toMatchObject({ model: { modelId: 'specialist-1' } })
})

test('(h) a per-call override and a tool that calls updateConfig do not undo each other', async () => {
  const model = scriptedModel([[callPart('1', 'tune')], 'done', 'later'])
  const tune = toolNamed('tune', (_input, { model }) => {
    model.updateConfig?.({ temperature: 0.2 })
    return 'tuned'
  })
  const agent = new Agent({ model, tools: [tune] })
  await agent.run('go', { config: { temperature: 0.9, maxTokens: 10 } })
  await agent.run('again')
  expect(model.calls.map(({ config }) => config)).toEqual([
    { modelId: 'scripted-1', temperature: 0.9, maxTokens: 10 },
    { modelId: 'scripted-1', temperature: 0.9, maxTokens: 10 },
    { modelId: 'scripted-1', temperature: 0.2 },
  ])
})
