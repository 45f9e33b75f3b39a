import type {
  AssistantPart,
  JsonObject,
  Message,
  ModelEvent,
  ModelRequest,
  ToolResultContent,
  UserPart,
} from '@x/types'
import { isAgentError } from '@x/types'
import { describe, expect, it } from 'vitest'
import type { Dialect, OpenAIConfig } from '../src/index.js'
import { quirksOf } from '../src/quirks.js'
import { toBody } from '../src/to-body.js'

function convert(request: Partial<ModelRequest>, dialect: Dialect = 'openai', config: Partial<OpenAIConfig> = {}) {
  const warnings: ModelEvent[] = []
  const quirks = quirksOf(new URL('http://127.0.0.1'), dialect)
  const context = { quirks, provider: 'openai', modelId: 'm', warnings }
  const body = toBody({ messages: [user('Hi')], ...request }, { modelId: 'm', ...config }, context)
  return { body, warnings }
}

const user = (...parts: readonly (string | UserPart)[]): Message => ({ role: 'user', content: parts.map(toPart) })
const toPart = <Part>(part: string | Part) =>
  typeof part === 'string' ? ({ type: 'text', text: part } as const) : part
const assistant = (...content: readonly AssistantPart[]): Message => ({
  role: 'assistant',
  content,
  model: { provider: 'openai', modelId: 'm' },
})
const call = (id: string, name = 'echo', input: JsonObject = { x: 1 }): AssistantPart => ({
  type: 'tool-call',
  id,
  name,
  input,
})
const result = (id: string, content: readonly ToolResultContent[], isError?: boolean): Message => ({
  role: 'tool',
  content: [{ type: 'tool-result', id, content, ...(isError && { isError }) }],
})
const wireCall = (id: string, name = 'echo', text = '{"x":1}') => ({
  id,
  type: 'function',
  function: { name, arguments: text },
})
const base64 = { type: 'base64', base64: 'aGVsbG8=' } as const
const png: UserPart & ToolResultContent = { type: 'image', format: 'png', source: base64 }
const wirePng = { type: 'image_url', image_url: { url: 'data:image/png;base64,aGVsbG8=' } }
const pdf: UserPart & ToolResultContent = { type: 'document', name: 'report', format: 'pdf', source: base64 }

const messagesOf = (messages: readonly Message[], dialect?: Dialect) => convert({ messages }, dialect).body.messages

describe('toBody', () => {
  it('sends what the config says, under the names of the wire', () => {
    const config = {
      temperature: 0.5,
      topP: 0.9,
      maxTokens: 100,
      stopSequences: ['END'],
      seed: 7,
      reasoningEffort: 'low',
      additionalBody: { user: 'u1', seed: 8 },
    }
    expect(convert({ system: [{ type: 'text', text: 'Be kind.' }] }, 'openai', config).body).toEqual({
      model: 'm',
      messages: [
        { role: 'system', content: 'Be kind.' },
        { role: 'user', content: 'Hi' },
      ],
      stream: true,
      stream_options: { include_usage: true },
      temperature: 0.5,
      top_p: 0.9,
      max_completion_tokens: 100,
      stop: ['END'],
      seed: 8,
      reasoning_effort: 'low',
      user: 'u1',
    })
  })

  it.each<[Dialect, string]>([
    ['openai', 'max_completion_tokens'],
    ['bedrock', 'max_completion_tokens'],
    ['ollama', 'max_tokens'],
    ['vllm', 'max_tokens'],
    ['llama.cpp', 'max_tokens'],
    ['compatible', 'max_tokens'],
  ])('names the limit of tokens as %s does: %s', (dialect, name) => {
    expect(convert({}, dialect, { maxTokens: 5 }).body).toHaveProperty(name, 5)
  })

  it('asks for no stream, and for no token counts in one, where that is said', () => {
    expect(convert({}, 'openai', { streaming: false }).body).toEqual({ model: 'm', messages: expect.anything() })
    const { body } = convert({}, 'openai', { streamUsage: false })
    expect(body).toHaveProperty('stream', true)
    expect(body).not.toHaveProperty('stream_options')
  })

  it('sends neighbouring user messages as one, texts as one text, and nothing empty', () => {
    const messages = [
      user('One', 'two'),
      user('', 'three'),
      assistant({ type: 'reasoning', text: 'Hm' }),
      user('four', png),
    ]
    expect(messagesOf(messages)).toEqual([
      {
        role: 'user',
        content: [...['One', 'two', 'three', 'four'].map((text) => ({ type: 'text', text })), wirePng],
      },
    ])
    expect(messagesOf([user('One', 'two')])).toEqual([{ role: 'user', content: 'One\ntwo' }])
  })

  it('refuses to send nothing', () => {
    expect(() => messagesOf([user('')])).toThrow('There is nothing to send')
  })

  it('sends images, sound and PDFs where the server takes them', () => {
    const sound: UserPart = { type: 'audio', format: 'mp3', source: base64 }
    expect(messagesOf([user(png, sound, pdf)])).toEqual([
      {
        role: 'user',
        content: [
          wirePng,
          { type: 'input_audio', input_audio: { data: 'aGVsbG8=', format: 'mp3' } },
          { type: 'file', file: { filename: 'report.pdf', file_data: 'data:application/pdf;base64,aGVsbG8=' } },
        ],
      },
    ])
  })

  it.each<[string, UserPart, string]>([
    ['in bytes', { type: 'document', name: 'notes', format: 'md', source: base64 }, 'Document: notes\n\nhello'],
    [
      'as text',
      { type: 'document', name: 'notes', source: { type: 'text', text: 'hello' }, context: 'Mine.' },
      'Document: notes\nMine.\n\nhello',
    ],
    [
      'in chunks',
      { type: 'document', name: 'notes', source: { type: 'content', content: ['a', 'b'] } },
      'Document: notes\n\na\n\nb',
    ],
    ['found by a search', { type: 'search-result', title: 'T', source: 's', content: ['a'] }, 'Document: T (s)\n\na'],
  ])('sends text documents %s as text', (_what, part, content) => {
    expect(messagesOf([user(part)], 'deepseek')).toEqual([{ role: 'user', content }])
  })

  it.each<[string, UserPart, Dialect]>([
    ['a video', { type: 'video', format: 'mp4', source: base64 }, 'openai'],
    ['guarded content', { type: 'guard-content', content: { type: 'text', text: 'x' } }, 'openai'],
    ['an object in S3', { type: 'image', format: 'png', source: { type: 's3', uri: 's3://a/b' } }, 'openai'],
    ['a spreadsheet', { type: 'document', name: 'x', format: 'xlsx', source: base64 }, 'openai'],
    ['an image for a server without', png, 'deepseek'],
    ['a PDF for a server without', pdf, 'ollama'],
    ['a GIF for Ollama', { type: 'image', format: 'gif', source: base64 }, 'ollama'],
    ['sound of another format', { type: 'audio', format: 'ogg', source: base64 }, 'openai'],
  ])('refuses %s', (_what, part, dialect) => {
    try {
      messagesOf([user('x', part)], dialect)
      expect.unreachable()
    } catch (error) {
      expect(isAgentError(error, 'unsupported')).toBe(true)
      expect((error as Error).message).toContain('messages.0.content.1')
    }
  })

  it('refuses what is not base64', () => {
    const source = { type: 'base64', base64: 'data:image/png;base64,aGVsbG8=' } as const
    expect(() => messagesOf([user({ type: 'image', format: 'png', source })])).toThrow('not base64')
  })

  it('refuses parts of a type that nobody knows', () => {
    expect(() => messagesOf([user({ type: 'hologram' } as unknown as UserPart)])).toThrow('unknown type')
    expect(() => messagesOf([assistant({ type: 'hologram' } as unknown as AssistantPart)])).toThrow('unknown type')
  })

  it('refuses an image of the assistant', () => {
    expect(() => messagesOf([user('x'), assistant(png as AssistantPart)])).toThrow('An image of the assistant')
  })

  it('sends tool calls, and malformed ones as calls without arguments', () => {
    const malformed: AssistantPart = {
      type: 'tool-call',
      id: 'b',
      name: 'no such/tool',
      input: {},
      malformedInput: '{"x',
    }
    const content = [{ type: 'text', text: 'So' }, { type: 'text', text: '.' }, call('a'), malformed] as const
    expect(messagesOf([user('Hi'), assistant(...content), assistant(call('c'))])).toEqual([
      { role: 'user', content: 'Hi' },
      {
        role: 'assistant',
        content: 'So.',
        tool_calls: [wireCall('a'), wireCall('b', expect.stringMatching(/^no_such_tool_\w+$/), '{}')],
      },
      { role: 'assistant', content: null, tool_calls: [wireCall('c')] },
    ])
  })

  it('mends long ids the same way in call and result', () => {
    const ids = ['toolu_'.padEnd(60, 'x'), 'toolu_'.padEnd(61, 'x')]
    const messages = [user('Hi'), assistant(...ids.map((id) => call(id))), ...ids.map((id) => result(id, []))]
    const [, { tool_calls = [] } = {}, ...results] = messagesOf(messages) as {
      tool_calls?: { id: string }[]
      tool_call_id?: string
    }[]
    const sent = tool_calls.map(({ id }) => id)
    expect(sent.every((id) => id.length === 40)).toBe(true)
    expect(new Set(sent).size).toBe(2)
    expect(results.map(({ tool_call_id }) => tool_call_id)).toEqual(sent)
  })

  it('sends tool results as text, and tells failures in words', () => {
    const messages = [
      result('a', [
        { type: 'text', text: 'one' },
        { type: 'json', value: { n: 2 } },
      ]),
      result('b', [{ type: 'text', text: 'Out of paper.' }], true),
      result('c', []),
    ]
    expect(messagesOf(messages)).toEqual([
      { role: 'tool', tool_call_id: 'a', content: 'one\n{"n":2}' },
      { role: 'tool', tool_call_id: 'b', content: 'The tool failed.\nOut of paper.' },
      { role: 'tool', tool_call_id: 'c', content: '(no output)' },
    ])
  })

  it('sends media of tool results behind all results of the turn, with what the user says next', () => {
    const messages = [result('a', [{ type: 'text', text: 'See.' }, png]), result('b', [pdf]), user('Thanks')]
    const follows = '(More of this result follows in the next message.)'
    expect(messagesOf(messages)).toEqual([
      { role: 'tool', tool_call_id: 'a', content: `See.\n${follows}` },
      { role: 'tool', tool_call_id: 'b', content: follows },
      {
        role: 'user',
        content: [
          ...[{ type: 'text', text: 'Part of the result of tool call a:' }, wirePng],
          { type: 'text', text: 'Part of the result of tool call b:' },
          { type: 'file', file: { filename: 'report.pdf', file_data: 'data:application/pdf;base64,aGVsbG8=' } },
          { type: 'text', text: 'Thanks' },
        ],
      },
    ])
  })

  it.each<[Dialect, string | undefined]>([
    ['openai', undefined],
    ['bedrock', undefined],
    ['compatible', undefined],
    ['ollama', 'reasoning'],
    ['vllm', 'reasoning'],
    ['llama.cpp', 'reasoning_content'],
    ['deepseek', 'reasoning_content'],
  ])('gives %s its thoughts back as %s, while tools are being called', (dialect, field) => {
    const thinking = assistant({ type: 'reasoning', text: 'Hm' }, call('a'))
    const members = ['role', 'content', 'tool_calls']
    const keys = (messages: unknown) =>
      Object.keys((messages as object[])[1] ?? {}).filter((key) => !members.includes(key))
    const sent = messagesOf([user('Hi'), thinking, result('a', [])], dialect)
    expect(keys(sent)).toEqual(field === undefined ? [] : [field])
    expect(keys(messagesOf([user('Hi'), thinking, result('a', []), user('Go on')], dialect))).toEqual([])
    const ofAnother = { ...thinking, model: { provider: 'openai', modelId: 'another' } } as Message
    expect(keys(messagesOf([user('Hi'), ofAnother, result('a', [])], dialect))).toEqual([])
  })

  it('gives signed thoughts back as they came, and blocks of other providers to nobody', () => {
    const value = { reasoning_details: [{ type: 'reasoning.encrypted', data: 'x' }] }
    const own: AssistantPart = { type: 'provider', provider: 'openai', value }
    const other: AssistantPart = { type: 'provider', provider: 'aws.bedrock', value: { toolUse: {} } }
    expect(messagesOf([user('Hi'), assistant({ type: 'text', text: 'Yes.' }, own, other)], 'openrouter')).toEqual([
      { role: 'user', content: 'Hi' },
      { role: 'assistant', content: 'Yes.', ...value },
    ])
    const video = { type: 'video_url', video_url: { url: 'https://a.example/v.mp4' } }
    expect(messagesOf([user('Hi', { type: 'provider', provider: 'openai', value: video })], 'vllm')).toEqual([
      { role: 'user', content: [{ type: 'text', text: 'Hi' }, video] },
    ])
  })

  it('says once that cache points do nothing', () => {
    const point = { type: 'cache-point' } as const
    const { body, warnings } = convert({
      system: [{ type: 'text', text: 'Be kind.' }, point],
      messages: [user('Hi', point), assistant(call('a'), point), { role: 'tool', content: [point] }],
      tools: [{ name: 'echo', inputSchema: { type: 'object' } }, point],
    })
    expect(JSON.stringify(body)).not.toContain('cache')
    expect(warnings).toMatchObject([{ type: 'warning', code: 'cache-point-ignored' }])
  })

  it('warns that citations cannot be asked for', () => {
    const { warnings } = convert({ messages: [user({ ...pdf, citations: true } as UserPart)] })
    expect(warnings).toMatchObject([{ type: 'warning', code: 'citations-ignored', path: 'messages.0.content.0' }])
  })

  describe('sends tools', () => {
    const schema = { type: 'object', properties: {} }
    const echo = { name: 'echo', description: 'Says it.', inputSchema: schema, strict: true }
    const wireEcho = {
      type: 'function',
      function: { name: 'echo', description: 'Says it.', parameters: schema, strict: true },
    }
    const shout = { name: 'shout', inputSchema: schema }

    it('with whether they are strict and may be called at once', () => {
      const { body } = convert({ tools: [echo, shout] }, 'openai', { parallelToolCalls: false })
      expect(body).toMatchObject({
        tools: [wireEcho, { type: 'function', function: { name: 'shout', parameters: schema } }],
        parallel_tool_calls: false,
      })
      expect(body).not.toHaveProperty('tool_choice')
      expect(convert({}, 'openai', { parallelToolCalls: false }).body).not.toHaveProperty('parallel_tool_calls')
    })

    it('of the server, and not those of another', () => {
      const tools = ['openai', 'aws.bedrock'].map((provider) => ({
        type: 'provider' as const,
        provider,
        value: { type: 'custom' },
      }))
      expect(convert({ tools }).body.tools).toEqual([{ type: 'custom' }])
    })

    it.each<[ModelRequest['toolChoice'], unknown]>([
      ['auto', 'auto'],
      ['any', 'required'],
      ['none', 'none'],
      [{ tool: 'echo' }, { type: 'function', function: { name: 'echo' } }],
    ])('with the choice %j', (toolChoice, wire) => {
      expect(convert({ tools: [echo], ...(toolChoice && { toolChoice }) }).body.tool_choice).toEqual(wire)
    })

    it('not at all where a server cannot be kept from calling them otherwise', () => {
      expect(convert({ tools: [echo], toolChoice: 'none' }, 'ollama').body).not.toHaveProperty('tools')
    })

    it.each<[Dialect, ModelRequest['toolChoice']]>([
      ['ollama', 'any'],
      ['ollama', { tool: 'echo' }],
      ['llama.cpp', { tool: 'echo' }],
    ])('but not to %s with a choice that it would pass over: %j', (dialect, toolChoice) => {
      expect(() => convert({ tools: [echo], ...(toolChoice && { toolChoice }) }, dialect)).toThrow(
        'cannot be made to call',
      )
    })
  })

  it.each<[Dialect, object]>([
    ['openai', { strict: true }],
    ['compatible', { strict: true }],
    ['vllm', {}],
  ])('asks %s for JSON of a schema', (dialect, strict) => {
    const schema = { type: 'object', properties: {}, additionalProperties: false }
    const output = { name: 'answer', description: 'The answer.', schema }
    expect(convert({ output }, dialect).body.response_format).toEqual({
      type: 'json_schema',
      json_schema: { name: 'answer', description: 'The answer.', schema, ...strict },
    })
  })
})
