import type { AssistantMessage, JsonObject, Message, ModelRequest, ToolResultPart, UserPart } from '@x/types'
import { describe, expect, it } from 'vitest'
import { isSent } from '../src/check-message.js'
import { checkRequest } from '../src/check-request.js'
import { quirksOf } from '../src/quirks.js'
import { toBlocks } from '../src/to-block.js'

const modelId = 'us.anthropic.claude-sonnet-4-5-20250929-v1:0'
const nova = 'us.amazon.nova-pro-v1:0'
const png = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8/5+hHgAHggJ/PchI7wAAAABJRU5ErkJggg=='

const user = (...parts: (string | UserPart)[]): Message => ({
  role: 'user',
  content: parts.map((part) => (typeof part === 'string' ? { type: 'text', text: part } : part)),
})
const assistant = (...content: AssistantMessage['content']): Message => ({
  role: 'assistant',
  content,
  model: { provider: 'aws.bedrock', modelId },
})
const call = (id: string, name = 'add') => ({ type: 'tool-call', id, name, input: {} }) as const
const result = (id: string, text = 'done'): ToolResultPart => ({
  type: 'tool-result',
  id,
  content: [{ type: 'text', text }],
})
const tool = (...content: ToolResultPart[]): Message => ({ role: 'tool', content })
const text = (value: string) => ({ type: 'text', text: value }) as const
const cachePoint = { type: 'cache-point' } as const
const document = (name: string) =>
  ({ type: 'document', name, format: 'txt', source: { type: 'text', text: 'Plan' } }) as const

function check(messages: readonly Message[], rest: Omit<ModelRequest, 'messages'> = {}, config: object = {}) {
  const { request, findings } = checkRequest({ modelId, ...config }, { messages, ...rest })
  return { request, found: findings.map(({ severity, rule, path }) => `${severity} ${rule} ${path}`), findings }
}

describe('checkRequest', () => {
  it('gives back the very request in which nothing has to be repaired', () => {
    const request: ModelRequest = {
      messages: [user('a'), assistant(call('1')), tool(result('1')), assistant(text('b')), user('c', cachePoint)],
      system: [text('Be brief.'), cachePoint],
      tools: [{ name: 'add', inputSchema: { type: 'object' } }, cachePoint],
    }
    const { request: checked, findings } = checkRequest({ modelId }, request)

    expect(findings).toEqual([])
    expect(checked).toBe(request)
  })

  it('gives the same repaired messages every time, so that what is kept by identity is found again', () => {
    const messages = [user('a'), assistant(call('a b'), call('1'), call('1')), tool(result('a b')), user('b')]
    const first = checkRequest({ modelId }, { messages }).request.messages
    const next = checkRequest({ modelId }, { messages: [...messages, assistant(text('c')), user('d')] }).request
      .messages

    expect(first[0]).toBe(messages[0])
    expect(first[1]).not.toBe(messages[1])
    for (const [index, message] of first.entries()) expect(next[index]).toBe(message)
  })

  it('says where a rule comes from', () => {
    expect(check([user('a'), assistant(call('1'))]).findings[0]).toEqual({
      severity: 'repaired',
      rule: 'unanswered-call',
      path: 'messages.1.content.0',
      source: 'service: "Expected toolResult blocks at ... for the following Ids"',
      message: 'The call of add is not answered.',
      repair: 'answered by an error result',
    })
  })
})

describe('calls and results', () => {
  it('answers a call that nobody answered with an error that the model reads', () => {
    const { request, found } = check([user('a'), assistant(call('1'), call('2')), tool(result('1')), user('b')])

    expect(found).toContain('repaired unanswered-call messages.1.content.1')
    expect(request.messages[2]).toEqual({
      role: 'tool',
      content: [expect.objectContaining({ type: 'tool-result', id: '2', isError: true })],
    })
  })

  it('leaves a result out that answers nothing, unless the turn would be lost with it', () => {
    const { request, found } = check([user('a'), assistant(text('b')), tool(result('ghost')), user('c')])
    expect(found).toContain('repaired orphan-result messages.2.content.0')
    expect(request.messages[2]?.content).toEqual([])

    expect(check([user('a'), assistant(text('b')), tool(result('ghost'))]).found).toEqual([
      'error orphan-result messages.2.content.0',
    ])
  })

  it('moves a late result, and refuses when the assistant would have the last word then', () => {
    const late = [user('a'), assistant(call('1')), user('wait'), assistant(text('still here')), tool(result('1'))]
    expect(check([...late, user('b')]).found).toContain('repaired result-place messages.4.content.0')
    expect(check(late).found).toContain('error result-place messages.4.content.0')
  })

  it('gives calls with one id different ones, and their results the same, in order', () => {
    const { request } = check([user('a'), assistant(call('1'), call('1')), tool(result('1', 'x'), result('1', 'y'))])

    expect(request.messages[1]?.content).toEqual([call('1'), call('1-2')])
    expect(request.messages[2]?.content).toEqual([result('1', 'x'), result('1-2', 'y')])
  })

  it('maps ids that the wire does not take, the same way in calls and results', () => {
    const { request } = check([user('a'), assistant(call('functions/add 0')), tool(result('functions/add 0'))])
    const ids = request.messages.flatMap(({ content }) => content.flatMap((part) => ('id' in part ? [part.id] : [])))

    expect(ids[0]).toMatch(/^functions_add_0_[0-9a-f]{12}$/)
    expect(ids[1]).toBe(ids[0])
  })
})

describe('texts and places', () => {
  it('reports blank text of the caller as repaired and of a model as a note', () => {
    const { request, found } = check([user('a', ' '), assistant(text('\n'), text('b')), user('c')])

    expect(found).toEqual(['repaired blank-text messages.0.content.1', 'note blank-text messages.1.content.0'])
    // Left out on the way to the wire, so the messages stay what they are.
    expect(request.messages[0]?.content).toHaveLength(2)
  })

  it('agrees with the wire on which parts are sent at all', () => {
    const quirks = quirksOf(modelId)
    const parts = [
      ...[text(''), text(' \n'), text('a'), cachePoint, call('1'), result('1')],
      ...([
        { type: 'reasoning', text: 'a' },
        { type: 'reasoning', text: 'a', signature: 'b' },
      ] as const),
      ...([
        { type: 'reasoning', redacted: 'YWJj' },
        { type: 'provider', provider: 'openai', value: {} },
      ] as const),
      { type: 'provider', provider: 'aws.bedrock', value: { text: 'a' } } as const,
    ]
    for (const part of parts) {
      for (const ownFamily of [true, false]) {
        const blocks = toBlocks(part, { quirks, ownFamily, path: '' })
        expect(isSent(part, ownFamily && quirks.replaysReasoning), JSON.stringify(part)).toBe(blocks.length > 0)
      }
    }
  })

  it('wants a user at the beginning only of families that do', () => {
    expect(check([assistant(text('Hi')), user('a')]).found).toEqual([])
    expect(check([assistant(text('Hi')), user('a')], {}, { modelId: nova }).found).toEqual([
      'error conversation-start messages.0',
    ])
  })

  it('refuses roles, parts and places that there are not, and looks no further', () => {
    const odd = [{ role: 'system', content: [] }, user('a', call('1') as never)] as unknown as Message[]
    expect(check(odd).found).toEqual([
      'error message-shape messages.0',
      'error message-shape messages.1.content.1',
      'note tool-config-missing tools',
    ])
  })
})

describe('media', () => {
  it('sends an image under the format of its bytes', () => {
    const image = { type: 'image', format: 'jpeg', source: { type: 'base64', base64: png } } as const
    const { request, found } = check([user('a', image)])

    expect(found).toEqual(['repaired image-format messages.0.content.1'])
    expect(request.messages[0]?.content[1]).toEqual({ ...image, format: 'png' })
  })

  it('refuses images that are too large, and media that the family takes nowhere near here', () => {
    const base64 = `${png.slice(0, -4)}${'A'.repeat(5_300_000)}`
    const large = { type: 'image', format: 'png', source: { type: 'base64', base64 } } as const
    const s3 = { type: 'image', format: 'png', source: { type: 's3', uri: 's3://a/b' } } as const
    const video = { type: 'video', format: 'mp4', source: { type: 'base64', base64: 'YWJj' } } as const
    const data = {
      type: 'image',
      format: 'png',
      source: { type: 'base64', base64: `data:image/png;base64,${png}` },
    } as const

    expect(check([user('a', large, s3, video, data)]).found).toEqual([
      'error image-size messages.0.content.1',
      'error s3-source messages.0.content.2',
      'error media-place messages.0.content.3',
      'error base64 messages.0.content.4',
    ])
    expect(check([user('a', s3, video)], {}, { modelId: nova }).found).toEqual([])
  })

  it('mends names of documents and makes them differ over the whole conversation', () => {
    const messages = [user('a', document('plan_1.txt')), assistant(text('b')), user('c', document('plan_1-txt'))]
    const { request } = check(messages)
    const names = request.messages.flatMap(({ content }) =>
      content.flatMap((part) => ('name' in part ? [part.name] : [])),
    )

    expect(names).toEqual(['plan_1-txt', 'plan_1-txt (2)'])
    expect(check([user(document('plan'))]).found).toEqual(['error document-text messages.0'])
  })
})

describe('cache points', () => {
  it('move before what they may not follow, and go where nothing is before them', () => {
    const thought = { type: 'reasoning', text: 'hm', signature: 'c2ln' } as const
    const { request, found } = check([
      user(cachePoint, 'a', document('plan'), cachePoint),
      assistant(text('b'), thought, cachePoint),
      user('c'),
    ])

    expect(found).toEqual([
      'repaired cache-point-place messages.0.content.3',
      'repaired cache-point-place messages.1.content.2',
      'repaired cache-point-place messages.0.content.0',
    ])
    expect(request.messages.map(({ content }) => content.map(({ type }) => type))).toEqual([
      ['text', 'cache-point', 'document'],
      ['text', 'cache-point', 'reasoning'],
      ['text'],
    ])
  })

  it('are at most four, and none lives longer than one before it', () => {
    const { request, found } = check(
      [user('a', cachePoint), assistant(text('b')), user('c', cachePoint), assistant(text('d')), user('e', cachePoint)],
      { system: [text('s'), cachePoint, text('t'), { ...cachePoint, ttl: '1h' }] },
    )

    expect(found).toEqual(['repaired cache-point-count messages.0.content.1', 'repaired cache-point-ttl system.3'])
    expect(request.system?.[3]).toEqual(cachePoint)
    expect(request.messages[0]?.content).toEqual([text('a')])
  })
})

describe('tools', () => {
  it('repairs what has only one meaning, and refuses the rest', () => {
    const tools = [
      { name: 'a', inputSchema: { properties: null, required: null } },
      { name: 'b', inputSchema: { type: 'object', properties: { n: { type: 'integer', maximum: 2 ** 40 } } } },
      { name: 'b', inputSchema: { type: 'array' } },
      { name: 'c d', inputSchema: { type: 'object', anyOf: [] } },
      { name: 'e', strict: true, inputSchema: { type: 'object', properties: { n: { minimum: 1 } }, required: ['n'] } },
    ]
    const { request, found } = check([user('a')], { tools })

    expect(found).toEqual([
      'repaired tool-schema-null tools.0.inputSchema.properties',
      'repaired tool-schema-null tools.0.inputSchema.required',
      'repaired tool-schema-root tools.0.inputSchema',
      'repaired tool-schema-number tools.1.inputSchema.properties.n.maximum',
      'error tool-schema-root tools.2.inputSchema.type',
      'error tool-name tools.3.name',
      'error tool-schema-union tools.3.inputSchema',
      'error native-schema tools.4.inputSchema',
      'error native-schema tools.4.inputSchema.properties.n',
      'error duplicate-tool-name tools.2.name',
    ])
    expect(request.tools?.slice(0, 2)).toEqual([
      { name: 'a', inputSchema: { type: 'object' } },
      { name: 'b', inputSchema: { type: 'object', properties: { n: { type: 'integer' } } } },
    ])
  })

  it('notes limits at the edge of safe integers, which schema libraries write for every integer', () => {
    const inputSchema = { type: 'object', properties: { n: { type: 'integer', maximum: Number.MAX_SAFE_INTEGER } } }
    expect(check([user('a')], { tools: [{ name: 'a', inputSchema }] }).found).toEqual([
      'note tool-schema-number tools.0.inputSchema.properties.n.maximum',
    ])
  })

  it('finds a schema that holds itself, and one that only names a definition twice', () => {
    const leaf = { type: 'object', properties: {}, additionalProperties: false }
    const schema = (of: JsonObject): JsonObject => ({
      ...leaf,
      properties: { a: { $ref: '#/$defs/n' }, b: { $ref: '#/$defs/n' } },
      $defs: { n: of },
    })
    const output = (of: JsonObject) => ({ output: { name: 'o', schema: schema(of) } }) as const

    expect(check([user('a')], output(leaf)).found).toEqual([])
    expect(check([user('a')], output({ ...leaf, properties: { next: { $ref: '#/$defs/n' } } })).found).toEqual([
      'error native-schema output.schema',
    ])
  })
})

describe('settings', () => {
  const thinking = { type: 'enabled', budget_tokens: 2000 }

  it.each([
    [{ temperature: 0.5, topP: 0.5 }, ['error sampling config.topP']],
    [{ modelId: 'us.anthropic.claude-opus-4-7', temperature: 0 }, ['error sampling config.temperature']],
    [{ modelId: 'anthropic.claude-sonnet-4-5-20250929-v1:0' }, ['warning inference-profile config.modelId']],
    [
      { maxTokens: 2000, temperature: 0, additionalRequestFields: { thinking } },
      ['error thinking-budget config.maxTokens', 'error thinking-sampling config.temperature'],
    ],
    [
      { modelId: 'us.anthropic.claude-opus-4-7', additionalRequestFields: { thinking } },
      ['error thinking-kind config.additionalRequestFields.thinking'],
    ],
    [
      {
        modelId: 'us.amazon.nova-2-lite-v1:0',
        maxTokens: 5,
        additionalRequestFields: { reasoningConfig: { type: 'enabled', maxReasoningEffort: 'high' } },
      },
      ['error reasoning-effort config.maxTokens'],
    ],
  ])('%j together with a plain request: %j', (config, expected) => {
    expect(check([user('a')], {}, config).found).toEqual(expected)
  })

  it('says that a streamed answer with tools is no choice for families that stream none', () => {
    const tools = [{ name: 'add', inputSchema: { type: 'object' } }]
    const llama = 'us.meta.llama4-maverick-17b-instruct-v1:0'
    expect(check([user('a')], { tools }, { modelId: llama, streaming: true }).found).toEqual([
      'error streamed-tools config.streaming',
    ])
    expect(check([user('a')], { tools }, { modelId: llama }).found).toEqual(['note streamed-tools tools'])
  })

  it('wants reasoning back with the calls that are being answered', () => {
    const config = { maxTokens: 4000, additionalRequestFields: { thinking } }
    const thought = { type: 'reasoning', text: 'hm', signature: 'c2ln' } as const
    const turn = (...content: AssistantMessage['content']) => [user('a'), assistant(...content), tool(result('1'))]

    expect(check(turn(thought, call('1')), {}, config).found).toEqual(['note tool-config-missing tools'])
    expect(check(turn(call('1')), {}, config).found).toContain('error thinking-history messages.1')
  })
})
