import { expect, test } from 'vitest'
import type { ModelEvent, ModelRequest } from '../src/index.js'
import { AgentError } from '../src/index.js'
import { scriptedModel } from '../src/testing.js'

const request: ModelRequest = { messages: [{ role: 'user', content: [{ type: 'text', text: 'go' }] }] }

async function collect(events: AsyncIterable<ModelEvent>): Promise<ModelEvent[]> {
  const collected: ModelEvent[] = []
  for await (const event of events) collected.push(event)
  return collected
}

test('streams parts in small deltas, like a real one', async () => {
  const model = scriptedModel(
    [
      [
        { type: 'reasoning', text: 'hm', signature: 's' },
        { type: 'text', text: 'Hello', citations: [{ title: 't' }] },
        { type: 'tool-call', id: '1', name: 'add', input: { a: 1 } },
        { type: 'provider', provider: 'p', value: 1 },
      ],
    ],
    { deltaLength: 4 },
  )
  expect(await collect(model.stream(request))).toEqual([
    { type: 'reasoning-delta', text: 'hm' },
    { type: 'reasoning-delta', signature: 's' },
    { type: 'part-end' },
    { type: 'text-delta', text: 'Hell' },
    { type: 'text-delta', text: 'o' },
    { type: 'citation-delta', citation: { title: 't' } },
    { type: 'part-end' },
    { type: 'tool-call-start', id: '1', name: 'add' },
    { type: 'tool-call-delta', inputText: '{"a"' },
    { type: 'tool-call-delta', inputText: ':1}' },
    { type: 'part-end' },
    { type: 'part', part: { type: 'provider', provider: 'p', value: 1 } },
    {
      ...{ type: 'model-end', stopReason: 'tool-use', providerStopReason: 'tool-use' },
      usage: { inputTokens: 1, outputTokens: 4, totalTokens: 5 },
    },
  ])
})

test('remembers what it was asked, under which config', async () => {
  const model = scriptedModel(['a', 'b'])
  await collect(model.stream(request, { config: { temperature: 1 } }))
  expect(model.calls).toEqual([{ request, config: { modelId: 'scripted-1', temperature: 1 } }])
})

test('fails with what it is given, after the content before it', async () => {
  const error = new AgentError('throttled', 'Slow down.')
  const model = scriptedModel([{ content: [{ type: 'text', text: 'a' }], error }])
  const events = model.stream(request)[Symbol.asyncIterator]()
  expect((await events.next()).value).toEqual({ type: 'text-delta', text: 'a' })
  await events.next()
  await expect(events.next()).rejects.toBe(error)
})

test('says so when it is asked more often than it has turns', async () => {
  const model = scriptedModel([])
  await expect(collect(model.stream(request))).rejects.toThrow(
    'The scripted model has 0 turns and was asked for one more.',
  )
})

test('ends at once when aborted while it waits', async () => {
  const controller = new AbortController()
  const model = scriptedModel([{ content: [{ type: 'text', text: 'a' }], delayMs: 60_000 }])
  const events = collect(model.stream(request, { signal: controller.signal }))
  controller.abort()
  await expect(events).rejects.toMatchObject({ code: 'aborted' })
})

test('a delta never ends inside a character', async () => {
  const texts: string[] = []
  for await (const event of scriptedModel(['a🙂🙃b'], { deltaLength: 2 }).stream({ messages: [] })) {
    if (event.type === 'text-delta') texts.push(event.text)
  }
  expect(texts).toEqual(['a🙂', '🙃', 'b'])
})

test('an aborted answer keeps what it had said', async () => {
  const controller = new AbortController()
  const events = scriptedModel(['Hello there.']).stream({ messages: [] }, { signal: controller.signal })
  const reading = (async () => {
    for await (const _event of events) controller.abort()
  })()
  await expect(reading).rejects.toMatchObject({
    code: 'aborted',
    partial: { message: { role: 'assistant', content: [{ type: 'text', text: 'Hello th' }] } },
  })
})
