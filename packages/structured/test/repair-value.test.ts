import { toJsonSchema } from '@x/tools/schema'
import type { JsonObject, JsonValue } from '@x/types'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import type { Repair } from '../src/repair-value.js'
import { repairValue } from '../src/repair-value.js'

type Row = readonly [
  title: string,
  schema: JsonObject,
  written: JsonValue,
  repaired: JsonValue,
  repairs: readonly Repair[],
]

const object = (properties: JsonObject, required: readonly string[] = Object.keys(properties)): JsonObject => ({
  type: 'object',
  properties,
  required,
})
const string = { type: 'string' }
const integer = { type: 'integer' }
const number = { type: 'number' }
const boolean = { type: 'boolean' }
const list = (items: JsonObject): JsonObject => ({ type: 'array', items })

const fromString = 'read the JSON in the string'
const amongText = 'read the JSON in the string, without the text around it'
const toNumber = 'read the string as a number'
const toBoolean = 'read the string as a boolean'
const choice = 'took the choice that it spells'
const single = 'made a list of the single item'

describe('repairs', () => {
  it.each<Row>([
    [
      'a string that holds an object',
      object({ a: object({ b: integer }) }),
      { a: '{"b":1}' },
      { a: { b: 1 } },
      [{ path: 'a', repair: fromString, score: 1 }],
    ],
    [
      'a string that holds a list',
      object({ a: list(string) }),
      { a: '["x","y"]' },
      { a: ['x', 'y'] },
      [{ path: 'a', repair: fromString, score: 1 }],
    ],
    [
      'a root in a string, in a fence',
      object({ a: integer }),
      '```json\n{"a":1}\n```',
      { a: 1 },
      [{ path: '', repair: amongText, score: 2 }],
    ],
    [
      'text behind the JSON of a string',
      object({ a: object({ b: integer }) }),
      { a: '{"b":1} Hope it helps' },
      { a: { b: 1 } },
      [{ path: 'a', repair: amongText, score: 2 }],
    ],
    [
      'JSON in a string, to be repaired in turn',
      object({ a: list(integer) }),
      { a: '["1"]' },
      { a: [1] },
      [
        { path: 'a', repair: fromString, score: 1 },
        { path: 'a[0]', repair: toNumber, score: 1 },
      ],
    ],
    ['a single item', object({ a: list(string) }), { a: 'x' }, { a: ['x'] }, [{ path: 'a', repair: single, score: 2 }]],
    [
      'a single object',
      list(object({ a: integer })),
      { a: '1' },
      [{ a: 1 }],
      [
        { path: '', repair: single, score: 2 },
        { path: '[0].a', repair: toNumber, score: 1 },
      ],
    ],
    [
      'a list of one',
      object({ a: string }),
      { a: ['x'] },
      { a: 'x' },
      [{ path: 'a', repair: 'took the single item of the list', score: 3 }],
    ],
    [
      'null for an absent member',
      object({ a: integer, b: string }, ['a']),
      { a: 1, b: null },
      { a: 1 },
      [{ path: 'b', repair: 'left out a null', score: 1 }],
    ],
    [
      'numbers in strings',
      list(number),
      ['1', ' -2.5e1 ', '+3', '1,234,567.5', '1_000'],
      [1, -25, 3, 1234567.5, 1000],
      [
        { path: '[0]', repair: toNumber, score: 1 },
        { path: '[1]', repair: toNumber, score: 1 },
        { path: '[2]', repair: toNumber, score: 1 },
        { path: '[3]', repair: toNumber, score: 2 },
        { path: '[4]', repair: toNumber, score: 2 },
      ],
    ],
    ['a whole number with a point', integer, '3.0', 3, [{ path: '', repair: toNumber, score: 1 }]],
    [
      'booleans in strings',
      list(boolean),
      ['true', 'False', 'yes'],
      [true, false, true],
      [
        { path: '[0]', repair: toBoolean, score: 1 },
        { path: '[1]', repair: toBoolean, score: 1 },
        { path: '[2]', repair: toBoolean, score: 2 },
      ],
    ],
    [
      'the word null',
      { type: ['number', 'null'] },
      'null',
      null,
      [{ path: '', repair: 'read the string as null', score: 2 }],
    ],
    [
      'a scalar for a string',
      object({ zip: string }),
      { zip: 12345 },
      { zip: '12345' },
      [{ path: 'zip', repair: 'wrote it as a string', score: 2 }],
    ],
    [
      'a choice in another spelling',
      { type: 'string', enum: ['in_progress', 'Done'] },
      ' In-Progress ',
      'in_progress',
      [{ path: '', repair: choice, score: 1 }],
    ],
    ['a number among choices', { enum: [1, 2] }, '2', 2, [{ path: '', repair: choice, score: 1 }]],
    [
      'a constant',
      object({ kind: { const: 'cat' } }),
      { kind: 'Cat' },
      { kind: 'cat' },
      [{ path: 'kind', repair: choice, score: 1 }],
    ],
    [
      'a wrapper',
      object({ a: integer }),
      { value: { a: 1 } },
      { a: 1 },
      [{ path: '', repair: 'took the value out of the wrapper "value"', score: 2 }],
    ],
    [
      'a wrapper with the name of the schema',
      object({ a: integer }),
      { Person: { a: 1 } },
      { a: 1 },
      [{ path: '', repair: 'took the value out of the wrapper "Person"', score: 2 }],
    ],
    [
      'a wrapper around a closed object without required members',
      { ...object({ a: integer }, []), additionalProperties: false },
      { answer: { a: 1 } },
      { a: 1 },
      [{ path: '', repair: 'took the value out of the wrapper "answer"', score: 2 }],
    ],
    [
      'a wrapped list',
      object({ a: list(integer) }),
      { a: { items: [1] } },
      { a: [1] },
      [{ path: 'a', repair: 'took the value out of the wrapper "items"', score: 2 }],
    ],
    [
      'a wrapped scalar',
      object({ a: integer }),
      { a: { value: 4 } },
      { a: 4 },
      [{ path: 'a', repair: 'took the value out of the wrapper "value"', score: 2 }],
    ],
    [
      'the schema with values in it',
      object({ a: integer, b: string }),
      { type: 'object', properties: { a: 1, b: 'x' } },
      { a: 1, b: 'x' },
      [{ path: '', repair: 'took the value out of the wrapper "properties"', score: 2 }],
    ],
    [
      'a member of an open map',
      { type: 'object', additionalProperties: integer },
      { x: '1' },
      { x: 1 },
      [{ path: 'x', repair: toNumber, score: 1 }],
    ],
    [
      'an item of a tuple',
      { type: 'array', prefixItems: [string, integer] },
      ['1', '1'],
      ['1', 1],
      [{ path: '[1]', repair: toNumber, score: 1 }],
    ],
    [
      'what allOf asks for',
      { allOf: [object({ a: integer }), object({ b: integer })] },
      { a: '1', b: '2' },
      { a: 1, b: 2 },
      [
        { path: 'a', repair: toNumber, score: 1 },
        { path: 'b', repair: toNumber, score: 1 },
      ],
    ],
    [
      'what a reference leads to',
      { $ref: '#/$defs/a~1b', $defs: { 'a/b': object({ n: integer }) } },
      { n: '1' },
      { n: 1 },
      [{ path: 'n', repair: toNumber, score: 1 }],
    ],
  ])('%s', (_, schema, written, repaired, repairs) => {
    const before = structuredClone(written)
    expect(repairValue(written, schema)).toEqual({ value: repaired, repairs })
    expect(written).toEqual(before)
    // What was repaired needs no more.
    const again = repairValue(repaired, schema)
    expect(again.value).toBe(repaired)
    expect(again.repairs).toEqual([])
  })
})

describe('nothing is done', () => {
  it.each<readonly [title: string, schema: JsonObject, written: JsonValue]>([
    ['for a string that holds JSON where a string is wanted', object({ a: string }), { a: '{"b":1}' }],
    [
      'for a string that holds JSON where a union admits strings',
      { anyOf: [object({ b: integer }), string] },
      '{"b":1}',
    ],
    ['for a string that holds other JSON', object({ a: object({ b: integer }) }), { a: '[1]' }],
    ['for a string that holds none', object({ a: object({ b: integer }) }), { a: 'none' }],
    ['for a null that is admitted', object({ a: { type: ['integer', 'null'] } }, []), { a: null }],
    ['for a null that is admitted by a union', object({ a: { anyOf: [integer, { type: 'null' }] } }, []), { a: null }],
    ['for a null in a required member', object({ a: integer }), { a: null }],
    ['for a null that the schema does not know', object({}, []), { a: null }],
    ['for a null for a list', object({ a: list(integer) }), { a: null }],
    ['for a single item that does not fit', object({ a: list(object({ b: integer })) }), { a: 'x' }],
    ['for a list of two', object({ a: string }), { a: ['x', 'y'] }],
    ['for a number in a string that is no integer', integer, '3.5'],
    ['for a number with a unit', number, '12 %'],
    ['for a decimal comma', number, '1,5'],
    ['for a wrongly grouped number', number, '1,23,456'],
    ['for hexadecimal, empty and infinite', list(number), ['0x10', '', 'Infinity', 'NaN']],
    ['for other words than a boolean', boolean, 'maybe'],
    ['for a number instead of a boolean', boolean, 1],
    ['for the word null where strings are admitted', { type: ['string', 'null'] }, 'null'],
    ['for a choice that two spellings match', { enum: ['a-b', 'a b'] }, 'A_B'],
    ['for a choice that only begins alike', { enum: ['cat', 'dog'] }, 'cats'],
    ['for a missing member', object({ a: integer, b: { type: 'string', default: 'x' } }), { a: 1 }],
    ['for a wrapper whose inside does not fit', object({ a: integer }), { value: { b: 1 } }],
    ['for a wrapper with a neighbour', object({ a: integer }), { value: { a: 1 }, note: 'x' }],
    ['for a member that is called like a wrapper', object({ value: object({ a: integer }) }), { value: { a: 1 } }],
    ['for a single member of an open object', { type: 'object', additionalProperties: true }, { value: { a: 1 } }],
    ['for a scalar inside an unknown name', object({ a: integer }), { a: { count: 4 } }],
    ['for the schema itself', object({ a: integer }), { type: 'object', properties: { a: { type: 'integer' } } }],
    ['for members too many', { ...object({ a: integer }), additionalProperties: false }, { a: 1, b: 2 }],
    ['where anything goes', {}, { a: ['1', null] }],
    ['for a reference that leads nowhere', { $ref: '#/$defs/none' }, '1'],
  ])('%s', (_, schema, written) => {
    const { value, repairs } = repairValue(written, schema)
    expect(value).toBe(written)
    expect(repairs).toEqual([])
  })

  it('for any value that fits', () => {
    const schema = z.object({
      a: z.string(),
      b: z.array(z.union([z.number(), z.string(), z.object({ c: z.boolean().nullable() })])),
      d: z.record(z.string(), z.int()).optional(),
      e: z.enum(['x', 'X']),
    })
    const jsonSchema = toJsonSchema(schema)
    const item = fc.oneof(fc.double({ noNaN: true }), fc.string(), fc.record({ c: fc.option(fc.boolean()) }))
    const value = fc.record(
      { a: fc.string(), b: fc.array(item), d: fc.dictionary(fc.string(), fc.integer()), e: fc.constantFrom('x', 'X') },
      { requiredKeys: ['a', 'b', 'e'] },
    )
    fc.assert(
      fc.property(value, (written) => {
        expect(repairValue(written as JsonValue, jsonSchema)).toEqual({ value: written, repairs: [] })
        expect(repairValue(written as JsonValue, jsonSchema).value).toBe(written)
      }),
    )
  })
})

describe('unions', () => {
  const shapes: JsonObject = {
    oneOf: [
      object({ kind: { const: 'circle' }, radius: number }),
      object({ kind: { const: 'square' }, side: number }),
      object({ kind: { const: 'label' }, text: string }),
    ],
  }

  it('take the alternative that needs least', () => {
    expect(repairValue({ kind: 'Square', side: '2' }, shapes)).toEqual({
      value: { kind: 'square', side: 2 },
      repairs: [
        { path: 'kind', repair: choice, score: 1 },
        { path: 'side', repair: toNumber, score: 1 },
      ],
    })
    expect(repairValue({ kind: 'label', text: '2' }, shapes).repairs).toEqual([])
  })

  it('prefer what needs nothing to what comes first', () => {
    expect(repairValue('5', { anyOf: [number, string] })).toEqual({ value: '5', repairs: [] })
    expect(repairValue('5', { anyOf: [number, list(string)] }).value).toBe(5)
  })

  it('tell closed objects apart by the members that they do not have', () => {
    const closed = (name: string) => ({ ...object({ [name]: list(integer) }, []), additionalProperties: false })
    expect(repairValue({ b: 1 }, { anyOf: [closed('a'), closed('b')] }).value).toEqual({ b: [1] })
  })
})

describe('whatever the schema and the value', () => {
  it('a path names every step', () => {
    const schema = object({ items: list(object({ tags: list(string) })) })
    const { repairs } = repairValue({ items: [{ tags: [] }, { tags: ['x', 7] }] }, schema)
    expect(repairs.map(({ path }) => path)).toEqual(['items[1].tags[1]'])
  })

  it('names that mean something to JavaScript are members like any other', () => {
    const written = JSON.parse('{"__proto__":{"admin":true},"constructor":null,"a":"1"}') as JsonObject
    const { value, repairs } = repairValue(written, object({ a: integer }))
    expect(JSON.stringify(value)).toBe('{"__proto__":{"admin":true},"constructor":null,"a":1}')
    expect((value as { admin?: boolean }).admin).toBeUndefined()
    expect(repairs).toHaveLength(1)
  })

  it('schemas that lead back to themselves come to an end', () => {
    const loop: JsonObject = {
      anyOf: [{ $ref: '#' }, { $ref: '#' }, { $ref: '#/$defs/x' }],
      $defs: { x: { $ref: '#/$defs/x' } },
    }
    expect(repairValue('x', loop)).toEqual({ value: 'x', repairs: [] })
    const lists: JsonObject = { type: 'array', items: { $ref: '#' } }
    expect(repairValue('x', lists)).toEqual({ value: 'x', repairs: [] })
    expect(repairValue({ a: { a: 'x' } }, lists).repairs).toEqual([])
  })

  it('recursive schemas are followed', () => {
    const tree = object({ name: string, children: list({ $ref: '#' }) }, ['name'])
    const written = { name: 'a', children: { name: 'b', children: '[{"name":1,"children":null}]' } }
    expect(repairValue(written, tree).value).toEqual({
      name: 'a',
      children: [{ name: 'b', children: [{ name: '1' }] }],
    })
  })

  it('nested unions cost no more than the value is large', () => {
    const branch = (kind: string): JsonObject =>
      object({ kind: { type: 'string' }, [kind]: integer, next: { $ref: '#' } }, ['kind', kind])
    const schema: JsonObject = { anyOf: ['a', 'b', 'c', 'd'].map(branch) }
    let written: JsonObject = { kind: 'd', d: '1' }
    for (let depth = 0; depth < 250; depth++) written = { kind: 'd', d: '1', next: written }
    const before = performance.now()
    expect(repairValue(written, schema).repairs).toHaveLength(251)
    // Trying every alternative anew at each level would take 4 to the power of 250 steps.
    expect(performance.now() - before).toBeLessThan(5000)
  })

  it('very deep values and long lists are no danger', () => {
    const depth = 100_000
    let deep: JsonValue = '1'
    for (let level = 0; level < depth; level++) deep = [deep]
    expect(repairValue(deep, { type: 'array', items: { $ref: '#' } }).value).toBe(deep)
    const many = Array.from({ length: 200_000 }, () => '1')
    expect(repairValue(many, list(integer)).repairs).toHaveLength(200_000)
  })
})
