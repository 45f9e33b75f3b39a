import { AsyncLocalStorage } from 'node:async_hooks'
import { Agent, runAgent, textOf } from '@x/agent-loop'
import { agentTool } from '@x/agent-loop/agent-tool'
import { approval } from '@x/agent-loop/approval'
import { journal, memoryJournal } from '@x/agent-loop/journal'
import type { AgentEvent, JsonValue, Middleware, Model, RunResult, Step } from '@x/types'
import { AgentError, defineModel, layerOrder } from '@x/types'
import { scriptedModel } from '@x/types/testing'
import { expect, test } from 'vitest'
import { callPart, collect, crash, finish, gate, throughJson, toolNamed, user } from '../src/helpers.js'
import { OrderedEngine } from '../src/ordered-engine.js'

/** A tool that takes three seconds unless it is aborted. */
const slowTool = toolNamed('slow', (_input, { signal }) => {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, 3000, 'late')
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      reject(signal.reason)
    })
  })
})

const twoSlowCalls = () => scriptedModel([[callPart('1', 'slow'), callPart('2', 'slow')], 'done'])

test('trap 1: leaving while two tools run aborts them first, instead of waiting for them', async () => {
  const started = performance.now()
  for await (const event of runAgent({ model: twoSlowCalls(), tools: [slowTool] }, user('go'))) {
    if (event.type === 'tool-start' && event.callId === '2') break
  }
  expect(performance.now() - started).toBeLessThan(1000)
})

test('trap 1: return() beside a pending next() aborts first too', async () => {
  const agent = new Agent({ model: twoSlowCalls(), tools: [slowTool] })
  const events = agent.stream('go')
  const started = performance.now()
  for (let tools = 0; tools < 2; ) {
    const { value } = await events.next()
    if ((value as AgentEvent).type === 'tool-start') tools += 1
  }
  const pending = events.next()
  await events.return(undefined as never)
  await pending
  expect(performance.now() - started).toBeLessThan(1000)
  expect(agent.messages.at(-1)).toMatchObject({ role: 'tool', content: [{ isError: true }, { isError: true }] })
})

test('trap 2: a layer that binds every pull keeps its async context inside parallel tools', async () => {
  const current = new AsyncLocalStorage<string>()
  const bound: Middleware = {
    name: 'bound',
    async *tool(call, next) {
      const step = next(call)
      for (;;) {
        const { done, value } = await current.run(call.call.id, () => step.next())
        if (done) return value
        yield value
      }
    },
  }
  const seen: Record<string, (string | undefined)[]> = { 1: [], 2: [] }
  const look = toolNamed('look', async function* (_input, { id }) {
    for (let pull = 0; pull < 3; pull++) {
      seen[id]?.push(current.getStore())
      yield pull
      await new Promise((resolve) => setImmediate(resolve))
    }
    return 'seen'
  })
  const model = scriptedModel([[callPart('1', 'look'), callPart('2', 'look')], 'done'])
  await finish(runAgent({ model, tools: [look], use: [bound] }, user('go')))
  expect(seen).toEqual({ 1: ['1', '1', '1'], 2: ['2', '2', '2'] })
})

test('trap 3: the last event carries the result, as for await drops return values', async () => {
  const events = await collect(runAgent({ model: scriptedModel(['hello']) }, user('hi')))
  const last = events.at(-1)
  expect(last?.type === 'run-end' && textOf(last.result)).toBe('hello')
})

test('trap 4: known layers sort themselves, so that nothing awaits outside the journal', async () => {
  const waiting: Middleware = {
    name: 'waiting',
    async *tool(call, next) {
      await new Promise((resolve) => setTimeout(resolve, call.call.id === '1' ? 20 : 0))
      return yield* next(call)
    },
  }
  const engine = new OrderedEngine()
  const run = () => {
    const model = scriptedModel([[callPart('1', 'echo'), callPart('2', 'echo')], 'done'])
    const tools = [toolNamed('echo', () => 'echo')]
    // The journal stands last in the list and outermost in the run.
    return runAgent({ model, tools, use: [waiting, journal(engine)], runId: 'r' }, user('go'))
  }
  await finish(run())
  const names = engine.log.map(({ name }) => name)
  expect(names).toEqual(['r/r.0', 'r/r.0~1/1', 'r/r.0~1/2', 'r/r.0~2'])
  for (let replay = 0; replay < 40; replay++) {
    engine.replay()
    await finish(run())
  }
  expect(layerOrder.journal).toBeLessThan(
    Math.min(...Object.values(layerOrder).filter((order) => order !== layerOrder.journal)),
  )
})

test('trap 5: a retry after deltas announces itself, so that a screen can clear', async () => {
  const retryOnce: Middleware = {
    name: 'retry',
    order: layerOrder.retry,
    async *model(call, next) {
      try {
        return yield* next(call)
      } catch (error) {
        const { code, message } = error as AgentError
        yield { type: 'model-retry', attempt: 2, delayMs: 0, code, reason: message }
        return yield* next(call)
      }
    },
  }
  const error = new AgentError('stream-truncated', 'Cut.', { retryable: true })
  const model = scriptedModel([{ content: [{ type: 'text', text: 'wrong' }], error }, 'right'])
  const screen: string[] = []
  for await (const event of runAgent({ model, use: [retryOnce] }, user('go'))) {
    if (event.type === 'text-delta') screen.push(event.text)
    if (event.type === 'model-retry') screen.length = 0
  }
  expect(screen.join('')).toBe('right')
})

test('trap 6: on replay no deltas come, only whole messages', async () => {
  const store = new Map<string, string>()
  const model = scriptedModel([[callPart('1', 'echo')], 'done'])
  const run = () =>
    runAgent(
      { model, tools: [toolNamed('echo', () => 'echo')], use: [journal(memoryJournal(store))], runId: 'r' },
      user('go'),
    )
  const first = await finish(run())
  const replay = await collect(run())
  expect(model.calls).toHaveLength(2)
  expect(replay.map(({ type }) => type)).toEqual([
    ...['run-start', 'turn-start', 'message', 'message', 'turn-start', 'message', 'run-end'],
  ])
  expect(replay.at(-1)).toEqual({ type: 'run-end', result: first })
})

test('trap 7: a step that started and did not finish follows the policy', async () => {
  const store = new Map<string, string>()
  const started = gate()
  let runs = 0
  const stuck = toolNamed('pay', () => {
    runs += 1
    started.open()
    return runs === 1 ? new Promise(() => {}) : 'paid'
  })
  const model = scriptedModel([[callPart('1', 'pay')], 'done'])
  const run = (policy: 'run-again' | 'fail') =>
    runAgent(
      { model, tools: [stuck], use: [journal(memoryJournal(store), { unfinished: policy })], runId: 'r' },
      user('go'),
    )
  const crashed = run('fail')
  await crash(crashed, ({ type }) => type === 'tool-start')
  void crashed.next()
  await started.opened
  expect(JSON.parse(store.get('r/r.0~1/1') ?? '')).toEqual({ status: 'started' })
  await expect(finish(run('fail'))).rejects.toMatchObject({ code: 'journal', scope: 'run' })
  expect((await finish(run('run-again'))).status).toBe('done')
})

test('trap 8: tool progress flows while the tool runs, also beside a journal step that is only a promise', async () => {
  const shown = gate()
  const tool = toolNamed('wait', async (_input, { emit }) => {
    emit('half way')
    await shown.opened
    return 'done'
  })
  const model = scriptedModel([[callPart('1', 'wait')], 'done'])
  const use = [journal(new OrderedEngine())]
  const seen: JsonValue[] = []
  for await (const event of runAgent({ model, tools: [tool], use }, user('go'))) {
    // The tool waits for what its consumer does here: without live progress this would never end.
    if (event.type === 'tool-progress') {
      seen.push(event.progress)
      shown.open()
    }
  }
  expect(seen).toEqual(['half way'])
})

test('trap 9: when one call of a batch is suspended the others are done and kept', async () => {
  let quickRuns = 0
  const quick = toolNamed('quick', () => String(++quickRuns))
  const guarded = toolNamed('guarded', () => 'opened', { needsApproval: true })
  const model = scriptedModel([[callPart('1', 'guarded'), callPart('2', 'quick')], 'done'])
  const agent = new Agent({ model, tools: [quick, guarded], use: [approval()] })
  const suspended = await agent.run('go')
  expect(suspended).toMatchObject({ status: 'suspended', pending: [{ callId: '1', name: 'guarded' }] })
  expect(suspended.messages.at(-1)).toMatchObject({ role: 'tool', content: [{ id: '2' }] })
  const done = await agent.resume({ 1: { approved: true } })
  expect(done.status).toBe('done')
  expect(quickRuns).toBe(1)
  expect(done.messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'tool', 'tool', 'assistant'])
})

test('trap 10: the state of a suspended child travels in pending, so its finished tool runs once', async () => {
  let lookUps = 0
  const lookUp = toolNamed('look_up', () => String(++lookUps))
  const send = toolNamed('send', () => 'sent', { needsApproval: true })
  const config = () => ({
    tools: [
      agentTool({
        name: 'clerk',
        description: 'Sends letters',
        model: scriptedModel((request) =>
          request.messages.some(({ role }) => role === 'tool')
            ? 'sent it'
            : [callPart('a', 'look_up'), callPart('b', 'send')],
        ),
        tools: [lookUp, send],
        use: [approval()],
      }),
    ],
    model: scriptedModel((request) =>
      request.messages.some(({ role }) => role === 'tool') ? 'all done' : [callPart('1', 'clerk', { prompt: 'do it' })],
    ),
  })
  const suspended: RunResult = throughJson(await finish(runAgent({ ...config(), runId: 'r' }, user('go'))))
  expect(suspended.status).toBe('suspended')
  const answers = { 1: { b: { approved: true } } }
  const done = await finish(runAgent({ ...config(), runId: 'r' }, { ...suspended, answers }))
  expect(textOf(done)).toBe('all done')
  expect(lookUps).toBe(1)
})

test('trap 11: an approval that nobody handles refuses', async () => {
  let runs = 0
  const guarded = toolNamed('guarded', () => String(++runs), { needsApproval: true })
  const model = scriptedModel([[callPart('1', 'guarded')], 'sorry'])
  const result = await finish(runAgent({ model, tools: [guarded] }, user('go')))
  expect(runs).toBe(0)
  expect(result.messages[2]?.content[0]).toMatchObject({ isError: true })
})

test('trap 12: an idle timeout counts only while a pull waits, so that a slow reader is no stall', async () => {
  const idleMs = 40
  const idle: Middleware = {
    name: 'idle',
    async *model(call, next) {
      const step = next(call)
      for (;;) {
        const { done, value } = await within(idleMs, step.next())
        if (done) return value
        yield value
      }
    },
  }
  const model = scriptedModel(['a few deltas of text'])
  for await (const event of runAgent({ model, use: [idle] }, user('go'))) {
    if (event.type === 'text-delta') await new Promise((resolve) => setTimeout(resolve, 2 * idleMs))
  }
  const stalled = defineModel({
    ...{ provider: 'stalled', config: { modelId: 'stalled-1' }, keys: ['modelId'] },
    async *stream() {
      yield { type: 'text-delta', text: 'then nothing' }
      await new Promise(() => {})
    },
  })
  await expect(finish(runAgent({ model: stalled, use: [idle] }, user('go')))).rejects.toMatchObject({ code: 'timeout' })
})

async function within<Value>(timeoutMs: number, work: Promise<Value>): Promise<Value> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new AgentError('timeout', `Nothing came for ${timeoutMs} ms.`)), timeoutMs)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}

test('trap 13: a per-call override is a patch over the live config, so a tool’s updateConfig is not swallowed', async () => {
  const model = scriptedModel([[callPart('1', 'cool_down')], 'done'])
  const coolDown = toolNamed('cool_down', (_input, context: { model: Model }) => {
    context.model.updateConfig?.({ temperature: 0.1 })
    return 'cooler'
  })
  const agent = new Agent({ model, tools: [coolDown] })
  await agent.run('go', { config: { maxTokens: 99 } })
  expect(model.calls.map(({ config }) => config)).toEqual([
    { modelId: 'scripted-1', maxTokens: 99 },
    { modelId: 'scripted-1', maxTokens: 99, temperature: 0.1 },
  ])
  expect(model.config).toEqual({ modelId: 'scripted-1', temperature: 0.1 })
})

/** Only to have the type checked: a layer that forgets `yield*` does not compile. */
export const forgetful: Middleware = {
  name: 'forgetful',
  // @ts-expect-error a generator is not a result
  async *tool(call, next: Step<typeof call, RunResult>) {
    return next(call)
  },
}
