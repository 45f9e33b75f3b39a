import type { AssistantMessage, AssistantPart } from '@x/types'
import { describe, expect, it } from 'vitest'
import { toCorrection } from '../src/correction.js'

const rung = { missing: 'Nothing came.', again: 'Once more.' }
const message = (...content: AssistantPart[]): AssistantMessage => ({ role: 'assistant', content })
const call = (id: string): AssistantPart => ({ type: 'tool-call', id, name: 'n', input: {} })
const asked = (text: string) => ({ role: 'user', content: [{ type: 'text', text }] })

describe('a correction', () => {
  it('answers every call with its own fault, those of nobody too', () => {
    const given = message(call('a'), call('b'), call('c'))
    const faults = [
      { callId: 'a', fault: 'A.' },
      { callId: 'c', fault: 'C.' },
    ]
    const [first, results] = toCorrection(rung, given, faults)
    expect(first).toBe(given)
    expect(results).toEqual({
      role: 'tool',
      content: ['A.', 'There is no such tool.', 'C.'].map((fault, index) => ({
        ...{ type: 'tool-result', id: 'abc'[index], isError: true },
        content: [{ type: 'text', text: `${fault}\nOnce more.` }],
      })),
    })
  })

  it('says what is wrong with a text beside calls that nobody asked for', () => {
    const [, results] = toCorrection(rung, message({ type: 'text', text: '{}' }, call('a')), [{ fault: 'Bad.' }])
    expect(results?.content[0]).toMatchObject({ content: [{ text: 'There is no such tool.\nBad.\nOnce more.' }] })
  })

  it('shows a text and what is wrong with it', () => {
    const given = message({ type: 'text', text: 'no' })
    expect(toCorrection(rung, given, [{ fault: 'Bad.' }])).toEqual([given, asked('Bad.\nOnce more.')])
  })

  it.each([[[]], [[{ type: 'text', text: ' ' }]], [[{ type: 'reasoning', text: 'hm' }]]] as [AssistantPart[]][])(
    'never shows a message that may be empty on the wire: %j',
    (content) => {
      expect(toCorrection(rung, message(...content), [])).toEqual([asked('Nothing came.\nOnce more.')])
    },
  )
})
