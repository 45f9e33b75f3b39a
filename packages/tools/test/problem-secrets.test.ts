import type { JsonValue } from '@x/types'
import { type } from 'arktype'
import * as fc from 'fast-check'
import { Type } from 'typebox'
import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import * as mini from 'zod/mini'
import type { AnySchema } from '../src/schema.js'
import { compileSchema, problemsText, validate } from '../src/schema.js'

/** Many kinds of checks, as each has words of its own. */
const schemas: { readonly [library: string]: readonly AnySchema[] } = {
  zod: [
    z.strictObject({ a: z.number(), b: z.enum(['x', 'y']), c: z.literal('z'), d: z.email(), e: z.array(z.int()) }),
    z.object({ a: z.union([z.number(), z.object({ b: z.boolean(), c: z.uuid() })]), b: z.iso.datetime(), c: z.url() }),
    z.object({ a: z.discriminatedUnion('k', [z.object({ k: z.literal('p') }), z.object({ k: z.literal('q') })]) }),
    z.object({ a: z.string().max(2).regex(/^q/).startsWith('q').includes('q').lowercase(), b: z.stringbool() }),
    z.object({
      a: z.record(z.string(), z.number()),
      b: z.tuple([z.number()]),
      c: z.templateLiteral(['x', z.number()]),
    }),
    z.object({ a: z.string().refine(() => false), b: z.jwt(), c: z.base64(), d: z.ipv4(), e: z.null() }),
    z.object({ a: z.string().transform((text) => JSON.parse(text)), b: z.xor([z.string(), z.string()]) }),
  ],
  'zod/mini': [
    mini.strictObject({
      a: mini.number(),
      b: mini.enum(['x', 'y']),
      c: mini.union([mini.null(), mini.array(mini.int())]),
    }),
    mini.object({ a: mini.string().check(mini.maxLength(2)), b: mini.email(), c: mini.boolean() }),
  ],
  valibot: [
    v.strictObject({ a: v.number(), b: v.picklist(['x', 'y']), c: v.literal('z'), d: v.pipe(v.string(), v.email()) }),
    v.object({ a: v.union([v.number(), v.object({ b: v.boolean() })]), b: v.pipe(v.string(), v.isoTimestamp()) }),
    v.object({ a: v.variant('k', [v.object({ k: v.literal('p') }), v.object({ k: v.literal('q') })]) }),
    v.object({
      a: v.pipe(v.string(), v.maxLength(2), v.regex(/^q/), v.startsWith('q')),
      b: v.pipe(v.string(), v.url()),
    }),
    v.object({
      a: v.record(v.string(), v.number()),
      b: v.tuple([v.number()]),
      c: v.intersect([v.number(), v.string()]),
    }),
    v.object({
      a: v.pipe(
        v.string(),
        v.check(() => false),
      ),
      b: v.pipe(v.string(), v.parseJson()),
      c: v.never(),
    }),
    v.object({ a: v.pipe(v.string(), v.toNumber()), b: v.pipe(v.string(), v.values(['x'])), c: v.nullish(v.bigint()) }),
  ],
  arktype: [
    type({ '+': 'reject', a: 'number', b: "'x' | 'y'", c: "'z'", d: 'string.email', e: 'number.integer[]' }),
    type({ a: type('number').or({ b: 'boolean' }), b: 'string.date.iso', c: 'string.url' }),
    type({ a: type({ k: "'p'" }).or({ k: "'q'" }), b: 'string <= 2', c: /^q/ }),
    type({
      a: 'string.json',
      b: 'string.json.parse',
      c: 'string.numeric.parse',
      d: 'string.uuid',
      e: 'string.integer',
    }),
    type({ a: 'Record<string, number>', b: ['number'], c: type('string').narrow(() => false), d: 'string.date.parse' }),
    type({ a: type('string').narrow((_text, ctx) => ctx.mustBe('even')), b: 'string.url.parse', c: 'string.regex' }),
  ],
  typebox: [
    Type.Object(
      { a: Type.Number(), b: Type.Enum(['x', 'y']), c: Type.Literal('z'), d: Type.String({ format: 'email' }) },
      { additionalProperties: false },
    ),
    Type.Object({ a: Type.Union([Type.Number(), Type.Object({ b: Type.Boolean() })]), b: Type.Tuple([Type.Number()]) }),
    Type.Object({ a: Type.Record(Type.String(), Type.Number()), b: Type.String({ maxLength: 2, pattern: '^q' }) }),
  ],
  'JSON Schema': [
    { properties: { a: { const: { x: 1 } }, b: { not: { type: 'string' } }, c: { format: 'date-time' }, d: false } },
    { properties: { a: { uniqueItems: true, contains: { type: 'null' } }, b: { multipleOf: 7 }, c: { maxLength: 2 } } },
    { properties: { a: { oneOf: [{}, { type: 'string' }] }, b: { if: { type: 'null' }, else: { type: 'number' } } } },
    { additionalProperties: { type: 'number' }, maxProperties: 1 },
  ],
}

/** Long enough that no word of a library holds any six letters of it by chance. */
const secrets = fc
  .array(fc.constantFrom(...'QXZJKVWYqxzjkvwy'), { minLength: 12, maxLength: 40 })
  .map((all) => all.join(''))

const inputs = secrets.chain((secret) => {
  const value: fc.Arbitrary<JsonValue> = fc.constantFrom<JsonValue>(
    secret,
    [secret, secret],
    { b: secret, k: secret },
    { k: secret },
    `{"${secret}`,
    `http://${secret}@`,
    `2026-${secret}`,
    [{ deep: [secret] }],
    `${secret}\n${secret}`,
  )
  const members = { a: value, b: value, c: value, d: value, e: value }
  return fc.record({ secret: fc.constant(secret), input: fc.oneof(value, fc.record(members, { requiredKeys: [] })) })
})

describe.each(Object.entries(schemas))('what is told of a value that does not fit: %s', (_library, all) => {
  it('never holds any part of the value', async () => {
    let refused = 0
    await fc.assert(
      fc.asyncProperty(inputs, fc.constantFrom(...all), async ({ secret, input }, schema) => {
        const outcome = await validate(schema, input)
        if (outcome.valid) return
        refused += 1
        const text = problemsText(outcome.problems)
        for (let start = 0; start + 6 <= secret.length; start++)
          expect(text).not.toContain(secret.slice(start, start + 6))
      }),
      { numRuns: 400 },
    )
    expect(refused).toBeGreaterThan(100)
  })
})

describe('what is told of a strict answer that does not fit', () => {
  it('never holds any part of it either', async () => {
    const schema = z.object({ a: z.record(z.string(), z.number()), b: z.tuple([z.number()]) })
    const { validate } = compileSchema(schema, 'strict')
    await fc.assert(
      fc.asyncProperty(inputs, async ({ secret, input }) => {
        const outcome = await validate({ a: [{ key: 'x', value: input }], b: { 0: input } })
        expect(outcome.valid ? secret : problemsText(outcome.problems)).not.toContain(secret)
      }),
    )
  })
})
