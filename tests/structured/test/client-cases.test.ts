import type { Reply, ReplyParts, WireBlock, WireMessage } from '@x/bedrock-local'
import type { ExtractAttempt } from '@x/structured'
import { failureOf, forgetRefusals } from '@x/structured'
import type { CreateOptions, HookName, StructuredClient } from '@x/structured/client'
import { fromModel } from '@x/structured/client'
import type { AnySchema } from '@x/tools/schema'
import type { AgentError, JsonObject, JsonValue, Middleware } from '@x/types'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { InstructorCase, RecordedReply, Thrown } from '../src/instructor-cases.js'
import { casesMissing, differences, instructorCases, modeNames } from '../src/instructor-cases.js'
import type { Served } from '../src/serve.js'
import { serve } from '../src/serve.js'

const byKind = (...kinds: readonly string[]) => instructorCases.filter(({ kind }) => kinds.includes(kind))
const named = (cases: readonly InstructorCase[]) => cases.map((each) => [each.id, each] as const)
const anyModel = 'us.anthropic.claude-sonnet-4-5-20250929-v1:0'

/** Cases that end otherwise here, with what happens instead. */
const otherwise: { readonly [id: string]: string } = {
  'ins.04a.79745': 'a conversation without messages is refused before it is sent',
  'ins.22a.e586c': 'a conversation without messages is refused before it is sent',
  'ins.28b.4e059': 'system may be a text',
  'ins.35c.de355': 'a reply that is no reply is the business of the provider',
  'ins.52a.15bec': 'messages are no templates',
}

let served: Served
let replies: Reply[] = []
beforeAll(async () => {
  served = await serve({ reply: () => replies.shift() ?? { content: [{ text: 'Yes.' }] } })
})
afterAll(() => served.local.close())
beforeEach(() => {
  forgetRefusals()
  start = served.local.requests.length
})
afterEach(() => {
  replies = []
})

let start = 0
const sent = () =>
  served.local.requests.slice(start).map(({ modelId, body, status }) => ({ status, request: { modelId, ...body } }))

/** Inference profiles of Europe are there alone. */
function clientOf({ input, kind }: InstructorCase, use: readonly Middleware[] = []): StructuredClient {
  const { mode, maxRetries = 0, call } = input
  const region = call?.modelId?.startsWith('eu.') ? 'eu-central-1' : 'us-east-1'
  // Some of these requests are none that every model takes.
  const check = kind === 'conversion' ? 'off' : 'repair'
  return fromModel(served.model(anyModel, { region, check }), {
    ...(mode && { mode: modeNames[mode] }),
    maxRetries,
    use,
  })
}

const defaultCall: CreateOptions<AnySchema> = { schema: {}, messages: [{ role: 'user', content: 'x' }] }

function callOf({ input: { call, model } }: InstructorCase): CreateOptions<AnySchema> {
  const { schema: _schema, ...given } = call ?? defaultCall
  return { ...given, ...model } as CreateOptions<AnySchema>
}

function toReply(recorded: RecordedReply | Thrown): Reply {
  if ('throws' in recorded) {
    const { name: error, status, message } = recorded.throws
    return { fault: { type: 'http', status, error, message } }
  }
  const { output, stopReason, usage } = recorded
  return { content: (output.message.content ?? []) as readonly WireBlock[], stopReason, usage } satisfies ReplyParts
}

const failed = (promise: Promise<unknown>): Promise<AgentError> =>
  promise.then(
    (value) => Promise.reject(new Error(`It did not fail: ${JSON.stringify(value)}`)),
    (error: AgentError) => error,
  )

describe.skipIf(casesMissing)(`conversion and modes${casesMissing}`, () => {
  const cases = byKind('conversion', 'mode', 'template').filter(({ id }) => !otherwise[id])

  test.each(named(cases.filter(({ expected }) => !expected.error)))('%s', async (_id, one) => {
    const { request, absent = [], path, equals } = one.expected
    const call = callOf(one)
    const before = structuredClone(call)
    // Only the request is looked at.
    await clientOf(one)
      .create(call)
      .catch(() => undefined)
    expect(call).toEqual(before)
    const [first] = sent()
    if (one.kind === 'mode') expect(first?.status).toBe(200)
    if (request) expect(differences(first?.request, { modelId: anyModel, ...request })).toEqual([])
    for (const member of absent) expect(first?.request).not.toHaveProperty(member)
    if (path) expect(differences(memberAt(first?.request, path), equals)).toEqual([])
  })

  test.each(named(cases.filter(({ expected, rule }) => expected.error && rule !== 31)))(
    '%s is refused before anything is sent',
    async (_id, one) => {
      const error = await failed(clientOf(one).create(callOf(one)))
      expect(error).toMatchObject({ name: 'AgentError', code: 'invalid-messages' })
      for (const word of one.expected.error?.words ?? []) expect(error.message).toContain(word)
      expect(sent()).toEqual([])
    },
  )

  test('the faults of image urls are told apart', async () => {
    const errors = await Promise.all(
      cases
        .filter(({ rule, expected }) => rule === 13 && expected.error)
        .map((one) => failed(clientOf(one).create(callOf(one)))),
    )
    expect(new Set(errors.map(({ message }) => message)).size).toBe(5)
  })

  const wrong: { readonly [member: string]: JsonValue } = {
    age: { age: -1 },
    stars: { stars: 6 },
    seats: { seats: 3 },
    body: { body: 'x'.repeat(281) },
    notes: { notes: ['a'] },
    scores: { scores: [{ key: 'a', value: 'high' }] },
    animal: { animal: { kg: -1 } },
  }
  test.each(named(cases.filter(({ rule }) => rule === 31)))(
    '%s: what the service does not take is told in words and checked here',
    async (_id, one) => {
      const { keyword = '' } = one.expected.error ?? {}
      const [member = ''] = Object.keys(one.input.model?.schema.properties ?? {})
      const input = wrong[member] ?? null
      const { name = '' } = one.input.model ?? {}
      replies = [
        {
          content:
            one.input.mode === 'tools-strict' ? [{ toolUse: { name, input } }] : [{ text: JSON.stringify(input) }],
        },
      ]
      expect(await failed(clientOf(one).create(callOf(one)))).toMatchObject({ code: 'invalid-output' })
      const [first] = sent()
      expect(first?.status).toBe(200)
      const schema = JSON.stringify(schemaOf(first?.request))
      if (keyword !== 'additionalProperties') expect(schema).not.toContain(`"${keyword}"`)
      // An open map is a list of pairs on the wire.
      expect(schema).toContain(keyword === 'additionalProperties' ? '"key"' : '"description"')
    },
  )
})

describe.skipIf(casesMissing)(`replies${casesMissing}`, () => {
  const cases = byKind('parse').filter(({ id }) => !otherwise[id])

  test.each(named(cases.filter(({ expected }) => !expected.error)))('%s is read', async (_id, one) => {
    replies = [toReply(one.input.reply as RecordedReply)]
    expect(await clientOf(one).create({ ...defaultCall, ...callOf(one) })).toEqual(one.expected.value)
  })

  test.each(named(cases.filter(({ expected }) => expected.error)))('%s is refused', async (_id, one) => {
    replies = [toReply(one.input.reply as RecordedReply)]
    const error = await failed(clientOf(one).create({ ...defaultCall, ...callOf(one) }))
    expect(error.code).toBe('invalid-output')
    for (const word of one.expected.error?.words ?? []) expect(error.message).toContain(word)
  })
})

describe.skipIf(casesMissing)(`asking again${casesMissing}`, () => {
  test.each(named(byKind('reask')))('%s', async (_id, one) => {
    const { expected, input } = one
    replies = (input.replies ?? []).map(toReply)
    const told: string[] = []
    const warnings: string[] = []
    const watch: Middleware = {
      name: 'watch',
      async *run(call, next) {
        const step = next(call)
        for (;;) {
          const { done, value } = await step.next()
          if (done) return value
          if (value.type === 'warning') warnings.push(value.message)
          yield value
        }
      },
    }
    const client = clientOf(one, [watch])
    for (const name of ['completion:kwargs', 'completion:error', 'completion:last_attempt'] as const) {
      client.on(name, () => void told.push(name))
    }
    for (const name of Object.keys(input.hooks ?? {})) {
      client.on(name as HookName, () => {
        throw new Error('The handler failed.')
      })
    }
    const call = callOf(one)
    const before = structuredClone(call)
    const outcome = await client.createWithCompletion(call).then(
      ([output, { usage }]) => ({ output, usage, attempts: [] as readonly ExtractAttempt[], code: '' }),
      (error: AgentError) => ({
        output: undefined,
        usage: undefined,
        attempts: failureOf(error)?.attempts ?? [],
        code: error.code,
      }),
    )
    expect(call).toEqual(before)
    const [, second] = sent()
    const messages = (second?.request.messages ?? []) as readonly WireMessage[]
    if (expected.value !== undefined) expect(outcome.output).toEqual(expected.value)
    if (expected.calls !== undefined) expect(sent()).toHaveLength(expected.calls)
    if (expected.usage) expect(outcome.usage).toMatchObject(expected.usage)
    if (expected.secondCallMessages) expect(differences(messages, expected.secondCallMessages)).toEqual([])
    if (expected.secondCallMessagesLength) expect(messages).toHaveLength(expected.secondCallMessagesLength)
    for (const member of expected.secondCallKeeps ?? []) expect(second?.request).toHaveProperty(member)
    const results = messages.flatMap(({ content }) => content.flatMap(({ toolResult }) => toolResult ?? []))
    if (expected.secondCallToolResultIds) {
      expect(results.map(({ toolUseId }) => toolUseId)).toEqual(expected.secondCallToolResultIds)
      expect(results[0]?.status).toBe('error')
    }
    if (expected.secondCallHasNoToolResult) expect(results).toEqual([])
    // No message without content, and never the model's own last.
    for (const { content } of messages) expect(content.length).toBeGreaterThan(0)
    expect(messages.at(-1)?.role ?? 'user').toBe('user')
    if (expected.hooksInOrder) expect(told).toEqual(expected.hooksInOrder)
    if (expected.error) expect(outcome.code).toBe(expected.error.class ?? 'invalid-output')
    if (expected.error?.failedAttempts) expect(outcome.attempts).toHaveLength(expected.error.failedAttempts)
    expect(warnings).toHaveLength(input.hooks ? 1 : 0)
  })

  test('two calls share no history', async () => {
    const one = instructorCases.find(({ rule }) => rule === 46) as InstructorCase
    const client = clientOf(one)
    const call = callOf(one)
    for (const _run of [1, 2]) {
      replies = (one.input.replies ?? []).map(toReply)
      await client.create(call)
    }
    expect(sent().map(({ request }) => request.messages?.length)).toEqual([3, 5, 3, 5])
  })
})

describe.skipIf(casesMissing)(`what is otherwise here${casesMissing}`, () => {
  const find = (id: string) => instructorCases.find((one) => one.id === id) as InstructorCase

  test('all of these cases exist', () => {
    expect(Object.keys(otherwise).filter((id) => !find(id))).toEqual([])
  })

  test.each(['ins.04a.79745', 'ins.22a.e586c'])('%s: there is nothing to ask', async (id) => {
    expect(await failed(clientOf(find(id)).create(callOf(find(id))))).toMatchObject({ code: 'invalid-messages' })
    expect(sent()).toEqual([])
  })

  test('ins.28b.4e059: a system prompt may be a text', async () => {
    const one = find('ins.28b.4e059')
    await clientOf(one)
      .create(callOf(one))
      .catch(() => undefined)
    expect(sent()[0]?.request.system).toMatchObject([
      { text: 'Birds only.' },
      { text: expect.stringContaining('species') },
    ])
  })

  test('ins.52a.15bec: templates are text', async () => {
    const one = find('ins.52a.15bec')
    await clientOf(one).create(callOf(one))
    expect(sent()[0]?.request.system).toEqual([{ text: 'Language: {{ lang }}.' }])
  })
})

describe.skipIf(casesMissing)(`modes and streams${casesMissing}`, () => {
  test.each(named(byKind('mode-name')))('%s', async (_id, { input: { modeName = '' }, expected }) => {
    const make = () => fromModel(served.model(anyModel), { mode: modeName as 'tool' })
    if (expected.error) {
      expect(make).toThrow(/tool.*prompted.*TOOLS.*JSON/)
      return
    }
    const modes = { tools: 'tool', json: 'prompted', 'json-schema': 'native', 'tools-strict': 'strict-tool' }
    replies = [{ content: [{ toolUse: { name: 'answer', input: {} } }, { text: '{}' }] }]
    const schema = { type: 'object' }
    const [, { mode }] = await make().createWithCompletion({ schema, messages: [{ role: 'user', content: 'x' }] })
    expect(mode).toBe(modes[expected.mode ?? 'tools'])
  })

  test('ins.41a: a call that asks for a stream is told where streams are', async () => {
    const [one] = byKind('stream')
    const error = await failed(clientOf(one as InstructorCase).create(callOf(one as InstructorCase)))
    expect(error).toMatchObject({ code: 'invalid-config', message: expect.stringContaining('createPartial') })
  })
})

function memberAt(value: unknown, path: string): unknown {
  return path.split('.').reduce((found, key) => (found as { readonly [key: string]: unknown })?.[key], value)
}

function schemaOf(request: object | undefined): unknown {
  const { outputConfig, toolConfig } = request as { outputConfig?: JsonObject; toolConfig?: JsonObject }
  return outputConfig
    ? JSON.parse(String(memberAt(outputConfig, 'textFormat.structure.jsonSchema.schema')))
    : memberAt(toolConfig, 'tools.0.toolSpec.inputSchema.json')
}
