import { expect, test } from 'vitest'
import type { Message, Part, RunResult } from '../src/index.js'

/** One of each, with every optional member: a new kind of part that is missing here does not compile. */
const parts: { readonly [Type in Part['type']]: Extract<Part, { type: Type }> } = {
  text: {
    type: 'text',
    text: 'hi',
    citations: [{ title: 't', source: 's', citedText: ['c'], location: { type: 'web', url: 'u' } }],
  },
  image: { type: 'image', format: 'png', source: { type: 'base64', base64: 'AAAA' } },
  document: {
    ...{ type: 'document', name: 'report', format: 'pdf', context: 'c', citations: true },
    source: { type: 's3', uri: 's3://bucket/key', bucketOwner: '123456789012' },
  },
  video: { type: 'video', format: 'mp4', source: { type: 's3', uri: 's3://bucket/key' } },
  audio: { type: 'audio', format: 'mp3', source: { type: 'base64', base64: 'AAAA' } },
  json: { type: 'json', value: { deep: [1, null, { x: 'y' }] } },
  'search-result': { type: 'search-result', source: 's', title: 't', content: ['c'], citations: true },
  reasoning: { type: 'reasoning', text: 't', signature: 's', redacted: 'AAAA' },
  'tool-call': { type: 'tool-call', id: '1', name: 'n', input: { a: 1 }, malformedInput: '{' },
  'tool-result': { type: 'tool-result', id: '1', content: [{ type: 'text', text: 'r' }], isError: true },
  'cache-point': { type: 'cache-point', ttl: '1h' },
  'guard-content': { type: 'guard-content', content: { type: 'text', text: 'g' }, qualifiers: ['query'] },
  provider: { type: 'provider', provider: 'p', value: { raw: true } },
}

test('a whole run result survives JSON', () => {
  const { 'tool-result': result, 'tool-call': call } = parts
  const messages: Message[] = [
    { role: 'user', id: 'u', content: [parts.text, parts.image, parts.document, parts.video, parts.audio] },
    {
      ...{ role: 'assistant', id: 'a', model: { provider: 'p', modelId: 'm' }, stopReason: 'tool-use' },
      content: [parts.reasoning, parts.text, call, parts.provider],
      usage: { ...{ inputTokens: 1, outputTokens: 1, totalTokens: 2 }, cacheDetails: [{ ttl: '5m', inputTokens: 1 }] },
    },
    { role: 'tool', id: 't', content: [{ ...result, content: [parts.json, parts['search-result'], parts.image] }] },
    { role: 'user', id: 'v', content: [parts['guard-content'], parts['cache-point']] },
  ]
  const run: RunResult = {
    ...{ runId: 'r', status: 'suspended', messages, turns: 1 },
    usage: { inputTokens: 1, outputTokens: 1, totalTokens: 2 },
    pending: [{ callId: '1', name: 'n', input: { a: 1 }, reason: 'approval', state: { nested: ['x'] } }],
  }
  expect(JSON.parse(JSON.stringify(run))).toStrictEqual(run)
})
