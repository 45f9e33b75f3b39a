import type { Message, UserPart } from '@x/types'
import { describe, expect, it } from 'vitest'
import { guardLatest } from '../src/guard-latest.js'

const user = (...content: UserPart[]): Message => ({ role: 'user', content })
const text = (words: string) => ({ type: 'text', text: words }) as const
const document = { type: 'document', name: 'd', source: { type: 'text', text: 't' } } as const
const result: Message = { role: 'tool', content: [{ type: 'tool-result', id: '1', content: [text('r')] }] }

describe('guardLatest', () => {
  it('marks the last user message that holds something to look at', () => {
    const messages = [user(text('one')), user(text('two'), text(' '), document), result, user(document)]

    expect(guardLatest(messages)).toEqual([
      messages[0],
      user({ type: 'guard-content', content: text('two') }, text(' '), document),
      result,
      messages[3],
    ])
  })

  it('gives the same message for the same message, so that its wire form can be kept', () => {
    const messages = [user(text('one'))]

    expect(guardLatest(messages)[0]).toBe(guardLatest([...messages, result])[0])
  })

  it('leaves alone what the caller has marked, and what holds nothing', () => {
    const marked = [user(text('one')), user(text('two'), { type: 'guard-content', content: text('three') })]

    expect(guardLatest(marked)).toBe(marked)
    expect(guardLatest([result])).toEqual([result])
    expect(guardLatest([])).toEqual([])
  })
})
