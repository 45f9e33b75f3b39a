import type { JsonObject, JsonValue, Tool, ToolContext, ToolOutput } from '@x/types'
import { type } from 'arktype'
import { Type } from 'typebox'
import * as v from 'valibot'
import { describe, expect, expectTypeOf, it } from 'vitest'
import * as z from 'zod'
import * as mini from 'zod/mini'
import { defineTool } from '../src/index.js'
import { jsonSchema } from '../src/schema.js'

interface Booking {
  guests: number
  room: 'single' | 'double'
  note?: string
}

/** What the type checker says; at run time there is nothing to see but that the tools can be made. */
describe('the types of a tool', () => {
  it('are those that the schema gives, in every library', () => {
    const made = [
      defineTool({
        name: 'zod',
        input: z.object({ guests: z.number(), room: z.enum(['single', 'double']), note: z.string().exactOptional() }),
        execute: (input) => void expectTypeOf(input).toEqualTypeOf<Booking>(),
      }),
      defineTool({
        name: 'mini',
        input: mini.object({
          guests: mini.number(),
          room: mini.enum(['single', 'double']),
          note: mini.exactOptional(mini.string()),
        }),
        execute: (input) => void expectTypeOf(input).toEqualTypeOf<Booking>(),
      }),
      defineTool({
        name: 'valibot',
        input: v.object({
          guests: v.number(),
          room: v.picklist(['single', 'double']),
          note: v.exactOptional(v.string()),
        }),
        execute: (input) => void expectTypeOf(input).toEqualTypeOf<Booking>(),
      }),
      defineTool({
        name: 'arktype',
        input: type({ guests: 'number', room: "'single' | 'double'", 'note?': 'string' }),
        execute: (input) => void expectTypeOf(input).toEqualTypeOf<Booking>(),
      }),
      defineTool({
        name: 'typebox',
        input: Type.Object({
          guests: Type.Number(),
          room: Type.Enum(['single', 'double']),
          note: Type.Optional(Type.String()),
        }),
        execute: (input) => void expectTypeOf(input).toEqualTypeOf<Booking>(),
      }),
      defineTool({
        name: 'json',
        input: jsonSchema<Booking>({ type: 'object' }),
        execute: (input) => void expectTypeOf(input).toEqualTypeOf<Booking>(),
      }),
      defineTool({
        name: 'untyped',
        input: { type: 'object', properties: {} },
        execute: (input) => void expectTypeOf(input).toEqualTypeOf<JsonObject>(),
      }),
      defineTool({ name: 'none', execute: (input) => void expectTypeOf(input).toEqualTypeOf<JsonObject>() }),
    ]
    for (const tool of made) expectTypeOf(tool).toExtend<Tool>()
    expect(made).toHaveLength(8)
  })

  it('are read from typebox without importing it', () => {
    const input = Type.Object({
      list: Type.Array(Type.Union([Type.String(), Type.Integer(), Type.Null()])),
      pair: Type.Tuple([Type.String(), Type.Boolean()]),
      map: Type.Record(Type.String(), Type.Number()),
      both: Type.Intersect([Type.Object({ a: Type.String() }), Type.Object({ b: Type.Literal(3) })]),
      own: Type.Optional(Type.Unsafe<{ mine: true }>({ type: 'object' })),
      tree: Type.Cyclic({ Tree: Type.Object({ id: Type.String(), below: Type.Array(Type.Ref('Tree')) }) }, 'Tree'),
      any: Type.Unknown(),
    })
    interface Tree {
      id: string
      below: Tree[]
    }
    defineTool({
      name: 'look',
      input,
      execute: (value) => {
        expectTypeOf(value.list).toEqualTypeOf<(string | number | null)[]>()
        expectTypeOf(value.pair).toEqualTypeOf<[string, boolean]>()
        expectTypeOf(value.map).toEqualTypeOf<{ [key: string]: number }>()
        expectTypeOf(value.both).toExtend<{ a: string; b: 3 }>()
        expectTypeOf(value.own).toEqualTypeOf<{ mine: true } | undefined>()
        expectTypeOf(value.tree).toExtend<Tree>()
        expectTypeOf(value.any).toEqualTypeOf<unknown>()
        // @ts-expect-error the schema has no such member
        return value.nothing
      },
    })
    interface Old {
      readonly static: { a: number }
      readonly params: unknown[]
    }
    // `@sinclair/typebox` 0.34 says its type in a member.
    const old = { type: 'object', properties: { a: { type: 'number' } } } as unknown as Old
    const tool = defineTool({
      name: 'old',
      input: old,
      execute: (value) => void expectTypeOf(value).toEqualTypeOf<{ a: number }>(),
    })
    expect(tool.inputSchema).toEqual({ type: 'object', properties: { a: { type: 'number' } } })
  })

  it('follow transforms: after them for execute, before them for the result', () => {
    defineTool({
      name: 'day',
      input: z.object({ day: z.string().transform((text) => new Date(text)) }),
      output: z.object({ count: z.number().default(0) }),
      execute: ({ day }) => {
        expectTypeOf(day).toEqualTypeOf<Date>()
        return {}
      },
    })
    const wrong = { count: 'many' }
    defineTool({
      name: 'day',
      output: z.object({ count: z.number() }),
      // @ts-expect-error the result must fit `output`
      execute: () => wrong,
    })
    defineTool({
      name: 'day',
      output: v.object({ count: v.number() }),
      async *execute() {
        yield 'half'
        return { count: 1 }
      },
    })
    expectTypeOf(defineTool({ name: 'a', execute: () => 1 }).execute).returns.toEqualTypeOf<Promise<ToolOutput>>()
  })

  it('give needsApproval the validated input and execute the env', () => {
    defineTool({
      name: 'pay',
      input: type({ amount: 'number' }),
      needsApproval: (input) => {
        expectTypeOf(input).toEqualTypeOf<{ amount: number }>()
        return input.amount > 1
      },
      execute: (_input, { env }: ToolContext<{ db: 'mine' }>) => env.db,
    })
    // @ts-expect-error a tool gives JSON, text or parts
    defineTool({ name: 'bad', execute: () => () => 1 })
    // @ts-expect-error a schema is an object
    expect(() => defineTool({ name: 'bad', input: 'string', execute: () => 1 })).toThrow('neither')
    expectTypeOf<JsonValue>().toExtend<ToolOutput>()
  })
})
