import type { Message, ProviderPart } from '@x/types'
import { describe, expect, it } from 'vitest'
import { quirksOf } from '../src/quirks.js'
import { toBlocks } from '../src/to-block.js'

const claude = quirksOf('us.anthropic.claude-sonnet-4-6')
type AnyPart = Message['content'][number]

function blocks(part: AnyPart, { quirks = claude, ownFamily = true } = {}) {
  return toBlocks(part, { quirks, ownFamily, path: 'messages.0.content.1' })
}

const base64 = { type: 'base64', base64: 'AAE=' } as const
const bytes = Buffer.from([0, 1])
const s3 = { type: 's3', uri: 's3://b/k', bucketOwner: '123456789012' } as const
const s3Location = { uri: 's3://b/k', bucketOwner: '123456789012' }

describe('toBlocks', () => {
  it.each<[string, AnyPart, object[]]>([
    ['text', { type: 'text', text: 'a' }, [{ text: 'a' }]],
    ['blank text', { type: 'text', text: ' \n' }, []],
    ['an image', { type: 'image', format: 'png', source: base64 }, [{ image: { format: 'png', source: { bytes } } }]],
    [
      'a video in S3',
      { type: 'video', format: 'mp4', source: s3 },
      [{ video: { format: 'mp4', source: { s3Location } } }],
    ],
    ['audio', { type: 'audio', format: 'wav', source: base64 }, [{ audio: { format: 'wav', source: { bytes } } }]],
    [
      'a document of bytes',
      { type: 'document', name: 'a', format: 'pdf', source: base64, context: 'c', citations: true },
      [{ document: { name: 'a', format: 'pdf', source: { bytes }, context: 'c', citations: { enabled: true } } }],
    ],
    [
      'a document of text',
      { type: 'document', name: 'a', source: { type: 'text', text: 't' } },
      [{ document: { name: 'a', source: { text: 't' } } }],
    ],
    [
      'a document of chunks',
      { type: 'document', name: 'a', source: { type: 'content', content: ['t', 'u'] } },
      [{ document: { name: 'a', source: { content: [{ text: 't' }, { text: 'u' }] } } }],
    ],
    [
      'a search result',
      { type: 'search-result', source: 'https://a', title: 't', content: ['c'], citations: false },
      [{ searchResult: { source: 'https://a', title: 't', content: [{ text: 'c' }], citations: { enabled: false } } }],
    ],
    ['a cache point', { type: 'cache-point' }, [{ cachePoint: { type: 'default' } }]],
    [
      'a cache point with its time to live',
      { type: 'cache-point', ttl: '1h' },
      [{ cachePoint: { type: 'default', ttl: '1h' } }],
    ],
    [
      'guarded text',
      { type: 'guard-content', content: { type: 'text', text: 'a' }, qualifiers: ['query'] },
      [{ guardContent: { text: { text: 'a', qualifiers: ['query'] } } }],
    ],
    [
      'a guarded image',
      { type: 'guard-content', content: { type: 'image', format: 'png', source: base64 } },
      [{ guardContent: { image: { format: 'png', source: { bytes } } } }],
    ],
    [
      'a block of this provider',
      { type: 'provider', provider: 'aws.bedrock', value: { toolUse: { type: 'server_tool_use', input: {} } } },
      [{ toolUse: { type: 'server_tool_use', input: {} } }],
    ],
    ['a block of another provider', { type: 'provider', provider: 'openai', value: { a: 1 } }, []],
    [
      'a tool call',
      { type: 'tool-call', id: 't', name: 'add', input: { a: [null] } },
      [{ toolUse: { toolUseId: 't', name: 'add', input: { a: [null] } } }],
    ],
    [
      'a malformed tool call',
      { type: 'tool-call', id: 't', name: 'add', input: {}, malformedInput: '{"a":' },
      [{ toolUse: { toolUseId: 't', name: 'add', input: {} } }],
    ],
    [
      'a tool call whose input is no object',
      { type: 'tool-call', id: 't', name: 'add', input: [1, 2] },
      [{ toolUse: { toolUseId: 't', name: 'add', input: { value: [1, 2] } } }],
    ],
  ])('sends %s', (_name, part, expected) => {
    expect(blocks(part)).toEqual(expected)
  })

  it('sends signed and redacted reasoning back to its own family alone', () => {
    const signed = { type: 'reasoning', text: 'hm', signature: 's' } as const
    const redacted = { type: 'reasoning', redacted: 'AAE=' } as const

    expect(blocks(signed)).toEqual([{ reasoningContent: { reasoningText: { text: 'hm', signature: 's' } } }])
    expect(blocks(redacted)).toEqual([{ reasoningContent: { redactedContent: bytes } }])
    expect(blocks({ type: 'reasoning', text: 'unsigned' })).toEqual([])
    expect(blocks(signed, { ownFamily: false })).toEqual([])
    expect(blocks(signed, { quirks: quirksOf('us.deepseek.r1-v1:0') })).toEqual([])
  })

  it('sends citations back to the family that made them, and the bare text to others', () => {
    const location = { type: 'document-page', documentIndex: 0, start: 1, end: 2 } as const
    const part = {
      type: 'text',
      text: 'a',
      citations: [{ title: 't', source: 's', citedText: ['c'], location }],
    } as const

    expect(blocks(part)).toEqual([
      {
        citationsContent: {
          content: [{ text: 'a' }],
          citations: [
            {
              title: 't',
              source: 's',
              sourceContent: [{ text: 'c' }],
              location: { documentPage: { documentIndex: 0, start: 1, end: 2 } },
            },
          ],
        },
      },
    ])
    expect(blocks(part, { ownFamily: false })).toEqual([{ text: 'a' }])
  })

  it('refuses what is not base64, naming the place', () => {
    for (const text of ['data:image/png;base64,AAE=', '', 'AA E=']) {
      const part = { type: 'image', format: 'png', source: { type: 'base64', base64: text } } as const
      expect(() => blocks(part)).toThrow(
        expect.objectContaining({
          code: 'invalid-messages',
          message: expect.stringContaining('The bytes at messages.0.content.1 are not base64.'),
        }),
      )
    }
  })

  it('refuses a part of an unknown type and an image that no guardrail looks at', () => {
    const unknown = { type: 'hologram' } as unknown as AnyPart
    const gif = { type: 'guard-content', content: { type: 'image', format: 'gif', source: base64 } } as const

    expect(() => blocks(unknown)).toThrow('messages.0.content.1 is no part that can be sent')
    expect(() => blocks(gif)).toThrow('messages.0.content.1 cannot be guarded')
  })
})

describe('a tool result', () => {
  const result = (content: Extract<AnyPart, { type: 'tool-result' }>['content'], isError?: boolean) =>
    ({ type: 'tool-result', id: 't', content, ...(isError !== undefined && { isError }) }) as const

  it('holds every kind of content', () => {
    const part = result([
      { type: 'text', text: 'a' },
      { type: 'text', text: ' ' },
      { type: 'json', value: { a: 1 } },
      { type: 'json', value: [1] },
      { type: 'image', format: 'png', source: base64 },
      { type: 'document', name: 'd', source: base64 },
      { type: 'video', format: 'mp4', source: s3 },
      { type: 'search-result', source: 's', title: 't', content: ['c'] },
      { type: 'provider', provider: 'aws.bedrock', value: { json: { b: 2 } } },
      { type: 'provider', provider: 'openai', value: {} },
    ])

    expect(blocks(part)).toEqual([
      {
        toolResult: {
          toolUseId: 't',
          content: [
            { text: 'a' },
            { json: { a: 1 } },
            { json: { value: [1] } },
            { image: { format: 'png', source: { bytes } } },
            { document: { name: 'd', source: { bytes } } },
            { video: { format: 'mp4', source: { s3Location } } },
            { searchResult: { source: 's', title: 't', content: [{ text: 'c' }] } },
            { json: { b: 2 } },
          ],
        },
      },
    ])
  })

  it('says that it failed by its status, or in words where the family takes no status', () => {
    const part = result([{ type: 'text', text: 'no such file' }], true)

    expect(blocks(part)).toEqual([
      { toolResult: { toolUseId: 't', content: [{ text: 'no such file' }], status: 'error' } },
    ])
    expect(blocks(part, { quirks: quirksOf('us.writer.palmyra-x5-v1:0') })).toEqual([
      { toolResult: { toolUseId: 't', content: [{ text: 'The tool failed.' }, { text: 'no such file' }] } },
    ])
  })

  it('is never empty', () => {
    expect(blocks(result([]))).toEqual([{ toolResult: { toolUseId: 't', content: [{ text: '(no output)' }] } }])
    expect(blocks(result([], true))).toEqual([
      { toolResult: { toolUseId: 't', content: [{ text: 'The tool failed without a message.' }], status: 'error' } },
    ])
  })
})

it.each(['toolAddition', 'toolRemoval'])('refuses a %s block, as nobody has published what it does', (name) => {
  const part: ProviderPart = { type: 'provider', provider: 'aws.bedrock', value: { [name]: { tool: { name: 'x' } } } }
  expect(() => blocks(part)).toThrow(
    expect.objectContaining({ code: 'invalid-messages', message: expect.stringContaining(name) }),
  )
})
