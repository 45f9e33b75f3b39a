import type { AssistantMessage, Message } from '@x/types'
import { describe, expect, it } from 'vitest'
import { toMessages } from '../src/to-messages.js'

const sonnet = 'us.anthropic.claude-sonnet-4-6'
const user = (...texts: string[]): Message => ({ role: 'user', content: texts.map((text) => ({ type: 'text', text })) })
const assistant = (content: AssistantMessage['content'], model?: AssistantMessage['model']): Message => ({
  role: 'assistant',
  content,
  ...(model && { model }),
})
const call = (id: string) => ({ type: 'tool-call', id, name: 'add', input: {} }) as const
const results = (...ids: string[]): Message => ({
  role: 'tool',
  content: ids.map((id) => ({ type: 'tool-result', id, content: [{ type: 'text', text: id }] })),
})
const wireCall = (toolUseId: string) => ({ toolUse: { toolUseId, name: 'add', input: {} } })
const wireResult = (toolUseId: string) => ({ toolResult: { toolUseId, content: [{ text: toolUseId }] } })

describe('toMessages', () => {
  it('gives the same turns of a conversation that grows, and other ones where it goes on differently', () => {
    const said = () => assistant([{ type: 'text', text: 'well' }])
    const messages = [user('a'), said(), user('b'), said(), user('c'), said(), user('d')]
    const first = toMessages(messages, sonnet)

    const grown = toMessages([...messages, said(), user('e')], sonnet)
    // As far as the turns that are kept, and then another message on the last of them.
    const forked = toMessages([...messages.slice(0, 5), user('x'), said()], sonnet)

    expect(grown.slice(0, 3).every((turn, place) => turn === first[place])).toBe(true)
    expect(grown.map(({ content }) => content)).toEqual(
      ['a', 'well', 'b', 'well', 'c', 'well', 'd', 'well', 'e'].map((text) => [{ text }]),
    )
    expect(forked.map(({ content }) => content)).toEqual([
      ...['a', 'well', 'b', 'well'].map((text) => [{ text }]),
      [{ text: 'c' }, { text: 'x' }],
      [{ text: 'well' }],
    ])
  })

  it('joins neighbours of one role, with tool results before anything else of their turn', () => {
    const messages = [user('a'), user('b'), assistant([call('1'), call('2')]), user('c'), results('1'), results('2')]

    expect(toMessages(messages, sonnet)).toEqual([
      { role: 'user', content: [{ text: 'a' }, { text: 'b' }] },
      { role: 'assistant', content: [wireCall('1'), wireCall('2')] },
      { role: 'user', content: [wireResult('1'), wireResult('2'), { text: 'c' }] },
    ])
  })

  it('parts tool results from the rest for families that want them alone', () => {
    const messages = [user('a'), assistant([call('1')]), results('1'), user('b')]

    expect(toMessages(messages, 'us.meta.llama3-3-70b-instruct-v1:0')).toEqual([
      { role: 'user', content: [{ text: 'a' }] },
      { role: 'assistant', content: [wireCall('1')] },
      { role: 'user', content: [wireResult('1')] },
      { role: 'assistant', content: [{ text: '.' }] },
      { role: 'user', content: [{ text: 'b' }] },
    ])
  })

  it('leaves out messages that hold nothing to send, and joins what they stood between', () => {
    const messages = [user('a'), assistant([{ type: 'text', text: '' }]), user(' '), user('b')]

    expect(toMessages(messages, sonnet)).toEqual([{ role: 'user', content: [{ text: 'a' }, { text: 'b' }] }])
  })

  it('sends reasoning back only where the message was written by the same provider and family', () => {
    const thought = [
      { type: 'reasoning', text: 'hm', signature: 's' },
      { type: 'text', text: 'a' },
    ] as const
    const sent = (model?: AssistantMessage['model'], modelId = sonnet) =>
      toMessages([user('q'), assistant(thought, model)], modelId)[1]?.content?.length

    expect(sent({ provider: 'aws.bedrock', modelId: sonnet })).toBe(2)
    expect(sent({ provider: 'aws.bedrock', modelId: 'eu.anthropic.claude-opus-5' })).toBe(2)
    expect(sent({ provider: 'aws.bedrock', modelId: 'amazon.nova-pro-v1:0' })).toBe(1)
    expect(sent({ provider: 'anthropic', modelId: 'claude-sonnet-4-6' })).toBe(1)
    expect(sent(undefined)).toBe(1)
    expect(sent({ provider: 'aws.bedrock', modelId: 'arn:x/1' }, 'arn:x/1')).toBe(2)
  })

  it('refuses a conversation without content', () => {
    expect(() => toMessages([], sonnet)).toThrow(expect.objectContaining({ code: 'invalid-messages' }))
    expect(() => toMessages([user('')], sonnet)).toThrow('There is nothing to send')
  })

  it('leaves what it was given as it was', () => {
    const messages = [user('a'), user('b'), assistant([call('1')]), results('1')]
    const before = structuredClone(messages)

    toMessages(messages, sonnet)

    expect(messages).toEqual(before)
  })
})
