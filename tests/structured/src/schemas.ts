import type { AnySchema } from '@x/tools/schema'
import * as v from 'valibot'
import { z } from 'zod'

interface Tree {
  name: string
  children: Tree[]
}

/** A dozen of mixed shapes; the stand-in of the local endpoint can fill each of them from `question`. */
export const schemas: readonly (readonly [what: string, schema: AnySchema])[] = [
  ['a flat object with bounds', z.object({ name: z.string().min(1), age: z.number().int().min(0).max(150) })],
  [
    'optional, nullable and default members',
    z.object({
      name: z.string(),
      nick: z.string().optional(),
      city: z.string().nullable(),
      active: z.boolean().default(true),
    }),
  ],
  [
    'nested objects and lists',
    z.object({
      title: z.string(),
      people: z.array(z.object({ name: z.string(), tags: z.array(z.string()).max(20) })).min(1),
    }),
  ],
  ['a list at the root', z.array(z.object({ name: z.string() }))],
  ['an enum at the root', z.enum(['red', 'green', 'blue'])],
  ['a scalar at the root', z.number()],
  ['a union at the root', z.union([z.object({ a: z.string() }), z.object({ b: z.number() })])],
  [
    'a discriminated union',
    z.object({
      shape: z.discriminatedUnion('kind', [
        z.object({ kind: z.literal('circle'), radius: z.number() }),
        z.object({ kind: z.literal('square'), side: z.number() }),
      ]),
    }),
  ],
  [
    'a map and a tuple',
    z.object({ scores: z.record(z.string(), z.number()), pair: z.tuple([z.string(), z.string()]) }),
  ],
  ['a transform', z.object({ count: z.string().transform((text) => text.length) })],
  [
    'a schema that holds itself',
    z.object({
      get root(): z.ZodType<Tree> {
        return tree
      },
    }),
  ],
  ['valibot', v.object({ name: v.pipe(v.string(), v.minLength(1)), size: v.optional(v.picklist(['s', 'm', 'l'])) })],
  ['JSON Schema', { type: 'object', properties: { n: { type: 'integer', minimum: 0 } }, required: ['n'] }],
]

const tree: z.ZodType<Tree> = z.object({
  name: z.string(),
  get children() {
    return z.array(tree)
  },
})

export const question = 'Name: Ada Lovelace, age 36, city: London, the title is Notes, colour red, count: twelve.'
