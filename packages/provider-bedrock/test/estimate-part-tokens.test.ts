import type { Part } from '@x/types'
import { describe, expect, it } from 'vitest'
import { estimatePartTokens } from '../src/estimate-part-tokens.js'

const words = 'w'.repeat(400)
const source = { type: 'base64', base64: 'A'.repeat(4000) } as const

describe('estimatePartTokens', () => {
  it.each<[string, Part, number]>([
    ['text', { type: 'text', text: words }, 100],
    ['reasoning', { type: 'reasoning', text: words, signature: 'not counted' }, 100],
    ['guarded text', { type: 'guard-content', content: { type: 'text', text: words } }, 100],
    ['a document of text', { type: 'document', name: 'a', source: { type: 'text', text: words } }, 100],
    [
      'a document of chunks',
      { type: 'document', name: 'a', source: { type: 'content', content: [words, words] } },
      200,
    ],
    ['a document of bytes', { type: 'document', name: 'a', format: 'pdf', source }, 0],
    ['an image', { type: 'image', format: 'png', source }, 1500],
    ['a video', { type: 'video', format: 'mp4', source }, 0],
    ['a cache point', { type: 'cache-point' }, 0],
    [
      'a tool result, item by item',
      {
        type: 'tool-result',
        id: '1',
        content: [
          { type: 'text', text: words },
          { type: 'image', format: 'png', source },
        ],
      },
      1600,
    ],
  ])('counts %s', (_kind, part, tokens) => {
    expect(estimatePartTokens(part)).toBe(tokens)
  })

  it('counts what travels as JSON more densely than text', () => {
    const input = { a: words }

    expect(estimatePartTokens({ type: 'tool-call', id: '1', name: 'n', input })).toBeGreaterThan(100)
    expect(estimatePartTokens({ name: 'n', inputSchema: input })).toBeGreaterThan(100)
    expect(estimatePartTokens({ type: 'json', value: input })).toBeGreaterThan(100)
  })
})
