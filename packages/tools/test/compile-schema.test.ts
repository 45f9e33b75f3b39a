import { describe, expect, expectTypeOf, it } from 'vitest'
import * as z from 'zod'
import type { Validation } from '../src/schema.js'
import { compileSchema } from '../src/schema.js'

describe('compileSchema', () => {
  it('leaves an object as it is', async () => {
    const compiled = compileSchema(z.object({ a: z.int().min(1) }))
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
        mail: { type: 'string', format: 'email', description: expect.stringMatching(/^\(pattern: /) },
        one: { anyOf: [branch('a'), branch('b')] },
        list: { type: 'array', minItems: 1, items: { type: 'string' }, description: '(maxItems: 3)' },
      },
      required: ['n', 'mail', 'one', 'list'],
      additionalProperties: false,
    })
    expect(changes).toEqual([
      { path: '#/properties/n', change: 'minimum is told in words' },
      { path: '#/properties/mail', change: 'pattern is told in words' },
      { path: '#/properties/one', change: 'oneOf became anyOf' },
      { path: '#/properties/list', change: 'maxItems is told in words' },
    ])
    expect(await validate({ n: 0, mail: 'a@b.co', one: { k: 'a' }, list: ['x'] })).toMatchObject({
      valid: false,
      problems: [{ path: 'n' }],
    })
  })

  it.each([
    ['free keys', { type: 'object', additionalProperties: { type: 'number' } }, '#'],
    ['any value', { type: 'object', properties: { a: {} } }, '#/properties/a'],
    ['any value', { type: 'object', properties: { a: true } }, '#/properties/a'],
    [
      'prefixItems',
      { type: 'object', properties: { a: { type: 'array', prefixItems: [{ type: 'string' }] } } },
      '#/properties/a',
    ],
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
      `The schema cannot be held to strictly: it has ${what} at ${path}.`,
    )
    expect(compileSchema(schema, 'plain').changes).toEqual([])
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

  it('refuses a dialect that it does not know', () => {
    expect(() => compileSchema(z.object({}), 'esperanto' as never)).toThrow('Known dialects: plain, strict.')
  })

  it('types what validate gives', () => {
    const { validate } = compileSchema(z.array(z.string().transform(Number)))
    expectTypeOf(validate).returns.resolves.toEqualTypeOf<Validation<number[]>>()
  })
})
