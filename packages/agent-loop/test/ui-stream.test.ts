import type { AgentEvent, Middleware, ModelEvent, PendingCall, RunResult, Tool, Usage } from '@x/types'
import { AgentError } from '@x/types'
import { scriptedModel } from '@x/types/testing'
import { expect, test } from 'vitest'
import { agentTool } from '../src/agent-tool.js'
import { approval } from '../src/approval.js'
import { journal, memoryJournal } from '../src/journal.js'
import { retry } from '../src/retry.js'
import { runAgent } from '../src/run-agent.js'
import type { UIMessageChunk } from '../src/ui-stream.js'
import { toUIMessageStream, visibleParts } from '../src/ui-stream.js'
import { addTool, callPart, collect, say, toolNamed, user } from './helpers.js'
import { all, chunksOf, eventsOf, lines } from './ui-helpers.js'

const start = 'start {"runId":"r"}'
const runId = 'r'

function metadata(usage: Usage): string {
  return `message-metadata ${JSON.stringify({ usage })}`
}

function finish(reason: string, status: string, turns: number, usage: Usage, runId = 'r'): string {
  return `finish ${reason} ${JSON.stringify({ runId, status, turns, usage })}`
}

/** What the scripted model counts: one token a question, and one for each part of its answers. */
function tokens(inputTokens: number, outputTokens: number): Usage {
  return { inputTokens, outputTokens, totalTokens: inputTokens + outputTokens }
}

function resultOf(events: readonly AgentEvent[]): RunResult {
  const last = events.at(-1)
  if (last?.type !== 'run-end') throw new Error('the run has no end')
  return last.result
}

test('an answer is a step with one text part, and ends with what it cost', async () => {
  const model = scriptedModel(['Hello, you.'])
  expect(lines(await chunksOf(runAgent({ model, runId }, user('Hi'))))).toEqual([
    start,
    'start-step',
    'text-start text-1',
    'text-delta text-1 Hello, y',
    'text-delta text-1 ou.',
    'text-end text-1',
    metadata(tokens(1, 1)),
    'finish-step',
    finish('stop', 'done', 1, tokens(1, 1)),
  ])
})

test('thoughts come with what is needed to send them back: signature, and who thought them', async () => {
  const model = scriptedModel([[{ type: 'reasoning', text: 'Hm.', signature: 'sig' }, say('Yes.')]])
  expect(lines(await chunksOf(runAgent({ model, runId }, user('Hi')))).slice(2, 8)).toEqual([
    'reasoning-start reasoning-1',
    'reasoning-delta reasoning-1 Hm.',
    'reasoning-end reasoning-1 {"x":{"provider":"scripted","modelId":"scripted-1","signature":"sig"}}',
    'text-start text-2',
    'text-delta text-2 Yes.',
    'text-end text-2',
  ])
})

test('parallel tools show their input as it is written, their progress while they run, and a failure without its words', async () => {
  const look = toolNamed('look', async function* () {
    yield { percent: 50 }
    return { found: 3 }
  })
  const fail = toolNamed('fail', () => {
    throw new Error('password=hunter2')
  })
  const model = scriptedModel([[callPart('a', 'look', { at: 'x' }), callPart('b', 'fail', {})], 'Done.'], {
    deltaLength: 100,
  })
  const chunks = await chunksOf(runAgent({ model, runId, tools: [look, fail] }, user('Hi')))
  expect(lines(chunks)).toEqual([
    start,
    'start-step',
    'tool-input-start a look',
    'tool-input-delta a {"at":"x"}',
    'tool-input-start b fail',
    'tool-input-delta b {}',
    metadata(tokens(1, 2)),
    'tool-input-available a look {"at":"x"} {"x":{"path":["a"],"messageId":"r.0~1"}}',
    'tool-input-available b fail {} {"x":{"path":["b"],"messageId":"r.0~1"}}',
    'data-tool-progress a {"toolCallId":"a","toolName":"look","progress":{"percent":50}}',
    'tool-output-error b The tool failed.',
    'tool-output-available a {"found":3}',
    'finish-step',
    'start-step',
    'text-start text-1',
    'text-delta text-1 Done.',
    'text-end text-1',
    metadata(tokens(2, 3)),
    'finish-step',
    finish('stop', 'done', 2, tokens(2, 3)),
  ])
  expect(JSON.stringify(chunks)).not.toContain('hunter2')
})

test('a call id that the model uses again gets an id of its own in the message', async () => {
  const call = callPart('call_0', 'add', { a: 1, b: 1 })
  const model = scriptedModel([[call], [call], 'Done.'])
  const chunks = await chunksOf(runAgent({ model, runId, tools: [addTool] }, user('Hi')))
  const outputs = lines(chunks).filter((line) => line.startsWith('tool-output'))
  expect(outputs).toEqual(['tool-output-available call_0 2', 'tool-output-available call_0~2 2'])
})

test('arguments that are not JSON are shown as they are, with an error', async () => {
  const model = scriptedModel([[{ ...callPart('a', 'add', {}), malformedInput: '{"a":' }], 'Sorry.'])
  const chunks = await chunksOf(runAgent({ model, runId, tools: [addTool] }, user('Hi')))
  expect(lines(chunks)).toContain(
    'tool-input-error a add {"a": The input of the tool could not be read. {"x":{"path":["a"],"messageId":"r.0~1"}}',
  )
})

test('a call that waits asks for approval, and the run that goes on gives its result to the same part', async () => {
  const wipe: Tool = { ...toolNamed('wipe', () => 'wiped'), needsApproval: true }
  const use = [approval({ needsApproval: ({ call }) => (call.name === 'wipe' ? 'It deletes files.' : false) })]
  const model = scriptedModel([[callPart('w', 'wipe', { all: true }), callPart('a', 'add', { a: 1, b: 2 })], 'Gone.'])
  const config = { model, runId, tools: [wipe, addTool], use }
  const events = await collect(runAgent(config, user('Hi')))
  expect(lines(await chunksOf(eventsOf(...events))).slice(-8)).toEqual([
    metadata(tokens(1, 2)),
    'tool-input-available w wipe {"all":true} {"x":{"path":["w"],"messageId":"r.0~1"}}',
    'tool-input-available a add {"a":1,"b":2} {"x":{"path":["a"],"messageId":"r.0~1"}}',
    'tool-output-available a 3',
    'tool-approval-request w w',
    'data-approval w {"approvalId":"w","toolCallId":"w","toolName":"wipe","reason":"It deletes files."}',
    'finish-step',
    finish('tool-calls', 'suspended', 1, tokens(1, 2)),
  ])

  const { messages, pending } = resultOf(events)
  const part = { type: 'tool-wipe', toolCallId: 'w', state: 'approval-responded' }
  const originalMessages = [{ id: 'm', role: 'assistant', parts: [part] }]
  const input = { messages, pending, answers: { w: { approved: true } } }
  const again = await chunksOf(runAgent({ ...config, runId: 'r2' }, input), { originalMessages })
  expect(lines(again)).toEqual([
    'start m {"runId":"r2"}',
    'tool-output-available w wiped',
    'start-step',
    'text-start text-1',
    'text-delta text-1 Gone.',
    'text-end text-1',
    metadata(tokens(1, 1)),
    'finish-step',
    finish('stop', 'done', 2, tokens(1, 1), 'r2'),
  ])
})

test('without the original messages the call is shown again, and a denied one is marked as denied', async () => {
  const wipe: Tool = { ...toolNamed('wipe', () => 'wiped'), needsApproval: true }
  const config = {
    model: scriptedModel([[callPart('w', 'wipe', {})], 'Kept.']),
    runId,
    tools: [wipe],
    use: [approval()],
  }
  const { messages, pending } = resultOf(await collect(runAgent(config, user('Hi'))))
  const input = { messages, pending, answers: { w: { approved: false } } }
  expect(lines(await chunksOf(runAgent({ ...config, runId }, input))).slice(0, 4)).toEqual([
    start,
    'tool-input-available w wipe {} {"x":{"path":["w"]}}',
    'tool-output-denied w',
    'start-step',
  ])
})

test("a sub-agent's stream comes inside transient parts, and what it waits for is asked in a step of its own", async () => {
  const wipe: Tool = { ...toolNamed('wipe', () => 'wiped'), needsApproval: true }
  const childModel = scriptedModel([[callPart('w', 'wipe', {})], 'Wiped it.'])
  const helper = agentTool({ name: 'helper', description: 'Helps', model: childModel, tools: [wipe] })
  const secret = 'a secret of sixteen or more'
  const model = scriptedModel([[callPart('h', 'helper', { prompt: 'Wipe' })], 'All done.'])
  const config = { model, runId, tools: [helper], use: [approval({ secret })] }
  const events = await collect(runAgent(config, user('Hi')))
  const chunks = await chunksOf(eventsOf(...events))

  const inner = chunks.flatMap((chunk) => (chunk.type === 'data-child' ? [chunk] : []))
  expect(inner.every(({ transient, data }) => transient && data.toolCallIds.join() === 'h')).toBe(true)
  expect(inner[0]?.data.path).toEqual(['agent', 'helper'])
  expect(inner.map(({ data }) => data.chunk.type)).toEqual([
    'start',
    'start-step',
    'tool-input-start',
    'tool-input-delta',
    'message-metadata',
    'tool-input-available',
    'tool-approval-request',
    'data-approval',
    'finish-step',
    'finish',
  ])
  const { messages, pending } = resultOf(events)
  const waiting = pending[0]?.state as { readonly pending: readonly PendingCall[] } | undefined
  const token = (waiting?.pending[0]?.state as { readonly token: string } | undefined)?.token ?? ''
  expect(token).not.toBe('')
  const asked = lines(chunks.filter(({ type }) => type !== 'data-child')).slice(-7)
  expect(asked).toEqual([
    'finish-step',
    'start-step',
    'tool-input-available h/w wipe {} true {"x":{"path":["h","w"]}}',
    `tool-approval-request ${token} h/w`,
    `data-approval ${token} {"approvalId":"${token}","toolCallId":"h/w","toolName":"wipe","reason":"approval"}`,
    'finish-step',
    expect.stringContaining('finish tool-calls'),
  ])

  const origin = (...path: string[]) => ({ x: { path } })
  const parts = [
    { type: 'tool-helper', toolCallId: 'h', state: 'input-available', callProviderMetadata: origin('h') },
    {
      type: 'dynamic-tool',
      toolName: 'wipe',
      toolCallId: 'h/w',
      state: 'approval-responded',
      callProviderMetadata: origin('h', 'w'),
    },
  ]
  const input = { messages, pending, answers: { h: { w: { approved: true, token } } } }
  const originalMessages = [{ id: 'm', role: 'assistant', parts }]
  const again = await chunksOf(runAgent({ ...config, runId: 'r2' }, input), { originalMessages })
  expect(lines(again.filter(({ type }) => type !== 'data-child')).slice(0, 4)).toEqual([
    'start m {"runId":"r2"}',
    'tool-output-available h/w wiped',
    'tool-output-available h Wiped it.',
    'start-step',
  ])
})

test('a retry in mid-answer marks the step, ends its calls and begins a new one with new ids', async () => {
  const error = new AgentError('throttled', 'Account 123456789012 is throttled.', { retryable: true })
  const model = scriptedModel([
    { content: [say('Half an'), callPart('a', 'add', {})], error },
    [say('Whole.'), callPart('a', 'add', { a: 1, b: 1 })],
    'Two.',
  ])
  const use = [retry({ baseDelayMs: 0 })]
  const chunks = await chunksOf(runAgent({ model, runId, tools: [addTool], use }, user('Hi')))
  expect(lines(chunks).slice(1, 21)).toEqual([
    'start-step',
    'text-start text-1',
    'text-delta text-1 Half an',
    'text-end text-1',
    'tool-input-start a add',
    'tool-input-delta a {}',
    'tool-output-error a Taken back.',
    'data-clear {"because":"retry"}',
    'finish-step',
    'data-retry {"attempt":2,"delayMs":0,"code":"throttled"} true',
    'start-step',
    'text-start text-2',
    'text-delta text-2 Whole.',
    'text-end text-2',
    'tool-input-start a~2 add',
    'tool-input-delta a~2 {"a":1,"',
    'tool-input-delta a~2 b":1}',
    metadata(tokens(1, 2)),
    'tool-input-available a~2 add {"a":1,"b":1} {"x":{"path":["a"],"messageId":"r.0~1"}}',
    'tool-output-available a~2 2',
  ])
  expect(JSON.stringify(chunks)).not.toContain('123456789012')
})

test('a client of AI SDK 7 may be told to drop the step itself', async () => {
  const error = new AgentError('network', 'lost', { retryable: true })
  const model = scriptedModel([{ content: [say('Half')], error }, 'Whole.'])
  const config = { model, runId, use: [retry({ baseDelayMs: 0 })] }
  const chunks = await chunksOf(runAgent(config, user('Hi')), { clearWith: 'reset-step' })
  expect(lines(chunks).slice(1, 8)).toEqual([
    'start-step',
    'text-start text-1',
    'text-delta text-1 Half',
    'text-end text-1',
    'reset-step',
    'data-retry {"attempt":2,"delayMs":0,"code":"network"} true',
    'text-start text-2',
  ])
})

test('what a page should show leaves out the steps that were taken back', () => {
  const part = (type: string, text = '') => ({ type, text })
  const parts = [
    part('step-start'),
    part('text', 'half'),
    part('data-clear'),
    part('step-start'),
    part('text', 'whole'),
  ]
  expect(visibleParts(parts)).toEqual([part('step-start'), part('text', 'whole')])
})

test('a redacted answer is taken back at once and replaced, and nothing of it follows', async () => {
  const events: ModelEvent[] = [
    { type: 'text-delta', text: 'The code is 4711' },
    { type: 'redaction', side: 'output', text: '[withheld]' },
    { type: 'text-delta', text: ' and 4712' },
    { type: 'part-end' },
  ]
  const model = scriptedModel([{ events, stopReason: 'guardrail' }])
  expect(lines(await chunksOf(runAgent({ model, runId }, user('Hi'))))).toEqual([
    start,
    'start-step',
    'text-start text-1',
    'text-delta text-1 The code is 4711',
    'text-end text-1',
    'data-clear {"because":"redaction"}',
    'finish-step',
    'data-redaction {"side":"output","text":"[withheld]"}',
    'start-step',
    'text-start text-2',
    'text-delta text-2 [withheld]',
    'text-end text-2',
    metadata(tokens(1, 0)),
    'finish-step',
    finish('content-filter', 'guardrail', 1, tokens(1, 0)),
  ])
})

test('a redacted question is told, so that the page can replace it', async () => {
  const events: ModelEvent[] = [{ type: 'redaction', side: 'input', text: 'Hi {NAME}' }]
  const chunks = await chunksOf(
    runAgent({ model: scriptedModel([{ content: [say('Hi.')], events }]), runId }, user('Hi')),
  )
  expect(lines(chunks)).toContain('data-redaction {"side":"input","text":"Hi {NAME}"}')
})

test('an answer that a layer changed is taken back and shown as it stands', async () => {
  const shout: Middleware = {
    name: 'shout',
    async *model(call, next) {
      const result = yield* next(call)
      return { ...result, message: { ...result.message, content: [say('LOUD')] } }
    },
  }
  const chunks = await chunksOf(runAgent({ model: scriptedModel(['quiet']), runId, use: [shout] }, user('Hi')))
  expect(lines(chunks).slice(3, -2)).toEqual([
    'text-delta text-1 quiet',
    'text-end text-1',
    metadata(tokens(1, 1)),
    'data-clear {"because":"changed"}',
    'finish-step',
    'start-step',
    'text-start text-2',
    'text-delta text-2 LOUD',
    'text-end text-2',
  ])
})

test('what a layer asks a model beside the answer, while tools run, is not shown', async () => {
  const judge: Middleware = {
    name: 'judge',
    async *tool(call, next) {
      const request = { messages: user('Is it good?') }
      const events: ModelEvent[] = [{ type: 'redaction', side: 'output', text: '[withheld]' }]
      const model = scriptedModel([{ content: [say('It is good.')], events }])
      yield* call.run.model({ name: 'judge', model, request })
      return yield* next(call)
    },
  }
  const model = scriptedModel([[callPart('a', 'add', { a: 1, b: 2 })], 'Three.'])
  const chunks = await chunksOf(runAgent({ model, runId, tools: [addTool], use: [judge] }, user('Hi')))
  expect(lines(chunks).filter((line) => line.startsWith('text-delta'))).toEqual(['text-delta text-1 Three.'])
  expect(chunks.filter(({ type }) => type === 'data-clear' || type === 'data-redaction')).toEqual([])
})

test('a replay from a journal, which has no deltas, shows the same message', async () => {
  const call = callPart('a', 'add', { a: 1, b: 2 })
  const model = scriptedModel([[{ type: 'reasoning', text: 'Hm.', signature: 's' }, say('So:'), call], 'Three.'])
  const config = { model, runId, tools: [addTool], use: [journal(memoryJournal())] }
  const first = await chunksOf(runAgent(config, user('Hi')))
  const replay = await chunksOf(runAgent(config, user('Hi')))
  const kept = (chunks: readonly UIMessageChunk[]) =>
    lines(chunks).filter((line) => !/^(message-metadata|tool-input-delta|text-delta)/.test(line))
  expect(model.calls.length).toBe(2)
  expect(kept(replay)).toEqual(kept(first))
  expect(lines(replay)).toContain('tool-output-available a 3')
})

test('citations are sources, with links only to the web; images are files', async () => {
  const citations = [
    { title: 'Page', location: { type: 'web', url: 'https://example.org/a' } },
    { title: 'Trap', location: { type: 'web', url: 'javascript:alert(1)' } },
    { title: 'Report', citedText: ['so'] },
  ] as const
  const image = { type: 'image', format: 'png', source: { type: 'base64', base64: 'AAAA' } } as const
  const model = scriptedModel([[{ type: 'text', text: 'See.', citations }, image]])
  expect(lines(await chunksOf(runAgent({ model, runId }, user('Hi')))).slice(2, 9)).toEqual([
    'text-start text-1',
    'text-delta text-1 See.',
    'source-url source-2 https://example.org/a Page',
    'source-document source-3 text/plain Trap',
    'source-document source-4 text/plain Report',
    'text-end text-1',
    'file image/png data:image/png;base64,AAAA',
  ])
})

test('a failure tells its code and nothing else, and leaves the cut answer open', async () => {
  const error = new AgentError('credentials', 'No credentials in profile prod-admin.', { hint: 'Log in to 10.0.0.7.' })
  const model = scriptedModel([{ content: [], events: [{ type: 'text-delta', text: 'Half' }], error }])
  const chunks = await chunksOf(runAgent({ model, runId }, user('Hi')))
  expect(lines(chunks).slice(2)).toEqual([
    'text-start text-1',
    'text-delta text-1 Half',
    'error Something went wrong. (credentials)',
    'finish error',
  ])
  const told = await chunksOf(eventsOf(error), { onError: ({ code, hint }) => `${code}: ${hint}` })
  expect(lines(told)).toEqual(['error credentials: Log in to 10.0.0.7.', 'finish error'])
})

test('events that end before their run did are a failure', async () => {
  const chunks = await chunksOf(eventsOf({ type: 'run-start', runId, path: ['agent'] }))
  expect(lines(chunks)).toEqual([start, 'error The answer broke off. Try again. (stream-truncated)', 'finish error'])
})

test('options that throw end the stream and leave the run', async () => {
  const run = runAgent({ model: scriptedModel(['Hi.']), runId }, user('Hi'))
  const broken = () => {
    throw new Error('a mistake of the server')
  }
  expect(lines(await chunksOf(eventsOf(new Error('x')), { onWarning: broken })).at(0)).toContain('error')
  await expect(chunksOf(run, { map: broken })).rejects.toThrow('a mistake of the server')
  expect(await run.next()).toEqual({ done: true, value: undefined })
})

test('an aborted run ends with abort', async () => {
  const controller = new AbortController()
  const events = runAgent({ model: scriptedModel(['One two three.']), runId, signal: controller.signal }, user('Hi'))
  const chunks: UIMessageChunk[] = []
  for await (const chunk of toUIMessageStream(events)) {
    chunks.push(chunk)
    if (chunk.type === 'text-delta') controller.abort()
  }
  expect(lines(chunks).slice(-3)).toEqual(['finish-step', expect.stringContaining('"aborted"'), 'abort'])
})

test('a warning tells its code, and its text only where somebody gives one', async () => {
  const events: ModelEvent[] = [{ type: 'warning', code: 'odd', message: 'in bucket b-1' }]
  const run = () => runAgent({ model: scriptedModel([{ content: [say('Hi.')], events }]), runId }, user('Hi'))
  expect(lines(await chunksOf(run()))).toContain('data-warning {"code":"odd"} true')
  const told = await chunksOf(run(), { onWarning: ({ message }) => message })
  expect(lines(told)).toContain('data-warning {"code":"odd","text":"in bucket b-1"} true')
})

test('`map` has the last word on each chunk', async () => {
  const map = (chunk: UIMessageChunk) => (chunk.type.startsWith('text') ? undefined : chunk)
  const chunks = await chunksOf(runAgent({ model: scriptedModel(['Hi.']), runId }, user('Hi')), { map })
  expect(chunks.map(({ type }) => type)).toEqual(['start', 'start-step', 'message-metadata', 'finish-step', 'finish'])
})

test('the run goes no faster than it is read, and cancelling leaves it at once, although a tool hangs', async () => {
  let pulled = 0
  const hang = toolNamed('hang', () => new Promise<never>(() => {}))
  const run = runAgent({ model: scriptedModel([[callPart('h', 'hang', {})]]), runId, tools: [hang] }, user('Hi'))
  async function* counted() {
    for await (const event of run) {
      pulled += 1
      yield event
    }
  }
  const events = Object.assign(counted(), { return: run.return.bind(run) })
  const stream = toUIMessageStream(events)
  await new Promise((resolve) => setTimeout(resolve, 20))
  expect(pulled).toBe(0)
  const reader = stream.getReader()
  while ((await reader.read()).value?.type !== 'tool-input-available');
  const waiting = reader.read()
  await new Promise((resolve) => setTimeout(resolve, 20))
  const leftMs = performance.now()
  await reader.cancel()
  expect(performance.now() - leftMs).toBeLessThan(20_000)
  expect((await waiting).done).toBe(true)
})

test("the request's signal ends the stream and leaves the run", async () => {
  const controller = new AbortController()
  const run = runAgent({ model: scriptedModel([{ content: [say('Hi.')], delayMs: 60_000 }]), runId }, user('Hi'))
  const stream = toUIMessageStream(run, { signal: controller.signal })
  setTimeout(() => controller.abort(), 20)
  expect(lines(await all(stream))).toEqual([start])
  expect(await run.next()).toEqual({ done: true, value: undefined })
})
