import type { JsonValue } from '@x/types'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { PartialJsonParser } from '../src/partial-json.js'

/** Any 16-bit units, so that lone surrogates, pairs and controls come up often. */
const units = fc.array(fc.oneof(fc.integer({ min: 0, max: 0xffff }), fc.integer({ min: 0xd7f0, max: 0xe010 })), {
  maxLength: 12,
})
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 30 }),
  units.map((codes) => String.fromCharCode(...codes)),
)
const name = fc.oneof(text, fc.constantFrom('__proto__', 'constructor', 'toString', '', '0', '17', 'a'))
const number = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer())
/** As JSON text without white space: an object of JavaScript could not hold every order of members. */
const json = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom('null', 'true', 'false', '[]', '{}'),
    number.map((value) => JSON.stringify(value)),
    text.map((value) => JSON.stringify(value)),
    fc.array(tie('value'), { maxLength: 5 }).map((items) => `[${items.join(',')}]`),
    fc
      .uniqueArray(fc.tuple(name, tie('value')), { maxLength: 5, selector: ([key]) => key })
      .map((members) => `{${members.map(([key, value]) => `${JSON.stringify(key)}:${value}`).join(',')}}`),
  ),
})).value

/** The same value written in other ways: white space between tokens, all or no letters escaped. */
const style = fc.record({
  space: fc.constantFrom('', ' ', '\n  ', '\t\r\n'),
  escaping: fc.constantFrom('none', 'other', 'all'),
})
const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 20 })

function restyled(compact: string, { space, escaping }: { space: string; escaping: string }): string {
  return compact.replace(/"(?:\\.|[^"\\])*"|[[\]{},:]/g, (token) => {
    if (!token.startsWith('"')) return `${space}${token}${space}`
    if (escaping === 'none') return token
    const matching = escaping === 'all' ? /[^\\"]/g : /[^ -~]|\//g
    const parts = token.slice(1, -1).match(/\\u[0-9a-f]{4}|\\.|[^\\]/gi) ?? []
    const inner = parts.map((part) => (part.startsWith('\\') ? part : part.replace(matching, escaped)))
    return `"${inner.join('')}"`
  })
}

function escaped(character: string): string {
  return character === '/' ? '\\/' : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}

function pieces(whole: string, lengths: readonly number[]): string[] {
  const cut: string[] = []
  for (let index = 0, turn = 0; index < whole.length; turn++) {
    const length = lengths[turn % lengths.length] as number
    cut.push(whole.slice(index, index + length))
    index += length
  }
  return cut
}

/** Whether every part of what is shown stands in the whole value: a string as a prefix, a list up to its last item. */
function isPartOf(shown: JsonValue, whole: JsonValue): boolean {
  if (typeof shown === 'string')
    return typeof whole === 'string' && whole.startsWith(shown) && !endsInHalf(shown, whole)
  if (typeof shown !== 'object' || shown === null) return Object.is(shown, whole)
  if (Array.isArray(shown)) {
    return (
      Array.isArray(whole) &&
      shown.length <= whole.length &&
      shown.every((item, index) =>
        index < shown.length - 1 ? isSame(item, whole[index]) : isPartOf(item, whole[index]),
      )
    )
  }
  if (typeof whole !== 'object' || whole === null || Array.isArray(whole)) return false
  const other = whole as Record<string, JsonValue>
  const unequal = Object.entries(shown).filter(
    ([key, value]) => !Object.hasOwn(other, key) || !isSame(value, other[key]),
  )
  const [open] = unequal
  return (
    unequal.length <= 1 &&
    (!open || (Object.hasOwn(other, open[0]) && isPartOf(open[1] as JsonValue, other[open[0]] as JsonValue)))
  )
}

function endsInHalf(shown: string, whole: string): boolean {
  return (
    /[\ud800-\udbff]$/.test(shown) && shown.length < whole.length && /^[\udc00-\udfff]/.test(whole.slice(shown.length))
  )
}

function isSame(left: JsonValue | undefined, right: JsonValue | undefined): boolean {
  return JSON.stringify(left) === JSON.stringify(right)
}

/** How many values have closed for certain: a lower bound that needs no parser of our kind. */
function closedCount(value: JsonValue | undefined): number {
  if (typeof value !== 'object' || value === null) return 0
  const children = Object.values(value)
  return children.length + children.reduce<number>((sum, child) => sum + closedCount(child), 0)
}

const runs = { numRuns: 400 }

describe('any JSON, written in any way and cut anywhere', () => {
  it('shows only parts of the whole value, each at least as large as the one before, and ends with the whole', () => {
    fc.assert(
      fc.property(json, style, sizes, (compact, how, lengths) => {
        const written = restyled(compact, how)
        const whole = JSON.parse(written) as JsonValue
        const parser = new PartialJsonParser()
        let before: JsonValue | undefined
        for (const piece of pieces(written, lengths)) {
          parser.push(piece)
          const { value } = parser
          if (value !== undefined) expect(isPartOf(value, whole)).toBe(true)
          if (before !== undefined) expect(isPartOf(before, value as JsonValue)).toBe(true)
          before = value
        }
        expect(JSON.stringify(parser.end())).toBe(JSON.stringify(whole))
        expect(parser.value).toEqual(whole)
        expect(parser.isComplete).toBe(true)
      }),
      runs,
    )
  })

  it('shows the same at a place however the text before it was cut', () => {
    fc.assert(
      fc.property(json, style, sizes, fc.nat(), (compact, how, lengths, place) => {
        const written = restyled(compact, how)
        const prefix = written.slice(0, place % (written.length + 1))
        const inOne = new PartialJsonParser()
        inOne.push(prefix)
        const inMany = new PartialJsonParser()
        for (const piece of pieces(prefix, lengths)) {
          inMany.push(piece)
          if (lengths.length % 2) void inMany.value
        }
        expect(JSON.stringify(inMany.value)).toBe(JSON.stringify(inOne.value))
        expect(inMany.isComplete).toBe(inOne.isComplete)
      }),
      runs,
    )
  })

  it('calls onClose for every value of the whole, and isClosed agrees from then on', () => {
    fc.assert(
      fc.property(json, sizes, (compact, lengths) => {
        const whole = JSON.parse(compact) as JsonValue
        const closed: (readonly (string | number)[])[] = []
        const parser = new PartialJsonParser({ onClose: (path) => closed.push(path) })
        for (const piece of pieces(compact, lengths)) {
          const known = closed.length
          parser.push(piece)
          for (const path of closed.slice(known)) expect(parser.isClosed(path)).toBe(true)
        }
        parser.end()
        expect(closed).toHaveLength(closedCount(whole) + 1)
        for (const path of closed) {
          expect(parser.isClosed(path)).toBe(true)
          const found = path.reduce<unknown>((value, key) => (value as Record<string | number, unknown>)[key], whole)
          expect(found).not.toBeUndefined()
        }
      }),
      runs,
    )
  })

  it('shows everything that is certain: what is closed by adding the brackets that are missing', () => {
    fc.assert(
      fc.property(json, fc.nat(), (compact, place) => {
        const prefix = compact.slice(0, place % (compact.length + 1))
        const closed = withBrackets(prefix)
        if (closed === undefined) return
        const parser = new PartialJsonParser()
        parser.push(prefix)
        // A number at the end of the prefix may go on: it is in the completed text, and not shown.
        if (/\d$/.test(prefix)) expect(JSON.stringify(parser.value)).not.toBe(JSON.stringify(JSON.parse(closed)))
        else expect(JSON.stringify(parser.value)).toBe(JSON.stringify(JSON.parse(closed)))
      }),
      { numRuns: 1000 },
    )
  })
})

/** A prefix that ends behind a value or an opening bracket, completed; undefined for all others. */
function withBrackets(prefix: string): string | undefined {
  const open: string[] = []
  for (const [token] of prefix.matchAll(/"(?:\\.|[^"\\])*"|[[\]{}]/g)) {
    if (token === '[' || token === '{') open.unshift(token === '[' ? ']' : '}')
    else if (token === ']' || token === '}') open.shift()
  }
  try {
    const completed = prefix + open.join('')
    JSON.parse(completed)
    return completed
  } catch {
    return undefined
  }
}
