import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { JsonValue } from '@x/types'
import { describe, expect, it } from 'vitest'
import type { FindJsonOptions } from '../src/find-json.js'
import { findJson } from '../src/find-json.js'

const nothing = 'no value'

function found(text: string, options?: FindJsonOptions): JsonValue {
  const result = findJson(text, options)
  return 'value' in result ? result.value : nothing
}

describe('the value of an answer', () => {
  it.each<[string, string, JsonValue]>([
    ['alone', '{"answer":4}', { answer: 4 }],
    ['in a fence, between prose', 'Here:\n```json\n{"ok": true}\n```\nAnything else?', { ok: true }],
    ['behind thinking that holds JSON', '<thinking>{"ok": true} is wrong</thinking>\n{"ok": false}', { ok: false }],
    ['behind thinking with broken brackets', '<think>if (x { y }} ]</think>```json\n{"why":"{"}\n```', { why: '{' }],
    ['the last object, never a quoted one', 'The user said {"answer": 1}. The result is {"answer": 7}', { answer: 7 }],
    ['the last one although a comma is too many', '{"answer": 1} and {"answer": 7,}', { answer: 7 }],
    ['behind brackets of prose', '[see section 2] {Note: rounded} {"answer": 5}', { answer: 5 }],
    ['before brackets of prose', '{"answer": 5} {Note: rounded} [see "this"]', { answer: 5 }],
    ['a list', 'Sure: [2, 3, 5]', [2, 3, 5]],
    [
      'with quotes and brackets in strings',
      '{"m":{"t":"a } b"},"b":"say \\"hi\\" \\\\"}',
      { m: { t: 'a } b' }, b: 'say "hi" \\' },
    ],
    ['with backticks in strings', '```json\n{"code":"```js\\n`x`\\n```"}\n```', { code: '```js\n`x`\n```' }],
    ['with escaped line breaks', '{"path":"C:\\\\new","code":"\\"a\\\\n\\""}', { path: 'C:\\new', code: '"a\\n"' }],
    ['a bracket of prose that never closes', 'Use { to open one. Result: {"a":1}', { a: 1 }],
    ['a scalar that is the whole text', ' 42\n', 42],
    ['a scalar in a fence', '```\n"yes"\n```', 'yes'],
    ['an own member __proto__', '{"__proto__":{"a":1}}', JSON.parse('{"__proto__":{"a":1}}')],
  ])('%s', (_, text, expected) => {
    expect(findJson(text)).toEqual({ value: expected, isMended: false })
  })

  it('is a scalar only when there is nothing else', () => {
    expect(found('The answer is 42')).toBe(nothing)
    expect(found('42 apples')).toBe(nothing)
    expect(found('```json\n{"a":1}\n```\n42')).toEqual({ a: 1 })
  })

  it('is of the kind that is asked for', () => {
    const text = '{"answer": 4} as in [1]'
    expect(found(text)).toEqual([1])
    expect(found(text, { root: 'object' })).toEqual({ answer: 4 })
    expect(found('[1] {"a":1}', { root: 'array' })).toEqual([1])
    expect(found('[1]', { root: 'object' })).toBe(nothing)
  })
})

describe('broken JSON', () => {
  it.each<[string, string, JsonValue]>([
    ['single quotes, bare names', "{'a': 1, b: [1, 2]}", { a: 1, b: [1, 2] }],
    ['with prose behind it', "{'a': 1} Thanks!", { a: 1 }],
    ['comments', '{"a": 1, // one\n "b": 2}', { a: 1, b: 2 }],
    ['a missing comma', '{"a": 1 "b": 2} as asked', { a: 1, b: 2 }],
    ['unescaped quotes, in a fence', '```json\n{"a": "say "hi" there"}\n```\nDone.', { a: 'say "hi" there' }],
    ['missing closing brackets', '{"a": {"b": "x"}, "c": ["y"', { a: { b: 'x' }, c: ['y'] }],
    ['missing closing brackets in a fence', '```json\n{"a": {"b":1}, "c": "x"\n```', { a: { b: 1 }, c: 'x' }],
    ['rather than an earlier whole object', `{"answer": 1}. No: {'answer': 7}`, { answer: 7 }],
    ['rather than a part of it', '{"a": {"b": 1} oops {"c": 2}}', { a: { b: 1 }, oops: { c: 2 } }],
  ])('is mended: %s', (_, text, expected) => {
    expect(findJson(text)).toEqual({ value: expected, isMended: true })
    expect(found(text, { mend: false })).toBe(nothing)
  })

  it.each([
    ['a string that was cut', '{"a": "x', 'inside a string (at a)'],
    ['a number that was cut', '{"a": 1', 'inside a number (at a)'],
    ['a member without a value', '{"a": 1, "b":', 'before its value is closed (at b)'],
    ['a list that has only begun', '{"items": [', 'before its value is closed (at items[0])'],
    ['a cut object behind a whole one', '{"a":1} {"a":2,', 'before its value is closed'],
  ])('is not guessed: %s', (_, text, fault) => {
    expect(findJson(text)).toEqual({ fault: expect.stringContaining(fault) })
  })
})

describe('text without a value', () => {
  it.each([
    ['prose', 'I would rather not say.', 'No JSON value was found.'],
    ['nothing', '', 'No JSON value was found.'],
    ['thinking alone', '<think>{"a":1}</think>', 'No JSON value was found.'],
    ['thinking that does not end', '<think>{"a":1}', 'No JSON value was found.'],
    ['only brackets of prose', '[see below]', 'At character 1: a value was expected, and "s" found.'],
    ['too long', ' '.repeat(8_388_609), 'The text is longer than 8388608 characters.'],
  ])('%s', (_, text, fault) => {
    expect(findJson(text)).toEqual({ fault })
  })

  it.each(['[', '{', '{"a":', '[{"":', '["', '{"a" ', '[]', '`', '<think', '"', '{]'])(
    'takes no time that grows faster than the text: %j, over and over',
    (unit) => {
      const timeOf = (length: number) => {
        const text = unit.repeat(length / unit.length)
        const before = performance.now()
        findJson(text)
        return performance.now() - before
      }
      timeOf(20_000)
      // Quadratic work would take minutes.
      expect(timeOf(1_000_000)).toBeLessThan(10_000)
    },
  )
})

const folder = process.env.X_FIXTURES ?? join(import.meta.dirname, '../../../../shared/fixtures')
const missing = existsSync(folder) ? '' : ` (skipped: no recorded texts in ${folder}; set X_FIXTURES)`

interface TextCase {
  readonly id: string
  readonly kind: string
  readonly input: { readonly text?: string; readonly chunks?: readonly string[]; readonly reply?: Reply }
  readonly expected: { readonly final?: string; readonly value?: JsonValue; readonly valueText?: string }
}
interface Reply {
  readonly output?: { readonly message?: { readonly content?: readonly { readonly text?: string }[] } }
}

describe.skipIf(missing)(`texts that others wrote${missing}`, () => {
  const read = (name: string): TextCase[] => (missing ? [] : JSON.parse(readFileSync(join(folder, name), 'utf8')))
  const whole = read('json-texts.json').filter(({ expected }) => expected.final === 'value')
  it.each(whole)('$id is found', ({ input, expected }) => {
    const text = input.text ?? input.chunks?.join('') ?? ''
    expect(JSON.stringify(found(text))).toBe(expected.valueText ?? JSON.stringify(expected.value))
    const amongProse = found(`Well, as asked:\n\`\`\`json\n${text}\n\`\`\`\nBye!`)
    expect(JSON.stringify(amongProse)).toBe(expected.valueText ?? JSON.stringify(expected.value))
  })

  const answers = read('instructor-cases.json').flatMap(({ id, kind, input, expected }) => {
    const text = input.reply?.output?.message?.content?.find((part) => part.text !== undefined)?.text
    return kind === 'parse' && text !== undefined && 'value' in expected ? [{ id, text, value: expected.value }] : []
  })
  it.each(answers.filter(({ text }) => text.includes('{') || text.includes('[')))('$id is found', ({ text, value }) => {
    expect(findJson(text)).toEqual({ value, isMended: false })
  })
})
