import type { ContentBlock, ConverseResponse } from '@aws-sdk/client-bedrock-runtime'
import { describe, expect, it } from 'vitest'
import { fromConverse } from '../src/from-converse.js'
import { fromConverseResponse } from '../src/from-converse-response.js'

const usage = { inputTokens: 1, outputTokens: 2, totalTokens: 3 }

function read(content: object[], more: Partial<ConverseResponse> = {}) {
  const reader = fromConverse('a.b')
  const message = { role: 'assistant', content: content as ContentBlock[] } as const
  const response: ConverseResponse = {
    output: { message },
    stopReason: 'end_turn',
    usage,
    metrics: { latencyMs: 5 },
    ...more,
  }
  return fromConverseResponse(response).flatMap((event) => [...reader.push(event)])
}

describe('fromConverseResponse', () => {
  it('reads a whole reply as a stream with one delta a part', () => {
    const citation = { title: 't', location: { documentChunk: { documentIndex: 0, start: 1, end: 2 } } }
    const server = { toolUse: { toolUseId: 's', name: 'nova_grounding', type: 'server_tool_use', input: { q: 1 } } }
    const events = read(
      [
        { reasoningContent: { reasoningText: { text: 'hm', signature: 's' } } },
        { reasoningContent: { redactedContent: Buffer.from([0, 1]) } },
        { text: '' },
        { text: 'a' },
        { citationsContent: { content: [{ text: 'b' }, { text: 'c' }], citations: [citation] } },
        { image: { format: 'png', source: { bytes: Buffer.from([0, 1]) } } },
        server,
        { $unknown: ['hologram', { depth: 3 }] },
        { toolUse: { toolUseId: 't1', name: 'add', input: { a: 1 } } },
      ],
      { trace: { promptRouter: {} }, additionalModelResponseFields: { x: 1 }, serviceTier: { type: 'priority' } },
    )

    const ended = { type: 'part-end' }
    const part = (value: object) => ({ type: 'part', part: { type: 'provider', provider: 'aws.bedrock', value } })
    expect(events).toEqual([
      { type: 'reasoning-delta', text: 'hm', signature: 's' },
      ended,
      { type: 'reasoning-delta', redacted: 'AAE=' },
      ended,
      { type: 'text-delta', text: 'a' },
      ended,
      { type: 'text-delta', text: 'bc' },
      {
        type: 'citation-delta',
        citation: { title: 't', location: { type: 'document-chunk', documentIndex: 0, start: 1, end: 2 } },
      },
      ended,
      { type: 'part', part: { type: 'image', format: 'png', source: { type: 'base64', base64: 'AAE=' } } },
      part(server),
      part({ hologram: { depth: 3 } }),
      { type: 'tool-call-start', id: 't1', name: 'add' },
      { type: 'tool-call-delta', inputText: '{"a":1}' },
      ended,
      {
        type: 'model-end',
        stopReason: 'tool-use',
        providerStopReason: 'end_turn',
        usage,
        latencyMs: 5,
        trace: { promptRouter: {} },
        metadata: { serviceTier: { type: 'priority' }, additionalModelResponseFields: { x: 1 } },
      },
    ])
  })

  it('refuses what is no reply of Converse', () => {
    const notConverse = { Output: {}, Version: '1.0' } as unknown as ConverseResponse

    expect(() => fromConverseResponse(notConverse)).toThrow('The reply holds no message.')
  })
})
