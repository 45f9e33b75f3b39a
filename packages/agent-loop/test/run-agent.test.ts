import type { AgentConfig, AgentEvent, JsonValue, Message, Middleware, RunResult, Tool } from '@x/types'
import { AgentError } from '@x/types'
import { scriptedModel } from '@x/types/testing'
import { describe, expect, test } from 'vitest'
import { Agent, runAgent } from '../src/index.js'
import { addTool, callPart, collect, failure, finish, say, toolNamed, user } from './helpers.js'

describe('a two-tool turn', () => {
  const model = () =>
    scriptedModel([[callPart('1', 'add', { a: 1, b: 2 }), callPart('2', 'add', { a: 3, b: 4 })], 'three and seven'], {
      deltaLength: 20,
    })

  test('tells everything, in this order', async () => {
    const events = await collect(runAgent({ model: model(), tools: [addTool], runId: 'r' }, user('add')))
    const usage = { inputTokens: 1, outputTokens: 2, totalTokens: 3 }
    const asked = {
      role: 'assistant',
      id: 'r.0~1',
      content: [callPart('1', 'add', { a: 1, b: 2 }), callPart('2', 'add', { a: 3, b: 4 })],
      model: { provider: 'scripted', modelId: 'scripted-1' },
      usage,
      stopReason: 'tool-use',
    }
    const result = (id: string, text: string) => ({ type: 'tool-result', id, content: [{ type: 'text', text }] })
    const results = { role: 'tool', id: 'r.0~2', content: [result('1', '3'), result('2', '7')] }
    const answer = {
      ...{ role: 'assistant', id: 'r.0~3', content: [{ type: 'text', text: 'three and seven' }] },
      model: { provider: 'scripted', modelId: 'scripted-1' },
      usage: { inputTokens: 1, outputTokens: 1, totalTokens: 2 },
      stopReason: 'end',
    }
    expect(events).toEqual([
      { type: 'run-start', runId: 'r', path: ['agent'] },
      { type: 'turn-start', turn: 1 },
      { type: 'model-start', key: 'r/r.0', provider: 'scripted', modelId: 'scripted-1' },
      { type: 'tool-call-start', id: '1', name: 'add' },
      { type: 'tool-call-delta', inputText: '{"a":1,"b":2}' },
      { type: 'part-end' },
      { type: 'tool-call-start', id: '2', name: 'add' },
      { type: 'tool-call-delta', inputText: '{"a":3,"b":4}' },
      { type: 'part-end' },
      { type: 'model-end', stopReason: 'tool-use', providerStopReason: 'tool-use', usage },
      { type: 'message', message: asked },
      { type: 'tool-start', callId: '1', name: 'add', input: { a: 1, b: 2 } },
      { type: 'tool-start', callId: '2', name: 'add', input: { a: 3, b: 4 } },
      { type: 'tool-end', callId: '1', name: 'add', outcome: { type: 'result', result: result('1', '3') } },
      { type: 'tool-end', callId: '2', name: 'add', outcome: { type: 'result', result: result('2', '7') } },
      { type: 'message', message: results },
      { type: 'turn-start', turn: 2 },
      { type: 'model-start', key: 'r/r.0~2', provider: 'scripted', modelId: 'scripted-1' },
      { type: 'text-delta', text: 'three and seven' },
      { type: 'part-end' },
      {
        ...{ type: 'model-end', stopReason: 'end', providerStopReason: 'end' },
        usage: { inputTokens: 1, outputTokens: 1, totalTokens: 2 },
      },
      { type: 'message', message: answer },
      {
        type: 'run-end',
        result: {
          ...{ runId: 'r', status: 'done', turns: 2, pending: [] },
          messages: [{ role: 'user', id: 'r.0', content: [{ type: 'text', text: 'add' }] }, asked, results, answer],
          usage: { inputTokens: 2, outputTokens: 3, totalTokens: 5 },
        },
      },
    ])
  })

  test('asks the model with specs only, and with the results the second time', async () => {
    const scripted = model()
    await finish(runAgent({ model: scripted, tools: [addTool], system: 'Be brief.' }, user('add')))
    const [first, second] = scripted.calls.map(({ request }) => request)
    const { execute: _execute, ...spec } = addTool
    expect(first).toEqual({
      messages: [{ role: 'user', id: expect.any(String), content: [{ type: 'text', text: 'add' }] }],
      system: [{ type: 'text', text: 'Be brief.' }],
      tools: [spec],
    })
    expect(second?.messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'tool'])
    expect(second?.tools).toBe(first?.tools)
  })

  test('the result survives JSON', async () => {
    const result = await finish(runAgent({ model: model(), tools: [addTool] }, user('add')))
    expect(JSON.parse(JSON.stringify(result))).toEqual(result)
  })
})

describe('what is unanswered', () => {
  test('nothing: the run is done without asking', async () => {
    const model = scriptedModel([])
    const messages: Message[] = [...user('hi'), { role: 'assistant', id: 'a', content: [{ type: 'text', text: 'ho' }] }]
    expect(await finish(runAgent({ model }, messages))).toMatchObject({ status: 'done', turns: 0 })
  })

  test('a tool call: it is answered before the model is asked', async () => {
    const model = scriptedModel(['done'])
    const messages: Message[] = [
      ...user('hi'),
      { role: 'assistant', id: 'a', content: [callPart('1', 'add', { a: 1, b: 2 })] },
    ]
    const result = await finish(runAgent({ model, tools: [addTool] }, messages))
    expect(result.messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'tool', 'assistant'])
    expect(result.turns).toBe(2)
  })

  test('calls that the conversation went past are answered with an error, next to their message', async () => {
    const model = scriptedModel(['fine'])
    const called: Message = { role: 'assistant', id: 'a', content: [callPart('1', 'add', {})] }
    const result = await finish(runAgent({ model, tools: [addTool] }, [...user('hi'), called, ...user('never mind')]))
    expect(result.messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'tool', 'user', 'assistant'])
    expect(result.messages[2]?.content[0]).toMatchObject({ type: 'tool-result', id: '1', isError: true })
  })

  test('no messages at all are refused', () => {
    expect(() => runAgent({ model: scriptedModel([]) }, [])).toThrow(/at least one message/)
  })
})

describe('bounds', () => {
  const forever = () => scriptedModel((_request, turn) => [callPart(String(turn), 'add', { a: 1, b: 1 })])

  test('20 turns by default', async () => {
    const result = await finish(runAgent({ model: forever(), tools: [addTool] }, user('go')))
    expect(result).toMatchObject({ status: 'limit', turns: 20 })
    expect(result.messages.at(-1)?.role).toBe('tool')
  })

  test('maxTurns', async () => {
    expect(await finish(runAgent({ model: forever(), tools: [addTool], maxTurns: 2 }, user('go')))).toMatchObject({
      status: 'limit',
      turns: 2,
    })
  })

  test('a forced tool choice holds for the first model step only', async () => {
    const model = scriptedModel([[callPart('1', 'add', { a: 1, b: 1 })], 'two'])
    await finish(runAgent({ model, tools: [addTool], toolChoice: { tool: 'add' } }, user('go')))
    expect(model.calls.map(({ request }) => request.toolChoice)).toEqual([{ tool: 'add' }, 'auto'])
  })

  test('arguments that are not JSON become an error result that the model can repair', async () => {
    const broken = { ...callPart('1', 'add', {}), malformedInput: '{"a": 1, ' }
    const model = scriptedModel([[broken], [callPart('2', 'add', { a: 1, b: 1 })], 'two'])
    const result = await finish(runAgent({ model, tools: [addTool] }, user('go')))
    expect(result.status).toBe('done')
    expect(result.messages[2]?.content).toEqual([
      {
        ...{ type: 'tool-result', id: '1', isError: true },
        content: [{ type: 'text', text: expect.stringContaining('not valid JSON') }],
      },
    ])
  })

  test('three broken answers in a row end the run, with a history that can go on', async () => {
    const model = scriptedModel((_request, turn) =>
      turn < 3 ? [{ ...callPart(String(turn), 'add', {}), malformedInput: '{' }] : 'well',
    )
    const error = await failure(runAgent({ model, tools: [addTool] }, user('go')))
    expect(error.code).toBe('malformed-tool-call')
    const messages = error.partial?.messages ?? []
    expect(messages.map(({ role }) => role)).toEqual(['user', ...Array(3).fill(['assistant', 'tool']).flat()])
    expect(await finish(runAgent({ model, tools: [addTool] }, messages))).toMatchObject({ status: 'done' })
  })
})

describe('stop reasons', () => {
  test.each([
    ['length', 'length'],
    ['context-window', 'length'],
    ['guardrail', 'guardrail'],
    ['filtered', 'filtered'],
    ['stop-sequence', 'done'],
  ] as const)('%s ends the run as %s', async (stopReason, status) => {
    const model = scriptedModel([{ content: [say('half')], stopReason }])
    expect(await finish(runAgent({ model }, user('go')))).toMatchObject({ status })
  })

  test('a call in an answer that was cut is never run, and is answered all the same', async () => {
    const ran: JsonValue[] = []
    const tool = toolNamed('add', (input) => void ran.push(input))
    const model = scriptedModel([{ content: [callPart('1', 'add', { a: 1 })], stopReason: 'length' }])
    const result = await finish(runAgent({ model, tools: [tool] }, user('go')))
    expect(ran).toEqual([])
    expect(result.status).toBe('length')
    expect(result.messages.at(-1)).toMatchObject({ role: 'tool', content: [{ id: '1', isError: true }] })
  })

  test('an answer without content is done and leaves no empty message', async () => {
    const result = await finish(runAgent({ model: scriptedModel([[]]) }, user('go')))
    expect(result).toMatchObject({ status: 'done', turns: 1 })
    expect(result.messages).toHaveLength(1)
  })

  test('an answer that the service could not read is a retryable failure', async () => {
    const model = scriptedModel([{ content: [say('x')], stopReason: 'malformed' }])
    expect(await failure(runAgent({ model }, user('go')))).toMatchObject({ code: 'model-failed', retryable: true })
  })
})

describe('failures', () => {
  test('of the model: the step is dropped, the user message stays, running again just works', async () => {
    const error = new AgentError('throttled', 'Slow down.', { retryable: true })
    const model = scriptedModel([{ content: [say('half an ans')], error }, 'whole'])
    const thrown = await failure(runAgent({ model }, user('go')))
    expect(thrown).toBe(error)
    expect(thrown.partial?.message?.content).toEqual([say('half an ans')])
    expect(thrown.partial?.messages?.map(({ role }) => role)).toEqual(['user'])
    const again = await finish(runAgent({ model }, thrown.partial?.messages ?? []))
    expect(again.messages.map(({ role }) => role)).toEqual(['user', 'assistant'])
  })

  test('of a layer: an AgentError with the cause', async () => {
    const cause = new TypeError('oops')
    const layer = {
      name: 'broken',
      async *turn(): AsyncGenerator<AgentEvent, never, void> {
        throw cause
      },
    }
    const thrown = await failure(runAgent({ model: scriptedModel([]), use: [layer] }, user('go')))
    expect(thrown).toMatchObject({ code: 'internal', cause })
    expect(thrown.partial?.messages).toHaveLength(1)
  })

  test('usage counts every call, failed ones too', async () => {
    const usage = { inputTokens: 10, outputTokens: 5, totalTokens: 15 }
    const error = new AgentError('network', 'Gone.', { partial: { usage } })
    const model = scriptedModel([[callPart('1', 'add', { a: 1, b: 1 })], error])
    const thrown = await failure(runAgent({ model, tools: [addTool] }, user('go')))
    expect(thrown.partial?.usage).toEqual({ inputTokens: 11, outputTokens: 6, totalTokens: 17 })
  })
})

test('what a failed call of a layer spent counts once, whether the layer goes on or not', async () => {
  const usage = { inputTokens: 5, outputTokens: 0, totalTokens: 5 }
  const judge = (goesOn: boolean): Middleware => ({
    name: 'judge',
    async *turn(call, next) {
      const failing = scriptedModel([new AgentError('throttled', 'Slow down.', { partial: { usage } })])
      try {
        yield* call.run.model({ name: 'judge', model: failing, request: { messages: call.messages } })
      } catch (error) {
        if (!goesOn) throw error
      }
      return yield* next(call)
    },
  })
  const run = (goesOn: boolean) => runAgent({ model: scriptedModel(['ok']), use: [judge(goesOn)] }, user('go'))
  expect((await finish(run(true))).usage.totalTokens).toBe(5 + 2)
  expect((await failure(run(false))).partial?.usage?.totalTokens).toBe(5)
})

describe('an aborted run is data', () => {
  test('before it starts', async () => {
    const model = scriptedModel(['never'])
    expect(await finish(runAgent({ model, signal: AbortSignal.abort() }, user('go')))).toMatchObject({
      status: 'aborted',
      turns: 0,
    })
    expect(model.calls).toEqual([])
  })

  test('in the middle of an answer: the user message stays, the half answer is in partial', async () => {
    const controller = new AbortController()
    const model = scriptedModel(['a long answer that is cut'])
    const events = runAgent({ model, signal: controller.signal }, user('go'))
    let result: RunResult | undefined
    for await (const event of events) {
      if (event.type === 'text-delta') controller.abort()
      if (event.type === 'run-end') result = event.result
    }
    expect(result).toMatchObject({ status: 'aborted', pending: [] })
    expect(result?.messages.map(({ role }) => role)).toEqual(['user'])
    expect(result?.partial?.content).toEqual([say('a long a')])
  })

  test('in the middle of tools: what finished is kept, the rest is answered with "aborted"', async () => {
    const controller = new AbortController()
    const quick = toolNamed('quick', () => 'ready')
    const slow = toolNamed('slow', (_input, { signal }) => {
      return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
    })
    const model = scriptedModel([[callPart('1', 'slow', {}), callPart('2', 'quick', {})], 'go on'])
    let result: RunResult | undefined
    for await (const event of runAgent({ model, tools: [quick, slow], signal: controller.signal }, user('go'))) {
      if (event.type === 'tool-end') controller.abort()
      if (event.type === 'run-end') result = event.result
    }
    expect(result?.status).toBe('aborted')
    expect(result?.messages.at(-1)?.content).toMatchObject([
      { id: '1', isError: true, content: [{ text: 'aborted' }] },
      { id: '2', content: [{ text: 'ready' }] },
    ])
    const again = await finish(runAgent({ model, tools: [quick, slow] }, result?.messages ?? []))
    expect(again.status).toBe('done')
  })
})

test('tools run at once, show progress while they run, and answer in call order', async () => {
  const barrier = { waiting: 0, open: () => {} }
  const bothIn = new Promise<void>((resolve) => (barrier.open = resolve))
  const tool: Tool = {
    ...addTool,
    name: 'meet',
    async *execute(input) {
      yield { arrived: (input as { who: string }).who }
      barrier.waiting += 1
      if (barrier.waiting === 2) barrier.open()
      await bothIn
      return 'met'
    },
  }
  const model = scriptedModel([[callPart('1', 'meet', { who: 'ann' }), callPart('2', 'meet', { who: 'bob' })], 'ok'])
  const events = await collect(runAgent({ model, tools: [tool] }, user('go')))
  const seen = events.filter(({ type }) => type.startsWith('tool-') && !type.startsWith('tool-call'))
  expect(seen.map((event) => `${event.type} ${'callId' in event ? event.callId : ''}`)).toEqual([
    'tool-start 1',
    'tool-start 2',
    'tool-progress 1',
    'tool-progress 2',
    'tool-end 1',
    'tool-end 2',
  ])
})

describe('usage is that of all that was reported', () => {
  const usage = { inputTokens: 10, outputTokens: 0, totalTokens: 10 }
  const failed = () => new AgentError('throttled', 'Slow down.', { partial: { usage } })

  test('also by a model step that a layer caught and made again', async () => {
    const again: Middleware = {
      name: 'again',
      async *turn(call, next) {
        try {
          return yield* next(call)
        } catch {
          return yield* next(call)
        }
      },
    }
    const result = await finish(runAgent({ model: scriptedModel([failed(), 'ok']), use: [again] }, user('go')))
    expect(result.usage.inputTokens).toBe(10 + 1)
  })

  test.each<[string, Partial<AgentConfig>]>([
    [
      'by a tool',
      {
        tools: [
          toolNamed('add', async (_input, { run }) => {
            const request = { messages: user('?') }
            for await (const _event of run.model({ name: 'ask', model: scriptedModel([failed()]), request }));
            return 'never'
          }),
        ],
      },
    ],
    [
      'by a layer of a tool',
      {
        tools: [addTool],
        use: [
          {
            name: 'judge',
            async *tool(call, next) {
              yield* call.run.model({ name: 'ask', model: scriptedModel([failed()]), request: { messages: user('?') } })
              return yield* next(call)
            },
          },
        ],
      },
    ],
  ])('once, when a model asked %s failed', async (_name, config) => {
    const model = scriptedModel([[callPart('1', 'add', { a: 1, b: 2 })], 'ok'])
    let spent = 0
    try {
      spent = (await finish(runAgent({ model, ...config }, user('go')))).usage.inputTokens - 2
    } catch (error) {
      spent = ((error as AgentError).partial?.usage?.inputTokens ?? 0) - 1
    }
    expect(spent).toBe(10)
  })

  test('by an answer that was whole when the consumer left', async () => {
    const agent = new Agent({ model: scriptedModel([{ content: [say('hi')], usage }]) })
    for await (const event of agent.stream('go')) if (event.type === 'model-end') break
    expect(agent.usage).toEqual(usage)
  })
})
