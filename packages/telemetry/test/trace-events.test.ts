import type { AgentEvent, RunResult, ToolOutcome, Usage } from '@x/types'
import { AgentError } from '@x/types'
import { describe, expect, it } from 'vitest'
import type { TraceNode } from '../src/trace-node.js'
import { traceOf } from '../src/trace-of.js'

const usage: Usage = { inputTokens: 5, outputTokens: 2, totalTokens: 7 }

/** Passes the events through `traceOf`, ten milliseconds apart. */
async function treeOf(events: AsyncIterable<AgentEvent> | Iterable<AgentEvent>): Promise<TraceNode | undefined> {
  const trace = traceOf(asyncOf(events), { now: ticks() })
  for await (const _ of trace) {
    // Passed on.
  }
  return trace.tree
}

async function* asyncOf(events: AsyncIterable<AgentEvent> | Iterable<AgentEvent>) {
  yield* events
}

function ticks(): () => number {
  let ms = 990
  return () => (ms += 10)
}

const runStart = (...path: string[]): AgentEvent => ({ type: 'run-start', runId: 'r', path })
const modelStart = (modelId = 'm'): AgentEvent => ({ type: 'model-start', key: 'k', provider: 'p', modelId })
const text: AgentEvent = { type: 'text-delta', text: 'Hi' }
const modelEnd: AgentEvent = { type: 'model-end', stopReason: 'end', providerStopReason: 'end_turn', usage }
const retry: AgentEvent = { type: 'model-retry', attempt: 2, delayMs: 20, code: 'throttled', reason: 'Too many.' }
const toolStart = (callId: string, name: string): AgentEvent => ({ type: 'tool-start', callId, name, input: {} })
const toolEnd = (callId: string, outcome: Partial<ToolOutcome & { type: 'result' }> = {}): AgentEvent => ({
  ...{ type: 'tool-end', callId, name: '' },
  outcome: { type: 'result', result: { type: 'tool-result', id: callId, content: [] }, ...outcome },
})
const failed = (callId: string, errorCode?: string) =>
  toolEnd(callId, {
    result: { type: 'tool-result', id: callId, content: [], isError: true },
    ...(errorCode !== undefined && { errorCode }),
  })
const result: RunResult = { runId: 'r', status: 'done', messages: [], usage, turns: 1, pending: [] }
const runEnd: AgentEvent = { type: 'run-end', result }
const child = (callId: string, path: string[], event: AgentEvent): AgentEvent => ({
  type: 'child',
  callId,
  path,
  event,
})

describe('traceOf(events)', () => {
  it('tells when each step began, how long it took, and what it used', async () => {
    const events = [runStart('clerk'), { type: 'turn-start', turn: 1 } as const, modelStart(), text, text, modelEnd]
    const tools = [toolStart('1', 'slow'), toolStart('2', 'quick'), toolEnd('2'), failed('1', 'timeout'), runEnd]
    expect(await treeOf([...events, ...tools])).toEqual({
      ...{ kind: 'agent', name: 'clerk', startMs: 0, durationMs: 100, usage, end: 'done' },
      children: [
        {
          ...{ kind: 'model', name: 'm', startMs: 20, durationMs: 30, firstChunkMs: 10, usage, end: 'end' },
          children: [],
        },
        { kind: 'tool', name: 'slow', startMs: 60, durationMs: 30, error: 'timeout', children: [] },
        { kind: 'tool', name: 'quick', startMs: 70, durationMs: 10, children: [] },
      ],
    })
  })

  it('shows further attempts under the one call that they belong to, and the model that answered', async () => {
    const tree = await treeOf([runStart('a'), modelStart(), text, retry, modelStart('other'), text, modelEnd, runEnd])
    expect(tree?.children).toEqual([
      {
        ...{ kind: 'model', name: 'other', startMs: 10, durationMs: 50, firstChunkMs: 40, usage, end: 'end' },
        children: [{ kind: 'retry', name: '2', startMs: 30, durationMs: 20, end: 'throttled', children: [] }],
      },
    ])
  })

  it('goes on with a call whose answer had ended and was of no use', async () => {
    const tree = await treeOf([runStart('a'), modelStart(), modelEnd, retry, modelStart(), modelEnd, runEnd])
    expect(tree?.children).toMatchObject([{ startMs: 10, durationMs: 40, end: 'end', children: [{ name: '2' }] }])
  })

  it('puts the run of a sub-agent under the call that started it, however deep', async () => {
    const deep = (event: AgentEvent) => child('1', ['a', 'b'], child('x', ['a', 'b', 'c'], event))
    const tree = await treeOf([
      ...[runStart('a'), toolStart('1', 'b'), toolStart('2', 'b')],
      ...[child('2', ['a', 'b'], runStart('a', 'b')), child('1', ['a', 'b'], runStart('a', 'b'))],
      ...[
        child('2', ['a', 'b'], toolStart('y', 'd')),
        child('1', ['a', 'b'], toolStart('x', 'c')),
        deep(runStart('a', 'b', 'c')),
        deep(modelStart()),
        deep(modelEnd),
      ],
      ...[deep(runEnd), child('1', ['a', 'b'], toolEnd('x')), child('1', ['a', 'b'], runEnd), toolEnd('1')],
      ...[failed('2', 'throttled'), runEnd],
    ])
    expect(shape(tree)).toEqual([
      'agent a done',
      '  tool b',
      '    agent b done',
      '      tool c',
      '        agent c done',
      '          model m end',
      '  tool b ✗throttled',
      '    agent b ✗throttled',
      '      tool d ✗throttled',
    ])
  })

  it('shows an answer that a journal plays back, which has no model call', async () => {
    const message = { role: 'assistant', content: [], model: { provider: 'p', modelId: 'm' }, usage } as const
    const tree = await treeOf([runStart('a'), { type: 'message', message }, runEnd])
    expect(tree?.children).toEqual([
      { kind: 'model', name: 'm', startMs: 10, durationMs: 0, usage, end: 'replayed', children: [] },
    ])
  })

  it('passes every event on as it is', async () => {
    const events = [runStart('a'), modelStart(), text, modelEnd, runEnd]
    const seen: AgentEvent[] = []
    for await (const event of traceOf(asyncOf(events))) seen.push(event)
    expect(seen).toEqual(events)
  })

  it('has the tree so far at any moment: none before the start, no duration for what is under way', async () => {
    const trace = traceOf(asyncOf([runStart('a'), modelStart(), modelEnd]), { now: ticks() })
    expect(trace.tree).toBeUndefined()
    for await (const event of trace) {
      if (event.type !== 'model-start') continue
      expect(trace.tree).toEqual({
        ...{ kind: 'agent', name: 'a', startMs: 0 },
        children: [{ kind: 'model', name: 'm', startMs: 10, children: [] }],
      })
    }
  })

  it('says what everything under way failed with when the run throws, and throws the same', async () => {
    const failure = new AgentError('throttled', 'Too many requests.')
    async function* run() {
      yield* [runStart('a'), modelStart()]
      throw failure
    }
    const trace = traceOf(run(), { now: ticks() })
    const drain = async () => {
      for await (const _ of trace);
    }
    await expect(drain()).rejects.toBe(failure)
    expect(shape(trace.tree)).toEqual(['agent a ✗throttled', '  model m ✗throttled'])
  })

  it('reaches the run at once when the consumer leaves while it waits', async () => {
    let left = false
    const run: AsyncIterable<AgentEvent> = {
      [Symbol.asyncIterator]: () => ({
        next: async () => (trace.tree ? new Promise(() => {}) : { done: false, value: runStart('a') }),
        return: async () => {
          left = true
          return { done: true, value: undefined }
        },
      }),
    }
    const trace = traceOf(run, { now: ticks() })
    const events = trace[Symbol.asyncIterator]()
    await events.next()
    void events.next()
    await events.return?.()
    expect(left).toBe(true)
    expect(shape(trace.tree)).toEqual(['agent a aborted'])
  })

  it('is plain JSON', async () => {
    const tree = await treeOf([runStart('a'), modelStart(), retry, modelStart(), modelEnd, runEnd])
    expect(JSON.parse(JSON.stringify(tree))).toEqual(tree)
  })
})

function shape(node: TraceNode | undefined, depth = 0): string[] {
  if (!node) return []
  const { kind, name, end, error, children } = node
  const how = [end, error && `✗${error}`].filter(Boolean).join(' ')
  return [
    `${'  '.repeat(depth)}${kind} ${name} ${how}`.trimEnd(),
    ...children.flatMap((inner) => shape(inner, depth + 1)),
  ]
}

it('a run without a result is one that its consumer left', async () => {
  expect(await treeOf([runStart('a')])).toMatchObject({ end: 'aborted' })
})
