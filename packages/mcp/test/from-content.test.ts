import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fromContent, fromResource, fromToolContent } from '../src/from-content.js'

const options = { maxBytes: 1000, audio: true }
const source = { type: 'base64', base64: 'AAAA' }

describe('fromContent', () => {
  it.each([
    [
      { type: 'text', text: 'hi', annotations: { audience: ['user'] } },
      { type: 'text', text: 'hi' },
    ],
    [
      { type: 'image', mimeType: 'image/JPG', data: 'AAAA' },
      { type: 'image', format: 'jpeg', source },
    ],
    [
      { type: 'image', mimeType: 'image/svg+xml', data: 'AAAA' },
      { type: 'text', text: '[image: image/svg+xml, 3 bytes is of a kind that cannot be shown here]' },
    ],
    [
      { type: 'image', mimeType: 'image/png', data: 'not base64!' },
      { type: 'text', text: '[image/png is not valid base64]' },
    ],
    [
      { type: 'image', mimeType: 'constructor', data: 'AAAA' },
      { type: 'text', text: '[image: constructor, 3 bytes is of a kind that cannot be shown here]' },
    ],
    [
      { type: 'audio', mimeType: 'audio/wav', data: 'AAAA' },
      { type: 'audio', format: 'wav', source },
    ],
    [
      { type: 'resource', resource: { uri: 'a:1', text: 'hi' } },
      { type: 'text', text: '[a:1]\nhi' },
    ],
    [
      { type: 'resource', resource: { uri: 'a:1', mimeType: 'text/markdown; charset=utf-8', blob: 'aMOp' } },
      { type: 'text', text: 'hé' },
    ],
    [
      { type: 'resource', resource: { uri: 'a:1', mimeType: 'video/mp4', blob: 'AAAA' } },
      { type: 'video', format: 'mp4', source },
    ],
    [
      { type: 'resource', resource: { uri: 'a:1', mimeType: 'application/zip', blob: 'AAAA' } },
      { type: 'text', text: '[a:1: application/zip, 3 bytes is of a kind that cannot be shown here]' },
    ],
    [
      { type: 'resource_link', uri: 'a:1', name: 'one', mimeType: 'text/plain', description: 'The first.' },
      { type: 'text', text: '[Resource a:1: one, text/plain, The first.]' },
    ],
  ])('reads %j', (block, part) => {
    expect(fromContent([block], options)).toEqual([part])
  })

  it('tells of audio where there can be none, and leaves empty texts out', () => {
    const blocks = [
      { type: 'audio', mimeType: 'audio/wav', data: 'AAAA' },
      { type: 'text', text: '' },
    ]
    expect(fromContent(blocks, { ...options, audio: false })).toEqual([
      { type: 'text', text: '[audio/wav cannot be shown here]' },
    ])
  })

  it('counts all parts together, and says what is missing', () => {
    const data = 'A'.repeat(80)
    const blocks = [
      { type: 'text', text: 'x'.repeat(60) },
      { type: 'image', mimeType: 'image/png', data },
      { type: 'text', text: 'y'.repeat(60) },
    ]
    expect(fromContent(blocks, { maxBytes: 100, audio: true })).toEqual([
      { type: 'text', text: 'x'.repeat(60) },
      { type: 'text', text: '[image of 80 bytes left out: a result may have 100 bytes]' },
      { type: 'text', text: `${'y'.repeat(40)}\n[cut: 20 more bytes did not fit]` },
    ])
  })

  it('takes anything whatever without failing, and gives only parts', () => {
    fc.assert(
      fc.property(
        fc.anything(),
        fc.array(
          fc.record({
            type: fc.constantFrom('text', 'image', 'audio', 'resource', 'resource_link', 'x'),
            text: fc.anything(),
            data: fc.anything(),
            mimeType: fc.anything(),
            resource: fc.anything(),
          }),
        ),
        (anything, blocks) => {
          for (const content of [anything, [anything], blocks]) {
            for (const part of fromContent(content, options)) {
              expect(['text', 'image', 'document', 'video', 'audio']).toContain(part.type)
            }
          }
        },
      ),
    )
  })
})

describe('fromResource', () => {
  it('gives one text as it is, and several under their URIs', () => {
    expect(fromResource([{ uri: 'a:1', text: 'hi' }], options)).toEqual([{ type: 'text', text: 'hi' }])
    expect(
      fromResource(
        [
          { uri: 'a:1', text: 'hi' },
          { uri: 'a:2', text: 'ho' },
        ],
        options,
      ),
    ).toEqual([
      { type: 'text', text: '[a:1]\nhi' },
      { type: 'text', text: '[a:2]\nho' },
    ])
  })
})

describe('fromToolContent', () => {
  it('leaves the text out that repeats the structured content, and no other', () => {
    const result = {
      structuredContent: { b: 1, a: [2] },
      content: [
        { type: 'text', text: '{\n  "a": [2], "b": 1 }' },
        { type: 'text', text: 'It is 1.' },
      ],
    }
    expect(fromToolContent(result, 1000)).toEqual({
      structured: { b: 1, a: [2] },
      parts: [{ type: 'text', text: 'It is 1.' }],
    })
  })

  it('leaves the text out that the structured content holds', () => {
    const content = [{ type: 'text', text: 'hello' }]
    expect(fromToolContent({ structuredContent: { content: 'hello' }, content }, 1000)).toEqual({
      structured: { content: 'hello' },
      parts: [],
    })
  })

  it('leaves structured content out that repeats media: as text they cost many times more', () => {
    const content = [{ type: 'image', mimeType: 'image/png', data: 'AAAA' }]
    expect(fromToolContent({ structuredContent: { content }, content }, 1000)).toEqual({
      parts: [{ type: 'image', format: 'png', source }],
    })
    const resource = { uri: 'a:1', mimeType: 'application/pdf', blob: 'AAAA' }
    const embedded = [{ type: 'resource', resource }]
    expect(fromToolContent({ structuredContent: { content: embedded }, content: embedded }, 1000)).toEqual({
      parts: [{ type: 'document', name: 'a 1', format: 'pdf', source }],
    })
  })

  it('leaves structured content out that is too large, and says so', () => {
    const structuredContent = { a: 'x'.repeat(100) }
    const content = [{ type: 'text', text: JSON.stringify(structuredContent) }]
    expect(fromToolContent({ structuredContent, content }, 90)).toEqual({
      parts: [
        { type: 'text', text: '[structured content of 108 bytes left out: a result may have 90 bytes]' },
        { type: 'text', text: '{"a":"xxxxxxxxxxxxxx\n[cut: 88 more bytes did not fit]' },
      ],
    })
  })
})
