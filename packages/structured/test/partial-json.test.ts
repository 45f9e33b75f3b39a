import type { JsonValue } from '@x/types'
import { isAgentError } from '@x/types'
import { describe, expect, it } from 'vitest'
import type { JsonPath } from '../src/partial-json.js'
import { PartialJsonParser } from '../src/partial-json.js'

/** All that is shown while the text comes in pieces of `size`: each new snapshot once, as it looked then. */
function snapshots(text: string, size = 1): (JsonValue | undefined)[] {
  const parser = new PartialJsonParser()
  const seen: (JsonValue | undefined)[] = []
  for (let index = 0; index < text.length; index += size) {
    const before = parser.value
    parser.push(text.slice(index, index + size))
    if (parser.value !== before) seen.push(structuredClone(parser.value))
  }
  return seen
}

function whole(text: string): JsonValue {
  const parser = new PartialJsonParser()
  parser.push(text)
  return parser.end()
}

function messageOf(text: string, options?: ConstructorParameters<typeof PartialJsonParser>[0]): string {
  const parser = new PartialJsonParser(options)
  parser.push(text)
  try {
    parser.end()
  } catch (error) {
    expect(isAgentError(error, 'invalid-output')).toBe(true)
    return (error as Error).message
  }
  return 'no error'
}

describe('what is shown while the text comes', () => {
  it.each<[string, string, (JsonValue | undefined)[]]>([
    ['a string grows', '{"a":"xy"}', [{}, { a: '' }, { a: 'x' }, { a: 'xy' }, { a: 'xy' }]],
    ['a number is held back until it ends', '[12,-3.5e1]', [[], [12], [12, -35]]],
    ['so is a literal', '[true,null]', [[], [true], [true, null], [true, null]]],
    ['and a name, until there is something of its value', '{"ab":[', [{}, { ab: [] }]],
    ['half a surrogate pair is held back', '["\\ud83d\\ude00', [[], [''], ['😀']]],
    ['also when it is not escaped', '["\ud83d\ude00', [[], [''], ['😀']]],
    ['a lone half is shown when the next character tells so', '["\\ud83dx', [[], [''], ['\ud83dx']]],
    ['or when the string closes', '["\\ud83d"', [[], [''], ['\ud83d']]],
    ['an escape is shown whole', '["\\n\\u00e9', [[], [''], ['\n'], ['\né']]],
  ])('%s', (_, text, expected) => {
    expect(snapshots(text)).toEqual(expected)
  })

  it('is the same whether the text comes in one piece or in many', () => {
    const text = ' {"a": [1, {"b": "x\\"y\\\\"}], "c": -0.5e-2, "d": [true, false, null]} '
    const expected = JSON.parse(text)
    for (let size = 1; size <= text.length; size++) expect(snapshots(text, size).at(-1)).toEqual(expected)
  })

  it('is the same object until there is something new', () => {
    const parser = new PartialJsonParser()
    parser.push('{"a":[1,2],"b":"x')
    const { value } = parser
    parser.push('\\')
    parser.push('u00')
    expect(parser.value).toBe(value)
    parser.push('e9')
    expect(parser.value).toEqual({ a: [1, 2], b: 'xé' })
    expect(value).toEqual({ a: [1, 2], b: 'x' })
  })

  it('shares closed parts, and never changes what was given out', () => {
    const parser = new PartialJsonParser()
    parser.push('{"closed":{"deep":[1]},"open":[{"x":1},')
    const first = parser.value as { closed: JsonValue; open: readonly JsonValue[] }
    parser.push('{"x":2')
    const second = parser.value as typeof first
    parser.push('}]}')
    expect(second.closed).toBe(first.closed)
    expect(second.open[0]).toBe(first.open[0])
    expect((parser.end() as typeof first).closed).toBe(first.closed)
    expect(first).toEqual({ closed: { deep: [1] }, open: [{ x: 1 }] })
    expect(second).toEqual({ closed: { deep: [1] }, open: [{ x: 1 }, {}] })
  })

  it('copies no more than the new text pays for, however long the open list is, and is exact in the end', () => {
    const items = Array.from({ length: 20_000 }, (_, index) => index % 10)
    const text = JSON.stringify({ items })
    const parser = new PartialJsonParser()
    let shown: JsonValue | undefined
    let copied = 0
    for (let index = 0; index < text.length; index += 8) {
      parser.push(text.slice(index, index + 8))
      if (parser.value === shown) continue
      shown = parser.value
      const { length } = (shown as { items?: number[] }).items ?? []
      copied += length
      // Behind by a 32nd of its length in characters, and one piece of text: two characters an item here.
      expect(text.slice(10, index + 8).length / 2 - length).toBeLessThan(8 + length / 32)
    }
    expect(copied).toBeLessThan(text.length * (32 + 2048 / 8))
    expect(copied).toBeGreaterThan(text.length)
    expect(parser.end()).toEqual({ items })
    expect(parser.value).toEqual({ items })
  })

  it('shows all of a long list that broke off', () => {
    const items = Array.from({ length: 9000 }, () => 1)
    const parser = new PartialJsonParser()
    for (const character of `[${items.join(',')},`) {
      parser.push(character)
      void parser.value
    }
    expect((parser.value as JsonValue[]).length).toBeLessThan(9000)
    expect(() => parser.end()).toThrow()
    expect(parser.value).toEqual(items)
  })

  it('shows all of a long list in which something is wrong', () => {
    const parser = new PartialJsonParser()
    const text = `[${'1,'.repeat(9000)}`
    for (const character of text) {
      parser.push(character)
      void parser.value
    }
    const { length } = parser.value as JsonValue[]
    parser.push('?')
    expect(length).toBeLessThan(9000)
    expect((parser.value as JsonValue[]).length).toBe(9000)
  })
})

describe('what stands around the value', () => {
  it.each<[string, string, JsonValue]>([
    ['prose', 'Here you are: {"a":1} Anything else?', { a: 1 }],
    ['a fence', '```json\n{"a":1}\n```', { a: 1 }],
    ['a fence on one line', '```json {"a":1}```', { a: 1 }],
    ['a scalar in a fence', '```\n42\n```', 42],
    ['thinking that holds JSON', '<think>{"a":0} <b></think>\n{"a":1}', { a: 1 }],
    ['thinking in capitals', '<Thinking>[</Thinking>[1]', [1]],
    ['something like a tag', '<thin {"a":1}', { a: 1 }],
    ['a tag that begins twice', '<<think>{"a":0}</</think>{"a":1}', { a: 1 }],
    ['brackets of prose', '[see section 2] {Note: rounded} {"a":1}', { a: 1 }],
    ['brackets within brackets of prose', '[[see {"a":0}]] {"a":1}', { a: 1 }],
    ['a number of prose', '3 apples: {"a":1}', { a: 1 }],
    ['a literal of prose', 'true to form, {"a":1}', { a: 1 }],
    ['a word that begins like a literal', 'nothing but {"a":1}', { a: 1 }],
    ['a quotation', '"So be it": {"a":1}', { a: 1 }],
    ['a byte order mark', '\ufeff{"a":1}', { a: 1 }],
    ['a second object, which is not looked at', '{"a":1} {"a":2}', { a: 1 }],
    ['tags and fences in a string', '{"a":"<think>```</think>"}', { a: '<think>```</think>' }],
  ])('%s', (_, text, expected) => {
    expect(whole(text)).toEqual(expected)
    expect(snapshots(text).at(-1) ?? whole(text)).toEqual(expected)
  })

  it('takes back a root that turns out to be prose, as long as it held nothing', () => {
    expect(snapshots('{Note} {"a":1}')).toEqual([{}, undefined, {}, { a: 1 }])
  })

  it('does not take a part of a broken object for the answer', () => {
    expect(messageOf(`{'a': {"b":1}}`)).toContain('character 1:')
  })
})

describe('what is taken beyond JSON', () => {
  it.each<[string, string, JsonValue]>([
    ['a comma before a closing brace', '{"a":1,}', { a: 1 }],
    ['a comma before a closing bracket', '[1,2, ]', [1, 2]],
    ['a raw line break in a string', '["a\nb"]', ['a\nb']],
  ])('%s', (_, text, expected) => {
    expect(whole(text)).toEqual(expected)
  })
})

describe('names that mean something to JavaScript', () => {
  it('are members like any other', () => {
    const text = '{"__proto__":{"admin":true},"constructor":{"prototype":1},"a":{"__proto__":null,"b":1'
    const parser = new PartialJsonParser()
    for (const character of text) {
      parser.push(character)
      expect((parser.value as { admin?: boolean } | undefined)?.admin).toBeUndefined()
    }
    parser.push('}}')
    const value = parser.end() as Record<string, JsonValue>
    expect(JSON.stringify(value)).toBe(`${text}}}`)
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype)
    expect(parser.isClosed(['__proto__', 'admin'])).toBe(true)
    expect(parser.isClosed(['toString'])).toBe(false)
    expect(({} as { admin?: boolean }).admin).toBeUndefined()
  })
})

describe('what is complete', () => {
  it('is known for each path', () => {
    const parser = new PartialJsonParser()
    parser.push('{"a":{"b":[1,2],"c":"x"},"d":[{"e":1},{"f":2,"g":"op')
    const closed: JsonPath[] = [['a'], ['a', 'b'], ['a', 'b', 1], ['a', 'c'], ['d', 0], ['d', 0, 'e'], ['d', 1, 'f']]
    const open: JsonPath[] = [[], ['d'], ['d', 1], ['d', 1, 'g'], ['d', 2], ['a', 'x'], ['a', 'b', 'length'], ['h']]
    expect(closed.filter((path) => !parser.isClosed(path))).toEqual([])
    expect(open.filter((path) => parser.isClosed(path))).toEqual([])
    expect(parser.isComplete).toBe(false)
    parser.push('en"}]}')
    expect(parser.isComplete).toBe(true)
    expect([...closed, [], ['d', 1, 'g']].filter((path) => !parser.isClosed(path))).toEqual([])
    expect(parser.isClosed(['h'])).toBe(false)
  })

  it('is known of a member as soon as its value has closed', () => {
    const parser = new PartialJsonParser()
    parser.push('{"a":1')
    expect(parser.isClosed(['a'])).toBe(false)
    parser.push(',')
    expect(parser.isClosed(['a'])).toBe(true)
    parser.push('"a"')
    expect(parser.isClosed(['a'])).toBe(false)
  })

  it('is known of a number at the root with the end of the text', () => {
    const parser = new PartialJsonParser()
    parser.push('42')
    expect([parser.isComplete, parser.value]).toEqual([false, undefined])
    expect(parser.end()).toBe(42)
    expect([parser.isComplete, parser.value]).toEqual([true, 42])
  })
})

describe('onClose', () => {
  it('is called once for each value, children first, with the object of later snapshots', () => {
    const calls: [string, JsonValue][] = []
    const parser = new PartialJsonParser({ onClose: (path, value) => calls.push([path.join('/'), value]) })
    for (const character of 'Sure: {"a":[1,{"b":"x"}],"c":{}} {"d":1}') parser.push(character)
    parser.end()
    parser.end()
    expect(calls).toEqual([
      ['a/0', 1],
      ['a/1/b', 'x'],
      ['a/1', { b: 'x' }],
      ['a', [1, { b: 'x' }]],
      ['c', {}],
      ['', { a: [1, { b: 'x' }], c: {} }],
    ])
    const value = parser.value as { a: JsonValue }
    expect(value).toBe(calls.at(-1)?.[1])
    expect(value.a).toBe(calls[3]?.[1])
  })

  it('is called for a scalar at the root at the end, and never for one of prose', () => {
    const calls: JsonValue[] = []
    const parser = new PartialJsonParser({ onClose: (_, value) => calls.push(value) })
    parser.push('true')
    expect(calls).toEqual([])
    parser.end()
    expect(calls).toEqual([true])
    const other = new PartialJsonParser({ onClose: (_, value) => calls.push(value) })
    other.push('true or [7]')
    other.end()
    expect(calls).toEqual([true, 7, [7]])
  })

  it('passes its error on and stops the parser', () => {
    const parser = new PartialJsonParser({
      onClose() {
        throw new Error('no more')
      },
    })
    expect(() => parser.push('[1,2]')).toThrow('no more')
    parser.push(',3]')
    expect(() => parser.end()).toThrow('onClose threw')
  })
})

describe('text that is not JSON', () => {
  it.each<[string, string]>([
    ['', 'character 0: no JSON value was found'],
    ['I cannot say.', 'character 13: no JSON value was found'],
    ['<think>{"a":1}', 'character 14: no JSON value was found'],
    ['{"a":1', 'character 6: the text ends inside a number (at a)'],
    ['{"a":[{"b":"x', 'character 13: the text ends inside a string (at a[0].b)'],
    ['{"a":1,', 'character 7: the text ends before its value is closed.'],
    ['[1}', 'character 2: a comma or ] was expected, and "}" found'],
    ['{"a":1 "b":2}', 'character 7: a comma or } was expected, and "\\"" found'],
    ['[1,,2]', 'character 3: a value was expected, and "," found'],
    ['{"a":01}', 'character 6: the end of a number was expected, and "1" found'],
    ['{"a":1,"b":tru}', 'character 14: true was expected, and "}" found'],
    ['["a","\\x"]', 'character 7: an escape'],
    ['["a","\\u12g4"]', 'character 10: a hexadecimal digit was expected, and "g" found'],
    ['[1, 2 // two\n]', 'character 6: a comma or ] was expected, and "/" found'],
  ])('%j is refused with its offset', (text, expected) => {
    expect(messageOf(text)).toContain(expected)
  })

  it('leaves what was shown, and ignores what follows', () => {
    const parser = new PartialJsonParser()
    parser.push('{"a":1,"b":"x')
    parser.push('yz\\q\', {"c":3}')
    expect(parser.value).toEqual({ a: 1, b: 'xyz' })
    parser.push('"}')
    expect(parser.value).toEqual({ a: 1, b: 'xyz' })
    expect(parser.isComplete).toBe(false)
    expect(() => parser.end()).toThrow('character 16')
  })
})

describe('limits', () => {
  it.each(['[', '{"a":', '[{"":'])('nesting is limited: %s, a hundred thousand times', (unit) => {
    expect(messageOf(unit.repeat(100_000))).toContain('nesting deeper than maxDepth (512)')
  })

  it('deep nesting is no danger where it is allowed', () => {
    const depth = 100_000
    const parser = new PartialJsonParser({ maxDepth: depth })
    parser.push('['.repeat(depth))
    void parser.value
    parser.push(']'.repeat(depth))
    let levels = 0
    for (let value: JsonValue | undefined = parser.end(); Array.isArray(value); value = value[0]) levels++
    expect(levels).toBe(depth)
  })

  it('the text may not be longer than maxLength, prose included', () => {
    expect(messageOf('Well: [1]', { maxLength: 8 })).toContain('character 8: more text than maxLength (8)')
    expect(messageOf('Well: [1]', { maxLength: 9 })).toBe('no error')
    expect(messageOf('[1] and so on', { maxLength: 3 })).toBe('no error')
  })

  it.each([0, -1, 1.5, Number.NaN])('a limit of %d is refused', (limit) => {
    expect(() => new PartialJsonParser({ maxDepth: limit })).toThrow('maxDepth')
    expect(() => new PartialJsonParser({ maxLength: limit })).toThrow('maxLength')
  })
})
