import { hooks } from '@x/agent-loop'
import { retry } from '@x/agent-loop/retry'
import { jsonSchema } from '@x/tools/schema'
import type { AssistantPart, JsonValue, Message, Middleware, ModelRequest, RunContext } from '@x/types'
import { AgentError } from '@x/types'
import type { ScriptedTurn } from '@x/types/testing'
import { scriptedModel } from '@x/types/testing'
import { type } from 'arktype'
import * as fc from 'fast-check'
import * as v from 'valibot'
import { describe, expect, expectTypeOf, it } from 'vitest'
import * as z from 'zod'
import type { ExtractAttempt } from '../src/index.js'
import { extract, failureOf } from '../src/index.js'

const person = z.object({ name: z.string(), age: z.number().min(0) })
const prompt = 'Ada is 36.'
const question: Message = { role: 'user', content: [{ type: 'text', text: prompt }] }
const usage = { inputTokens: 10, outputTokens: 5, totalTokens: 15, cacheReadTokens: 2 }

const call = (input: JsonValue, id = 'c1', name = 'answer'): AssistantPart => ({ type: 'tool-call', id, name, input })
const counted = (...content: AssistantPart[]): ScriptedTurn => ({ content, usage })
const oops = new Error('oops')
const fail = () => {
  throw oops
}
const failed = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error) => error,
  )

describe('extract', () => {
  it('asks with one forced tool and gives the checked answer', async () => {
    const model = scriptedModel([counted(call({ name: 'Ada', age: 36 }))])
    const result = await extract({ model, schema: person, prompt, system: 'Be exact.' })
    expect(model.calls.map(({ request }) => request)).toEqual([
      {
        messages: [{ ...question, id: expect.any(String) }],
        system: [{ type: 'text', text: 'Be exact.' }],
        tools: [
          {
            name: 'answer',
            description: 'Takes the answer.',
            inputSchema: {
              type: 'object',
              properties: { name: { type: 'string' }, age: { type: 'number', minimum: 0 } },
              required: ['name', 'age'],
            },
          },
        ],
        toolChoice: { tool: 'answer' },
      },
    ])
    expect(result).toMatchObject({
      output: { name: 'Ada', age: 36 },
      mode: 'tool',
      usage,
      attempts: [{ stopReason: 'tool-use' }],
    })
    expect(result.message.content).toEqual([call({ name: 'Ada', age: 36 })])
    expect(result.attempts).toHaveLength(1)
    expect(result.repairs).toEqual([])
  })

  it('types the output from zod, valibot, arktype and JSON Schema, after transforms', async () => {
    const model = scriptedModel(() => [call({ n: '7' })])
    const fromZod = await extract({ model, prompt, schema: z.object({ n: z.string().transform(Number) }) })
    expectTypeOf(fromZod.output).toEqualTypeOf<{ n: number }>()
    expect(fromZod.output).toEqual({ n: 7 })
    const fromValibot = await extract({
      model,
      prompt,
      schema: v.object({ n: v.pipe(v.string(), v.transform(Number)) }),
    })
    expectTypeOf(fromValibot.output).toEqualTypeOf<{ n: number }>()
    expect(fromValibot.output).toEqual({ n: 7 })
    const fromArktype = await extract({ model, prompt, schema: type({ n: 'string.numeric.parse' }) })
    expectTypeOf(fromArktype.output).toEqualTypeOf<{ n: number }>()
    expect(fromArktype.output).toEqual({ n: 7 })
    const fromJson = await extract({ model, prompt, schema: { type: 'object' } })
    expectTypeOf(fromJson.output).toEqualTypeOf<JsonValue>()
    const fromTypedJson = await extract({ model, prompt, schema: jsonSchema<{ n: string }>({ type: 'object' }) })
    expectTypeOf(fromTypedJson.output).toEqualTypeOf<{ n: string }>()
    // @ts-expect-error neither a prompt nor messages
    expect(await failed(extract({ model, schema: person }))).toMatchObject({ code: 'invalid-messages' })
  })

  it.each([
    ['a list', z.array(z.number()), [1, 2]],
    ['an enum', z.enum(['red', 'green']), 'green'],
    ['a union', z.union([z.object({ a: z.string() }), z.null()]), null],
  ])('takes a schema whose root is %s', async (_what, schema, output) => {
    const model = scriptedModel([[call({ value: output })]])
    expect((await extract({ model, schema, prompt })).output).toEqual(output)
  })

  it('asks again with the failing paths only, every call answered, and adds usage up', async () => {
    const wrong = [call({ name: 'SECRET', age: -1 }), call({ name: {}, age: 1 }, 'c2'), call({}, 'c3', 'reply')]
    const model = scriptedModel([counted(...wrong), counted(call({ name: 'Ada', age: 36 }))])
    const result = await extract({ model, schema: person, prompt })
    expect(result.output).toEqual({ name: 'Ada', age: 36 })
    expect(result.usage).toEqual({ inputTokens: 20, outputTokens: 10, totalTokens: 30, cacheReadTokens: 4 })
    const [first, second, third] = model.calls[1]?.request.messages ?? []
    expect(first).toMatchObject(question)
    expect(second).toMatchObject({ role: 'assistant', content: wrong })
    const results = third?.role === 'tool' ? third.content : []
    expect(results).toMatchObject([
      { type: 'tool-result', id: 'c1', isError: true },
      { type: 'tool-result', id: 'c2', isError: true },
      { type: 'tool-result', id: 'c3', isError: true },
    ])
    const texts = results.map((part) =>
      part.type === 'tool-result' && part.content[0]?.type === 'text' ? part.content[0].text : '',
    )
    expect(texts[0]).toMatch(
      /^The answer does not fit the schema:\n- age: .*\nCall "answer" again with all of it put right\.$/,
    )
    expect(texts[1]).toContain('- name: ')
    expect(texts[2]).toContain('There is no tool "reply".')
    expect(texts.join()).not.toContain('SECRET')
    expect(result.attempts.map(({ problem }) => problem === undefined)).toEqual([false, true])
  })

  it('takes the first of several calls that fits', async () => {
    const model = scriptedModel([[call({ name: 1 }), call({ name: 'Ada', age: 36 }, 'c2')]])
    expect((await extract({ model, schema: person, prompt })).output).toEqual({ name: 'Ada', age: 36 })
  })

  it('asks again for text, for broken JSON, and for nothing at all', async () => {
    const broken: AssistantPart = {
      type: 'tool-call',
      id: 'c1',
      name: 'answer',
      input: {},
      malformedInput: '{"name": ',
    }
    const model = scriptedModel(['Ada is 36.', [broken], { content: [] }, [call({ name: 'Ada', age: 36 })]])
    const result = await extract({ model, schema: person, prompt, maxRetries: 3 })
    expect(result.attempts.map(({ problem }) => problem)).toEqual([
      'There was no answer.',
      'The arguments are not valid JSON.',
      'There was no answer.',
      undefined,
    ])
    const correction = (index: number) => model.calls[index]?.request.messages.slice(1)
    const notCalled = {
      role: 'user',
      content: [{ type: 'text', text: expect.stringContaining('did not call the tool "answer"') }],
    }
    expect(correction(1)).toMatchObject([{ role: 'assistant' }, notCalled])
    expect(correction(2)).toMatchObject([
      { role: 'assistant' },
      { role: 'tool', content: [{ id: 'c1', isError: true }] },
    ])
    // A message without content cannot be sent back.
    expect(correction(3)).toMatchObject([notCalled])
  })

  it('leaves the given messages alone and shows only the last wrong answer', async () => {
    const model = scriptedModel(['no', 'no again', [call({ name: 'Ada', age: 36 })]])
    const messages: Message[] = Object.freeze([question]) as Message[]
    await extract({ model, schema: person, messages, prompt: 'Who is it?' })
    expect(model.calls.map(({ request }) => request.messages.length)).toEqual([2, 4, 4])
    expect(model.calls[2]?.request.messages[2]).toMatchObject({ content: [{ text: 'no again' }] })
    expect(messages).toEqual([question])
  })

  it('gives up after maxRetries with every attempt, the last message and all usage', async () => {
    const model = scriptedModel(() => counted(call({ name: 'SECRET' })))
    const error = await failed(extract({ model, schema: person, prompt, maxRetries: 1 }))
    expect(error).toMatchObject({
      code: 'invalid-output',
      partial: { usage: { totalTokens: 30 }, message: { role: 'assistant' } },
    })
    expect(error.message).toMatch(/gave no right answer in 2 attempts\..*- age: /s)
    expect(error.message).not.toContain('SECRET')
    expect(failureOf(error)?.attempts).toHaveLength(2)
    expect(failureOf(error)?.mode).toBe('tool')
    expect(model.calls).toHaveLength(2)
  })

  it.each([
    ['length', 'incomplete'],
    ['context-window', 'context-overflow'],
    ['filtered', 'guardrail'],
  ] as const)(
    'never takes an answer that stopped for %s as whole, and does not ask again',
    async (stopReason, code) => {
      const model = scriptedModel(() => ({ content: [call({ name: 'Ada', age: 36 })], stopReason, usage }))
      const error = await failed(extract({ model, schema: person, prompt }))
      expect(error).toMatchObject({ code, partial: { usage, message: { stopReason } } })
      expect(failureOf(error)?.attempts).toHaveLength(1)
      expect(model.calls).toHaveLength(1)
    },
  )

  it('asks again after a malformed call even if what can be read of it fits', async () => {
    const good = [call({ name: 'Ada', age: 36 })]
    const model = scriptedModel([{ content: good, stopReason: 'malformed' }, good])
    expect((await extract({ model, schema: person, prompt })).attempts).toHaveLength(2)
  })

  it('takes an answer that a guardrail only anonymised, and fails when it withheld it', async () => {
    const anonymised = scriptedModel([{ content: [call({ name: '{NAME}', age: 36 })], stopReason: 'guardrail' }])
    expect((await extract({ model: anonymised, schema: person, prompt })).output.name).toBe('{NAME}')
    const withheld = scriptedModel(() => ({ content: [{ type: 'text', text: 'Sorry.' }], stopReason: 'guardrail' }))
    expect(await failed(extract({ model: withheld, schema: person, prompt }))).toMatchObject({ code: 'guardrail' })
    expect(withheld.calls).toHaveLength(1)
  })

  it('passes errors of the model on, with the usage of all attempts', async () => {
    const throttled = new AgentError('throttled', 'Slow down.', { retryable: true, partial: { usage } })
    const model = scriptedModel([counted({ type: 'text', text: 'no' }), throttled])
    const error = await failed(extract({ model, schema: person, prompt }))
    expect(error).toBe(throttled)
    expect(error.partial.usage.totalTokens).toBe(30)
    expect(failureOf(error)?.attempts).toHaveLength(1)
  })

  it('stops when it is aborted, also between attempts, and hands signal and config on', async () => {
    const abort = new AbortController()
    const model = scriptedModel((_request, turn) => {
      if (turn === 0) abort.abort()
      return 'no'
    })
    const error = await failed(
      extract({ model, schema: person, prompt, signal: abort.signal, config: { temperature: 0 } }),
    )
    expect(error).toMatchObject({ code: 'aborted' })
    expect(model.calls.map(({ config }) => config.temperature)).toEqual([0])
    expect(await failed(extract({ model, schema: person, prompt, signal: abort.signal }))).toMatchObject({
      code: 'aborted',
    })
    expect(model.calls).toHaveLength(1)
  })

  it('goes on once with a larger limit when an answer was cut, without showing the cut one', async () => {
    const cut: ScriptedTurn = { content: [call({ name: 'Ada', age: 36 })], stopReason: 'length', usage }
    const model = scriptedModel([cut, counted(call({ name: 'Ada', age: 37 }))])
    const onLength = { maxTokens: 9000 }
    const result = await extract({ model, schema: person, prompt, maxRetries: 0, config: { temperature: 0 }, onLength })
    expect(result).toMatchObject({ output: { age: 37 }, usage: { totalTokens: 30 } })
    expect(result.attempts.map(({ stopReason }) => stopReason)).toEqual(['length', 'tool-use'])
    expect(model.calls.map(({ config }) => [config.temperature, config.maxTokens])).toEqual([
      [0, undefined],
      [0, 9000],
    ])
    expect(model.calls[1]?.request).toEqual(model.calls[0]?.request)
    const again = scriptedModel(() => cut)
    expect(await failed(extract({ model: again, schema: person, prompt, onLength }))).toMatchObject({
      code: 'incomplete',
    })
    expect(again.calls).toHaveLength(2)
  })

  it('puts nearly right answers right without asking again, and says how', async () => {
    const model = scriptedModel(() => [call({ name: 'Ada', age: '36' })])
    const { output, attempts, repairs } = await extract({ model, schema: person, prompt })
    expect(output).toEqual({ name: 'Ada', age: 36 })
    expect(attempts).toHaveLength(1)
    expect(repairs).toMatchObject([{ path: 'age' }])
    expect(attempts[0]?.repairs).toBe(repairs)
    const error = await failed(extract({ model, schema: person, prompt, repair: false, maxRetries: 0 }))
    expect(failureOf(error)?.attempts).toMatchObject([{ repairs: [], problems: [{ path: 'age' }] }])
  })

  it('takes arguments that were written down for the call, and a bare value for its wrapper', async () => {
    const inText = scriptedModel(['Here: {"name":"Ada","age":36}'])
    const found = await extract({ model: inText, schema: person, prompt })
    expect(found.output).toEqual({ name: 'Ada', age: 36 })
    expect(found.repairs).toMatchObject([{ repair: 'took JSON in the text for the call' }])
    const bare = scriptedModel(['[1, 2]'], { capabilities: { tools: false } })
    const list = await extract({ model: bare, schema: z.array(z.number()), prompt })
    expect(list.output).toEqual([1, 2])
    const broken = scriptedModel([[{ ...call({}), malformedInput: '{"name":"Ada",\'age\': 36,}' } as AssistantPart]])
    const mended = await extract({ model: broken, schema: person, prompt })
    expect(mended.repairs).toMatchObject([{ repair: 'mended the JSON text' }])
  })

  it('asks again for what `validate` objects to, which sees the output and the run', async () => {
    const model = scriptedModel([[call({ name: 'Bob', age: 1 })], [call({ name: 'Ada', age: 1 })]])
    const judge = scriptedModel(['no', 'yes'])
    const validate = async (output: { name: string }, { run }: { run: RunContext }) => {
      const request = { messages: [{ role: 'user', content: [{ type: 'text', text: output.name }] }] } as ModelRequest
      const asked = run.model({ name: `judge-${output.name}`, model: judge, request })
      let result = await asked.next()
      while (!result.done) result = await asked.next()
      const [part] = result.value.message.content
      return part?.type === 'text' && part.text === 'yes' ? undefined : `not about ${output.name}.`
    }
    const { output, attempts } = await extract({ model, schema: person, prompt, validate })
    expect(output.name).toBe('Ada')
    expect(attempts.map(({ problem }) => problem)).toEqual(['The answer is not right: not about Bob.', undefined])
    const broken = extract({
      model: scriptedModel([[call({ name: 'a', age: 1 })]]),
      schema: person,
      prompt,
      validate: fail,
    })
    expect(await failed(broken)).toMatchObject({
      code: 'internal',
      message: 'The extraction failed: oops',
      cause: oops,
    })
  })

  it('tells each attempt as it was checked, also to a listener that fails', async () => {
    const seen: ExtractAttempt[] = []
    const model = scriptedModel(['no', [call({ name: 'Ada', age: 36 })]])
    const warnings: string[] = []
    const watch = hooks({ onEvent: (event) => void (event.type === 'warning' && warnings.push(event.message)) })
    const onAttempt = (attempt: ExtractAttempt) => {
      seen.push(attempt)
      throw oops
    }
    const { attempts } = await extract({ model, schema: person, prompt, onAttempt, use: [watch] })
    expect(seen).toEqual(attempts)
    expect(seen.every(({ durationMs }) => durationMs >= 0)).toBe(true)
    expect(warnings).toEqual(['onAttempt failed: oops', 'onAttempt failed: oops'])
  })

  it('is a run named extract whose layers see every attempt', async () => {
    const keys: string[] = []
    const runs: unknown[] = []
    const spy: Middleware = {
      name: 'spy',
      async *run(given, next) {
        const result = yield* next(given)
        runs.push([given.run.path, given.run.env, result.status, result.messages.map(({ role }) => role)])
        return result
      },
      async *model(given, next) {
        keys.push(given.key)
        return yield* next(given)
      },
    }
    const throttled = new AgentError('throttled', 'Slow down.', { retryable: true, partial: { usage } })
    const model = scriptedModel(['no', throttled, counted(call({ name: 'Ada', age: 36 }))])
    const use = [spy, retry({ baseDelayMs: 0 })]
    const result = await extract({ model, schema: person, prompt, use, env: { user: 1 }, runId: 'r' })
    expect(result.usage.totalTokens).toBe(2 + 15 + 15)
    expect(keys).toEqual(['r/r.0/attempt-1-tool', 'r/r.0/attempt-2-tool'])
    expect(runs).toEqual([[['extract'], { user: 1 }, 'done', ['user', 'assistant', 'tool']]])
  })

  it.each([{ name: 'a b' }, { maxRetries: -1 }, { maxRetries: Number.NaN }, { maxRetries: 1.5 }])(
    'refuses %j before anything is sent',
    async (options) => {
      const model = scriptedModel(['x'])
      expect(await failed(extract({ model, schema: person, prompt, ...options }))).toMatchObject({
        code: 'invalid-config',
      })
      expect(model.calls).toHaveLength(0)
    },
  )

  it('gives a checked answer or invalid-output for anything that a model writes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), async (input) => {
        const model = scriptedModel(() => [call(input as JsonValue)])
        const outcome = await extract({ model, schema: person, prompt, maxRetries: 1 }).catch((error) => error)
        if (outcome instanceof AgentError) expect(outcome.code).toBe('invalid-output')
        else expect(person.safeParse(outcome.output).success).toBe(true)
      }),
      { numRuns: 200 },
    )
  })
})
