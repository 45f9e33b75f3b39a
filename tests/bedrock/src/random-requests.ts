import type {
  AssistantPart,
  CachePointPart,
  Message,
  ModelRequest,
  SystemPart,
  ToolChoice,
  ToolResultContent,
  UserPart,
} from '@x/types'
import fc from 'fast-check'

const png = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8/5+hHgAHggJ/PchI7wAAAABJRU5ErkJggg=='

const text = fc
  .constantFrom('', '  \n', 'Hello', 'So?', 'a\u0000b')
  .map((value) => ({ type: 'text', text: value }) as const)
const callId = fc.constantFrom('t1', 't2', 't3', 'a b', 'x'.repeat(80), '')
const toolName = fc.constantFrom('add', 'look', 'no.such tool', '')
const json = fc.constantFrom(null, 3, 'text', [1], { a: 1 })
const source = fc.oneof(
  { weight: 5, arbitrary: fc.constant({ type: 'base64', base64: png } as const) },
  { weight: 1, arbitrary: fc.constant({ type: 's3', uri: 's3://bucket/key' } as const) },
)

const cachePoint: fc.Arbitrary<CachePointPart> = fc
  .constantFrom('5m', '1h', undefined)
  .map((ttl) => ({ type: 'cache-point', ...(ttl && { ttl }) }) as const)

const image = fc
  .record({ format: fc.constantFrom('png', 'jpeg', 'webp', 'jpg'), source })
  .map(({ format, ...rest }) => ({ type: 'image', format: format as 'png', ...rest }) as const)

const document = fc
  .record({
    name: fc.constantFrom('report', 'report', 'my_report  (1).pdf', 'Übersicht', ''),
    format: fc.constantFrom('txt', 'pdf', 'csv'),
    citations: fc.boolean(),
  })
  .map((members) => ({ type: 'document', source: { type: 'base64', base64: 'YWJj' }, ...members }) as const)

const video = source.map((where) => ({ type: 'video', format: 'mp4', source: where }) as const)

const rare = <Value>(arbitrary: fc.Arbitrary<Value>) => ({ weight: 1, arbitrary })
const common = <Value>(arbitrary: fc.Arbitrary<Value>) => ({ weight: 6, arbitrary })

const userPart: fc.Arbitrary<UserPart> = fc.oneof(
  common(text),
  rare(image),
  rare(document),
  rare(video),
  rare(cachePoint),
)

const reasoning = fc
  .constantFrom({ text: 'hm', signature: 'c2ln' }, { text: 'hm' }, { redacted: 'YWJj' })
  .map((members) => ({ type: 'reasoning', ...members }) as const)

const call = fc
  .record({ id: callId, name: toolName, input: json })
  .map((members) => ({ type: 'tool-call', ...members }) as const)

const assistantPart: fc.Arbitrary<AssistantPart> = fc.oneof(
  common(text),
  common(call),
  rare(reasoning),
  rare(cachePoint),
)

const resultContent: fc.Arbitrary<ToolResultContent> = fc.oneof(
  common(text),
  common(json.map((value) => ({ type: 'json', value }) as const)),
  rare(image),
  rare(document),
  rare(video),
)

const result = fc
  .record({ id: callId, content: fc.array(resultContent, { maxLength: 2 }), isError: fc.boolean() })
  .map((members) => ({ type: 'tool-result', ...members }) as const)

/** Conversations with every mistake that the check knows, and orders that no loop would make. */
function message(modelId: string): fc.Arbitrary<Message> {
  const author = fc.constantFrom(
    undefined,
    { provider: 'aws.bedrock', modelId },
    { provider: 'openai', modelId: 'gpt' },
  )
  return fc.oneof(
    fc.array(userPart, { maxLength: 3 }).map((content): Message => ({ role: 'user', content })),
    fc
      .record({ content: fc.array(assistantPart, { maxLength: 3 }), model: author })
      .map(({ content, model }): Message => ({ role: 'assistant', content, ...(model && { model }) })),
    fc
      .array(fc.oneof(common(result), rare(cachePoint)), { maxLength: 3 })
      .map((content): Message => ({ role: 'tool', content })),
  )
}

const schema = fc.constantFrom(
  { type: 'object' },
  { type: 'object', properties: null, required: null },
  { properties: { a: { type: 'integer', maximum: 9007199254740991 } } },
  { type: 'string' },
  { type: 'object', anyOf: [{ required: ['a'] }] },
  { type: 'object', properties: { a: { type: 'number', minimum: 1 } }, additionalProperties: false },
)

const tool = fc
  .record({
    name: fc.constantFrom('add', 'look', 'more', 'no good'),
    description: fc.constantFrom(undefined, '', 'Does it.'),
    inputSchema: schema,
    strict: fc.constantFrom(undefined, undefined, true),
  })
  .map(({ description, strict, ...spec }) => ({
    ...spec,
    ...(description !== undefined && { description }),
    ...(strict && { strict }),
  }))

const systemPart: fc.Arbitrary<SystemPart> = fc.oneof(common(text), rare(cachePoint))

const hello: Message = { role: 'user', content: [{ type: 'text', text: 'Hello' }] }

/** Requests of all kinds, most of them wrong somewhere. */
export function randomRequest(modelId: string): fc.Arbitrary<ModelRequest> {
  return fc
    .record({
      hasStart: fc.boolean(),
      messages: fc.array(message(modelId), { maxLength: 6 }),
      hasEnd: fc.boolean(),
      system: maybe(fc.array(systemPart, { maxLength: 3 })),
      tools: maybe(fc.array(fc.oneof(common(tool), rare(cachePoint)), { maxLength: 3 })),
      toolChoice: maybe(fc.constantFrom<ToolChoice[]>('auto', 'any', 'none', { tool: 'add' })),
    } as const)
    .map(({ hasStart, messages, hasEnd, system, tools, toolChoice }) => ({
      messages: [...(hasStart ? [hello] : []), ...messages, ...(hasEnd ? [hello] : [])],
      ...(system && { system }),
      ...(tools && { tools }),
      ...(toolChoice && { toolChoice }),
    }))
}

function maybe<Value>(arbitrary: fc.Arbitrary<Value>): fc.Arbitrary<Value | undefined> {
  return fc.option(arbitrary, { nil: undefined, freq: 1 })
}

const settings = fc.record(
  {
    maxTokens: fc.constantFrom(100, 2000),
    temperature: fc.constantFrom(0, 1),
    topP: fc.constantFrom(0.5, 1),
    additionalRequestFields: fc.constantFrom(
      { thinking: { type: 'enabled', budget_tokens: 1024 } },
      { thinking: { type: 'adaptive' } },
    ),
  },
  { requiredKeys: [] },
)

export const randomSettings = fc.oneof({ weight: 3, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: settings })
