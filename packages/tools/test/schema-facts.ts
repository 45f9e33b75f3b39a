import { type } from 'arktype'
import { Type } from 'typebox'
import * as v from 'valibot'
import * as z from 'zod'
import type { AnySchema } from '../src/schema.js'

export const libraries = ['zod', 'valibot', 'arktype', 'typebox'] as const
type Library = (typeof libraries)[number]

/** One construct in four libraries. A library that has no such construct, or that only throws, is told in `expected`. */
export interface Fact {
  readonly schemas: { readonly [library in Library]?: () => AnySchema }
  /** What every library's schema takes in, and what it must refuse. */
  readonly takes?: readonly unknown[]
  readonly refuses?: readonly unknown[]
}

const Node = () =>
  Type.Cyclic({ Node: Type.Object({ id: Type.String(), next: Type.Optional(Type.Ref('Node')) }) }, 'Node')

interface Chain {
  id: string
  next?: Chain | undefined
}
const zodChain: z.ZodType<Chain> = z.object({ id: z.string(), next: z.lazy(() => zodChain).optional() })
const valibotChain: v.GenericSchema<Chain> = v.object({ id: v.string(), next: v.optional(v.lazy(() => valibotChain)) })

export const facts: { readonly [construct: string]: Fact } = {
  optional: {
    schemas: {
      zod: () => z.object({ a: z.string().optional() }),
      valibot: () => v.object({ a: v.optional(v.string()) }),
      arktype: () => type({ 'a?': 'string' }),
      typebox: () => Type.Object({ a: Type.Optional(Type.String()) }),
    },
    takes: [{}, { a: 'x' }],
    refuses: [{ a: 1 }, { a: null }],
  },
  nullable: {
    schemas: {
      zod: () => z.object({ a: z.string().nullable() }),
      valibot: () => v.object({ a: v.nullable(v.string()) }),
      arktype: () => type({ a: 'string | null' }),
      typebox: () => Type.Object({ a: Type.Union([Type.String(), Type.Null()]) }),
    },
    takes: [{ a: null }, { a: 'x' }],
    refuses: [{}, { a: 1 }],
  },
  default: {
    schemas: {
      zod: () => z.object({ a: z.number().default(3) }),
      valibot: () => v.object({ a: v.optional(v.number(), 3) }),
      arktype: () => type({ a: 'number = 3' }),
      typebox: () => Type.Object({ a: Type.Number({ default: 3 }) }),
    },
    takes: [{ a: 4 }],
    refuses: [{ a: 'x' }],
  },
  'check by code': {
    schemas: {
      zod: () => z.object({ a: z.string().refine((text) => text !== 'no') }),
      valibot: () =>
        v.object({
          a: v.pipe(
            v.string(),
            v.check((text) => text !== 'no'),
          ),
        }),
      arktype: () => type({ a: type('string').narrow((text) => text !== 'no') }),
      typebox: () => Type.Object({ a: Type.Refine(Type.String(), (text) => text !== 'no') }),
    },
    takes: [{ a: 'yes' }],
    refuses: [{ a: 'no' }],
  },
  'discriminated union': {
    schemas: {
      zod: () =>
        z.object({
          a: z.discriminatedUnion('k', [
            z.object({ k: z.literal('s'), v: z.string() }),
            z.object({ k: z.literal('n'), v: z.number() }),
          ]),
        }),
      valibot: () =>
        v.object({
          a: v.variant('k', [
            v.object({ k: v.literal('s'), v: v.string() }),
            v.object({ k: v.literal('n'), v: v.number() }),
          ]),
        }),
      arktype: () => type({ a: type({ k: "'s'", v: 'string' }).or({ k: "'n'", v: 'number' }) }),
      typebox: () =>
        Type.Object({
          a: Type.Union([
            Type.Object({ k: Type.Literal('s'), v: Type.String() }),
            Type.Object({ k: Type.Literal('n'), v: Type.Number() }),
          ]),
        }),
    },
    takes: [{ a: { k: 's', v: 'x' } }, { a: { k: 'n', v: 1 } }],
    refuses: [{ a: { k: 's', v: 1 } }, { a: { k: 'z', v: 1 } }],
  },
  'union of scalars': {
    schemas: {
      zod: () => z.object({ a: z.union([z.string(), z.number()]) }),
      valibot: () => v.object({ a: v.union([v.string(), v.number()]) }),
      arktype: () => type({ a: 'string | number' }),
      typebox: () => Type.Object({ a: Type.Union([Type.String(), Type.Number()]) }),
    },
    takes: [{ a: 'x' }, { a: 1 }],
    refuses: [{ a: true }],
  },
  intersection: {
    schemas: {
      zod: () => z.intersection(z.object({ a: z.string() }), z.object({ b: z.number() })),
      valibot: () => v.intersect([v.object({ a: v.string() }), v.object({ b: v.number() })]),
      arktype: () => type({ a: 'string' }).and({ b: 'number' }),
      typebox: () => Type.Intersect([Type.Object({ a: Type.String() }), Type.Object({ b: Type.Number() })]),
    },
    takes: [{ a: 'x', b: 1 }],
    refuses: [{ a: 'x' }, { b: 1 }],
  },
  record: {
    schemas: {
      zod: () => z.object({ a: z.record(z.string(), z.number()) }),
      valibot: () => v.object({ a: v.record(v.string(), v.number()) }),
      arktype: () => type({ a: 'Record<string, number>' }),
      typebox: () => Type.Object({ a: Type.Record(Type.String(), Type.Number()) }),
    },
    takes: [{ a: {} }, { a: { x: 1 } }],
    refuses: [{ a: { x: 'y' } }],
  },
  'record with fixed keys': {
    schemas: {
      zod: () => z.object({ a: z.record(z.enum(['x', 'y']), z.number()) }),
      valibot: () => v.object({ a: v.record(v.picklist(['x', 'y']), v.number()) }),
      typebox: () => Type.Object({ a: Type.Record(Type.Union([Type.Literal('x'), Type.Literal('y')]), Type.Number()) }),
    },
    takes: [{ a: { x: 1, y: 2 } }],
    refuses: [{ a: { x: 'z', y: 2 } }],
  },
  tuple: {
    schemas: {
      zod: () => z.object({ a: z.tuple([z.string(), z.number()]) }),
      valibot: () => v.object({ a: v.strictTuple([v.string(), v.number()]) }),
      arktype: () => type({ a: ['string', 'number'] }),
      typebox: () => Type.Object({ a: Type.Tuple([Type.String(), Type.Number()]) }),
    },
    takes: [{ a: ['x', 1] }],
    refuses: [{ a: ['x'] }, { a: [1, 'x'] }, { a: ['x', 1, 2] }],
  },
  recursion: {
    schemas: {
      zod: () => zodChain,
      valibot: () => valibotChain,
      arktype: () => type({ id: 'string', 'next?': 'this' }),
      typebox: Node,
    },
    takes: [{ id: 'a' }, { id: 'a', next: { id: 'b' } }],
    refuses: [{ id: 'a', next: { id: 1 } }],
  },
  date: {
    schemas: {
      zod: () => z.object({ a: z.date() }),
      valibot: () => v.object({ a: v.date() }),
      arktype: () => type({ a: 'Date' }),
      typebox: () => Type.Object({ a: Type.Unsafe({ type: 'Date' }) }),
    },
  },
  'date as text': {
    schemas: {
      zod: () => z.object({ a: z.iso.datetime().transform((text) => new Date(text)) }),
      valibot: () =>
        v.object({
          a: v.pipe(
            v.string(),
            v.isoTimestamp(),
            v.transform((text) => new Date(text)),
          ),
        }),
      arktype: () => type({ a: 'string.date.iso.parse' }),
      typebox: () => Type.Object({ a: Type.String({ format: 'date-time' }) }),
    },
    takes: [{ a: '2026-01-02T03:04:05.000Z' }],
    refuses: [{ a: 'soon' }, { a: 1 }],
  },
  'big integer': {
    schemas: {
      zod: () => z.object({ a: z.bigint() }),
      valibot: () => v.object({ a: v.bigint() }),
      arktype: () => type({ a: 'bigint' }),
      typebox: () => Type.Object({ a: Type.BigInt() }),
    },
  },
  set: {
    schemas: {
      zod: () => z.object({ a: z.set(z.string()) }),
      valibot: () => v.object({ a: v.set(v.string()) }),
      arktype: () => type({ a: 'Set' }),
    },
  },
  integer: {
    schemas: {
      zod: () => z.object({ a: z.int() }),
      valibot: () => v.object({ a: v.pipe(v.number(), v.integer()) }),
      arktype: () => type({ a: 'number.integer' }),
      typebox: () => Type.Object({ a: Type.Integer() }),
    },
    takes: [{ a: -3 }],
    refuses: [{ a: 1.5 }],
  },
  range: {
    schemas: {
      zod: () => z.object({ a: z.number().gte(1).lt(10).multipleOf(0.5) }),
      valibot: () => v.object({ a: v.pipe(v.number(), v.minValue(1), v.ltValue(10), v.multipleOf(0.5)) }),
      arktype: () => type({ a: '1 <= number < 10' }),
      typebox: () => Type.Object({ a: Type.Number({ minimum: 1, exclusiveMaximum: 10, multipleOf: 0.5 }) }),
    },
    takes: [{ a: 1 }, { a: 9.5 }],
    refuses: [{ a: 0 }, { a: 10 }],
  },
  email: {
    schemas: {
      zod: () => z.object({ a: z.email() }),
      valibot: () => v.object({ a: v.pipe(v.string(), v.email()) }),
      arktype: () => type({ a: 'string.email' }),
      typebox: () => Type.Object({ a: Type.String({ format: 'email' }) }),
    },
    takes: [{ a: 'ann@example.com' }],
    refuses: [{ a: 'ann' }],
  },
  uuid: {
    schemas: {
      zod: () => z.object({ a: z.uuid() }),
      valibot: () => v.object({ a: v.pipe(v.string(), v.uuid()) }),
      arktype: () => type({ a: 'string.uuid' }),
      typebox: () => Type.Object({ a: Type.String({ format: 'uuid' }) }),
    },
    takes: [{ a: '123e4567-e89b-12d3-a456-426614174000' }],
    refuses: [{ a: '123' }],
  },
  pattern: {
    schemas: {
      zod: () => z.object({ a: z.string().regex(/^[a-z]+$/) }),
      valibot: () => v.object({ a: v.pipe(v.string(), v.regex(/^[a-z]+$/)) }),
      arktype: () => type({ a: '/^[a-z]+$/' }),
      typebox: () => Type.Object({ a: Type.String({ pattern: '^[a-z]+$' }) }),
    },
    takes: [{ a: 'abc' }],
    refuses: [{ a: 'ABC' }],
  },
  'pattern with flags': {
    schemas: {
      zod: () => z.object({ a: z.string().regex(/^[a-z]+$/i) }),
      valibot: () => v.object({ a: v.pipe(v.string(), v.regex(/^[a-z]+$/i)) }),
      arktype: () => type({ a: /^[a-z]+$/i }),
      typebox: () => Type.Object({ a: Type.String({ pattern: /^[a-z]+$/i }) }),
    },
    takes: [{ a: 'abc' }],
    refuses: [{ a: '1' }],
  },
  enum: {
    schemas: {
      zod: () => z.object({ a: z.enum(['x', 'y']) }),
      valibot: () => v.object({ a: v.picklist(['x', 'y']) }),
      arktype: () => type({ a: "'x' | 'y'" }),
      typebox: () => Type.Object({ a: Type.Enum(['x', 'y']) }),
    },
    takes: [{ a: 'x' }],
    refuses: [{ a: 'z' }],
  },
  literal: {
    schemas: {
      zod: () => z.object({ a: z.literal('x') }),
      valibot: () => v.object({ a: v.literal('x') }),
      arktype: () => type({ a: "'x'" }),
      typebox: () => Type.Object({ a: Type.Literal('x') }),
    },
    takes: [{ a: 'x' }],
    refuses: [{ a: 'y' }],
  },
  described: {
    schemas: {
      zod: () => z.object({ a: z.string().meta({ description: 'A name.', title: 'Name' }) }),
      valibot: () => v.object({ a: v.pipe(v.string(), v.description('A name.'), v.title('Name')) }),
      arktype: () => type({ a: type('string').configure({ description: 'A name.' }) }),
      typebox: () => Type.Object({ a: Type.String({ description: 'A name.', title: 'Name' }) }),
    },
    takes: [{ a: 'x' }],
    refuses: [{ a: 1 }],
  },
  'further members': {
    schemas: {
      zod: () => z.looseObject({ a: z.string() }),
      valibot: () => v.looseObject({ a: v.string() }),
      arktype: () => type({ a: 'string' }),
      typebox: () => Type.Object({ a: Type.String() }, { additionalProperties: true }),
    },
    takes: [{ a: 'x', b: 1 }],
    refuses: [{ b: 1 }],
  },
  'no further members': {
    schemas: {
      zod: () => z.strictObject({ a: z.string() }),
      valibot: () => v.strictObject({ a: v.string() }),
      arktype: () => type({ '+': 'reject', a: 'string' }),
      typebox: () => Type.Object({ a: Type.String() }, { additionalProperties: false }),
    },
    takes: [{ a: 'x' }],
    refuses: [{ a: 'x', b: 1 }],
  },
  anything: {
    schemas: {
      zod: () => z.object({ a: z.unknown() }),
      valibot: () => v.object({ a: v.unknown() }),
      arktype: () => type({ a: 'unknown' }),
      typebox: () => Type.Object({ a: Type.Unknown() }),
    },
    takes: [{ a: 1 }, { a: [{}] }],
  },
  'order of members': {
    schemas: {
      zod: () => z.object({ why: z.string(), answer: z.string() }),
      valibot: () => v.object({ why: v.string(), answer: v.string() }),
      arktype: () => type({ why: 'string', answer: 'string' }),
      typebox: () => Type.Object({ why: Type.String(), answer: Type.String() }),
    },
    takes: [{ why: 'w', answer: 'a' }],
    refuses: [{ why: 'w' }],
  },
}
