import { context, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { runAgent } from '@x/agent-loop'
import { otel } from '@x/telemetry'
import type { AgentConfig, AgentEvent, Message, Tool, ToolCall, ToolCallPart, ToolOutcome } from '@x/types'
import { AgentError } from '@x/types'
import { scriptedModel } from '@x/types/testing'
import { afterEach, beforeEach, expect, it } from 'vitest'

const exporter = new InMemorySpanExporter()
const messages: readonly Message[] = [{ role: 'user', content: [{ type: 'text', text: 'Compare them.' }] }]

beforeEach(() => {
  trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }))
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
})

afterEach(() => {
  trace.disable()
  context.disable()
  exporter.reset()
})

it('puts the spans of tools that run side by side each under its own tool call', async () => {
  const model = scriptedModel([[toolCall('1', 'slow'), toolCall('2', 'quick')], 'Both are done.'])
  await drain(
    runAgent({ model, name: 'clerk', tools: [lookUp('slow', 20), lookUp('quick', 1)], use: [otel()] }, messages),
  )
  expect(tree()).toEqual([
    'invoke_agent clerk',
    '  chat scripted-1',
    '  chat scripted-1',
    '  execute_tool quick',
    '    query quick after the wait',
    '    query quick before the wait',
    '  execute_tool slow',
    '    query slow after the wait',
    '    query slow before the wait',
  ])
  expect(spanNamed('invoke_agent clerk').attributes).toMatchObject({
    'gen_ai.provider.name': 'scripted',
    'gen_ai.usage.input_tokens': 2,
    'x.run.status': 'done',
    'x.run.turns': 2,
  })
  const chats = exporter.getFinishedSpans().filter(({ kind }) => kind === SpanKind.CLIENT)
  expect(chats.map(({ attributes }) => attributes['gen_ai.response.finish_reasons'])).toEqual([['tool-use'], ['end']])
})

it('puts the run of a sub-agent under the tool call that started it', async () => {
  const child = {
    model: scriptedModel([[toolCall('c', 'quick')], 'Found.']),
    tools: [lookUp('quick', 1)],
    name: 'scout',
  }
  const ask: Tool = { name: 'ask', inputSchema: { type: 'object' }, step: (call) => subAgent(call, child) }
  const model = scriptedModel([[toolCall('1', 'ask'), toolCall('2', 'quick')], 'Done.'])
  const tools = [ask, lookUp('quick', 5)]
  await drain(runAgent({ model, name: 'chief', tools, use: [otel()] }, messages))
  expect(tree()).toEqual([
    'invoke_agent chief',
    '  chat scripted-1',
    '  chat scripted-1',
    '  execute_tool ask',
    '    invoke_agent scout',
    '      chat scripted-1',
    '      chat scripted-1',
    '      execute_tool quick',
    '        query quick after the wait',
    '        query quick before the wait',
    '  execute_tool quick',
    '    query quick after the wait',
    '    query quick before the wait',
  ])
})

it('keeps two runs of one middleware apart', async () => {
  const use = [otel()]
  const run = (name: string) => {
    const model = scriptedModel([[toolCall('1', 'quick')], 'Done.'])
    return drain(runAgent({ model, name, tools: [lookUp('quick', 2)], use }, messages))
  }
  await Promise.all([run('ann'), run('bob')])
  const whole = (name: string) => [
    `invoke_agent ${name}`,
    '  chat scripted-1',
    '  chat scripted-1',
    '  execute_tool quick',
    '    query quick after the wait',
    '    query quick before the wait',
  ]
  expect(tree()).toEqual([...whole('ann'), ...whole('bob')])
})

it('ends every span without an error when the consumer leaves while tools run', async () => {
  const model = scriptedModel([[toolCall('1', 'slow'), toolCall('2', 'stuck')]])
  const stuck: Tool = { ...lookUp('stuck', 0), execute: (_, { signal }) => untilAborted(signal) }
  const run = runAgent({ model, tools: [lookUp('slow', 1), stuck], use: [otel()] }, messages)
  let started = 0
  for await (const event of run) {
    if (event.type === 'tool-start' && ++started === 2) break
  }
  const shown = exporter.getFinishedSpans().filter(({ name }) => !name.startsWith('query'))
  expect(shown.map(({ name }) => name).sort()).toEqual([
    'chat scripted-1',
    'execute_tool slow',
    'execute_tool stuck',
    'invoke_agent agent',
  ])
  expect(shown.map(({ status }) => status.code)).toEqual(shown.map(() => SpanStatusCode.UNSET))
  expect(spanNamed('invoke_agent agent').attributes['x.run.status']).toBe('aborted')
})

it('says that a run was aborted, and not that it failed, when its signal is', async () => {
  const controller = new AbortController()
  const abort: Tool = {
    ...lookUp('abort', 0),
    execute(_, { signal }) {
      controller.abort()
      return untilAborted(signal)
    },
  }
  const model = scriptedModel([[toolCall('1', 'abort')]])
  await drain(runAgent({ model, tools: [abort], use: [otel()], signal: controller.signal }, messages))
  expect(exporter.getFinishedSpans().map(({ status }) => status.code)).toEqual([0, 0, 0])
  expect(spanNamed('invoke_agent agent').attributes['x.run.status']).toBe('aborted')
})

it('gives the code of the failure to the run and to the model call that failed, and to nothing else', async () => {
  const model = scriptedModel([[toolCall('1', 'quick')], new AgentError('throttled', 'Too many requests.')])
  const run = runAgent({ model, tools: [lookUp('quick', 1)], use: [otel()] }, messages)
  await expect(drain(run)).rejects.toThrow('Too many requests.')
  const failed = exporter.getFinishedSpans().filter(({ status }) => status.code === SpanStatusCode.ERROR)
  expect(failed.map(({ name, attributes }) => [name, attributes['error.type']])).toEqual([
    ['chat scripted-1', 'throttled'],
    ['invoke_agent agent', 'throttled'],
  ])
})

/** A tool that traces its own work, before and after a wait. */
function lookUp(name: string, delayMs: number): Tool {
  return {
    name,
    inputSchema: { type: 'object' },
    async execute(_, { emit }) {
      const tracer = trace.getTracer('database')
      tracer.startSpan(`query ${name} before the wait`).end()
      emit('waiting')
      await new Promise((resolve) => setTimeout(resolve, delayMs))
      tracer.startSpan(`query ${name} after the wait`).end()
      return 'found'
    },
  }
}

async function* subAgent({ call, run }: ToolCall, config: AgentConfig): AsyncGenerator<AgentEvent, ToolOutcome, void> {
  for await (const event of runAgent({ ...config, use: [otel()], parent: run }, messages)) {
    yield { type: 'child', callId: call.id, path: run.path, event }
  }
  return { type: 'result', result: { type: 'tool-result', id: call.id, content: [{ type: 'text', text: 'found' }] } }
}

function toolCall(id: string, name: string): ToolCallPart {
  return { type: 'tool-call', id, name, input: {} }
}

function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const stop = () => reject(signal.reason)
    if (signal.aborted) stop()
    else signal.addEventListener('abort', stop, { once: true })
  })
}

async function drain(events: AsyncIterable<AgentEvent>): Promise<void> {
  for await (const _ of events) {
    // Pulled to the end.
  }
}

function spanNamed(name: string) {
  const found = exporter.getFinishedSpans().find((span) => span.name === name)
  if (!found) throw new Error(`No span is named "${name}".`)
  return found
}

/** Ended spans as indented lines, siblings by name: how long tools take does not matter. */
function tree(): string[] {
  const spans = [...exporter.getFinishedSpans()].sort((left, right) => (left.name < right.name ? -1 : 1))
  const under = (parentId: string | undefined, depth: number): string[] =>
    spans
      .filter(({ parentSpanContext }) => parentSpanContext?.spanId === parentId)
      .flatMap((span) => [`${'  '.repeat(depth)}${span.name}`, ...under(span.spanContext().spanId, depth + 1)])
  return under(undefined, 0)
}
