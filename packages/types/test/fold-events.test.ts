import { describe, expect, test } from 'vitest'
import type { ModelEvent, StopReason } from '../src/index.js'
import { foldEvents, parseToolInput, settleStopReason } from '../src/index.js'

const model = { provider: 'test', modelId: 'test-1' }
const usage = { inputTokens: 3, outputTokens: 2, totalTokens: 5 }
const end = (stopReason: StopReason = 'end'): ModelEvent => ({
  ...{ type: 'model-end', stopReason, providerStopReason: 'word', usage },
})

function fold(...events: ModelEvent[]) {
  const fold = foldEvents(model)
  for (const event of events) fold.push(event)
  return fold
}

describe('folds', () => {
  test('text with citations, reasoning, tool calls and whole parts into one message', () => {
    const citation = { title: 'A', location: { type: 'document-char', start: 1, end: 2 } } as const
    const whole = { type: 'provider', provider: 'test', value: { x: 1 } } as const
    const result = fold(
      { type: 'reasoning-delta', text: 'th' },
      { type: 'reasoning-delta', text: 'ink' },
      { type: 'reasoning-delta', signature: 'sig' },
      { type: 'part-end' },
      { type: 'reasoning-delta', redacted: 'AAAA' },
      { type: 'part-end' },
      { type: 'text-delta', text: 'Hel' },
      { type: 'citation-delta', citation },
      { type: 'warning', message: 'inside a part' },
      { type: 'text-delta', text: 'lo' },
      { type: 'part-end' },
      { type: 'part', part: whole },
      { type: 'tool-call-start', id: '1', name: 'add' },
      { type: 'tool-call-delta', inputText: '{"a":' },
      { type: 'tool-call-delta', inputText: '1}' },
      { type: 'part-end' },
      { type: 'tool-call-start', id: '2', name: 'now' },
      { type: 'part-end' },
      { ...end('tool-use'), latencyMs: 12, trace: { t: 1 }, metadata: { requestId: 'r' } } as ModelEvent,
    ).result()
    expect(result).toEqual({
      ...{ stopReason: 'tool-use', providerStopReason: 'word', usage, latencyMs: 12 },
      ...{ trace: { t: 1 }, metadata: { requestId: 'r' } },
      message: {
        ...{ role: 'assistant', model, usage, stopReason: 'tool-use' },
        content: [
          { type: 'reasoning', text: 'think', signature: 'sig' },
          { type: 'reasoning', redacted: 'AAAA' },
          { type: 'text', text: 'Hello', citations: [citation] },
          whole,
          { type: 'tool-call', id: '1', name: 'add', input: { a: 1 } },
          { type: 'tool-call', id: '2', name: 'now', input: {} },
        ],
      },
    })
    expect(JSON.parse(JSON.stringify(result))).toEqual(result)
  })

  test('empty parts into nothing', () => {
    const deltas: ModelEvent[] = [{ type: 'text-delta', text: '' }, { type: 'part-end' }]
    const thought: ModelEvent[] = [{ type: 'reasoning-delta', text: '' }, { type: 'part-end' }]
    expect(fold(...deltas, ...thought, end()).result().message.content).toEqual([])
  })

  test('a redacted output into its replacement, calls included', () => {
    const { message, stopReason } = fold(
      { type: 'text-delta', text: 'secret' },
      { type: 'part-end' },
      { type: 'tool-call-start', id: '1', name: 'add' },
      { type: 'part-end' },
      { type: 'redaction', side: 'output', text: '[gone]' },
      end('guardrail'),
    ).result()
    expect(message.content).toEqual([{ type: 'text', text: '[gone]' }])
    expect(stopReason).toBe('guardrail')
  })

  test('a redacted input into the result, for the loop to act on', () => {
    expect(fold({ type: 'redaction', side: 'input', text: '[gone]' }, end()).result().inputRedaction).toBe('[gone]')
  })
})

describe('the partial answer', () => {
  test('holds the open part too', () => {
    const folding = fold({ type: 'text-delta', text: 'One.' }, { type: 'part-end' }, { type: 'text-delta', text: 'Tw' })
    expect(folding.partial()).toEqual({
      ...{ role: 'assistant', model },
      content: [
        { type: 'text', text: 'One.' },
        { type: 'text', text: 'Tw' },
      ],
    })
    folding.push({ type: 'text-delta', text: 'o.' })
    expect(folding.partial()?.content[1]).toEqual({ type: 'text', text: 'Two.' })
  })

  test('is undefined before anything came', () => expect(fold().partial()).toBeUndefined())

  test('marks arguments that are not whole', () => {
    const folding = fold(
      { type: 'tool-call-start', id: '1', name: 'add' },
      { type: 'tool-call-delta', inputText: '{"a"' },
    )
    expect(folding.partial()?.content).toEqual([
      { type: 'tool-call', id: '1', name: 'add', input: {}, malformedInput: '{"a"' },
    ])
  })

  test('travels in the error when the end never came', () => {
    expect(() => fold({ type: 'text-delta', text: 'half' }).result()).toThrow(
      expect.objectContaining({
        ...{ code: 'stream-truncated', retryable: true },
        partial: { message: { role: 'assistant', model, content: [{ type: 'text', text: 'half' }] } },
      }),
    )
  })
})

describe('events out of order are refused', () => {
  test.each<[string, ModelEvent[]]>([
    [
      'a delta of another part',
      [
        { type: 'text-delta', text: 'a' },
        { type: 'reasoning-delta', text: 'b' },
      ],
    ],
    [
      'a call inside a text',
      [
        { type: 'text-delta', text: 'a' },
        { type: 'tool-call-start', id: '1', name: 'x' },
      ],
    ],
    ['arguments without a call', [{ type: 'tool-call-delta', inputText: '{}' }]],
    [
      'a whole part inside another',
      [
        { type: 'text-delta', text: 'a' },
        { type: 'part', part: { type: 'text', text: 'b' } },
      ],
    ],
    ['an end of nothing', [{ type: 'part-end' }]],
    ['the end inside a part', [{ type: 'text-delta', text: 'a' }, end()]],
    ['anything after the end', [end(), { type: 'warning', message: 'late' }]],
    ['two ends', [end(), end()]],
  ])('%s', (_name, events) => {
    expect(() => fold(...events)).toThrow(expect.objectContaining({ code: 'invalid-stream' }))
  })
})

describe('settleStopReason', () => {
  const call = [{ type: 'tool-call', id: '1', name: 'add', input: {} }] as const
  test.each([
    ['end', call, 'tool-use'],
    ['stop-sequence', call, 'tool-use'],
    ['length', call, 'length'],
    ['guardrail', call, 'guardrail'],
    ['tool-use', [], 'end'],
    ['end', [], 'end'],
  ] as const)('%s beside %o', (reason, parts, settled) => expect(settleStopReason(reason, parts)).toBe(settled))
})

describe('parseToolInput', () => {
  test.each([
    ['', { input: {} }],
    [' \n', { input: {} }],
    ['{"a":[1]}', { input: { a: [1] } }],
    ['"text"', { input: 'text' }],
    ['{"a":', { input: {}, malformedInput: '{"a":' }],
  ])('%j', (text, parsed) => expect(parseToolInput(text)).toEqual(parsed))

  test('keeps __proto__ as a member of its own', () => {
    const { input } = parseToolInput('{"__proto__":{"x":1}}')
    expect(Object.keys(input as object)).toEqual(['__proto__'])
  })
})
