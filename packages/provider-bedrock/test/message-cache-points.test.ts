import type { Message, UserMessage } from '@x/types'
import { describe, expect, it } from 'vitest'
import { messagePlaces, withPoint } from '../src/message-cache-points.js'

const text = (words: string) => ({ type: 'text', text: words }) as const
const source = { type: 'base64', base64: 'AAE=' } as const
const pdf = { type: 'document', name: 'a', format: 'pdf', source } as const
const txt = { type: 'document', name: 'b', format: 'txt', source } as const
const video = { type: 'video', format: 'mp4', source } as const
const point = { type: 'cache-point' } as const
const user = (...content: UserMessage['content']): Message => ({ role: 'user', content })
const answer: Message = { role: 'assistant', content: [text('a')] }
const call: Message = { role: 'assistant', content: [{ type: 'tool-call', id: '1', name: 'add', input: {} }] }
const result: Message = { role: 'tool', content: [{ type: 'tool-result', id: '1', content: [text('3')] }] }

describe('messagePlaces', () => {
  it.each<[string, UserMessage['content'], number | undefined]>([
    ['behind the last part', [text('a'), text('b')], 2],
    ['behind a document that text follows', [txt, text('b')], 2],
    ['behind a PDF', [text('a'), pdf], 2],
    ['before another document at the end', [text('a'), txt], 1],
    ['before a video at the end', [text('a'), txt, video], 1],
    ['before blank text at the end', [text('a'), text(' ')], 1],
    ['nowhere in a turn of documents alone', [txt], undefined],
    ['nowhere in a blank turn', [text('')], undefined],
  ])('puts a point %s', (_where, content, place) => {
    expect(messagePlaces([user(...content)], true)).toEqual(place === undefined ? [] : [{ index: 0, place }])
  })

  it('gives one place for each user-side turn, newest first', () => {
    const messages = [user(text('a')), call, result, user(text('b')), answer, user(text('c'))]

    expect(messagePlaces(messages, true)).toEqual([
      { index: 5, place: 1 },
      { index: 3, place: 1 },
      { index: 0, place: 1 },
    ])
  })

  it('joins turns that only an empty message parts', () => {
    const empty: Message = { role: 'assistant', content: [] }

    expect(messagePlaces([user(text('a')), empty, user(text('b'))], true)).toEqual([{ index: 2, place: 1 }])
  })

  it('takes an earlier message of the turn when the last has no place', () => {
    expect(messagePlaces([user(text('a')), user(txt)], true)).toEqual([{ index: 0, place: 1 }])
  })

  it('passes turns with tool results by, where the family wants that', () => {
    expect(messagePlaces([user(text('a')), call, result, user(text('b'))], false)).toEqual([{ index: 0, place: 1 }])
  })

  it('leaves a turn alone that the caller marked', () => {
    expect(messagePlaces([user(text('a')), answer, user(text('b'), point, text('c'))], true)).toEqual([
      'taken',
      { index: 0, place: 1 },
    ])
  })
})

describe('withPoint', () => {
  it('puts a point into a copy', () => {
    const message = user(text('a'), txt)

    expect(withPoint(message, 1, point).content).toEqual([text('a'), point, txt])
    expect(message.content).toHaveLength(2)
  })
})
