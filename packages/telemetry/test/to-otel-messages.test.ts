import type { Message, StopReason } from '@x/types'
import { describe, expect, it } from 'vitest'
import type { Say } from '../src/to-otel-messages.js'
import { toOtelAnswer, toOtelInstruction, toOtelMessage, toOtelResult } from '../src/to-otel-messages.js'

const asIs: Say = (content) => content
const base64 = Buffer.from('bytes').toString('base64')

describe('messages in the form of the conventions', () => {
  it('have parts of its types: text, reasoning, tool calls and their responses', () => {
    const answer: Message = {
      role: 'assistant',
      content: [
        { type: 'reasoning', text: 'Hm.', signature: 'sig' },
        { type: 'reasoning', redacted: base64 },
        { type: 'text', text: 'Let me see.' },
        { type: 'cache-point' },
        { type: 'tool-call', id: '1', name: 'look', input: { at: 'it' } },
        { type: 'tool-call', id: '2', name: 'look', input: {}, malformedInput: '{"at": ' },
      ],
    }
    expect(toOtelMessage(answer, asIs)).toEqual({
      role: 'assistant',
      parts: [
        { type: 'reasoning', content: 'Hm.' },
        { type: 'text', content: 'Let me see.' },
        { type: 'tool_call', id: '1', name: 'look', arguments: { at: 'it' } },
        { type: 'tool_call', id: '2', name: 'look', arguments: '{"at": ' },
      ],
    })
    const results: Message = {
      role: 'tool',
      content: [
        { type: 'tool-result', id: '1', content: [{ type: 'text', text: 'seen' }] },
        { type: 'tool-result', id: '2', content: [{ type: 'json', value: { seen: 1 } }] },
        {
          type: 'tool-result',
          id: '3',
          content: [
            { type: 'text', text: 'a' },
            { type: 'json', value: 1 },
          ],
        },
      ],
    }
    const response = (id: string, response: unknown) => ({ type: 'tool_call_response', id, response })
    expect(toOtelMessage(results, asIs)).toEqual({
      role: 'tool',
      parts: [
        response('1', 'seen'),
        response('2', { seen: 1 }),
        response('3', [
          { type: 'text', content: 'a' },
          { type: 'json', content: 1 },
        ]),
      ],
    })
  })

  it('never hold the bytes of media', () => {
    const source = { type: 'base64', base64 } as const
    const s3 = { type: 's3', uri: 's3://bucket/key' } as const
    const message: Message = {
      role: 'user',
      content: [
        { type: 'image', format: 'png', source },
        { type: 'video', format: 'mp4', source: s3 },
        { type: 'audio', format: 'mp3', source },
        { type: 'document', name: 'report', format: 'pdf', source },
        { type: 'document', name: 'far', source: s3 },
        { type: 'document', name: 'note', source: { type: 'text', text: 'Note.' } },
        { type: 'document', name: 'list', source: { type: 'content', content: ['One.', 'Two.'] } },
        { type: 'guard-content', content: { type: 'image', format: 'jpeg', source } },
        { type: 'provider', provider: 'aws.bedrock', value: { bytes: base64 } },
      ],
    }
    const shown = toOtelMessage(message, asIs)
    expect(JSON.stringify(shown)).not.toContain(base64)
    expect(shown.parts).toEqual([
      { type: 'image', modality: 'image', mime_type: 'image/png', byte_length: 5 },
      { type: 'uri', modality: 'video', mime_type: 'video/mp4', uri: 's3://bucket/key' },
      { type: 'audio', modality: 'audio', mime_type: 'audio/mp3', byte_length: 5 },
      { type: 'document', modality: 'document', name: 'report', format: 'pdf', byte_length: 5 },
      { type: 'uri', modality: 'document', name: 'far', uri: 's3://bucket/key' },
      { type: 'document', modality: 'document', name: 'note', content: 'Note.' },
      { type: 'document', modality: 'document', name: 'list', content: ['One.', 'Two.'] },
      { type: 'image', modality: 'image', mime_type: 'image/jpeg', byte_length: 5 },
      { type: 'provider', provider: 'aws.bedrock' },
    ])
  })

  it.each<[StopReason, string]>([
    ['end', 'stop'],
    ['stop-sequence', 'stop'],
    ['tool-use', 'tool_call'],
    ['length', 'length'],
    ['context-window', 'length'],
    ['guardrail', 'content_filter'],
    ['filtered', 'content_filter'],
    ['malformed', 'error'],
  ])('say of an answer that ended by %s that it did by %s', (stopReason, reason) => {
    const message: Message = { role: 'assistant', content: [{ type: 'text', text: 'Yes.' }] }
    expect(toOtelAnswer(message, stopReason, asIs)).toEqual({
      role: 'assistant',
      parts: [{ type: 'text', content: 'Yes.' }],
      finish_reason: reason,
    })
  })

  it('show nothing that was not asked whether it may be shown', () => {
    const hidden: Say = () => '*'
    const secret = 'secret'
    const parts: Message = {
      role: 'user',
      content: [
        { type: 'text', text: secret },
        { type: 'image', format: 'png', source: { type: 's3', uri: secret } },
        { type: 'document', name: secret, source: { type: 'text', text: secret }, context: secret },
        { type: 'search-result', source: secret, title: secret, content: [secret] },
        { type: 'guard-content', content: { type: 'text', text: secret } },
        { type: 'provider', provider: 'acme', value: secret },
      ],
    }
    const calls: Message = {
      role: 'assistant',
      content: [{ type: 'tool-call', id: '1', name: 'a', input: { secret } }],
    }
    const system = toOtelInstruction({ type: 'text', text: secret }, hidden)
    const result = toOtelResult([{ type: 'json', value: { secret } }], hidden)
    const shown = [toOtelMessage(parts, hidden), toOtelMessage(calls, hidden), system, result]
    expect(JSON.stringify(shown)).not.toContain(secret)
  })
})
