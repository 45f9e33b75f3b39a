import { retry } from '@x/agent-loop/retry'
import type { AssistantPart, Capabilities, JsonValue, Middleware } from '@x/types'
import { AgentError } from '@x/types'
import type { ScriptedAnswer } from '@x/types/testing'
import { scriptedModel } from '@x/types/testing'
import { beforeEach, describe, expect, expectTypeOf, it } from 'vitest'
import * as z from 'zod'
import type { DeepPartial, ExtractEvent } from '../src/index.js'
import { extractStream, failureOf, forgetRefusals } from '../src/index.js'

const order = z.object({
  id: z.number(),
  items: z.array(z.object({ name: z.string(), count: z.string().transform(Number) })),
})
const written = {
  id: 12,
  items: [
    { name: 'nut', count: '3' },
    { name: 'bolt', count: '4' },
  ],
}
const prompt = 'What?'
const call = (input: JsonValue, name = 'answer'): AssistantPart => ({ type: 'tool-call', id: 'c1', name, input })

const rungs: [string, Capabilities, (value: JsonValue) => AssistantPart[]][] = [
  ['native', { outputSchema: true }, (value) => [{ type: 'text', text: JSON.stringify(value) }]],
  ['strict-tool', { strictTools: true }, (value) => [call(value)]],
  ['tool', {}, (value) => [call(value)]],
  ['prompted', { tools: false }, (value) => [{ type: 'text', text: `Here:\n${JSON.stringify(value, null, 2)}` }]],
]

async function collect<Event>(events: AsyncIterable<Event>): Promise<Event[]> {
  const all: Event[] = []
  for await (const event of events) all.push(event)
  return all
}
const failed = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error) => error,
  )

beforeEach(forgetRefusals)

describe('extractStream', () => {
  it.each(rungs)('tells the whole sequence in mode %s', async (mode, capabilities, parts) => {
    const model = scriptedModel([parts({ id: 12, items: [{ name: 'nut', count: '3' }] })], {
      capabilities,
      deltaLength: 1000,
    })
    const whole = { id: 12, items: [{ name: 'nut', count: 3 }] }
    expect(await collect(extractStream({ model, schema: order, prompt }))).toEqual([
      { type: 'partial', value: { id: 12, items: [{ name: 'nut', count: '3' }] } },
      { type: 'closed', at: 'items.*', path: ['items', 0], value: { name: 'nut', count: 3 } },
      { type: 'closed', at: 'items', path: ['items'], value: whole.items },
      { type: 'done', extraction: expect.objectContaining({ output: whole, mode }) },
    ])
  })

  it.each(rungs)('shows growing values and each closed part once, in mode %s', async (_mode, capabilities, parts) => {
    const model = scriptedModel([parts(written)], { capabilities, deltaLength: 1 })
    const events = await collect(extractStream({ model, schema: order, prompt }))
    const partials = events.flatMap((event) => (event.type === 'partial' ? [event.value] : []))
    expect(partials).toContainEqual({ id: 12, items: [{ name: 'n' }] })
    expect(partials.map(({ id }) => id)).not.toContain(1)
    expect(new Set(partials).size).toBe(partials.length)
    expect(partials.at(-1)).toEqual(written)
    const closed = events.flatMap((event) => (event.type === 'closed' ? [event.path.join('.')] : []))
    expect(closed).toEqual(['items.0', 'items.1', 'items'])
  })

  it('gives the result to those who read the events, and to those who do not', async () => {
    const model = scriptedModel(() => [call(written)])
    const read = extractStream({ model, schema: order, prompt })
    const [result] = await Promise.all([read.result, collect(read)])
    expect(result.output.items[1]).toEqual({ name: 'bolt', count: 4 })
    expect((await extractStream({ model, schema: order, prompt }).result).output).toEqual(result.output)
    expect(model.calls).toHaveLength(2)
    expect(await failed(collect(read))).toMatchObject({ code: 'busy' })
  })

  it('sends nothing before it is read', async () => {
    const model = scriptedModel(() => [call(written)])
    extractStream({ model, schema: order, prompt })
    await new Promise((resolve) => setTimeout(resolve, 5))
    expect(model.calls).toHaveLength(0)
  })

  it('gives the items of a list at the root as they close, in their final type', async () => {
    const schema = z.array(z.object({ n: z.string().transform(Number) }))
    const model = scriptedModel([[call({ value: [{ n: '1' }, { n: '2' }] })]], { deltaLength: 1 })
    const stream = extractStream({ model, schema, prompt })
    const items: { n: number }[] = []
    for await (const item of stream.elements()) {
      expectTypeOf(item).toEqualTypeOf<{ n: number }>()
      items.push(item)
    }
    expect(items).toEqual([{ n: 1 }, { n: 2 }])
    expect((await stream.result).output).toEqual(items)
    const scalars = scriptedModel([[call({ value: ['a', 'b'] })]])
    expect(await collect(extractStream({ model: scalars, schema: z.array(z.string()), prompt }).elements())).toEqual([
      'a',
      'b',
    ])
  })

  it('gives items that only a repair made right at the end, in their order', async () => {
    const schema = z.array(z.object({ n: z.number() }))
    const model = scriptedModel([[call({ value: [{ n: 1 }, { n: '2' }, { n: 3 }] })]])
    const items = await collect(extractStream({ model, schema, prompt }).elements())
    expect(items).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }])
  })

  it('has no elements when the root is no list', async () => {
    const model = scriptedModel(() => [call(written)])
    expect(await failed(collect(extractStream({ model, schema: order, prompt }).elements()))).toMatchObject({
      code: 'unsupported',
    })
  })

  it('takes the shape of the dialect back: maps close as a whole, left out members are absent', async () => {
    const schema = z.object({ map: z.record(z.string(), z.object({ n: z.number() })), note: z.string().optional() })
    const model = scriptedModel(
      (request) => {
        const properties = request.output?.schema.properties as { map: { type: string } }
        expect(properties.map.type).toBe('array')
        return JSON.stringify({ map: [{ key: 'a', value: { n: 1 } }], note: null })
      },
      {
        capabilities: { outputSchema: true, schemas: { output: { closedObjects: true, allRequired: true } } },
        deltaLength: 1,
      },
    )
    const events = await collect(extractStream({ model, schema, prompt }))
    expect(events.filter(({ type }) => type === 'closed')).toEqual([
      { type: 'closed', at: 'map', path: ['map'], value: { a: { n: 1 } } },
    ])
    expect(events.at(-2)).toEqual({ type: 'partial', value: { map: { a: { n: 1 } } } })
  })

  it('says when to forget what was shown: a wrong answer, a lost connection', async () => {
    const lost: ScriptedAnswer = {
      content: [call({ id: 1, items: [] })],
      error: new AgentError('stream-truncated', 'Lost.', { retryable: true }),
    }
    const model = scriptedModel([lost, [call({ id: 'x', items: [] })], [call({ id: 3, items: [] })]], {
      deltaLength: 1000,
    })
    const events = await collect(extractStream({ model, schema: order, prompt, use: [retry({ baseDelayMs: 0 })] }))
    expect(events).toEqual([
      { type: 'partial', value: { id: 1, items: [] } },
      { type: 'closed', at: 'items', path: ['items'], value: [] },
      { type: 'restart', reason: 'Lost.' },
      { type: 'partial', value: { id: 'x', items: [] } },
      { type: 'closed', at: 'items', path: ['items'], value: [] },
      { type: 'restart', reason: expect.stringContaining('- id: ') },
      { type: 'partial', value: { id: 3, items: [] } },
      { type: 'closed', at: 'items', path: ['items'], value: [] },
      { type: 'done', extraction: expect.objectContaining({ output: { id: 3, items: [] } }) },
    ])
  })

  it('takes no items back: elements fail when the answer begins anew after some were given out', async () => {
    const model = scriptedModel([[call({ value: [1, 'x'] })], [call({ value: [1, 2] })]])
    const elements = extractStream({ model, schema: z.array(z.number()), prompt }).elements()
    expect(await elements.next()).toEqual({ done: false, value: 1 })
    const error = await failed(elements.next())
    expect(error).toMatchObject({ code: 'incomplete' })
    expect(error.message).toContain('after 1 items')
  })

  it('aborts the call when its reader leaves, also one that waits', async () => {
    const model = scriptedModel(() => ({ content: [call(written)], delayMs: 20 }))
    const signals: AbortSignal[] = []
    const spy: Middleware = {
      name: 'spy',
      async *run(given, next) {
        signals.push(given.run.signal)
        return yield* next(given)
      },
    }
    const left = extractStream({ model, schema: order, prompt, use: [spy] })
    for await (const _event of left) break
    expect(signals[0]?.aborted).toBe(true)
    expect(await failed(left.result)).toMatchObject({ code: 'aborted' })

    const slow = scriptedModel(() => ({ content: [call(written)], delayMs: 30_000 }))
    const waiting = extractStream({ model: slow, schema: order, prompt, use: [spy] })
    const iterator = waiting[Symbol.asyncIterator]()
    const first = failed(iterator.next())
    await new Promise((resolve) => setTimeout(resolve, 5))
    await iterator.return?.()
    await first
    expect(signals[1]?.aborted).toBe(true)
  })

  it('shows the first call of the answer tool and no other', async () => {
    const other = { type: 'tool-call', id: 'c0', name: 'other', input: { id: 8 } } as const
    const second = { type: 'tool-call', id: 'c2', name: 'answer', input: { id: 9 } } as const
    const broken = { ...call({}), malformedInput: '{"id":1,"items":[' } as AssistantPart
    const model = scriptedModel([[other, broken, second, other], [call({ id: 2, items: [] })]], { deltaLength: 1000 })
    const events = await collect(extractStream({ model, schema: order, prompt }))
    const partials = events.flatMap((event) => (event.type === 'partial' ? [event.value] : []))
    expect(partials).toEqual([
      { id: 1, items: [] },
      { id: 2, items: [] },
    ])
  })

  it("does not take the words of a layer's own call for the answer", async () => {
    const judge = scriptedModel(() => '{"id": 999, "items": []}', { deltaLength: 1000 })
    const layer: Middleware = {
      name: 'judge',
      async *model(given, next) {
        if (!given.key.includes('attempt')) return yield* next(given)
        yield* given.run.model({ name: 'before', model: judge, request: given.request })
        const result = yield* next(given)
        yield* given.run.model({ name: 'after', model: judge, request: given.request })
        return result
      },
    }
    const model = scriptedModel(['{"id":1,"items":[]}'], { capabilities: { outputSchema: true }, deltaLength: 1000 })
    const events = await collect(extractStream({ model, schema: order, prompt, use: [layer] }))
    expect(events.map(({ type }) => type)).toEqual(['partial', 'closed', 'done'])
    expect(events[0]).toMatchObject({ value: { id: 1 } })
    expect(judge.calls).toHaveLength(2)
  })

  it('fails with the error of the model, keeping what was shown', async () => {
    const broken = new AgentError('unavailable', 'Gone.')
    const model = scriptedModel([{ content: [{ type: 'text', text: '{"id": 7, "items": [' }], error: broken }], {
      capabilities: { outputSchema: true },
    })
    const stream = extractStream({ model, schema: order, prompt })
    const error = await failed(collect(stream))
    expect(error).toBe(broken)
    expect(await failed(stream.result)).toBe(broken)
    expect(failureOf(error)).toMatchObject({ partial: { id: 7, items: [] }, attempts: [] })
    expect(error.partial.message.content[0].text).toContain('"id": 7')
  })

  it('throws bad options when it is read', async () => {
    const model = scriptedModel(() => [call(written)])
    const stream = extractStream({ model, schema: order, prompt, maxRetries: -1 })
    expect(await failed(stream.result)).toMatchObject({ code: 'invalid-config' })
  })

  it('stays linear: an object of 1 MB in small pieces', { timeout: 60_000 }, async () => {
    const timeOf = async (count: number) => {
      const items = Array.from({ length: count }, (_, index) => ({
        name: `part ${index} of many others`,
        count: `${index}`,
      }))
      const text = JSON.stringify({ id: 1, items })
      const model = scriptedModel([text], { capabilities: { outputSchema: true }, deltaLength: 20 })
      const startedMs = performance.now()
      let closed = 0
      for await (const event of extractStream({ model, schema: order, prompt })) {
        if (event.type === 'closed') closed += 1
      }
      expect(closed).toBe(count + 1)
      return (performance.now() - startedMs) / text.length
    }
    const bestOf = async (count: number) => Math.min(await timeOf(count), await timeOf(count), await timeOf(count))
    // Four times the text takes four times as long, give or take; were it quadratic, a character would cost four times.
    expect((await bestOf(16_000)) / (await bestOf(4_000))).toBeLessThan(2.5)
  })
})

describe('the types of a stream', () => {
  const schema = z.object({
    name: z.string(),
    kind: z.enum(['a', 'b']),
    when: z.string().transform((text) => new Date(text)),
    tags: z.array(z.string()),
    pair: z.tuple([z.number(), z.string()]),
    address: z.object({ city: z.string(), lines: z.array(z.object({ text: z.string() })) }).optional(),
  })
  type Event = ExtractEvent<typeof schema>
  type Closed = Extract<Event, { type: 'closed' }>

  it('are deep-partial before transforms for snapshots', () => {
    expectTypeOf<Extract<Event, { type: 'partial' }>['value']>().toEqualTypeOf<{
      readonly name?: string
      readonly kind?: string
      readonly when?: string
      readonly tags?: readonly string[]
      readonly pair?: readonly [number?, string?]
      readonly address?: { readonly city?: string; readonly lines?: readonly { readonly text?: string }[] } | undefined
    }>()
    expectTypeOf<DeepPartial<number | null>>().toEqualTypeOf<number | null>()
  })

  it('are final for closed parts, by their place', () => {
    type At<Place extends string> = Extract<Closed, { at: Place }>['value']
    expectTypeOf<At<'address.lines.*'>>().toEqualTypeOf<{ text: string }>()
    expectTypeOf<At<'address'>>().toEqualTypeOf<{ city: string; lines: { text: string }[] }>()
    expectTypeOf<At<'tags'>>().toEqualTypeOf<string[]>()
    expectTypeOf<At<'name'>>().toEqualTypeOf<never>()
    type Item = Extract<ExtractEvent<z.ZodArray<z.ZodNumber>>, { at: '*' }>['value']
    expectTypeOf<Item>().toEqualTypeOf<number>()
  })

  it('narrow by place', () => {
    const seen = (event: Event) => {
      if (event.type === 'closed' && event.at === 'address.lines.*')
        expectTypeOf(event.value.text).toEqualTypeOf<string>()
      // @ts-expect-error a partial value has no final members
      if (event.type === 'partial') event.value.name.length
    }
    expect(seen).toBeTypeOf('function')
  })
})
