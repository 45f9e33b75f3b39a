import type { ToolOutput } from '@x/types'
import { describe, expect, it } from 'vitest'
import { toCallResult } from '../src/to-call-result.js'

const bytes = { type: 'base64', base64: 'AAAA' } as const

describe('toCallResult', () => {
  it.each<[ToolOutput, object]>([
    [undefined, { type: 'text', text: '(no output)' }],
    ['hi', { type: 'text', text: 'hi' }],
    [7, { type: 'text', text: '7' }],
    [{ a: 1n as never }, { type: 'text', text: '{"a":"1"}' }],
    [[], { type: 'text', text: '[]' }],
    [[{ type: 'text' }], { type: 'text', text: '[{"type":"text"}]' }],
    [[{ type: 'json', value: { a: 1 } }], { type: 'text', text: '{"a":1}' }],
    [[{ type: 'image', format: 'webp', source: bytes }], { type: 'image', mimeType: 'image/webp', data: 'AAAA' }],
    [
      [{ type: 'image', format: 'png', source: { type: 's3', uri: 's3://b/k' } }],
      { type: 'resource_link', uri: 's3://b/k', name: 'image', mimeType: 'image/png' },
    ],
    [
      [{ type: 'document', name: 'Plan 1', format: 'pdf', source: bytes }],
      { type: 'resource', resource: { uri: 'result:///Plan%201', mimeType: 'application/pdf', blob: 'AAAA' } },
    ],
    [
      [{ type: 'document', name: 'n', source: { type: 'content', content: ['a', 'b'] } }],
      { type: 'resource', resource: { uri: 'result:///n', mimeType: 'text/plain', text: 'a\nb' } },
    ],
    [
      [{ type: 'video', format: 'mp4', source: bytes }],
      { type: 'resource', resource: { uri: 'result:///video', mimeType: 'video/mp4', blob: 'AAAA' } },
    ],
    [
      [{ type: 'search-result', source: 'https://e.org', title: 'T', content: ['a', 'b'] }],
      { type: 'text', text: '[https://e.org] T\na\nb' },
    ],
    [
      [{ type: 'provider', provider: 'aws.bedrock', value: {} }],
      { type: 'text', text: '[A block that only aws.bedrock understands]' },
    ],
  ])('says %o', (output, block) => {
    expect(toCallResult(output)).toEqual({ content: [block] })
  })

  it('finds the object that an output schema is about among parts', () => {
    const output: ToolOutput = [
      { type: 'text', text: 'It is:' },
      { type: 'json', value: { a: 1 } },
    ]
    expect(toCallResult(output, { type: 'object' })).toMatchObject({ structuredContent: { a: 1 } })
    expect(() => toCallResult('text', { type: 'object' })).toThrow('gave none')
  })
})
