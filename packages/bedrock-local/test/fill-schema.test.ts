import type { JsonObject, JsonValue } from '@x/types'
import { describe, expect, it } from 'vitest'
import { fillSchema } from '../src/fill-schema.js'
import { fixture, fixturesNote, haveFixtures } from './fixtures.js'

const text = { type: 'string' }
const integer = { type: 'integer' }
const number = { type: 'number' }
const boolean = { type: 'boolean' }

function object(properties: { [name: string]: JsonObject }, required = Object.keys(properties)): JsonObject {
  return { type: 'object', properties, required }
}

function filled(schema: JsonObject, source: string, facts: { [name: string]: JsonValue } = {}): JsonValue {
  return fillSchema(schema, { text: source, facts: new Map(Object.entries(facts)) }).value
}

describe('fillSchema', () => {
  it.each<[string, JsonObject, JsonValue]>([
    [
      'Ada Lovelace is 36 years old and lives in London. Her email is ada@example.com.',
      object({ name: text, age: integer, email: text, city: text }),
      { name: 'Ada Lovelace', age: 36, email: 'ada@example.com', city: 'London' },
    ],
    ['Extract: Jo, 41.', object({ name: text, age: integer }), { name: 'Jo', age: 41 }],
    [
      'A table for four at Trattoria Roma on 5 May 2027 at 19:30, vegetarian, no smoking. Budget: $1,200.50.',
      object({
        restaurant: text,
        people: integer,
        date: text,
        time: text,
        vegetarian: boolean,
        smoking: boolean,
        budget: number,
      }),
      {
        restaurant: 'Trattoria Roma',
        people: 4,
        date: '2027-05-05',
        time: '19:30',
        vegetarian: true,
        smoking: false,
        budget: 1200.5,
      },
    ],
    [
      'The film "Blue Sea" was great: positive overall, 9 stars. Tags: drama, sea and love.',
      object({
        title: text,
        sentiment: { type: 'string', enum: ['negative', 'neutral', 'positive'] },
        stars: { type: 'integer', minimum: 1, maximum: 5 },
        tags: { type: 'array', items: text },
      }),
      { title: 'Blue Sea', sentiment: 'positive', stars: 5, tags: ['drama', 'sea', 'love'] },
    ],
    [
      'Ann is 30 and Bob is 41.',
      object({ people: { type: 'array', items: object({ name: text, age: integer }) } }),
      {
        people: [
          { name: 'Ann', age: 30 },
          { name: 'Bob', age: 41 },
        ],
      },
    ],
    [
      'Order A-1234 goes to 12 Main Street, Springfield. Customer: Eve Stone, phone +1 555 123 4567.',
      object({ orderId: text, address: object({ street: text, city: text }), customer: text, phone: text }),
      {
        orderId: 'A-1234',
        address: { street: '12 Main Street', city: 'Springfield' },
        customer: 'Eve Stone',
        phone: '+1 555 123 4567',
      },
    ],
  ])('finds in %j what the names of the properties ask for', (source, schema, expected) => {
    expect(filled(schema, source)).toEqual(expected)
  })

  it('leaves out optional properties that the text says nothing of, and fills required ones by their type', () => {
    const schema = object(
      { age: integer, gift: boolean, note: { type: ['string', 'null'] }, list: { type: 'array' } },
      ['gift', 'list'],
    )
    expect(filled(schema, 'ok')).toEqual({ gift: false, note: 'ok', list: [] })
    expect(fillSchema(schema, { text: 'ok', facts: new Map() }).missing).toEqual(['gift', 'list'])
  })

  it('gives null where nothing was found and null is allowed', () => {
    expect(filled(object({ age: { type: ['integer', 'null'] } }), 'no number here')).toEqual({ age: null })
  })

  it.each<[string, JsonObject, JsonValue]>([
    ['a date', { type: 'string', format: 'date' }, '2026-01-01'],
    ['a moment', { type: 'string', format: 'date-time' }, '2026-01-01T12:00:00Z'],
    ['an address', { type: 'string', format: 'email' }, 'someone@example.com'],
    ['an id', { type: 'string', format: 'uuid' }, '123e4567-e89b-42d3-a456-426614174000'],
    ['a short text', { type: 'string', minLength: 12 }, 'nothing.....'],
    ['a number above', { type: 'number', exclusiveMinimum: 3 }, 3.5],
    ['a number below', { type: 'integer', exclusiveMaximum: 0 }, -1],
    ['a multiple', { type: 'integer', minimum: 5, multipleOf: 4 }, 8],
    ['the greatest multiple', { type: 'integer', minimum: 5, maximum: 9, multipleOf: 4 }, 8],
    ['a tuple', { type: 'array', prefixItems: [integer, { type: 'array', prefixItems: [boolean] }] }, [0, [false]]],
    ['a list of at least two', { type: 'array', items: integer, minItems: 2 }, [0, 0]],
    ['required keys of a map', { type: 'object', required: ['a'], additionalProperties: integer }, { a: 0 }],
    ['parts', { allOf: [object({ a: integer }), object({ b: boolean })] }, { a: 0, b: false }],
    [
      'parts by reference',
      { allOf: [{ $ref: '#/$defs/x' }, object({ b: boolean })], $defs: { x: object({ a: integer }) } },
      { a: 0, b: false },
    ],
  ])('makes up %s that fits where the text holds nothing', (_what, schema, expected) => {
    expect(filled(schema, 'nothing')).toEqual(expected)
  })

  it('keeps what was found and fits', () => {
    expect(filled(object({ at: { type: 'string', format: 'date' } }), 'It was on 5 May 2027.')).toEqual({
      at: '2027-05-05',
    })
    expect(filled(object({ size: { type: 'number', exclusiveMaximum: 4 } }), 'size 9')).toEqual({ size: 3.5 })
  })

  it('takes from known facts what the text does not say', () => {
    const schema = object({ celsius: number, sky: text })
    expect(filled(schema, 'report it', { celsius: 21, sky: 'clear' })).toEqual({ celsius: 21, sky: 'clear' })
  })

  it('follows references and branches, also those that lead back to themselves', () => {
    const node = object({ name: text, next: { anyOf: [{ type: 'null' }, { $ref: '#/$defs/node' }] } })
    const schema = { ...object({ first: { $ref: '#/$defs/node' } }), $defs: { node } }
    expect(filled(schema, 'Start with Ada.')).toMatchObject({ first: { name: 'Ada' } })
    expect(filled({ $ref: '#' }, 'x')).toBeDefined()
  })
})

interface SchemaCase {
  readonly id: string
  readonly input: { readonly schema: JsonObject }
}

describe.skipIf(!haveFixtures)(`fillSchema on published schemas${fixturesNote}`, () => {
  it('gives plain JSON for each of them', () => {
    const cases = fixture<SchemaCase>('json-schemas.json').filter(({ input }) => typeof input.schema === 'object')
    expect(cases).not.toHaveLength(0)
    for (const { input } of cases) {
      const value = filled(input.schema, 'Ada is 36.')
      expect(JSON.parse(JSON.stringify(value))).toEqual(value)
    }
  })
})
