import type { Message } from '@x/types'
import { isAgentError } from '@x/types'
import { describe, expect, it } from 'vitest'
import type { ChatMessage, ChatSystem } from '../src/client.js'
import { image, pdf } from '../src/client.js'
import { fromChatMessages } from '../src/from-chat-messages.js'

const png = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=='
const text = (words: string) => ({ type: 'text', text: words })
const given = (messages: unknown, system?: unknown) => fromChatMessages(messages as ChatMessage[], system as ChatSystem)
const contentOf = (content: unknown) => given([{ role: 'user', content }]).messages[0]?.content
const fault = (run: () => unknown): string => {
  try {
    run()
  } catch (error) {
    if (isAgentError(error, 'invalid-messages')) return error.message
    throw error
  }
  throw new Error('It was taken.')
}

describe('system', () => {
  it('is made of system messages, in their order, wherever they stand', () => {
    const { system, messages } = given([
      { role: 'system', content: 'One.' },
      { role: 'user', content: 'Hi' },
      { role: 'system', content: 'Two.' },
    ])
    expect(system).toEqual([text('One.'), text('Two.')])
    expect(messages).toEqual([{ role: 'user', content: [text('Hi')] }])
  })

  it('begins with what is given beside the messages, all blocks of it', () => {
    const blocks = [{ text: 'One.' }, { cachePoint: { type: 'default' } }, { type: 'text', text: 'Two.' }]
    const { system } = given([{ role: 'system', content: 'Three.' }], blocks)
    expect(system).toEqual([text('One.'), { type: 'cache-point' }, text('Two.'), text('Three.')])
    expect(given([], 'One.').system).toEqual([text('One.')])
  })

  it('is nothing for an empty list or text, and stays without messages', () => {
    expect(given([], []).system).toEqual([])
    expect(given([], '').system).toEqual([])
    expect(given([], [{ text: 'You sort post.' }])).toEqual({ system: [text('You sort post.')], messages: [] })
  })

  it('must be text in a message', () => {
    expect(fault(() => given([{ role: 'system', content: [{ type: 'text', text: 'Be kind.' }] }]))).toBe(
      'messages.0.content must be a string, not a list.',
    )
    expect(fault(() => given([], 5))).toContain('system must be a text or a list')
  })
})

describe('content', () => {
  it('may be a text, parts of OpenAI, blocks of Converse or parts of this house, mixed', () => {
    const own = { type: 'document', name: 'plan', format: 'txt', source: { type: 'text', text: 'a' } }
    expect(contentOf('Hi')).toEqual([text('Hi')])
    expect(
      contentOf(['a', { type: 'text', text: 'b' }, { type: 'input_text', text: 'c' }, { text: 'd' }, own]),
    ).toEqual([...['a', 'b', 'c', 'd'].map(text), own])
  })

  it('takes the blocks of Converse in their order, with bytes as the AWS SDK has them or as base64', () => {
    const bytes = Uint8Array.from(atob(png), (character) => character.charCodeAt(0))
    const image = { type: 'image', format: 'png', source: { type: 'base64', base64: png } }
    const s3 = { uri: 's3://bucket/plan.pdf', bucketOwner: '123456789012' }
    const blocks = [
      { image: { format: 'png', source: { bytes } } },
      { image: { format: 'png', source: { bytes: png } } },
      { document: { name: 'plan', format: 'pdf', source: { s3Location: s3 }, citations: { enabled: true } } },
      { document: { name: 'note', source: { text: 'x' }, context: 'old' } },
      { cachePoint: { type: 'default', ttl: '1h' } },
    ]
    expect(contentOf(blocks)).toEqual([
      image,
      image,
      { type: 'document', name: 'plan', format: 'pdf', source: { type: 's3', ...s3 }, citations: true },
      { type: 'document', name: 'note', source: { type: 'text', text: 'x' }, context: 'old' },
      { type: 'cache-point', ttl: '1h' },
    ])
  })

  it('keeps thoughts for the family that had them: the model that is asked, unless the message says otherwise', () => {
    const content = [
      { reasoningContent: { reasoningText: { text: 'Hm.', signature: 'c2ln' } } },
      { reasoningContent: { redactedContent: Uint8Array.of(0, 1, 2) } },
      { text: 'Yes.' },
    ]
    const asked = { provider: 'aws.bedrock', modelId: 'anthropic.claude' }
    const other = { provider: 'openai', modelId: 'gpt' }
    const { messages } = fromChatMessages(
      [
        { role: 'assistant', content } as ChatMessage,
        { role: 'assistant', content, model: other } as ChatMessage,
        { role: 'assistant', content: 'Yes.' },
      ],
      [],
      asked,
    )
    const parts = [
      { type: 'reasoning', text: 'Hm.', signature: 'c2ln' },
      { type: 'reasoning', redacted: 'AAEC' },
      text('Yes.'),
    ]
    expect(messages).toEqual([
      { role: 'assistant', content: parts, model: asked },
      { role: 'assistant', content: parts, model: other },
      { role: 'assistant', content: [text('Yes.')] },
    ])
  })

  it('takes messages of this house as they are', () => {
    const messages: Message[] = [
      { role: 'user', id: 'u', content: [{ type: 'text', text: 'Hi' }, image(`data:;base64,${png}`)] },
      { role: 'assistant', content: [{ type: 'tool-call', id: 'c', name: 'look', input: {} }] },
      { role: 'tool', content: [{ type: 'tool-result', id: 'c', content: [{ type: 'text', text: 'x' }] }] },
      { role: 'user', content: [pdf('s3://bucket/plan.pdf'), { type: 'text', text: 'Go on.' }] },
    ]
    expect(given(messages).messages).toEqual(messages)
  })

  it.each([
    ['a part of another type', [{ type: 'video_url', video_url: { url: 'data:video/mp4;base64,AAAA' } }], 'video_url'],
    ['a part of this house that is not whole', [{ type: 'audio' }], '"audio"'],
    ['a block with two members', [{ text: 'a', image: {} }], 'text, image'],
    ['a block that is not taken', [{ toolUse: { toolUseId: 'a', name: 'b', input: {} } }], 'toolUse'],
    ['text that is no string', [{ text: ['a'] }], 'messages.0.content.0.text must be a string'],
    ['a text part without text', [{ type: 'text' }], 'messages.0.content.0.text must be a string'],
    ['a number', [42], 'type number'],
    ['null', [null], 'null'],
    ['a number for all of it', 0.5, 'messages.0.content must be a text or a list'],
    ['nothing', undefined, 'messages.0.content must be a text or a list'],
    ['a source that is none', [{ image: { format: 'png' } }], 'messages.0.content.0.image.source must be an object'],
  ])('refuses %s', (_what, content, words) => {
    expect(fault(() => contentOf(content))).toContain(words)
  })

  it.each([
    ['a role that does not exist', [{ role: 'narrator', content: 'x' }], '"narrator"'],
    ['no role', [{ content: 'x' }], 'undefined'],
    ['a message that is none', ['x'], 'messages.0 must be an object'],
    ['messages that are no list', 'x', 'messages must be a list'],
  ])('refuses %s', (_what, messages, words) => {
    expect(fault(() => given(messages))).toContain(words)
  })
})

describe('image_url', () => {
  const formatOf = (url: string) => contentOf([{ type: 'image_url', image_url: { url } }])?.[0]

  it.each([
    [`data:image/png;base64,${png}`, 'png'],
    [`data:;name=scan.png;base64,AAAA`, 'png'],
    ['data:image/jpg;base64,AAAA', 'jpeg'],
    ['data:image/pjpeg;base64,AAAA', 'jpeg'],
    ['data:image/gif;base64,AAAA', 'gif'],
    ['data:IMAGE/WEBP;base64,AAAA', 'webp'],
    ['data:;base64,AAAA', 'jpeg'],
    ['data:application/octet-stream;base64,AAAA', 'jpeg'],
    // The bytes know better than the label.
    [`data:image/jpeg;base64,${png}`, 'png'],
  ])('%s is %s', (url, format) => {
    expect(formatOf(url)).toEqual({
      type: 'image',
      format,
      source: { type: 'base64', base64: url.slice(url.indexOf(',') + 1) },
    })
  })

  it.each([
    ['missing', {}, 'has no image_url.url'],
    ['without data', { url: 'data:image/png' }, 'no comma'],
    ['not in base64', { url: 'data:image/png,%89PNG' }, 'is not base64'],
    ['of another scheme', { url: 'file:///pictures/scan.png' }, 'scheme "file"'],
    ['in S3', { url: 's3://bucket/scan.png' }, 'scheme "s3"'],
    ['on the web', { url: 'https://example.com/scan.png' }, 'nothing is fetched from the web'],
    ['in the local network', { url: 'HTTP://169.254.169.254/latest' }, 'nothing is fetched from the web'],
  ])('is refused when it is %s', (_what, image_url, words) => {
    const message = fault(() => contentOf([{ type: 'image_url', image_url }]))
    expect(message).toContain(words)
    expect(message).toContain('messages.0.content.0')
  })
})

it('changes nothing of what it is given', () => {
  const messages = [
    { role: 'system', content: 'a' },
    { role: 'user', content: ['b', { type: 'image_url', image_url: { url: `data:;base64,${png}` } }, { text: 'c' }] },
    { role: 'assistant', content: [{ reasoningContent: { reasoningText: { text: 'd' } } }] },
  ]
  const system = [{ text: 'e' }]
  const before = structuredClone({ messages, system })
  fromChatMessages(deepFreeze(messages) as ChatMessage[], deepFreeze(system) as ChatSystem)
  expect({ messages, system }).toEqual(before)
})

function deepFreeze(value: unknown): unknown {
  if (typeof value === 'object' && value !== null) Object.values(Object.freeze(value)).forEach(deepFreeze)
  return value
}
