import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { JsonValue } from '@x/types'
import { describe, expect, it } from 'vitest'
import { PartialJsonParser } from '../src/partial-json.js'

interface Case {
  readonly id: string
  readonly kind: string
  readonly input: {
    readonly text?: string
    readonly cuts?: readonly number[]
    readonly chunks?: readonly string[]
    readonly repeat?: string
    readonly times?: number
  }
  readonly expected: {
    readonly final?: 'value' | 'error' | 'either'
    readonly state?: 'complete' | 'incomplete' | 'invalid'
    readonly value?: JsonValue
    readonly valueText?: string
    readonly valueByJsonParse?: JsonValue
    readonly wholeValueWouldBe?: JsonValue
  }
}

const folder = process.env.X_FIXTURES ?? join(import.meta.dirname, '../../../../shared/fixtures')
const file = join(folder, 'json-texts.json')
const missing = existsSync(file) ? '' : ` (skipped: no recorded texts in ${folder}; set X_FIXTURES)`
const cases: readonly Case[] = missing ? [] : JSON.parse(readFileSync(file, 'utf8'))
const texts = cases.filter(({ kind }) => kind !== 'json-bytes')

/** Not JSON, and taken by the rules of PartialJsonParser: prose behind the value, a last comma, raw control characters. */
const taken: Readonly<Record<string, JsonValue>> = {
  '{"a": 1} {"b": 2}': { a: 1 },
  '[1] [2]': [1],
  '{"a":"b"}/**//': { a: 'b' },
  '{"a":"b"}/': { a: 'b' },
  '{"a":"b"}#{}': { a: 'b' },
  '{}}': {},
  '[1,]': [1],
  '[1,2,]': [1, 2],
  '["",]': [''],
  '["a\u0000a"]': ['a\u0000a'],
  '["new\nline"]': ['new\nline'],
}

describe.skipIf(missing)(`texts that models and test suites wrote${missing}`, () => {
  const valid = texts.filter(({ expected }) => expected.final === 'value' || expected.valueByJsonParse !== undefined)
  it.each(valid)('$id is read', (each) => {
    for (const chunks of allCuts(each)) {
      const parser = new PartialJsonParser()
      const shown = chunks.map((chunk) => {
        parser.push(chunk)
        return JSON.stringify(parser.value)
      })
      const { value, valueText, valueByJsonParse } = each.expected
      const expected = valueText ?? JSON.stringify(value === undefined ? valueByJsonParse : value)
      expect(JSON.stringify(parser.end())).toBe(expected)
      expect(parser.isComplete).toBe(true)
      expect(shown.filter((text) => text !== undefined && text.length > expected.length)).toEqual([])
    }
  })

  it.each(texts.filter(({ expected }) => expected.state === 'incomplete'))('$id is never taken as whole', (each) => {
    for (const chunks of allCuts(each)) {
      const parser = new PartialJsonParser()
      for (const chunk of chunks) {
        parser.push(chunk)
        expect(parser.isComplete).toBe(false)
        const whole = each.expected.wholeValueWouldBe
        if (whole) expect(JSON.stringify(whole)).toContain(JSON.stringify(parser.value ?? {}).replace(/"?}*$/, ''))
      }
      expect(() => parser.end()).toThrow('Not JSON at character')
    }
  })

  it.each(texts.filter(({ expected }) => expected.state === 'invalid'))(
    '$id is refused, or taken by a rule',
    (each) => {
      for (const chunks of allCuts(each)) {
        const parser = new PartialJsonParser()
        for (const chunk of chunks) parser.push(chunk)
        const rule = taken[chunks.join('')]
        if (rule !== undefined) expect(parser.end()).toEqual(rule)
        else expect(() => parser.end()).toThrow('Not JSON at character')
      }
    },
  )
})

/** In one piece, as given, and character by character. */
function allCuts({ input }: Case): string[][] {
  const { text = input.chunks?.join('') ?? (input.repeat ?? '').repeat(input.times ?? 0), cuts = [] } = input
  const given = input.chunks ?? [...cuts, text.length].map((end, index) => text.slice(cuts[index - 1] ?? 0, end))
  return text.length > 1000 ? [[text]] : [[text], [...given], text.split('')]
}
