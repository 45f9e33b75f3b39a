import { describe, expect, test } from 'vitest'
import { grammarFault } from '../src/event-grammar.js'
import type { ModelEvent } from '../src/index.js'
import { foldEvents } from '../src/index.js'

const text: ModelEvent = { type: 'text-delta', text: 'a' }
const citation: ModelEvent = { type: 'citation-delta', citation: { title: 't' } }
const thought: ModelEvent = { type: 'reasoning-delta', text: 'hm' }
const start: ModelEvent = { type: 'tool-call-start', id: '1', name: 'echo' }
const input: ModelEvent = { type: 'tool-call-delta', inputText: '{}' }
const whole: ModelEvent = { type: 'part', part: { type: 'text', text: 'b' } }
const close: ModelEvent = { type: 'part-end' }
const redaction: ModelEvent = { type: 'redaction', side: 'input', text: '***' }
const warning: ModelEvent = { type: 'warning', message: 'careful' }
const usage = { inputTokens: 1, outputTokens: 1, totalTokens: 2 }
const end: ModelEvent = { type: 'model-end', stopReason: 'end', providerStopReason: 'stop', usage }
const all = { text, citation, thought, start, input, whole, close, redaction, warning, end }

test.each([
  ['nothing but the end', [end]],
  ['text with citations', [text, citation, text, close, end]],
  ['a part that a citation opens', [citation, close, end]],
  [
    'reasoning, text and calls one after another',
    [thought, thought, close, text, close, start, input, input, close, end],
  ],
  ['a call without arguments', [start, close, end]],
  ['whole parts', [whole, whole, end]],
  [
    'warnings and redactions anywhere before the end',
    [warning, text, redaction, close, start, warning, close, redaction, end],
  ],
])('%s is in order', (_what, events) => {
  expect(grammarFault(events)).toBeUndefined()
})

test.each([
  ['an end inside a part', [text, end], 'event 1, model-end, came inside a text part'],
  ['no end', [text, close], 'the events ended with no part open, without model-end'],
  ['two ends', [end, end], 'event 1, model-end, came after model-end'],
  ['a warning after the end', [end, warning], 'event 1, warning, came after model-end'],
  ['reasoning inside text', [text, thought], 'event 1, reasoning-delta, came inside a text part'],
  ['a whole part inside a call', [start, whole], 'event 1, part, came inside a tool call'],
  ['arguments without a call', [input], 'event 0, tool-call-delta, came with no part open'],
  ['a part closed twice', [thought, close, close], 'event 2, part-end, came with no part open'],
  ['a type that does not exist', [{ type: 'text' } as never], 'event 0 is of no known type: {"type":"text"}'],
  ['a delta without text', [{ type: 'text-delta' } as never], 'event 0 is incomplete: {"type":"text-delta"}'],
  ['a reason that does not exist', [{ ...end, stopReason: 'stop' } as never], 'event 0 is incomplete: '],
])('%s is out of order', (_what, events, fault) => {
  expect(grammarFault(events)).toContain(fault)
})

test('a call that failed has no end, and may stop anywhere', () => {
  expect(grammarFault([], { cut: true })).toBeUndefined()
  expect(grammarFault([text], { cut: true })).toBeUndefined()
  expect(grammarFault([text, close, end], { cut: true })).toBe('model-end came although the call failed')
})

describe('the grammar and the fold', () => {
  test('agree on every sequence of up to four events', () => {
    const events = Object.values(all)
    let sequences: ModelEvent[][] = [[]]
    for (let length = 1; length <= 4; length++) {
      sequences = sequences.flatMap((sequence) => events.map((event) => [...sequence, event]))
      for (const sequence of sequences) {
        const inOrder = grammarFault(sequence, { cut: !sequence.includes(end) }) === undefined
        expect(inOrder, sequence.map(({ type }) => type).join(' ')).toBe(folds(sequence))
      }
    }
  })
})

function folds(events: readonly ModelEvent[]): boolean {
  const fold = foldEvents({ provider: 'any', modelId: 'any' })
  try {
    for (const event of events) fold.push(event)
    return true
  } catch {
    return false
  }
}
