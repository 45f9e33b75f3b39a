import type { Reply } from '@x/bedrock-local'
import type { ExtractMode, ExtractModeName } from '@x/structured'
import { extract, extractStream, failureOf, forgetRefusals } from '@x/structured'
import type { AnySchema } from '@x/tools/schema'
import type { JsonObject, JsonValue, Message } from '@x/types'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { z } from 'zod'
import { memberAt } from '../src/member-at.js'
import type { Served } from '../src/serve.js'
import { serve } from '../src/serve.js'

/*
 * The rules of an Instructor-shaped library, by their numbers, as far as they are about modes (25 to 33), parsing (34 to
 * 41) and asking again (42 to 49), asked of `extract` itself. Recorded instances of all rules, conversion (1 to 24),
 * providers (50), document names (51) and templates (52) included, are asked of the client: see client-cases.test.ts.
 * Left out here: 27 (calls without a schema), 33's warnings and the hook names of 48 and 49, which only the client has.
 */

const claude = 'us.anthropic.claude-sonnet-4-6'
const nova = 'us.amazon.nova-lite-v1:0'
const bird = z.object({ species: z.string(), count: z.int() })
const right = { species: 'coot', count: 2 }
const prompt = 'Two coots.'
const call = (input: JsonValue, name = 'answer') => ({ toolUse: { name, input: input as JsonObject } })
const text = (words: string) => ({ content: [{ text: words }] })
const said = JSON.stringify(right)

let served: Served
let replies: Reply[] = []
beforeAll(async () => {
  served = await serve({ reply: () => replies.shift() ?? text(said) })
})
afterAll(() => served.local.close())
beforeEach(() => {
  forgetRefusals()
  replies = []
  start = served.local.requests.length
})
let start = 0
const sent = () => served.local.requests.slice(start)
const body = (place = 0) => sent()[place]?.body

const ask = (mode: ExtractModeName, answers: readonly Reply[], more: object = {}) => {
  replies = [...answers]
  const modelId = mode === 'tool' || mode === 'prompted' ? nova : claude
  return extract({ model: served.model(modelId), schema: bird as AnySchema, prompt, mode, maxRetries: 0, ...more })
}
const failing = async (promise: Promise<unknown>) => {
  const error = await promise.then(
    () => new Error('It did not fail.'),
    (error) => error,
  )
  return { error, failure: failureOf(error) }
}
const nativeSchema = () => {
  const found = memberAt(body(), 'outputConfig.textFormat.structure.jsonSchema') as {
    name: string
    description: string
    schema: string
  }
  return { ...found, schema: JSON.parse(found.schema) as JsonObject }
}
const toolSpec = () => memberAt(body(), 'toolConfig.tools.0.toolSpec') as JsonObject

test('25: tool mode sends one tool with a stock description and forces it, and nothing else', async () => {
  await ask('tool', [{ content: [call(right)] }])
  const { toolConfig, ...rest } = body() as JsonObject
  expect(rest).toEqual({ messages: [{ role: 'user', content: [{ text: prompt }] }] })
  expect(toolConfig).toEqual({
    tools: [{ toolSpec: { name: 'answer', description: expect.stringMatching(/\S/), inputSchema: expect.anything() } }],
    toolChoice: { tool: { name: 'answer' } },
  })
})

test('26: name and description are the caller’s', async () => {
  await ask('tool', [{ content: [call(right, 'bird')] }], { name: 'bird', description: 'One bird.' })
  expect(toolSpec()).toMatchObject({ name: 'bird', description: 'One bird.' })
})

test('28: prompted mode names every member, behind the system prompt of the caller', async () => {
  await ask('prompted', [text(said)], { system: 'Be exact.' })
  expect(body()?.system).toEqual([{ text: 'Be exact.' }, { text: expect.stringMatching(/"species".*"count"/) }])
  expect(body()).not.toHaveProperty('toolConfig')
})

test('29: native mode sends the schema as a text, closed at the root and in every definition', async () => {
  const leg = z.object({ to: z.string() }).meta({ id: 'CaseLeg' })
  const schema = z.object({ first: leg, legs: z.array(leg) })
  await ask('native', [text('{"first":{"to":"a"},"legs":[]}')], { schema, name: 'trip', description: 'A trip.' })
  const { name, description, schema: sentSchema } = nativeSchema()
  expect({ name, description }).toEqual({ name: 'trip', description: 'A trip.' })
  expect(sentSchema).toMatchObject({ additionalProperties: false, $defs: { CaseLeg: { additionalProperties: false } } })
  expect(body()).not.toHaveProperty('toolConfig')
})

test('30: strict tools say so, are closed and forced, without native output', async () => {
  await ask('strict-tool', [{ content: [call(right)] }])
  expect(toolSpec()).toMatchObject({ strict: true, inputSchema: { json: { additionalProperties: false } } })
  expect(body()?.toolConfig?.toolChoice).toEqual({ tool: { name: 'answer' } })
  expect(body()).not.toHaveProperty('outputConfig')
})

const bounded: readonly (readonly [keyword: string, schema: z.ZodType, wrong: JsonValue])[] = [
  ['minimum', z.number().min(1), 0],
  ['maximum', z.number().max(1), 2],
  ['exclusiveMinimum', z.number().gt(1), 1],
  ['exclusiveMaximum', z.number().lt(1), 1],
  ['multipleOf', z.number().multipleOf(2), 3],
  ['minLength', z.string().min(2), 'a'],
  ['maxLength', z.string().max(1), 'ab'],
  ['pattern', z.string().regex(/^a/), 'b'],
  ['minItems', z.array(z.string()).min(2), ['a']],
  ['maxItems', z.array(z.string()).max(1), ['a', 'b']],
  ['oneOf', z.discriminatedUnion('k', [z.object({ k: z.literal(1) }), z.object({ k: z.literal(2) })]), { k: 3 }],
]
test.each(
  bounded.flatMap(([keyword, member, wrong]) =>
    (['native', 'strict-tool'] as const).map((mode) => [keyword, mode, member, wrong] as const),
  ),
)('31: %s is not sent in mode %s, also not inside, and holds all the same', async (keyword, mode, member, wrong) => {
  const schema = z.object({ list: z.array(z.object({ member })), choice: z.union([z.null(), member]) })
  const answer = { list: [{ member: wrong }], choice: null }
  const reply = mode === 'native' ? text(JSON.stringify(answer)) : { content: [call(answer)] }
  const { error } = await failing(ask(mode, [reply], { schema, repair: false }))
  expect(error).toMatchObject({ code: 'invalid-output', message: expect.stringContaining('list[0].member') })
  expect(sent().map(({ status }) => status)).toEqual([200])
  const json = mode === 'native' ? nativeSchema().schema : memberAt(toolSpec(), 'inputSchema.json')
  expect(JSON.stringify(json)).not.toContain(`"${keyword}":`)
})

test.each(['native', 'strict-tool'] as const)(
  '31: what %s cannot say at all is refused here, with its place',
  async (mode) => {
    const node: z.ZodType = z.object({
      get next() {
        return node.optional()
      },
    })
    for (const schema of [z.object({ node }), z.object({ any: z.record(z.string(), z.unknown()) })]) {
      const { error } = await failing(ask(mode, [], { schema }))
      expect(error).toMatchObject({ code: 'unsupported', message: expect.stringContaining('#/') })
    }
    expect(sent()).toEqual([])
  },
)

test('32: members may be named like keywords', async () => {
  const schema = z.object({ minimum: z.number(), maxLength: z.string(), oneOf: z.array(z.string()) })
  const answer = { minimum: 1, maxLength: 'a', oneOf: [] }
  expect((await ask('native', [text(JSON.stringify(answer))], { schema })).output).toEqual(answer)
  expect(Object.keys(nativeSchema().schema.properties as JsonObject)).toEqual(['minimum', 'maxLength', 'oneOf'])
})

test('33: Instructor’s names are taken, and an unknown one is told the known ones', async () => {
  const names: readonly (readonly [ExtractModeName, ExtractMode])[] = [
    ['BEDROCK_TOOLS', 'tool'],
    ['tools_strict', 'strict-tool'],
    ['BEDROCK_STRUCTURED_OUTPUTS', 'native'],
    ['md_json', 'prompted'],
  ]
  for (const [name, mode] of names) {
    const reply = mode.endsWith('tool') ? { content: [call(right)] } : text(said)
    expect((await ask(name, [reply])).mode).toBe(mode)
  }
  const { error } = await failing(ask('yaml' as 'tool', []))
  expect(error).toMatchObject({
    code: 'invalid-config',
    message: expect.stringMatching(/native.*prompted.*BEDROCK_JSON/),
  })
})

test('34: the arguments of the call are the answer, beside words too', async () => {
  expect((await ask('tool', [{ content: [{ text: 'I noted it.' }, call(right)] }])).output).toEqual(right)
})

test('35: another tool, no tool and no object are three problems', async () => {
  const problems: (string | undefined)[] = []
  for (const content of [[call(right, 'other')], [{ text: 'I would rather not.' }], [call('coot')]]) {
    problems.push((await failing(ask('tool', [{ content }]))).failure?.attempts[0]?.problem)
  }
  expect(problems).toEqual([
    expect.stringContaining('Call "answer"'),
    'There was no answer.',
    expect.stringContaining('does not fit the schema'),
  ])
})

test.each([
  ['bare', said],
  ['in a fence', `\`\`\`json\n${said}\n\`\`\``],
  ['behind thoughts that hold JSON', `<think>{"species":"owl","count":1}</think>${said}`],
  ['behind thoughts with broken braces, in a fence', `<think>if (x { }} ]</think>\n\`\`\`\n${said}\n\`\`\`\nDone.`],
])('36: JSON is found %s', async (_where, words) => {
  expect((await ask('prompted', [text(words)])).output).toEqual(right)
})

test('37: an escaped line break in a text survives', async () => {
  const answer = { species: 'a\\nb\n"c"\\', count: 1 }
  for (const mode of ['prompted', 'native'] as const) {
    expect((await ask(mode, [text(JSON.stringify(answer))])).output).toEqual(answer)
  }
})

test('38: no text is no answer', async () => {
  const thought = { reasoningContent: { reasoningText: { text: 'Hm.', signature: 'c2ln' } } }
  const { failure } = await failing(ask('native', [{ content: [thought] }]))
  expect(failure?.attempts[0]?.problem).toBe('There was no answer.')
})

test('39: the text behind thoughts is found', async () => {
  const thought = { reasoningContent: { reasoningText: { text: '{"no":1}', signature: 'c2ln' } } }
  expect((await ask('native', [{ content: [thought, { text: said }] }])).output).toEqual(right)
})

test.each<readonly [what: string, words: string, schema: AnySchema, output: JsonValue]>([
  ['the last object wins', `You said {"species":"owl","count":1}. It is ${said}`, bird, right],
  ['brackets of prose are skipped', `[section 2] {Note: x} ${said}`, bird, right],
  ['a list at the root is kept', 'Sure: [2, 3, 5]', z.array(z.int()), [2, 3, 5]],
  ['a list does not hide an object', `[1] and ${said} as in [2]`, bird, right],
  [
    'an inner object does not count',
    '{"in":{"a":1},"b":2}',
    z.object({ in: z.object({ a: z.int() }), b: z.int() }),
    { in: { a: 1 }, b: 2 },
  ],
  [
    'backslashes before a quote',
    String.raw`{"a":"x\\\\","b":"\\\""}`,
    z.object({ a: z.string(), b: z.string() }),
    { a: 'x\\\\', b: '\\"' },
  ],
  ['backticks in a text', '```json\n{"a":"`x` ```y```"}\n```', z.object({ a: z.string() }), { a: '`x` ```y```' }],
])('40: %s', async (_what, words, schema, output) => {
  const made = await ask('prompted', [text(words)], { schema })
  expect(made.output).toEqual(output)
  expect(made.repairs.filter(({ repair }) => repair !== 'put into the member `value`')).toEqual([])
})

test.each(['native', 'strict-tool', 'tool', 'prompted'] as const)('41: mode %s streams', async (mode) => {
  replies = [{ ...(mode.endsWith('tool') ? { content: [call(right)] } : text(said)), deltaLength: 3 }]
  const model = served.model(mode === 'tool' || mode === 'prompted' ? nova : claude)
  const partials: unknown[] = []
  for await (const event of extractStream({ model, schema: bird, prompt, mode })) {
    if (event.type === 'partial') partials.push(event.value)
  }
  expect(partials.length).toBeGreaterThan(2)
  expect(partials.at(-1)).toEqual(right)
})

test('42: a wrong call is answered by its id with an error that names the member, each of several too', async () => {
  const wrong = call({ species: 'coot' })
  await ask('tool', [{ content: [wrong, wrong] }, { content: [call(right)] }], { maxRetries: 1 })
  const messages = body(1)?.messages ?? []
  expect(messages).toHaveLength(3)
  const ids = messages[1]?.content.map(({ toolUse }) => toolUse?.toolUseId)
  expect(messages[2]).toEqual({
    role: 'user',
    content: ids?.map((toolUseId) => ({
      toolResult: { toolUseId, status: 'error', content: [{ text: expect.stringContaining('count') }] },
    })),
  })
})

test('43: words instead of a call are answered in words', async () => {
  await ask('tool', [text('Nice bird.'), { content: [call(right)] }], { maxRetries: 1 })
  const [, wrong, correction] = body(1)?.messages ?? []
  expect(wrong).toEqual({ role: 'assistant', content: [{ text: 'Nice bird.' }] })
  expect(correction).toMatchObject({ role: 'user', content: [{ text: expect.stringContaining('answer') }] })
})

test('44: an answer without content is asked for again, and no empty message is sent', async () => {
  await ask('prompted', [{ content: [] }, text(said)], { maxRetries: 1 })
  expect(body(1)?.messages?.map(({ content }) => content.length)).not.toContain(0)
  expect(body(1)?.messages?.at(-1)?.role).toBe('user')
})

test('45: a wrong native answer is asked for again with the same output format', async () => {
  await ask('native', [text('{"species":"coot"}'), text(said)], { maxRetries: 1 })
  expect(body(1)?.messages?.map(({ role }) => role)).toEqual(['user', 'assistant', 'user'])
  expect(JSON.stringify(body(1)?.messages?.[2])).toContain('count')
  expect(body(1)?.outputConfig).toEqual(body(0)?.outputConfig)
})

test('46: the caller’s messages stay as they were, and two extractions share nothing', async () => {
  const messages: Message[] = [{ role: 'user', content: [{ type: 'text', text: prompt }] }]
  const before = structuredClone(messages)
  for (const _run of [1, 2])
    await ask('prompted', [text('no'), text(said)], { messages, prompt: undefined, maxRetries: 1 })
  expect(messages).toEqual(before)
  expect(sent().map(({ body: { messages } }) => messages?.length)).toEqual([1, 3, 1, 3])
})

test('47: one retry is two calls, with the usage of both on success and all attempts on failure', async () => {
  const usage = { inputTokens: 10, outputTokens: 5, totalTokens: 15 }
  const wrong = { ...text('no'), usage }
  const made = await ask('prompted', [wrong, { ...text(said), usage }], { maxRetries: 1 })
  expect(made.usage).toMatchObject({ inputTokens: 20, outputTokens: 10, totalTokens: 30 })
  const { error, failure } = await failing(ask('prompted', [wrong, wrong], { maxRetries: 1 }))
  expect(error).toMatchObject({ code: 'invalid-output', partial: { usage: { totalTokens: 30 } } })
  expect(failure?.attempts).toHaveLength(2)
  expect(sent()).toHaveLength(4)
})

test('48: an error of the service is not asked again', async () => {
  const fault = { type: 'http', status: 403, error: 'AccessDeniedException', message: 'No.' } as const
  const { error, failure } = await failing(ask('prompted', [{ fault }], { maxRetries: 3 }))
  expect(error.code).toBe('access-denied')
  expect(failure?.attempts).toEqual([])
  expect(sent()).toHaveLength(1)
})

test('49: a listener that throws does not break the extraction', async () => {
  const onAttempt = () => {
    throw new Error('oops')
  }
  expect((await ask('prompted', [text(said)], { onAttempt })).output).toEqual(right)
})
