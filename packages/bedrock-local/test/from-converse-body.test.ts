import { describe, expect, it } from 'vitest'
import { fromConverseBody, fromInferenceConfig } from '../src/from-converse-body.js'
import type { WireBlock } from '../src/index.js'

const author = { provider: 'p', modelId: 'm' }

function partsOf(role: 'user' | 'assistant', ...content: WireBlock[]) {
  const { messages } = fromConverseBody({ messages: [{ role, content }] }, author)
  return messages.flatMap((message): readonly object[] => message.content)
}

describe('fromConverseBody', () => {
  it.each<[string, WireBlock, object]>([
    ['text', { text: 'Hello' }, { type: 'text', text: 'Hello' }],
    [
      'an image in bytes',
      { image: { format: 'png', source: { bytes: 'aGk=' } } },
      { type: 'image', format: 'png', source: { type: 'base64', base64: 'aGk=' } },
    ],
    [
      'a video in S3',
      { video: { format: 'mp4', source: { s3Location: { uri: 's3://b/k', bucketOwner: '111122223333' } } } },
      { type: 'video', format: 'mp4', source: { type: 's3', uri: 's3://b/k', bucketOwner: '111122223333' } },
    ],
    [
      'audio',
      { audio: { format: 'mp3', source: { bytes: 'aGk=' } } },
      { type: 'audio', format: 'mp3', source: { type: 'base64', base64: 'aGk=' } },
    ],
    [
      'a document',
      { document: { name: 'd', format: 'pdf', source: { bytes: 'aGk=' }, context: 'c', citations: { enabled: true } } },
      {
        type: 'document',
        name: 'd',
        format: 'pdf',
        source: { type: 'base64', base64: 'aGk=' },
        context: 'c',
        citations: true,
      },
    ],
    [
      'a document in chunks',
      { document: { name: 'd', source: { content: [{ text: 'one' }, { text: 'two' }] } } },
      { type: 'document', name: 'd', source: { type: 'content', content: ['one', 'two'] } },
    ],
    [
      'a document as text',
      { document: { name: 'd', source: { text: 'all' } } },
      { type: 'document', name: 'd', source: { type: 'text', text: 'all' } },
    ],
    [
      'a search result',
      { searchResult: { source: 's', title: 't', content: [{ text: 'c' }], citations: { enabled: false } } },
      { type: 'search-result', source: 's', title: 't', content: ['c'], citations: false },
    ],
    [
      'guarded text',
      { guardContent: { text: { text: 'g', qualifiers: ['query'] } } },
      { type: 'guard-content', content: { type: 'text', text: 'g' }, qualifiers: ['query'] },
    ],
    [
      'a guarded image',
      { guardContent: { image: { format: 'png', source: { bytes: 'aGk=' } } } },
      {
        type: 'guard-content',
        content: { type: 'image', format: 'png', source: { type: 'base64', base64: 'aGk=' } },
      },
    ],
    ['a cache point', { cachePoint: { type: 'default', ttl: '5m' } }, { type: 'cache-point', ttl: '5m' }],
    [
      'a block of a kind to come',
      { hologram: { beam: 1 } },
      { type: 'provider', provider: 'aws.bedrock', value: { hologram: { beam: 1 } } },
    ],
  ])('reads %s of a user', (_name, block, part) => {
    expect(partsOf('user', block)).toEqual([part])
  })

  it.each<[string, WireBlock, object]>([
    [
      'reasoning',
      { reasoningContent: { reasoningText: { text: 'hm', signature: 's' } } },
      { type: 'reasoning', text: 'hm', signature: 's' },
    ],
    ['redacted reasoning', { reasoningContent: { redactedContent: 'aGk=' } }, { type: 'reasoning', redacted: 'aGk=' }],
    [
      'a tool call',
      { toolUse: { toolUseId: 't', name: 'n', input: { a: 1 } } },
      { type: 'tool-call', id: 't', name: 'n', input: { a: 1 } },
    ],
    [
      'the call of a server tool',
      { toolUse: { toolUseId: 't', name: 'n', input: {}, type: 'server_tool_use' } },
      {
        type: 'provider',
        provider: 'aws.bedrock',
        value: { toolUse: { toolUseId: 't', name: 'n', input: {}, type: 'server_tool_use' } },
      },
    ],
    [
      'the result of a server tool',
      { toolResult: { toolUseId: 't', content: [{ text: 'r' }] } },
      {
        type: 'provider',
        provider: 'aws.bedrock',
        value: { toolResult: { toolUseId: 't', content: [{ text: 'r' }] } },
      },
    ],
    [
      'text with citations',
      {
        citationsContent: {
          content: [{ text: 'a' }, { text: 'b' }],
          citations: [{ title: 't', sourceContent: [{ text: 'q' }], location: { web: { url: 'https://x' } } }],
        },
      },
      {
        type: 'text',
        text: 'ab',
        citations: [{ title: 't', citedText: ['q'], location: { type: 'web', url: 'https://x' } }],
      },
    ],
  ])('reads %s of an assistant', (_name, block, part) => {
    expect(partsOf('assistant', block)).toEqual([part])
  })

  it('makes tool results a message of their own, with the cache points right behind them', () => {
    const { messages } = fromConverseBody(
      {
        messages: [
          {
            role: 'user',
            content: [
              {
                toolResult: {
                  toolUseId: 't',
                  status: 'error',
                  content: [{ text: 'no' }, { json: [1] }, { image: { format: 'png', source: { bytes: 'aGk=' } } }],
                },
              },
              { cachePoint: { type: 'default' } },
              { text: 'And now?' },
              { cachePoint: { type: 'default' } },
            ],
          },
        ],
      },
      author,
    )
    expect(messages).toEqual([
      {
        role: 'tool',
        content: [
          {
            type: 'tool-result',
            id: 't',
            isError: true,
            content: [
              { type: 'text', text: 'no' },
              { type: 'json', value: [1] },
              { type: 'image', format: 'png', source: { type: 'base64', base64: 'aGk=' } },
            ],
          },
          { type: 'cache-point' },
        ],
      },
      { role: 'user', content: [{ type: 'text', text: 'And now?' }, { type: 'cache-point' }] },
    ])
  })

  it('reads tools of every kind, the choice among them, and the schema of the answer', () => {
    const request = fromConverseBody(
      {
        toolConfig: {
          tools: [
            { toolSpec: { name: 'a', description: 'd', inputSchema: { json: { type: 'object' } }, strict: true } },
            { systemTool: { name: 'nova_grounding' } },
            { cachePoint: { type: 'default' } },
          ],
          toolChoice: { tool: { name: 'a' } },
        },
        outputConfig: {
          textFormat: {
            type: 'json_schema',
            structure: { jsonSchema: { name: 'city', schema: '{"type":"object"}', description: 'A city' } },
          },
        },
      },
      author,
    )
    expect(request).toEqual({
      messages: [],
      tools: [
        { name: 'a', description: 'd', inputSchema: { type: 'object' }, strict: true },
        { type: 'provider', provider: 'aws.bedrock', value: { systemTool: { name: 'nova_grounding' } } },
        { type: 'cache-point' },
      ],
      toolChoice: { tool: 'a' },
      output: { name: 'city', schema: { type: 'object' }, description: 'A city' },
    })
  })

  it('refuses a schema that is no JSON', () => {
    const outputConfig = { textFormat: { structure: { jsonSchema: { schema: '{' } } } }
    expect(() => fromConverseBody({ outputConfig }, author)).toThrow('no JSON')
  })
})

describe('fromInferenceConfig', () => {
  it('gives what is set under the names of a config', () => {
    const inferenceConfig = { maxTokens: 1, temperature: 0, topP: 1, stopSequences: ['x'] }
    expect(fromInferenceConfig({ inferenceConfig })).toEqual(inferenceConfig)
    expect(fromInferenceConfig({})).toEqual({})
  })
})
