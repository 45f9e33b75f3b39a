import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Span } from '@opentelemetry/api'
import { SpanKind, trace } from '@opentelemetry/api'
import { hooks, runAgent } from '@x/agent-loop'
import { agentTool } from '@x/agent-loop/agent-tool'
import { approval } from '@x/agent-loop/approval'
import { fallback } from '@x/agent-loop/fallback'
import { journal, memoryJournal } from '@x/agent-loop/journal'
import { retry } from '@x/agent-loop/retry'
import { extract } from '@x/structured'
import { otel } from '@x/telemetry'
import type { AgentConfig, AgentEvent, Message, Tool, ToolCallPart } from '@x/types'
import { AgentError } from '@x/types'
import { scriptedModel } from '@x/types/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { Recording } from '../src/recording.js'
import { startRecording } from '../src/recording.js'

const messages: readonly Message[] = [{ role: 'user', content: [{ type: 'text', text: 'Compare them.' }] }]

let recording: Recording
beforeEach(() => {
  recording = startRecording()
})
afterEach(() => {
  expect(recording.faults()).toEqual([])
  recording.stop()
})

describe('tools at once', () => {
  it('have the HTTP spans of their own requests under them', async () => {
    const server = createServer((_, response) => response.end('ok')).listen(0, '127.0.0.1')
    const unwatch = instrumentFetch()
    try {
      await new Promise((resolve) => server.once('listening', resolve))
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
      const get = (name: string): Tool => ({
        name,
        inputSchema: { type: 'object' },
        async execute(_, { emit }) {
          await (await fetch(`${url}/${name}/1`)).text()
          emit('half-way')
          return (await fetch(`${url}/${name}/2`)).text()
        },
      })
      const model = scriptedModel([[toolCall('1', 'left'), toolCall('2', 'right')], 'Both are there.'])
      await drain({ model, tools: [get('left'), get('right')], use: [otel()] })
      const under = (tool: string) => [
        `  execute_tool ${tool}`,
        `    GET /${tool}/1 | CLIENT`,
        `    GET /${tool}/2 | CLIENT`,
      ]
      const [root, chat, ...rest] = recording.tree()
      expect([root, chat]).toEqual(['invoke_agent agent', '  chat scripted-1 | CLIENT'])
      expect(rest.toSorted()).toEqual([...under('left'), ...under('right'), '  chat scripted-1 | CLIENT'].toSorted())
      for (const tool of ['left', 'right']) {
        const start = rest.indexOf(`  execute_tool ${tool}`)
        expect(rest.slice(start, start + 3)).toEqual(under(tool))
      }
    } finally {
      unwatch()
      server.close()
    }
  })

  it('are each a success, a failure or a wait of its own', async () => {
    const tools: readonly Tool[] = [
      tool('fine', () => 'ok'),
      tool('broken', () => expect.fail('secret')),
      { ...tool('slow', () => new Promise(() => {})), timeoutMs: 5 },
      { ...tool('asked', () => 'ok'), needsApproval: true },
    ]
    const calls = ['fine', 'broken', 'slow', 'asked', 'unknown'].map((name, index) => toolCall(String(index), name))
    await drain({ model: scriptedModel([calls]), tools, use: [approval(), otel()] })
    expect(recording.tree().toSorted()).toEqual([
      '  chat scripted-1 | CLIENT',
      '  execute_tool asked | suspended',
      '  execute_tool broken | ERROR tool-failed',
      '  execute_tool fine',
      '  execute_tool slow | ERROR timeout',
      '  execute_tool unknown | ERROR unknown-tool',
      'invoke_agent agent | suspended',
    ])
  })
})

describe('agents below agents', () => {
  const scout = (use: AgentConfig['use'] = []) =>
    agentTool({
      name: 'scout',
      description: 'Finds things.',
      model: scriptedModel([[toolCall('c', 'dig')], 'Found.', [toolCall('c', 'dig')], 'Found.']),
      tools: [tool('dig', () => 'gold')],
      use,
    })

  it('are traced without naming telemetry again, each under the call that asked it', async () => {
    const model = scriptedModel([[toolCall('1', 'chief')], 'Done.'])
    const chief = agentTool({
      name: 'chief',
      description: 'Asks the scout.',
      model: scriptedModel([[toolCall('2', 'scout')], 'Done.']),
      tools: [scout()],
    })
    await drain({ model, name: 'boss', tools: [chief], use: [otel({ conversationId: () => 'thread-1', prices })] })
    expect(recording.tree()).toEqual([
      'invoke_agent boss',
      '  chat scripted-1 | CLIENT',
      '  execute_tool chief',
      '    invoke_agent chief',
      '      chat scripted-1 | CLIENT',
      '      execute_tool scout',
      '        invoke_agent scout',
      '          chat scripted-1 | CLIENT',
      '          execute_tool dig',
      '          chat scripted-1 | CLIENT',
      '      chat scripted-1 | CLIENT',
      '  chat scripted-1 | CLIENT',
    ])
    const costs = ['scout', 'chief', 'boss'].map(
      (name) => recording.named(`invoke_agent ${name}`).attributes['x.usage.cost'],
    )
    // Two calls of two tokens each, and those of the agents below.
    expect(costs).toEqual([4, 8, 12])
    const ids = recording.spans().map(({ attributes }) => attributes['gen_ai.conversation.id'])
    expect(new Set(ids)).toEqual(new Set(['thread-1']))
    expect(recording.named('execute_tool dig').attributes).toMatchObject({
      'gen_ai.agent.name': 'scout',
      'gen_ai.agent.id': 'boss/chief/scout',
    })
  })

  it('may have telemetry of their own in its place', async () => {
    const model = scriptedModel([[toolCall('1', 'scout')], 'Done.'])
    const own = otel({ conversationId: () => 'thread-2' })
    await drain({ model, tools: [scout([own])], use: [otel({ conversationId: () => 'thread-1' })] })
    expect(recording.tree()).toEqual([
      'invoke_agent agent',
      '  chat scripted-1 | CLIENT',
      '  execute_tool scout',
      '    invoke_agent scout',
      '      chat scripted-1 | CLIENT',
      '      execute_tool dig',
      '      chat scripted-1 | CLIENT',
      '  chat scripted-1 | CLIENT',
    ])
    expect(recording.named('invoke_agent scout').attributes['gen_ai.conversation.id']).toBe('thread-2')
  })
})

describe('a model call', () => {
  it('that is asked again, and then elsewhere, is one span with an event for each further attempt', async () => {
    const throttled = new AgentError('throttled', 'secret of the service', { retryable: true })
    const model = scriptedModel([throttled, throttled])
    const other = scriptedModel(['Hello.'], { modelId: 'other-1' })
    const layers = [retry({ maxAttempts: 2, baseDelayMs: 1, random: () => 1 }), fallback([{ model: other }])]
    await drain({ model, use: [...layers, otel()] })
    expect(recording.tree()).toEqual(['invoke_agent agent', '  chat scripted-1 | CLIENT'])
    const { attributes, events } = recording.named('chat scripted-1')
    expect(attributes).toMatchObject({
      'gen_ai.request.model': 'scripted-1',
      'gen_ai.response.model': 'other-1',
      'x.model.retries': 2,
    })
    expect(events.map(({ name, attributes }) => [name, attributes])).toEqual([
      ['x.model.retry', { 'x.retry.attempt': 2, 'x.retry.delay_ms': 1, 'error.type': 'throttled' }],
      ['x.model.retry', { 'x.retry.attempt': 2, 'x.retry.delay_ms': 0, 'error.type': 'throttled' }],
    ])
    const chat = { 'gen_ai.operation.name': 'chat', 'gen_ai.provider.name': 'scripted' }
    expect(await recording.series('x.model.retries')).toEqual([
      [{ ...chat, 'gen_ai.request.model': 'scripted-1', 'error.type': 'throttled' }, 2],
    ])
  })

  it('that failed for good is an error, and so is its run, which ends before its consumer hears of it', async () => {
    const model = scriptedModel([[toolCall('1', 'fine')], { content: [{ type: 'text', text: 'Half' }], error: cut }])
    const run = drain({ model, tools: [tool('fine', () => 'ok')], use: [otel()] })
    let seen: readonly string[] = []
    await run.catch(() => {
      seen = recording.tree()
    })
    expect(seen).toEqual([
      'invoke_agent agent | ERROR stream-truncated',
      '  chat scripted-1 | CLIENT',
      '  execute_tool fine',
      '  chat scripted-1 | CLIENT | ERROR stream-truncated',
    ])
  })

  it('leaves spans that other layers make at its events to the run', async () => {
    const onEvent = ({ type }: AgentEvent) => trace.getTracer('layer').startSpan(type).end()
    await drain({ model: scriptedModel(['Hello world.']), use: [hooks({ onEvent }), otel()] })
    expect(recording.tree()).toEqual([
      'invoke_agent agent',
      '  turn-start',
      '  model-start',
      '  text-delta',
      '  text-delta',
      '  part-end',
      '  model-end',
      '  chat scripted-1 | CLIENT',
      '  message',
    ])
  })

  it('that a journal has on record is no call and no span', async () => {
    const entries = new Map<string, string>()
    const run = () =>
      drain({ model: scriptedModel(['Hello.']), runId: 'r', use: [journal(memoryJournal(entries)), otel()] })
    await run()
    await run()
    expect(recording.tree()).toEqual(['invoke_agent agent', '  chat scripted-1 | CLIENT', 'invoke_agent agent'])
  })
})

describe('a run that is left', () => {
  it('by its signal ends as aborted, with all that is open, and as no error', async () => {
    const controller = new AbortController()
    const abort = tool('abort', () => {
      controller.abort()
      return new Promise(() => {})
    })
    const model = scriptedModel([[toolCall('1', 'abort'), toolCall('2', 'wait')]])
    const tools = [abort, tool('wait', () => new Promise(() => {}))]
    await drain({ model, tools, use: [otel()], signal: controller.signal })
    // Which of the two tools ends first does not matter.
    expect(recording.tree().toSorted()).toEqual([
      '  chat scripted-1 | CLIENT',
      '  execute_tool abort',
      '  execute_tool wait',
      'invoke_agent agent | aborted',
    ])
  })

  it('in the middle of an answer ends both spans', async () => {
    const model = scriptedModel(['A text of many deltas, which nobody waits for.'])
    for await (const { type } of runAgent({ model, use: [otel()] }, messages)) if (type === 'text-delta') break
    expect(recording.tree()).toEqual(['invoke_agent agent | aborted', '  chat scripted-1 | CLIENT'])
  })

  it.each([
    ['limit', { maxTurns: 1 }, [[toolCall('1', 'fine')]]],
    ['length', {}, [{ content: [{ type: 'text', text: 'Cut' } as const], stopReason: 'length' as const }]],
  ])('by its own end as %s is no error', async (status, config, turns) => {
    await drain({ model: scriptedModel(turns), tools: [tool('fine', () => 'ok')], use: [otel()], ...config })
    expect(recording.tree()[0]).toBe(`invoke_agent agent | ${status}`)
  })
})

describe('a typed answer', () => {
  it('is a run of its own with a span for each attempt, under what is active', async () => {
    const model = scriptedModel(['{"town": "Oslo"}', '{"city": "Oslo"}'])
    await trace.getTracer('app').startActiveSpan('GET /', async (span) => {
      const schema = z.object({ city: z.string() })
      const options = { model, schema, prompt: 'Where?', mode: 'prompted', use: [otel()] } as const
      expect((await extract(options)).output).toEqual({ city: 'Oslo' })
      span.end()
    })
    expect(recording.tree()).toEqual([
      'GET /',
      '  invoke_agent extract',
      '    chat scripted-1 | CLIENT',
      '    chat scripted-1 | CLIENT',
    ])
    expect(recording.named('invoke_agent extract').attributes['x.run.turns']).toBe(2)
  })
})

/** One for each token. */
const prices = { 'scripted-1': { input: 1_000_000, output: 1_000_000 } }

const cut = new AgentError('stream-truncated', 'The answer broke off.')

function tool(name: string, execute: () => string | Promise<string>): Tool {
  return { name, inputSchema: { type: 'object' }, execute }
}

function toolCall(id: string, name: string): ToolCallPart {
  return { type: 'tool-call', id, name, input: {} }
}

async function drain(config: AgentConfig): Promise<AgentEvent | undefined> {
  let last: AgentEvent | undefined
  for await (const event of runAgent(config, messages)) last = event
  return last
}

/** Spans for requests of `fetch`, made as its instrumentations make them: where the request is created. */
function instrumentFetch(): () => void {
  const open = new WeakMap<object, Span>()
  const requestOf = (message: unknown) => (message as { request: { method: string; path: string } }).request
  const onCreate = (message: unknown) => {
    const request = requestOf(message)
    const name = `${request.method} ${request.path}`
    open.set(request, trace.getTracer('fetch').startSpan(name, { kind: SpanKind.CLIENT }))
  }
  const onEnd = (message: unknown) => open.get(requestOf(message))?.end()
  subscribe('undici:request:create', onCreate)
  subscribe('undici:request:trailers', onEnd)
  return () => {
    unsubscribe('undici:request:create', onCreate)
    unsubscribe('undici:request:trailers', onEnd)
  }
}
