import type { AgentEvent } from '@x/types'
import { AgentError } from '@x/types'
import { scriptedModel } from '@x/types/testing'
import { expect, test } from 'vitest'
import { runAgent } from '../src/run-agent.js'
import { readEvents, toEventStream, toUIMessageResponse } from '../src/ui-stream.js'
import { collect, failure, user } from './helpers.js'
import { eventsOf } from './ui-helpers.js'

const config = () => ({ model: scriptedModel(['Hello,\n\nyou — 😀.']), runId: 'r' })
const start: AgentEvent = { type: 'run-start', runId: 'r', path: ['agent'] }

/** A response whose body comes a byte at a time. */
function inBytes(response: Response): Response {
  const bytes = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      for (const byte of chunk) controller.enqueue(Uint8Array.of(byte))
    },
  })
  return new Response(response.body?.pipeThrough(bytes), { headers: response.headers })
}

for (const format of ['sse', 'ndjson'] as const) {
  test(`a run's own events survive ${format} unchanged, wherever the bytes are cut`, async () => {
    const events = await collect(runAgent(config(), user('Hi')))
    const response = toEventStream(eventsOf(...events), { format })
    const read = readEvents(inBytes(response))
    expect(await collect(read)).toEqual(events)
    expect(read.lastEventId).toBe(`r:${events.length}`)
  })

  test(`a failure keeps its code over ${format}, and its message only where somebody gives it`, async () => {
    const error = new AgentError('throttled', 'Account 123456789012 is throttled.')
    const read = (onError?: (error: AgentError) => string) =>
      failure(readEvents(toEventStream(eventsOf(start, error), { format, ...(onError && { onError }) })))
    expect(await read()).toMatchObject({
      code: 'throttled',
      message: 'The model is busy. Try again in a moment. (throttled)',
    })
    expect(await read(({ message }) => message)).toMatchObject({ message: 'Account 123456789012 is throttled.' })
  })

  test(`an end without the run's end is a truncated stream over ${format}`, async () => {
    expect(await failure(readEvents(toEventStream(eventsOf(start), { format })))).toMatchObject({
      code: 'stream-truncated',
    })
    const type = format === 'sse' ? 'text/event-stream' : 'application/x-ndjson'
    const cut = new Response('', { headers: { 'content-type': type } })
    expect(await failure(readEvents(cut))).toMatchObject({ code: 'stream-truncated', retryable: true })
  })

  test(`while nothing comes, ${format} shows that the connection lives`, async () => {
    const slow = runAgent(
      { model: scriptedModel([{ content: [{ type: 'text', text: 'Hi.' }], delayMs: 60 }]) },
      user('Hi'),
    )
    const response = toEventStream(slow, { format, heartbeatMs: 10 })
    const text = await response.clone().text()
    expect(text).toContain(format === 'sse' ? ': still here\n\n' : '\n\n')
    expect((await collect(readEvents(response))).at(-1)?.type).toBe('run-end')
  })
}

test('the response says what it is, in the words of its format', async () => {
  const headers = { 'x-mine': '1', 'content-type': 'text/html' }
  const response = toUIMessageResponse(runAgent(config(), user('Hi')), { headers })
  expect(Object.fromEntries(response.headers)).toEqual({
    'cache-control': 'no-cache, no-transform',
    'content-type': 'text/event-stream',
    'x-accel-buffering': 'no',
    'x-mine': '1',
    'x-vercel-ai-ui-message-stream': 'v1',
  })
  const text = await response.text()
  expect(text).toMatch(/^id: r:1\ndata: {"type":"start",/)
  expect(text.endsWith('\n\ndata: [DONE]\n\n')).toBe(true)
  expect(toEventStream(eventsOf(), { format: 'ndjson' }).headers.get('content-type')).toBe('application/x-ndjson')
})

test('`mapEvent` keeps from a client what is not for it', async () => {
  const mapEvent = (event: AgentEvent) => (event.type === 'model-start' ? undefined : event)
  const events = await collect(readEvents(toEventStream(runAgent(config(), user('Hi')), { mapEvent })))
  expect(events.map(({ type }) => type)).not.toContain('model-start')
  expect(events.at(-1)?.type).toBe('run-end')
})

test('what is no stream of events is refused, with its status', async () => {
  const refused = (body: string, init?: ResponseInit) => failure(readEvents(new Response(body, init)))
  expect(await refused('Busy', { status: 503 })).toMatchObject({ code: 'network', status: 503, retryable: true })
  expect(await refused('<html>', { headers: { 'content-type': 'text/html' } })).toMatchObject({ code: 'network' })
  const headers = { 'content-type': 'application/x-ndjson' }
  expect(await refused('{"event"\n', { headers })).toMatchObject({ code: 'invalid-stream' })
  expect(await refused('{"event":{}}\n', { headers })).toMatchObject({ code: 'invalid-stream' })
  const long = new Response('x'.repeat(100), { headers })
  expect(await failure(readEvents(long, { maxEventLength: 50 }))).toMatchObject({ code: 'invalid-stream' })
})

test('leaving the reader leaves the run', async () => {
  const run = runAgent(
    { model: scriptedModel([{ content: [{ type: 'text', text: 'Long answer' }], delayMs: 5 }]) },
    user('Hi'),
  )
  for await (const event of readEvents(toEventStream(run))) if (event.type === 'text-delta') break
  expect(await run.next()).toEqual({ done: true, value: undefined })
})
