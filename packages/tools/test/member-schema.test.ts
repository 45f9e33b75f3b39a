import { toStandardJsonSchema } from '@valibot/to-json-schema'
import { type } from 'arktype'
import { Type } from 'typebox'
import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import * as mini from 'zod/mini'
import type { AnySchema } from '../src/schema.js'
import { jsonSchema, memberSchema, validate } from '../src/schema.js'

const valibotItem = v.object({ n: v.pipe(v.string(), v.transform(Number)), tag: v.optional(v.string()) })
const item = { type: 'object', properties: { n: { type: 'string' }, tag: { type: 'string' } }, required: ['n'] }

/** The same value in every library, with a transform where the library has them. */
const libraries: { readonly [library: string]: AnySchema } = {
  zod: z.object({
    list: z.array(z.object({ n: z.string().transform(Number), tag: z.string().optional() })).optional(),
    pair: z.tuple([z.string(), z.boolean()]),
    map: z.record(z.string(), z.boolean()),
  }),
  'zod/mini': mini.object({
    list: mini.optional(
      mini.array(
        mini.object({ n: mini.pipe(mini.string(), mini.transform(Number)), tag: mini.optional(mini.string()) }),
      ),
    ),
    pair: mini.tuple([mini.string(), mini.boolean()]),
    map: mini.record(mini.string(), mini.boolean()),
  }),
  valibot: v.object({
    list: v.optional(v.array(valibotItem)),
    pair: v.tuple([v.string(), v.boolean()]),
    map: v.record(v.string(), v.boolean()),
  }),
  arktype: type({
    'list?': type({ n: type('string').pipe(Number), 'tag?': 'string' }).array(),
    pair: ['string', 'boolean'],
    map: 'Record<string, boolean>',
  }),
  typebox: Type.Object({
    list: Type.Array(Type.Object({ n: Type.String(), tag: Type.Optional(Type.String()) })),
    pair: Type.Tuple([Type.String(), Type.Boolean()]),
    map: Type.Record(Type.String(), Type.Boolean()),
  }),
  'JSON Schema': {
    type: 'object',
    properties: {
      list: { type: 'array', items: { $ref: '#/$defs/item' } },
      pair: { type: 'array', prefixItems: [{ type: 'string' }, { type: 'boolean' }] },
      map: { type: 'object', additionalProperties: { type: 'boolean' } },
    },
    $defs: { item },
  },
}

function at(schema: AnySchema, ...path: (string | number)[]): AnySchema | undefined {
  return path.reduce<AnySchema | undefined>((found, key) => found && memberSchema(found, key), schema)
}

describe.each(Object.entries(libraries))('memberSchema: %s', (library, schema) => {
  it('finds members, items, places of a tuple and values of a map', async () => {
    const n = ['typebox', 'JSON Schema'].includes(library) ? '7' : 7
    const found = at(schema, 'list', 0) ?? {}
    expect(await validate(found, { n: '7' })).toEqual({ valid: true, value: { n } })
    expect(await validate(found, { n: 7 })).toMatchObject({ valid: false })
    expect(await validate(at(schema, 'list', 3, 'n') ?? {}, 7)).toMatchObject({ valid: false })
    expect(await validate(at(schema, 'pair', 1) ?? {}, 'x')).toMatchObject({ valid: false })
    expect(await validate(at(schema, 'pair', 1) ?? {}, true)).toMatchObject({ valid: true })
    if (library !== 'typebox') expect(await validate(at(schema, 'map', 'any') ?? {}, 1)).toMatchObject({ valid: false })
  })

  it('gives the same object each time, and nothing where there is nothing', () => {
    expect(memberSchema(schema, 'list')).toBe(memberSchema(schema, 'list'))
    expect(at(schema, 'list', 0)).toBe(at(schema, 'list', 0))
    expect(memberSchema(schema, 'nothing')).toBeUndefined()
    expect(at(schema, 'list', 0, 'n', 'deeper')).toBeUndefined()
    expect(memberSchema(schema, 'constructor')).toBeUndefined()
  })
})

describe('memberSchema', () => {
  it('knows nothing below a transform of the whole, or a choice of objects', () => {
    const base = z.object({ a: z.string() })
    expect(
      memberSchema(
        base.transform((value) => value.a),
        'a',
      ),
    ).toBeUndefined()
    expect(memberSchema(z.union([base, z.object({ a: z.number() })]), 'a')).toBeUndefined()
    expect(
      memberSchema(
        base.refine(() => true),
        'a',
      ),
    ).toBe(base.shape.a)
    expect(
      memberSchema(
        v.pipe(
          v.object({ a: v.string() }),
          v.transform((value) => value.a),
        ),
        'a',
      ),
    ).toBeUndefined()
    expect(
      memberSchema(
        type({ a: 'string' }).pipe((value) => value.a),
        'a',
      ),
    ).toBeUndefined()
    expect(memberSchema({ anyOf: [{ type: 'object', properties: { a: {} } }] }, 'a')).toBeUndefined()
  })

  it('follows schemas that hold themselves', async () => {
    const nested = { type: 'object', properties: { next: { $ref: '#' }, id: { type: 'number' } } }
    const cyclic = Type.Cyclic(
      { Node: Type.Object({ next: Type.Optional(Type.Ref('Node')), id: Type.Number() }) },
      'Node',
    )
    const lazy: z.ZodType = z.object({ next: z.lazy(() => lazy).optional(), id: z.number() })
    const lifted = jsonSchema({ type: 'object', properties: { in: { type: 'array', items: { $ref: '#' } } } })
    for (const schema of [nested, cyclic, lazy]) {
      const below = at(schema, 'next', 'next', 'id') ?? {}
      expect(await validate(below, 'x')).toMatchObject({ valid: false })
      expect(await validate(below, 1)).toMatchObject({ valid: true })
      expect(await validate(at(schema, 'next') ?? {}, { id: 1, next: { id: 'x' } })).toMatchObject({
        valid: false,
        problems: [{ path: 'next.id' }],
      })
    }
    expect(await validate(at(lifted, 'in', 0, 'in', 0) ?? {}, { in: [1] })).toMatchObject({ valid: false })
  })

  it('knows nothing of a library that it does not know', () => {
    const schema = { '~standard': { version: 1 as const, vendor: 'acme', validate: (value: unknown) => ({ value }) } }
    expect(memberSchema(schema, 'a')).toBeUndefined()
    // The wrapper keeps nothing but how to validate and to convert.
    expect(memberSchema(toStandardJsonSchema(v.object({ a: v.string() })), 'a')).toBeUndefined()
  })
})
