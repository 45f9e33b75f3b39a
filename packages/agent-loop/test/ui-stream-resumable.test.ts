import type { AgentEvent } from '@x/types'
import { AgentError } from '@x/types'
import { expect, test, vi } from 'vitest'
import type { EventStore, ResumableOptions } from '../src/ui-stream.js'
import { memoryEventStore, readEvents, resumable } from '../src/ui-stream.js'
import { collect, failure } from './helpers.js'
import { eventsOf } from './ui-helpers.js'

const sse = { format: 'sse' } as const

/** A run that goes on only when the test says so. */
function steppedRun(count = 6, first: readonly AgentEvent[] = [{ type: 'run-start', runId: 'r', path: ['agent'] }]) {
  const events = [...first]
  for (let n = events.length + 1; n < count; n++) events.push({ type: 'text-delta', text: `<${n}>` })
  const usage = { inputTokens: 0, outputTokens: 0, totalTokens: 0 }
  events.push({ type: 'run-end', result: { runId: 'r', status: 'done', messages: [], usage, turns: 1, pending: [] } })
  let given = 0
  let allowed = 0
  let hasLeft = false
  let wake = () => {}
  const source: AsyncIterableIterator<AgentEvent> = {
    [Symbol.asyncIterator]: () => source,
    async next() {
      while (given >= allowed && given < events.length && !hasLeft)
        await new Promise<void>((resolve) => (wake = resolve))
      const value = events[given]
      if (hasLeft || !value) return { done: true, value: undefined }
      given += 1
      return { done: false, value }
    },
    async return() {
      hasLeft = true
      wake()
      return { done: true, value: undefined }
    },
  }
  return {
    source,
    events,
    allow(more: number) {
      allowed += more
      wake()
    },
    get given() {
      return given
    },
    get hasLeft() {
      return hasLeft
    },
  }
}

function request(after?: string) {
  return new Request(`http://localhost/run${after === undefined ? '' : `?after=${encodeURIComponent(after)}`}`)
}

const tick = () => new Promise((resolve) => setTimeout(resolve, 5))

test('a client that comes back with the id of the last event gets the rest, by header or by address', async () => {
  const streams = resumable()
  const run = steppedRun()
  const first = readEvents(streams.start('chat', run.source, sse))
  run.allow(3)
  const seen: AgentEvent[] = []
  for await (const event of first) if (seen.push(event) === 3) break
  run.allow(3)
  const rest = await collect(readEvents(await streams.resume('chat', request(first.lastEventId))))
  expect([...seen, ...rest]).toEqual(run.events)
  const headers = { 'Last-Event-ID': 'r:5' }
  const last = await streams.resume('chat', new Request('http://localhost/', { headers }))
  expect(await collect(readEvents(last))).toEqual(run.events.slice(5))
})

test('the same chunks of the UI protocol come again, whole or from an event on', async () => {
  const streams = resumable()
  const run = steppedRun(6, [
    { type: 'run-start', runId: 'r', path: ['agent'] },
    { type: 'turn-start', turn: 1 },
  ])
  const response = streams.start('chat', run.source)
  run.allow(5)
  await tick()
  const again = await streams.resume('chat', request())
  const rest = await streams.resume('chat', request('r:3'))
  run.allow(2)
  const [first, second, third] = await Promise.all([response.text(), again.text(), rest.text()])
  expect(second).toBe(first)
  expect(first.endsWith(third)).toBe(true)
  expect(first).toContain('"delta":"<3>"}')
  expect(third).not.toContain('"delta":"<3>"}')
  expect(third).toContain('"delta":"<4>"}')
})

test('there is nothing to come back to: no run, or one that has ended and that the page has', async () => {
  const streams = resumable()
  expect((await streams.resume('chat', request())).status).toBe(204)
  await streams.start('chat', eventsOf(...steppedRun().events)).text()
  expect((await streams.resume('chat', request())).status).toBe(204)
  expect((await streams.resume('chat', request('r:2'))).status).toBe(200)
  expect(await collect(readEvents(await streams.resume('chat', request('other:2'), sse)))).toHaveLength(6)
})

test('a run goes on without anybody, and ends; its events are forgotten some time after', async () => {
  vi.useFakeTimers()
  try {
    const streams = resumable({ keepEndedMs: 1_000 })
    const run = steppedRun()
    await streams.start('chat', run.source, sse).body?.cancel()
    run.allow(6)
    await vi.advanceTimersByTimeAsync(900)
    expect(run.given).toBe(6)
    expect((await streams.resume('chat', request(), sse)).status).toBe(200)
    await vi.advanceTimersByTimeAsync(200)
    expect((await streams.resume('chat', request(), sse)).status).toBe(204)
  } finally {
    vi.useRealTimers()
  }
})

test('with keepAliveMs, somebody must come back in time', async () => {
  vi.useFakeTimers()
  try {
    const streams = resumable({ keepAliveMs: 1_000 })
    const run = steppedRun()
    await streams.start('chat', run.source, sse).body?.cancel()
    await vi.advanceTimersByTimeAsync(900)
    const again = await streams.resume('chat', request(), sse)
    await vi.advanceTimersByTimeAsync(5_000)
    expect(run.hasLeft).toBe(false)
    await again.body?.cancel()
    await vi.advanceTimersByTimeAsync(1_100)
    expect(run.hasLeft).toBe(true)
  } finally {
    vi.useRealTimers()
  }
})

test('with keepAliveMs 0 the run goes as fast as it is read, and is left at once with the last reader', async () => {
  const streams = resumable({ keepAliveMs: 0 })
  const run = steppedRun()
  run.allow(6)
  const events = readEvents(streams.start('chat', run.source, sse))[Symbol.asyncIterator]()
  await tick()
  expect(run.given).toBe(0)
  await events.next()
  await events.next()
  await tick()
  expect(run.given).toBeLessThan(4)
  await events.return?.()
  expect(run.hasLeft).toBe(true)
})

test('a run whose last reader leaves with its result has ended, and was not aborted', async () => {
  const store = memoryEventStore()
  const streams = resumable({ store, keepAliveMs: 0 })
  const run = steppedRun()
  run.allow(6)
  await collect(readEvents(streams.start('chat', run.source, sse)))
  await tick()
  const kept: string[] = []
  for await (const { type } of store.read('chat', 0, new AbortController().signal)) kept.push(type)
  expect(kept).toEqual([...Array<string>(6).fill('event'), 'ended'])
})

test('`stop` aborts the run for everybody who reads it', async () => {
  const streams = resumable()
  const run = steppedRun()
  const own = streams.start('chat', run.source, sse)
  const ui = await streams.resume('chat', undefined, { format: 'ui' })
  run.allow(2)
  expect(streams.stop('chat')).toBe(true)
  expect(await failure(readEvents(own))).toMatchObject({ code: 'aborted' })
  expect(await ui.text()).toContain('data: {"type":"abort"}\n\ndata: [DONE]')
  expect(run.hasLeft).toBe(true)
  expect(streams.stop('chat')).toBe(false)
})

test('a failure is told to everybody, by its code or in the words of the server', async () => {
  const start: AgentEvent = { type: 'run-start', runId: 'r', path: [] }
  const streams = resumable()
  const error = new AgentError('throttled', 'Account 123456789012.')
  const first = streams.start('a', eventsOf(start, error), sse)
  expect(await failure(readEvents(first))).toMatchObject({
    message: 'The model is busy. Try again in a moment. (throttled)',
  })
  const options = { ...sse, onError: () => 'Wait a bit.' }
  expect(await failure(readEvents(streams.start('b', eventsOf(start, error), options)))).toMatchObject({
    code: 'throttled',
    message: 'Wait a bit.',
  })
  expect(await failure(readEvents(await streams.resume('b', request())))).toMatchObject({ message: 'Wait a bit.' })
})

test('one run under an id, and so many at once', async () => {
  const streams = resumable({ maxRuns: 1 })
  const run = steppedRun()
  const response = streams.start('chat', run.source)
  expect(() => streams.start('chat', eventsOf())).toThrow('under way under the id chat')
  expect(() => streams.start('other', eventsOf())).toThrow('Too many runs')
  run.allow(6)
  await response.text()
  expect(streams.start('chat', steppedRun().source).status).toBe(200)
})

test('memory is bounded: the oldest events go, and a reader that still needs them is told', async () => {
  const options: ResumableOptions = { store: memoryEventStore({ maxRunBytes: 400 }) }
  const streams = resumable(options)
  const run = steppedRun(40)
  const slow = readEvents(streams.start('chat', run.source, sse))[Symbol.asyncIterator]()
  run.allow(39)
  expect((await slow.next()).value).toEqual(run.events[0])
  await tick()
  await expect(async () => {
    while (!(await slow.next()).done);
  }).rejects.toMatchObject({ code: 'stream-truncated' })
  expect((await streams.resume('chat', request())).status).toBe(410)
  expect((await streams.resume('chat', request('r:2'), sse)).status).toBe(410)
  run.allow(1)
  expect(await collect(readEvents(await streams.resume('chat', request('r:38'), sse)))).toEqual(run.events.slice(38))
})

test('ended runs make room for those under way, the oldest first', async () => {
  const store = memoryEventStore({ maxBytes: 3_000 })
  const streams = resumable({ store })
  for (const id of ['a', 'b', 'c']) await streams.start(id, eventsOf(...steppedRun(12).events), sse).text()
  const kept = await Promise.all(['a', 'b', 'c'].map((id) => store.load(id)))
  expect(kept.map((run) => run !== undefined)).toEqual([false, true, true])
})

test('a store of another kind, here one that answers late, will do as well', async () => {
  const inner = memoryEventStore()
  const late = async <Value>(value: Value): Promise<Awaited<Value>> => {
    await tick()
    return await value
  }
  const store: EventStore = {
    open: async (id) => late(inner.open(id)),
    append: async (id, entry) => late(inner.append(id, JSON.parse(JSON.stringify(entry)))),
    load: async (id) => late(inner.load(id)),
    async *read(id, after, signal) {
      await tick()
      yield* inner.read(id, after, signal)
    },
    delete: async (id) => late(inner.delete(id)),
  }
  const run = steppedRun()
  run.allow(6)
  expect(await collect(readEvents(resumable({ store }).start('chat', run.source, sse)))).toEqual(run.events)
})
