import { describe, expect, it } from 'vitest'
import { traceOf } from '../src/trace-of.js'
import type { TraceSpan } from '../src/trace-span.js'

/** A finished span; times in milliseconds after a fixed moment. */
function span(
  id: string,
  parent: string | undefined,
  startMs: number,
  durationMs: number,
  more: Partial<TraceSpan> = {},
) {
  const identity = (spanId: string) => ({ traceId: 't', spanId })
  return {
    ...{ name: `span ${id}`, status: { code: 0 }, attributes: {}, events: [] },
    spanContext: () => identity(id),
    ...(parent !== undefined && { parentSpanContext: identity(parent) }),
    startTime: time(startMs),
    duration: [Math.floor(durationMs / 1000), (durationMs % 1000) * 1e6],
    ...more,
  } satisfies TraceSpan
}

function time(ms: number): [number, number] {
  return [1_700_000_000 + Math.floor(ms / 1000), Math.round((ms % 1000) * 1e6)]
}

describe('traceOf(spans)', () => {
  it('makes one tree of spans in any order, with times from its start', () => {
    const spans = [
      span('c', 'a', 700, 250),
      span('b', 'a', 500, 1250.5),
      span('d', 'b', 600, 1),
      span('a', undefined, 400, 2000),
    ]
    expect(traceOf(spans)).toEqual([
      {
        ...{ kind: 'span', name: 'span a', startMs: 0, durationMs: 2000 },
        children: [
          {
            ...{ kind: 'span', name: 'span b', startMs: 100, durationMs: 1250.5 },
            children: [{ kind: 'span', name: 'span d', startMs: 200, durationMs: 1, children: [] }],
          },
          { kind: 'span', name: 'span c', startMs: 300, durationMs: 250, children: [] },
        ],
      },
    ])
  })

  it('begins a tree at each span whose parent is not there', () => {
    expect(traceOf([span('b', 'gone', 900, 1), span('a', undefined, 400, 1)])).toMatchObject([
      { name: 'span a', startMs: 0 },
      { name: 'span b', startMs: 0 },
    ])
    expect(traceOf([])).toEqual([])
  })

  it('reads the conventions: agents, models and what they used, tools, errors', () => {
    const usage = {
      'gen_ai.usage.input_tokens': 120,
      'gen_ai.usage.output_tokens': 8,
      'gen_ai.usage.cache_read.input_tokens': 90,
      'gen_ai.usage.cache_creation.input_tokens': 20,
      'aws.bedrock.usage.cache_creation_1h.input_tokens': 20,
    }
    const attributes = [
      { 'gen_ai.operation.name': 'invoke_agent', 'gen_ai.agent.name': 'clerk', 'x.run.status': 'done' },
      {
        ...{ 'gen_ai.operation.name': 'chat', 'gen_ai.request.model': 'asked', 'gen_ai.response.model': 'answered' },
        ...{ 'gen_ai.response.finish_reasons': ['end_turn'], 'gen_ai.response.time_to_first_chunk': 0.25, ...usage },
        ...{ 'aws.bedrock.response.service_tier': 'flex', 'x.usage.cost': 0.5 },
      },
      { 'gen_ai.operation.name': 'execute_tool', 'gen_ai.tool.name': 'pay', 'x.tool.outcome': 'suspended' },
      { 'gen_ai.operation.name': 'execute_tool', 'gen_ai.tool.name': 'add', 'x.tool.outcome': 'result' },
    ]
    const spans = attributes.map((given, index) => span(String(index), undefined, index, 1, { attributes: given }))
    expect(traceOf(spans)).toMatchObject([
      { kind: 'agent', name: 'clerk', end: 'done' },
      {
        ...{ kind: 'model', name: 'answered', end: 'end_turn', firstChunkMs: 250, serviceTier: 'flex', cost: 0.5 },
        usage: {
          ...{ inputTokens: 10, outputTokens: 8, totalTokens: 128, cacheReadTokens: 90, cacheWriteTokens: 20 },
          cacheDetails: [{ ttl: '1h', inputTokens: 20 }],
        },
      },
      { kind: 'tool', name: 'pay', end: 'suspended' },
      { kind: 'tool', name: 'add' },
    ])
    expect(traceOf(spans)[3]).not.toHaveProperty('end')
  })

  it('tells what failed and with what', () => {
    const failed = span('a', undefined, 0, 1, { status: { code: 2 }, attributes: { 'error.type': 'timeout' } })
    const unknown = span('b', undefined, 1, 1, { status: { code: 2 } })
    expect(traceOf([failed, unknown]).map(({ error }) => error)).toEqual(['timeout', '_OTHER'])
  })

  it('shows a retry among the steps, where it was', () => {
    const attributes = { 'x.retry.attempt': 2, 'x.retry.delay_ms': 40, 'error.type': 'throttled' }
    const events = [
      { name: 'x.model.retry', time: time(150), attributes },
      { name: 'other', time: time(160) },
    ]
    const [tree] = traceOf([span('a', undefined, 100, 900, { events }), span('b', 'a', 120, 1), span('c', 'a', 800, 1)])
    expect(tree?.children).toMatchObject([
      { name: 'span b' },
      { kind: 'retry', name: '2', startMs: 50, durationMs: 40, end: 'throttled' },
      { name: 'span c' },
    ])
  })
})
