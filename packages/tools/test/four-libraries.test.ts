import type { JsonObject, JsonValue } from '@x/types'
import { type } from 'arktype'
import * as fc from 'fast-check'
import { Type } from 'typebox'
import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import * as mini from 'zod/mini'
import type { AnySchema } from '../src/index.js'
import { defineTool } from '../src/index.js'
import { runTool } from '../src/testing.js'

/** One tool, written in each library. */
const inputs: { readonly [library: string]: AnySchema } = {
  zod: z.object({
    room: z.enum(['double', 'single']).describe('Kind of room.'),
    guests: z.int().min(1).max(4),
    note: z.string().max(20).optional(),
    from: z.iso.date(),
    mail: z.email().nullable(),
    extras: z.array(
      z.union([z.object({ kind: z.literal('bed') }), z.object({ kind: z.literal('meal'), n: z.number() })]),
    ),
    prices: z.record(z.string(), z.number()),
    at: z.tuple([z.number(), z.string()]),
  }),
  'zod/mini': mini.object({
    room: mini.enum(['double', 'single']).check(mini.describe('Kind of room.')),
    guests: mini.int().check(mini.minimum(1), mini.maximum(4)),
    note: mini.optional(mini.string().check(mini.maxLength(20))),
    from: mini.iso.date(),
    mail: mini.nullable(mini.email()),
    extras: mini.array(
      mini.union([
        mini.object({ kind: mini.literal('bed') }),
        mini.object({ kind: mini.literal('meal'), n: mini.number() }),
      ]),
    ),
    prices: mini.record(mini.string(), mini.number()),
    at: mini.tuple([mini.number(), mini.string()]),
  }),
  valibot: v.object({
    room: v.pipe(v.picklist(['double', 'single']), v.description('Kind of room.')),
    guests: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(4)),
    note: v.optional(v.pipe(v.string(), v.maxLength(20))),
    from: v.pipe(v.string(), v.isoDate()),
    mail: v.nullable(v.pipe(v.string(), v.email())),
    extras: v.array(
      v.union([v.object({ kind: v.literal('bed') }), v.object({ kind: v.literal('meal'), n: v.number() })]),
    ),
    prices: v.record(v.string(), v.number()),
    at: v.strictTuple([v.number(), v.string()]),
  }),
  arktype: type({
    room: type("'double' | 'single'").describe('Kind of room.'),
    guests: '1 <= number.integer <= 4',
    'note?': 'string <= 20',
    from: 'string.date.iso',
    mail: 'string.email | null',
    extras: type({ kind: "'bed'" }).or({ kind: "'meal'", n: 'number' }).array(),
    prices: 'Record<string, number>',
    at: ['number', 'string'],
  }),
  typebox: Type.Object({
    room: Type.Enum(['double', 'single'], { description: 'Kind of room.' }),
    guests: Type.Integer({ minimum: 1, maximum: 4 }),
    note: Type.Optional(Type.String({ maxLength: 20 })),
    from: Type.String({ format: 'date' }),
    mail: Type.Union([Type.String({ format: 'email' }), Type.Null()]),
    extras: Type.Array(
      Type.Union([
        Type.Object({ kind: Type.Literal('bed') }),
        Type.Object({ kind: Type.Literal('meal'), n: Type.Number() }),
      ]),
    ),
    prices: Type.Record(Type.String(), Type.Number()),
    at: Type.Tuple([Type.Number(), Type.String()]),
  }),
}

/** What zod sends, in the words that the others agree with once the differences below are taken away. */
const common: JsonObject = {
  type: 'object',
  properties: {
    room: { enum: ['double', 'single'], description: 'Kind of room.' },
    guests: { type: 'integer', minimum: 1, maximum: 4 },
    note: { type: 'string', maxLength: 20 },
    from: { type: 'string', format: 'date' },
    mail: { anyOf: [{ type: 'string', format: 'email' }, { type: 'null' }] },
    extras: {
      type: 'array',
      items: {
        anyOf: [
          { type: 'object', properties: { kind: { const: 'bed' } }, required: ['kind'] },
          { type: 'object', properties: { kind: { const: 'meal' }, n: { type: 'number' } }, required: ['kind', 'n'] },
        ],
      },
    },
    prices: { type: 'object', additionalProperties: { type: 'number' } },
    at: { type: 'array', prefixItems: [{ type: 'number' }, { type: 'string' }], items: false, minItems: 2 },
  },
  required: ['room', 'guests', 'from', 'mail', 'extras', 'prices', 'at'],
}

interface Difference {
  readonly why: string
  /** The libraries in which it is seen. */
  readonly in: readonly string[]
  /** Takes it away from one schema object; the same object where it is not there. */
  apply(schema: JsonObject): JsonObject
}

const zods = ['zod', 'zod/mini']

/** The documented differences. Each must be seen in just the libraries that it names. */
const differences: readonly Difference[] = [
  {
    why: 'the type stands beside fixed values',
    in: [...zods, 'typebox', 'valibot'],
    apply: (schema) => ('enum' in schema || 'const' in schema ? without(schema, 'type') : schema),
  },
  {
    why: 'the pattern of a format is sent along',
    in: [...zods, 'arktype'],
    apply: (schema) => ('format' in schema ? without(schema, 'pattern') : schema),
  },
  {
    why: 'an ISO date is only a pattern and a description, and takes times too',
    in: ['arktype'],
    apply: (schema) => {
      const isDate = typeof schema.pattern === 'string' && !('format' in schema)
      return isDate ? { type: 'string', format: 'date' } : schema
    },
  },
  {
    why: 'keys of a map are told to be text',
    in: [...zods, 'valibot'],
    apply: (schema) => without(schema, 'propertyNames'),
  },
  {
    why: 'a map is a pattern of keys',
    in: ['typebox'],
    apply: ({ patternProperties, ...schema }) => {
      const pattern = (patternProperties as JsonObject | undefined)?.['^.*$']
      return pattern ? { ...schema, additionalProperties: pattern } : schema
    },
  },
  { why: 'a tuple also says its greatest length', in: zods, apply: (schema) => without(schema, 'maxItems') },
  {
    why: 'the description of a choice of fixed values stands at one of them',
    in: ['arktype'],
    apply: (schema) => {
      const { anyOf, ...rest } = schema
      const branches = Array.isArray(anyOf) ? (anyOf as JsonObject[]) : []
      if (branches.length === 0 || !branches.every((branch) => 'const' in branch)) return schema
      return {
        ...Object.assign({}, ...branches.map((one) => without(one, 'const'))),
        ...rest,
        enum: branches.map((one) => one.const),
      }
    },
  },
]

describe('the same tool in several libraries', () => {
  it.each(Object.entries(inputs))('sends the same schema, the documented differences aside: %s', (library, input) => {
    const tool = defineTool({ name: 'book', input, execute: () => 'ok' })
    const { schema, seen } = reduce(tool.inputSchema)
    expect(schema).toEqual(sorted(common))
    expect(seen).toEqual(differences.filter((one) => one.in.includes(library)).map((one) => one.why))
  })

  it.each(Object.entries(inputs))('keeps the order of members, arktype aside: %s', (library, input) => {
    const { inputSchema } = defineTool({ name: 'book', input, execute: () => 'ok' })
    const order = Object.keys(inputSchema.properties as object)
    const declared = Object.keys(common.properties as object)
    if (library === 'arktype') expect(order).toEqual([...declared.filter((key) => key !== 'note').sort(), 'note'])
    else expect(order).toEqual(declared)
  })

  it.each(Object.entries(inputs))('gives a result or an error for every input: %s', async (_library, input) => {
    const tools = [false, true].map((strict) => defineTool({ name: 'book', input, strict, execute: () => 'ok' }))
    await fc.assert(
      fc.asyncProperty(bookings, fc.nat(), async (booking, place) => {
        const [fitting, broken] = [booking, corrupt(booking, place)]
        for (const tool of tools) {
          expect(await runTool(tool, fitting)).toMatchObject({ output: 'ok' })
          const { output, error } = await runTool(tool, broken)
          if (error) expect(error.code).toBe('invalid-tool-input')
          else expect(output).toBe('ok')
        }
      }),
      { numRuns: 150 },
    )
  })
})

/** Inputs that fit. */
const bookings: fc.Arbitrary<JsonObject> = fc.record(
  {
    room: fc.constantFrom('double', 'single'),
    guests: fc.integer({ min: 1, max: 4 }),
    note: fc.string({ maxLength: 20, unit: 'grapheme-ascii' }),
    from: fc.constantFrom('2026-01-02', '2028-02-29'),
    mail: fc.constantFrom('ann@example.com', null),
    extras: fc.array(fc.oneof(fc.constant({ kind: 'bed' }), fc.record({ kind: fc.constant('meal'), n: fc.nat() }))),
    prices: fc.dictionary(fc.string({ minLength: 1 }), fc.nat(), { noNullPrototype: true }).filter((map) => {
      return !Object.hasOwn(map, '__proto__')
    }),
    at: fc.tuple(fc.nat(), fc.string()),
  },
  { requiredKeys: ['room', 'guests', 'from', 'mail', 'extras', 'prices', 'at'], noNullPrototype: true },
)

/** One member made something else, or taken away. */
function corrupt(value: JsonObject, place: number): JsonObject {
  const keys = Object.keys(value)
  const key = keys[place % keys.length] as string
  const others: readonly JsonValue[] = [null, 'x', -1, 1e300, [], {}, [null], { key: 1 }, [{ key: 'a' }], true]
  const other = others[place % others.length]
  return place % 7 === 0 ? without(value, key) : { ...value, [key]: other }
}

function reduce(schema: JsonObject): { schema: JsonValue; seen: string[] } {
  const seen = new Set<string>()
  const walk = (value: JsonValue): JsonValue => {
    if (Array.isArray(value)) return value.map(walk)
    if (typeof value !== 'object' || value === null) return value
    const deep = Object.fromEntries(Object.entries(value).map(([key, member]) => [key, walk(member as JsonValue)]))
    return differences.reduce<JsonObject>((current, { apply, why }) => {
      const next = apply(current)
      if (JSON.stringify(next) !== JSON.stringify(current)) seen.add(why)
      return next
    }, deep)
  }
  const reduced = sorted(walk(schema))
  return { schema: reduced, seen: differences.filter(({ why }) => seen.has(why)).map(({ why }) => why) }
}

/** Keys, and lists without an order of their own (`required`, `enum`, `anyOf`), in one order. */
function sorted(value: JsonValue): JsonValue {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(sorted)
  const entries = Object.entries(value).map(([key, member]): [string, JsonValue] => {
    const inner = sorted(member as JsonValue)
    const isSet = Array.isArray(inner) && ['required', 'enum', 'anyOf'].includes(key)
    const text = (one: JsonValue) => JSON.stringify(one)
    return [key, isSet ? [...inner].sort((left, right) => (text(left) < text(right) ? -1 : 1)) : inner]
  })
  return Object.fromEntries(entries.sort(([left], [right]) => (left < right ? -1 : 1)))
}

function without(value: JsonObject, key: string): JsonObject {
  const { [key]: _left, ...rest } = value
  return rest
}
