import { describe, expect, expectTypeOf, it } from 'vitest'
import * as z from 'zod'
import type { Validation } from '../src/schema.js'
import { compileSchema } from '../src/schema.js'

describe('compileSchema', () => {
  it('leaves an object as it is', async () => {
    const compiled = compileSchema(z.object({ a: z.int().min(1).max(9) }))
    expect(compiled).toMatchObject({ isWrapped: false, changes: [] })
    expect(compiled.jsonSchema).toMatchObject({ type: 'object', properties: { a: { type: 'integer', minimum: 1 } } })
    expect(await compiled.validate({ a: 1 })).toEqual({ valid: true, value: { a: 1 } })
  })

  it.each([
    ['array', z.array(z.string()), ['x'], [1], '[0]'],
    ['scalar', z.enum(['x', 'y']), 'y', 'z', ''],
    [
      'union',
      z.discriminatedUnion('k', [z.object({ k: z.literal('a') }), z.object({ k: z.literal('b') })]),
      { k: 'a' },
      {},
      'k',
    ],
  ])('wraps a root that is no object, and takes the wrapping off: %s', async (_what, schema, right, wrong, path) => {
    const compiled = compileSchema(schema)
    expect(compiled.isWrapped).toBe(true)
    expect(compiled.jsonSchema).toMatchObject({ type: 'object', required: ['value'] })
    expect(await compiled.validate({ value: right })).toEqual({ valid: true, value: right })
    expect(await compiled.validate({ value: wrong })).toMatchObject({ valid: false, problems: [{ path }] })
    expect(await compiled.validate({})).toEqual({ valid: false, problems: [{ path: 'value', message: 'is missing' }] })
  })

  it('keeps references right when it wraps', async () => {
    interface Nested extends ReadonlyArray<Nested> {}
    const nested: z.ZodType<Nested> = z.array(z.lazy(() => nested))
    const { jsonSchema } = compileSchema(nested)
    expect(jsonSchema.properties).toEqual({ value: { type: 'array', items: { $ref: '#/properties/value' } } })
    const withDefinitions = { anyOf: [{ $ref: '#/$defs/a' }, { type: 'null' }], $defs: { a: { type: 'string' } } }
    expect(compileSchema(withDefinitions).jsonSchema).toEqual({
      type: 'object',
      properties: { value: { anyOf: [{ $ref: '#/$defs/a' }, { type: 'null' }] } },
      required: ['value'],
      $defs: { a: { type: 'string' } },
    })
    // What is sent must say the same as what was given.
    const sent = compileSchema(jsonSchema)
    expect(await sent.validate({ value: [[], [[]]] })).toMatchObject({ valid: true })
    expect(await sent.validate({ value: [[1]] })).toMatchObject({ valid: false })
  })

  it('closes, rewrites and tells in words for the strict dialect, and reports it', async () => {
    const schema = z.object({
      n: z.number().min(1).describe('How many.'),
      mail: z.email(),
      one: z.discriminatedUnion('k', [z.object({ k: z.literal('a') }), z.object({ k: z.literal('b') })]),
      list: z.array(z.string()).min(1).max(3),
    })
    const { jsonSchema, changes, validate } = compileSchema(schema, 'strict')
    const branch = (k: string) => ({
      type: 'object',
      properties: { k: { type: 'string', const: k } },
      required: ['k'],
      additionalProperties: false,
    })
    expect(jsonSchema).toEqual({
      type: 'object',
      properties: {
        n: { type: 'number', description: 'How many. (minimum: 1)' },
        mail: { type: 'string', format: 'email' },
        one: { anyOf: [branch('a'), branch('b')] },
        list: { type: 'array', minItems: 1, items: { type: 'string' }, description: '(maxItems: 3)' },
      },
      required: ['n', 'mail', 'one', 'list'],
      additionalProperties: false,
    })
    expect(changes).toEqual([
      { path: '#/properties/n', change: 'minimum is told in words' },
      { path: '#/properties/mail', change: 'pattern is left out' },
      { path: '#/properties/one', change: 'oneOf became anyOf' },
      { path: '#/properties/list', change: 'maxItems is told in words' },
    ])
    expect(await validate({ n: 0, mail: 'a@b.co', one: { k: 'a' }, list: ['x'] })).toMatchObject({
      valid: false,
      problems: [{ path: 'n' }],
    })
  })

  it.each([
    ['free keys with any value', { type: 'object', additionalProperties: true }, '#'],
    ['a list of any value', { type: 'object', properties: { a: { type: 'array' } } }, '#/properties/a'],
    ['a place that no value fits', { type: 'object', properties: { a: { not: {} } } }, '#/properties/a'],
    [
      'an intersection (allOf) whose parts cannot be laid over each other',
      {
        type: 'object',
        properties: {
          a: {
            allOf: [
              { type: 'object', properties: { b: { type: 'string' } } },
              { type: 'array', items: {} },
            ],
          },
        },
      },
      '#/properties/a',
    ],
    ['any value', { type: 'object', properties: { a: {} } }, '#/properties/a'],
    ['any value', { type: 'object', properties: { a: true } }, '#/properties/a'],
    ['a schema that holds itself', { type: 'object', properties: { a: { $ref: '#' } } }, '#/properties/a'],
    [
      'a schema that holds itself',
      {
        type: 'object',
        properties: { a: { $ref: '#/$defs/a' } },
        $defs: { a: { type: 'object', properties: { b: { $ref: '#/$defs/a' } } } },
      },
      '#/$defs/a/properties/b',
    ],
  ])('refuses %s in the strict dialect and names the place', (what, schema, path) => {
    expect(() => compileSchema(schema, 'strict')).toThrow(
      `The schema cannot be said to this service: it has ${what} at ${path}.`,
    )
    expect(compileSchema(schema, 'plain').changes).toEqual([])
  })

  it('takes up the parts of an intersection that only narrow, as two patterns of one text do', async () => {
    const schema = z.object({ id: z.string().startsWith('id-').endsWith('!').describe('An id.') })
    const { jsonSchema, validate } = compileSchema(schema, 'strict')
    expect(jsonSchema.properties).toEqual({
      id: {
        type: 'string',
        description: 'An id. (pattern: ".*!$") (format: "ends_with", pattern: "^id-.*")',
      },
    })
    expect(await validate({ id: 'id-7!' })).toMatchObject({ valid: true })
    expect(await validate({ id: 'id-7' })).toMatchObject({ valid: false })
    const numbers = {
      type: 'object',
      properties: { n: { type: 'number', allOf: [{ minimum: 1 }, { type: 'integer' }] } },
    }
    expect(compileSchema(numbers, 'strict').jsonSchema.properties).toEqual({
      n: { type: 'number', allOf: [{ type: 'integer' }], description: '(minimum: 1)' },
    })
    expect(compileSchema(schema, 'plain').jsonSchema.properties).toHaveProperty('id.allOf')
  })

  it('closes an open object that has members, and says so', () => {
    const schema = z.looseObject({ a: z.string() })
    expect(compileSchema(schema, 'strict')).toMatchObject({
      jsonSchema: { additionalProperties: false },
      changes: [{ path: '#', change: 'further members are not allowed' }],
    })
  })

  it('checks the references of a wide graph of definitions in no time', () => {
    const level = (index: number) => ({
      type: 'object',
      properties: { l: { $ref: `#/$defs/d${index}` }, r: { $ref: `#/$defs/d${index}` } },
    })
    const $defs = Object.fromEntries(
      Array.from({ length: 60 }, (_, index) => [`d${index}`, index === 59 ? { type: 'null' } : level(index + 1)]),
    )
    expect(compileSchema({ ...level(0), $defs }, 'strict').jsonSchema.type).toBe('object')
  })

  it('puts definitions in the order of their use, and leaves out and reports what nobody uses', () => {
    const schema = {
      type: 'object',
      properties: { a: { $ref: '#/$defs/second' } },
      $defs: { unused: { type: 'null' }, first: { type: 'string' }, second: { items: { $ref: '#/$defs/first' } } },
    }
    const { jsonSchema, changes } = compileSchema(schema)
    expect(Object.keys(jsonSchema.$defs as object)).toEqual(['second', 'first'])
    expect(changes).toEqual([{ path: '#/$defs/unused', change: 'nothing refers to it: left out' }])
  })

  it('puts definitions in place for a service that takes none at the root, also those that hold themselves', async () => {
    const schema = {
      type: 'object',
      title: 'T',
      properties: { a: { $ref: '#/$defs/node' }, b: { $ref: '#/$defs/node' } },
      $defs: { node: { type: 'object', properties: { next: { $ref: '#/$defs/node' }, id: { type: 'string' } } } },
    }
    const { jsonSchema, changes } = compileSchema(schema, { rootKeywords: ['type', 'properties'] })
    const node = (at: string) => ({ type: 'object', properties: { next: { $ref: at }, id: { type: 'string' } } })
    expect(jsonSchema).toEqual({
      type: 'object',
      properties: { a: node('#/properties/a'), b: node('#/properties/b') },
    })
    expect(changes).toContainEqual({ path: '#', change: 'title is left out, as the root does not take it' })
    const sent = compileSchema(jsonSchema)
    expect(await sent.validate({ a: { next: { next: { id: 1 } } } })).toMatchObject({ valid: false })
    const doubling = (index: number) => ({ anyOf: [{ $ref: `#/$defs/d${index}` }, { $ref: `#/$defs/d${index}` }] })
    const $defs = Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`d${index}`, doubling(index + 1)]))
    const wide = { type: 'object', properties: { a: doubling(0) }, $defs: { ...$defs, d40: { type: 'null' } } }
    expect(() => compileSchema(wide, { rootKeywords: ['type', 'properties'] })).toThrow('more than 1000 uses')
  })

  it('refuses a dialect that it does not know', () => {
    expect(() => compileSchema(z.object({}), 'esperanto' as never)).toThrow('Known dialects: plain, strict; or ')
  })

  it('types what validate gives', () => {
    const { validate } = compileSchema(z.array(z.string().transform(Number)))
    expectTypeOf(validate).returns.resolves.toEqualTypeOf<Validation<number[]>>()
  })
})
