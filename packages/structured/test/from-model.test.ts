import type { AssistantPart, JsonValue } from '@x/types'
import { AgentError, defineModel } from '@x/types'
import type { ScriptedTurn } from '@x/types/testing'
import { scriptedModel } from '@x/types/testing'
import { type } from 'arktype'
import * as v from 'valibot'
import { describe, expect, expectTypeOf, it } from 'vitest'
import * as z from 'zod'
import type { ChatMessage, Completion, CreateOptions } from '../src/client.js'
import { fromModel } from '../src/client.js'
import { failureOf } from '../src/index.js'

const User = z.object({ name: z.string(), age: z.number() })
const ada = { name: 'Ada', age: 36 }
const messages: ChatMessage[] = [{ role: 'user', content: 'Ada is 36.' }]
const call = (input: JsonValue, id = 'c1', name = 'answer'): AssistantPart => ({ type: 'tool-call', id, name, input })
const wrong: ScriptedTurn = [call({ name: 'Ada' })]
const right: ScriptedTurn = [call(ada)]
const failed = (promise: Promise<unknown>): Promise<AgentError> =>
  promise.then(
    () => Promise.reject(new Error('It did not fail.')),
    (error) => error,
  )
const collect = async <Item>(items: AsyncIterable<Item>) => {
  const all: Item[] = []
  for await (const item of items) all.push(item)
  return all
}

describe('create', () => {
  it('gives the checked answer, by both of its names', async () => {
    const model = scriptedModel(() => right)
    const client = fromModel(model)
    expect(await client.create({ schema: User, messages })).toEqual(ada)
    expect(await client.chat.completions.create({ schema: User, messages, system: 'Be exact.' })).toEqual(ada)
    expect(model.calls[1]?.request).toMatchObject({
      system: [{ type: 'text', text: 'Be exact.' }],
      messages: [{ role: 'user', content: [{ type: 'text', text: 'Ada is 36.' }] }],
      toolChoice: { tool: 'answer' },
    })
    expect(client.model).toBe(model)
  })

  it('takes any schema and types the answer by it', async () => {
    const client = fromModel(scriptedModel(() => [call({ n: '7' })]))
    const zod = await client.create({ messages, schema: z.object({ n: z.string().transform(Number) }) })
    expectTypeOf(zod).toEqualTypeOf<{ n: number }>()
    const valibot = await client.create({ messages, schema: v.object({ n: v.pipe(v.string(), v.transform(Number)) }) })
    expectTypeOf(valibot).toEqualTypeOf<{ n: number }>()
    const ark = await client.create({ messages, schema: type({ n: 'string.numeric.parse' }) })
    expectTypeOf(ark).toEqualTypeOf<{ n: number }>()
    const json = await client.create({ messages, schema: { type: 'object' } })
    expectTypeOf(json).toEqualTypeOf<JsonValue>()
    expect([zod, valibot, ark, json]).toEqual([{ n: 7 }, { n: 7 }, { n: 7 }, { n: '7' }])
  })

  it('refuses wrong calls at compile time and, in plain JavaScript, before anything is sent', async () => {
    const model = scriptedModel(() => right)
    const client = fromModel(model)
    // @ts-expect-error no messages
    expect((await failed(client.create({ schema: User }))).code).toBe('invalid-messages')
    // @ts-expect-error a role that does not exist
    await failed(client.create({ schema: User, messages: [{ role: 'narrator', content: '' }] }))
    // @ts-expect-error a mode that does not exist
    expect((await failed(client.create({ schema: User, messages, mode: 'yaml' }))).code).toBe('invalid-config')
    // @ts-expect-error a mode that does not exist
    expect(() => fromModel(model, { mode: 'yaml' })).toThrow('There is no mode "yaml"')
    // @ts-expect-error Instructor's name in Python
    expect((await failed(client.create({ response_model: User, messages }))).message).toContain('`schema`')
    // @ts-expect-error
    expect((await failed(client.create({ schema: User, messages, stream: true }))).message).toContain('createPartial')
    // @ts-expect-error
    expect((await failed(client.create({ schema: User, messages, timeout: 5 }))).message).toContain('timeoutMs')
    // @ts-expect-error
    expect((await failed(client.create({ schema: User, messages, seed: 5 }))).message).toContain(
      'Its options: additionalModelRequestFields, config',
    )
    // @ts-expect-error a check of another type
    const options: CreateOptions<typeof User> = { schema: User, messages, validate: (age: number) => `${age}` }
    expect(options.schema).toBe(User)
    expect(model.calls).toEqual([])
  })

  it('without a schema gives the completion as it comes, in every mode', async () => {
    const model = scriptedModel(() => [{ type: 'text', text: 'Moo.' }])
    for (const mode of ['native', 'strict-tool', 'tool', 'prompted'] as const) {
      const completion = await fromModel(model, { mode }).create({ messages, system: 'Be a cow.', temperature: 0.4 })
      expectTypeOf(completion).toEqualTypeOf<Completion>()
      expect(completion).toMatchObject({ text: 'Moo.', stopReason: 'end', usage: { totalTokens: 2 } })
      expect(model.calls.at(-1)).toEqual({
        request: {
          messages: [{ role: 'user', id: expect.any(String), content: [{ type: 'text', text: 'Ada is 36.' }] }],
          system: [{ type: 'text', text: 'Be a cow.' }],
        },
        config: { modelId: 'scripted-1', temperature: 0.4 },
      })
    }
  })

  it('without a schema lets the model go on with words that are put into its mouth', async () => {
    const model = scriptedModel(['oo.'])
    const { text } = await fromModel(model).create({ messages: [...messages, { role: 'assistant', content: 'M' }] })
    expect(text).toBe('oo.')
    expect((await failed(fromModel(model).create({ messages: [] }))).code).toBe('invalid-messages')
  })

  it('asks the model and in the way that the call names, and leaves the model as it is', async () => {
    const model = scriptedModel(() => right)
    const client = fromModel(model, { mode: 'BEDROCK_JSON', maxRetries: 0 })
    await client.create({ schema: User, messages, mode: 'tool', model: 'a', modelId: 'b', max_tokens: 5 })
    expect(model.calls[0]?.config).toEqual({ modelId: 'b', maxTokens: 5 })
    expect(model.calls[0]?.request.tools).toHaveLength(1)
    expect(model.config).toEqual({ modelId: 'scripted-1' })
    expect((await failed(client.create({ schema: User, messages }))).code).toBe('invalid-output')
    expect(model.calls).toHaveLength(2)
    expect(model.calls[1]?.request.tools).toBeUndefined()
  })

  it('says which setting its model does not know, before anything is sent', async () => {
    const model = scriptedModel(() => right)
    const error = await failed(fromModel(model).create({ schema: User, messages, top_p: 0.5 }))
    expect(error).toMatchObject({
      code: 'invalid-config',
      message: expect.stringContaining('"topP". Known members: modelId'),
    })
    expect(model.calls).toEqual([])
  })

  it('names the answer after the title and the description of its schema, unless it is told', async () => {
    const model = scriptedModel((request) => [call(ada, 'c1', request.toolChoice && Object(request.toolChoice).tool)])
    const titled = User.meta({ title: 'Person', description: 'Somebody.' })
    const client = fromModel(model)
    await client.create({ schema: titled, messages })
    await client.create({ schema: titled, messages, name: 'human', description: 'Anybody.' })
    await client.create({ schema: User.meta({ title: 'a title, no name' }), messages })
    expect(model.calls.map(({ request }) => request.tools?.[0])).toMatchObject([
      { name: 'Person', description: 'Somebody.' },
      { name: 'human', description: 'Anybody.' },
      { name: 'answer' },
    ])
  })

  it('asks again as often as the call or the client says, and not for ever', async () => {
    const attempts = async (options: object, ofClient = {}) => {
      const client = fromModel(
        scriptedModel(() => wrong),
        ofClient,
      )
      return failureOf(await failed(client.create({ schema: User, messages, ...options })))?.attempts.length
    }
    expect(await attempts({})).toBe(3)
    expect(await attempts({}, { maxRetries: 1 })).toBe(2)
    expect(await attempts({ maxRetries: 0 }, { maxRetries: 1 })).toBe(1)
    expect(await attempts({ maxRetries: 0, max_retries: 3 })).toBe(4)
  })

  it('when strict, takes an answer only as it was written', async () => {
    const client = fromModel(
      scriptedModel(() => [call({ name: 'Ada', age: '36' })]),
      { maxRetries: 0 },
    )
    expect(await client.create({ schema: User, messages })).toEqual(ada)
    expect(await client.create({ schema: User, messages, strict: false })).toEqual(ada)
    expect((await failed(client.create({ schema: User, messages, strict: true }))).code).toBe('invalid-output')
    expect((await failed(client.create({ schema: User, messages, repair: false }))).code).toBe('invalid-output')
  })

  it('leaves all that it is given as it was, over several attempts', async () => {
    const client = fromModel(scriptedModel(() => wrong))
    const options = {
      messages: [{ role: 'system', content: 'a' }, ...messages] as ChatMessage[],
      system: [{ text: 'b' }],
      inferenceConfig: { maxTokens: 5 },
      stop: null,
    }
    const before = structuredClone(options)
    await failed(client.create({ schema: User, ...options }))
    await failed(client.create({ schema: User, ...options }))
    expect(options).toEqual(before)
  })

  it('fails with what was tried', async () => {
    const client = fromModel(scriptedModel([wrong, new AgentError('throttled', 'Slow down.')]))
    const error = await failed(client.create({ schema: User, messages }))
    expect(error.code).toBe('throttled')
    expect(failureOf(error)?.attempts).toHaveLength(1)
    const plain = fromModel(scriptedModel([new AgentError('throttled', 'Slow down.')]))
    expect((await failed(plain.create({ messages }))).code).toBe('throttled')
  })
})

describe('timeoutMs', () => {
  const slow = () => fromModel(scriptedModel(() => ({ content: right as AssistantPart[], delayMs: 60_000 })))

  it('ends a call of any kind with its own error', async () => {
    const options = { messages, timeoutMs: 20 }
    for (const promise of [
      slow().create({ schema: User, ...options }),
      slow().create(options),
      collect(slow().createPartial({ schema: User, ...options })),
      collect(slow().createIterable({ schema: User, ...options })),
    ]) {
      const error = await failed(promise)
      expect(error).toMatchObject({ code: 'timeout', message: 'The call took longer than 20 ms.' })
    }
  })

  it('is not what the caller does', async () => {
    const signal = AbortSignal.abort()
    expect((await failed(slow().create({ schema: User, messages, timeoutMs: 60_000, signal }))).code).toBe('aborted')
    expect((await failed(slow().create({ schema: User, messages, timeoutMs: 0 }))).code).toBe('invalid-config')
  })

  it('keeps what was tried', async () => {
    const model = scriptedModel((_request, turn) => (turn === 0 ? wrong : { content: [], delayMs: 60_000, events: [] }))
    const error = await failed(fromModel(model).create({ schema: User, messages, timeoutMs: 300 }))
    expect(error.code).toBe('timeout')
    expect(failureOf(error)?.attempts).toHaveLength(1)
  })
})

describe('createWithCompletion', () => {
  it('gives the answer and how it came about', async () => {
    const client = fromModel(scriptedModel([wrong, right]))
    const [user, completion] = await client.createWithCompletion({ schema: User, messages })
    expectTypeOf(user).toEqualTypeOf<{ name: string; age: number }>()
    expect(user).toEqual(ada)
    expect(completion).toMatchObject({ mode: 'tool', usage: { totalTokens: 4 }, message: { role: 'assistant' } })
    expect(completion.attempts.map(({ problem }) => problem === undefined)).toEqual([false, true])
  })
})

describe('createPartial', () => {
  it('gives ever larger pieces and at last the checked answer', async () => {
    const schema = z.object({ name: z.string(), age: z.number().transform((years) => `${years} years`) })
    const client = fromModel(scriptedModel([right], { deltaLength: 4 }))
    const pieces = await collect(client.createPartial({ schema, messages }))
    expectTypeOf(pieces[0]).toEqualTypeOf<
      { readonly name?: string; readonly age?: number } | { name: string; age: string } | undefined
    >()
    expect(pieces.at(-1)).toEqual({ name: 'Ada', age: '36 years' })
    expect(pieces.at(-2)).toEqual({ name: 'Ada', age: 36 })
    expect(pieces[0]).toEqual({})
    expect(pieces.length).toBeGreaterThan(3)
  })

  it('throws when no answer was right', async () => {
    const client = fromModel(
      scriptedModel(() => wrong),
      { maxRetries: 1 },
    )
    const error = await failed(collect(client.createPartial({ schema: User, messages })))
    expect(error.code).toBe('invalid-output')
    expect(failureOf(error)?.attempts).toHaveLength(2)
  })

  it('sends nothing before it is read, and ends the call at once when it is left', async () => {
    const signals: AbortSignal[] = []
    const model = defineModel({
      provider: 'hanging',
      config: { modelId: 'a' },
      keys: ['modelId'],
      async *stream(_request, { signal }) {
        signals.push(signal)
        yield { type: 'tool-call-start', id: 'c', name: 'answer' }
        yield { type: 'tool-call-delta', inputText: '{"name": "A' }
        await new Promise((resolve) =>
          signal.aborted ? resolve(undefined) : signal.addEventListener('abort', resolve),
        )
        throw new AgentError('aborted', 'It was aborted.')
      },
    })
    const pieces = fromModel(model).createPartial({ schema: User, messages })
    expect(signals).toEqual([])
    expect((await pieces.next()).value).toEqual({ name: 'A' })
    const pending = pieces.next().catch(({ code }) => code)
    await pieces.return()
    expect(await pending).toBe('aborted')
    expect(signals).toMatchObject([{ aborted: true }])
  })
})

describe('createIterable', () => {
  it('gives each item once, checked and transformed, while the list is written', async () => {
    const item = z.object({ name: z.string().transform((name) => name.toUpperCase()) })
    const list = [{ name: 'Ada' }, { name: 'Grace' }, { name: 'Mary' }]
    const rest: AssistantPart[] = [call({ value: list })]
    const client = fromModel(scriptedModel([rest], { deltaLength: 3 }))
    const items = client.createIterable({ schema: item, messages })
    expectTypeOf(await items.next()).toEqualTypeOf<IteratorResult<{ name: string }, void>>()
    expect(await collect(items)).toEqual([{ name: 'GRACE' }, { name: 'MARY' }])
  })

  it('gives the first item before the last one is written', async () => {
    const list = Array.from({ length: 50 }, (_, index) => ({ n: index }))
    const inner = scriptedModel([[call({ value: list })]], { deltaLength: 8 })
    let sent = 0
    const model = defineModel({
      provider: 'counted',
      config: { modelId: 'a' },
      keys: ['modelId'],
      async *stream(request, { signal }) {
        for await (const event of inner.stream(request, { signal })) {
          sent += 1
          yield event
        }
      },
    })
    const items = fromModel(model).createIterable({ schema: z.object({ n: z.number() }), messages })
    expect((await items.next()).value).toEqual({ n: 0 })
    expect(sent).toBeLessThan(10)
    expect(await collect(items)).toEqual(list.slice(1))
  })

  it('takes a choice of items, and no check of its own', async () => {
    const schema = z.union([z.object({ cat: z.string() }), z.object({ dog: z.string() })])
    const pets = [{ cat: 'Tom' }, { dog: 'Rex' }]
    const client = fromModel(scriptedModel(() => [call({ value: pets })]))
    expect(await collect(client.createIterable({ schema, messages }))).toEqual(pets)
    // @ts-expect-error items are given out one by one
    expect(() => client.createIterable({ schema, messages, validate: () => undefined })).toThrow('no `validate`')
  })
})
