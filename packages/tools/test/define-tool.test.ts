import type { Tool, ToolContext, ToolOutput } from '@x/types'
import { isAgentError } from '@x/types'
import { type } from 'arktype'
import * as fc from 'fast-check'
import * as v from 'valibot'
import { describe, expect, expectTypeOf, it } from 'vitest'
import * as z from 'zod'
import { defineTool } from '../src/index.js'
import { toolContext } from './tool-context.js'

const { context } = toolContext()

const booking = {
  zod: z.object({ guests: z.number().min(1), room: z.enum(['double', 'single']), note: z.string().optional() }),
  valibot: v.object({
    guests: v.pipe(v.number(), v.minValue(1)),
    room: v.picklist(['double', 'single']),
    note: v.optional(v.string()),
  }),
  arktype: type({ guests: 'number >= 1', room: "'double' | 'single'", 'note?': 'string' }),
}

const wireSchema = {
  type: 'object',
  properties: {
    guests: { type: 'number', minimum: 1 },
    room: { enum: ['double', 'single'] },
    note: { type: 'string' },
  },
  required: ['guests', 'room'],
}

describe('defineTool', () => {
  it('gives a plain tool: a spec and execute', async () => {
    const add = defineTool({
      name: 'add',
      description: 'Adds.',
      input: z.object({ a: z.number(), b: z.number() }),
      execute: ({ a, b }) => a + b,
    })
    expect(Object.keys(add)).toEqual(['name', 'description', 'inputSchema', 'execute'])
    expect(add.inputSchema).toEqual({
      type: 'object',
      properties: { a: { type: 'number' }, b: { type: 'number' } },
      required: ['a', 'b'],
    })
    expect(await add.execute({ a: 1, b: 2 }, context)).toBe(3)
    expectTypeOf(add).toExtend<Tool>()
    expectTypeOf(add.execute).returns.toEqualTypeOf<Promise<ToolOutput>>()
  })

  it('types env by the annotation of the context', async () => {
    const whoAmI = defineTool({
      name: 'who_am_i',
      execute: (_input, { env }: ToolContext<{ userId: string }>) => {
        expectTypeOf(env).toEqualTypeOf<{ userId: string }>()
        return env.userId
      },
    })
    expect(await whoAmI.execute({}, toolContext({ env: { userId: 'u1' } }).context)).toBe('u1')
  })

  it('takes no arguments without an input schema', async () => {
    const ping = defineTool({ name: 'ping', execute: (input) => Object.keys(input).length })
    expect(ping.inputSchema).toEqual({ type: 'object', properties: {}, additionalProperties: false })
    expect(await ping.execute({}, context)).toBe(0)
    await expect(ping.execute({ a: 1 }, context)).rejects.toMatchObject({ code: 'invalid-tool-input' })
  })

  it('applies transforms, defaults and async checks before execute', async () => {
    const input = z.object({
      day: z.string().transform((text) => text.toUpperCase()),
      count: z.number().default(3),
      id: z.string().refine(async (id) => id !== 'taken', 'is taken'),
    })
    const tool = defineTool({ name: 'book', input, execute: (value) => value })
    expect(await tool.execute({ day: 'mon', id: 'free' }, context)).toEqual({ day: 'MON', count: 3, id: 'free' })
    await expect(tool.execute({ day: 'mon', id: 'taken' }, context)).rejects.toThrow('- id: is taken')
  })

  it('refuses invalid input before execute, by path and without the given values', async () => {
    let calls = 0
    for (const input of [booking.zod, booking.valibot, booking.arktype, wireSchema]) {
      const tool = defineTool({ name: 'book', input, execute: () => ++calls })
      const error = await tool
        .execute({ guests: 'SECRET-1', room: 'SECRET-2', note: 7 }, context)
        .catch((caught) => caught)
      expect(isAgentError(error, 'invalid-tool-input')).toBe(true)
      expect(error.message).toMatch(/^The input of book does not fit its schema:\n/)
      for (const path of ['guests', 'room', 'note']) expect(error.message).toContain(`\n- ${path}: `)
      expect(error.message).not.toContain('SECRET')
      expect(error.message.length).toBeLessThan(400)
    }
    expect(calls).toBe(0)
  })

  it('shows what a generator yields as progress and gives what it returns', async () => {
    const { context, emitted } = toolContext()
    const tool = defineTool({
      name: 'count',
      async *execute() {
        yield 1
        yield { at: 2 }
        return 'done'
      },
    })
    expect(await tool.execute({}, context)).toBe('done')
    expect(emitted).toEqual([1, { at: 2 }])
  })

  it('leaves a generator once the run is aborted and lets it clean up', async () => {
    const abort = new AbortController()
    const { context, emitted } = toolContext({ signal: abort.signal })
    let isCleanedUp = false
    const tool = defineTool({
      name: 'count',
      async *execute() {
        try {
          yield 1
          abort.abort()
          yield 2
          return 'done'
        } finally {
          isCleanedUp = true
        }
      },
    })
    await expect(tool.execute({}, context)).rejects.toMatchObject({ code: 'aborted' })
    expect(isCleanedUp).toBe(true)
    expect(emitted).toEqual([1])
  })

  it('carries what the loop and the layers read, and nothing that was not given', () => {
    const annotations = { title: 'Book', readOnly: false, destructive: true, idempotent: false, openWorld: true }
    const rules = { annotations, sequential: true, timeoutMs: 500, strict: false }
    const tool = defineTool({ name: 'book', ...rules, execute: () => 1 })
    expect(tool).toMatchObject(rules)
    expect(Object.keys(tool)).not.toContain('outputSchema')
    for (const timeoutMs of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => defineTool({ name: 'book', timeoutMs, execute: () => 1 })).toThrow('Give milliseconds above 0')
    }
  })

  it('carries descriptions and other words of the schema to the model', () => {
    const input = z
      .object({
        day: z
          .string()
          .describe('ISO date.')
          .meta({ examples: ['2026-01-02'] }),
      })
      .describe('When.')
    expect(defineTool({ name: 'book', input, execute: () => 1 }).inputSchema).toEqual({
      type: 'object',
      description: 'When.',
      properties: { day: { type: 'string', description: 'ISO date.', examples: ['2026-01-02'] } },
      required: ['day'],
    })
  })

  it('takes the input of a strict tool in the shape that was sent and in its own', async () => {
    const input = z.object({ scores: z.record(z.string(), z.number()), at: z.tuple([z.number(), z.number()]) })
    const tool = defineTool({ name: 'save', input, strict: true, execute: (value) => value })
    const value = { scores: { ann: 1 }, at: [1, 2] }
    expect(tool.inputSchema).toMatchObject({ properties: { scores: { type: 'array' }, at: { type: 'object' } } })
    expect(await tool.execute({ scores: [{ key: 'ann', value: 1 }], at: { 0: 1, 1: 2 } }, context)).toEqual(value)
    expect(await tool.execute(value, context)).toEqual(value)
    await expect(tool.execute({ scores: [{ key: 'ann', value: 'x' }], at: { 0: 1 } }, context)).rejects.toThrow(
      /- scores\.ann: .*\n- at\b/,
    )
  })

  it('checks what execute gives by the output schema, and gives what that makes of it', async () => {
    const output = z.object({ total: z.number(), unit: z.string().default('EUR') })
    const tool = defineTool({
      name: 'sum',
      input: z.object({ give: z.unknown() }),
      output,
      execute: ({ give }) => give as { total: number },
    })
    expect(tool.outputSchema).toEqual({
      type: 'object',
      properties: { total: { type: 'number' }, unit: { type: 'string', default: 'EUR' } },
      required: ['total', 'unit'],
      additionalProperties: false,
    })
    expect(await tool.execute({ give: { total: 1, internal: 'SECRET' } }, context)).toEqual({ total: 1, unit: 'EUR' })
    const error = await tool.execute({ give: { total: 'SECRET' } }, context).catch((caught) => caught)
    expect(isAgentError(error, 'invalid-output')).toBe(true)
    expect(error.message).toMatch(/^The result of sum does not fit its schema:\n- total: /)
    expect(error.message).not.toContain('SECRET')
  })

  it('passes on what execute throws', async () => {
    const tool = defineTool({
      name: 'fail',
      execute: () => {
        throw new TypeError('broken')
      },
    })
    await expect(tool.execute({}, context)).rejects.toThrow(new TypeError('broken'))
  })

  it.each(['', 'a b', 'x'.repeat(65), 'café', 'a.b'])('refuses the name %j', (name) => {
    expect(() => defineTool({ name, execute: () => 1 })).toThrow('Names are 1 to 64 letters, digits, "_" and "-".')
  })

  it.each([
    ['an array', z.array(z.string()), 'of type "array"'],
    ['a union', z.union([z.object({ a: z.string() }), z.object({ b: z.string() })]), 'a choice or without a type'],
    ['a string', { type: 'string' }, 'of type "string"'],
  ])('refuses %s as input', (_what, input, found) => {
    expect(() => defineTool({ name: 'list', input, execute: () => 1 })).toThrow(
      `The input of tool "list" must be an object, but its schema is ${found}.`,
    )
  })

  it('refuses what is not a schema', () => {
    expect(() => defineTool({ name: 'list', input: 'string' as never, execute: () => 1 })).toThrow(
      'neither a Standard Schema nor a JSON Schema',
    )
  })

  it('sends a strict tool in the form that strict services take, and checks against the whole schema', async () => {
    const tool = defineTool({ name: 'book', input: booking.zod, strict: true, execute: () => 'ok' })
    expect(tool.strict).toBe(true)
    expect(tool.inputSchema).toEqual({
      type: 'object',
      properties: {
        guests: { type: 'number', description: '(minimum: 1)' },
        room: { type: 'string', enum: ['double', 'single'] },
        note: { type: 'string' },
      },
      required: ['guests', 'room'],
      additionalProperties: false,
    })
    await expect(tool.execute({ guests: 0, room: 'single' }, context)).rejects.toThrow('- guests: ')
    expect(() =>
      defineTool({
        name: 'map',
        input: z.object({ m: z.record(z.string(), z.unknown()) }),
        strict: true,
        execute: () => 1,
      }),
    ).toThrow('at #/properties/m')
  })

  it('asks needsApproval with the validated input, and not about input that is refused anyway', () => {
    const input = z.object({ amount: z.string().transform(Number) })
    const { needsApproval } = defineTool({
      name: 'pay',
      input,
      needsApproval: ({ amount }) => amount > 100,
      execute: () => 'paid',
    })
    const ask = needsApproval as (input: unknown) => boolean
    expect([ask({ amount: '200' }), ask({ amount: '5' }), ask({ amount: 5 })]).toEqual([true, false, false])
    expect(defineTool({ name: 'pay', needsApproval: true, execute: () => 1 }).needsApproval).toBe(true)
    const strict = defineTool({
      name: 'pay',
      input: z.object({ byName: z.record(z.string(), z.number()) }),
      strict: true,
      needsApproval: ({ byName }) => Object.values(byName).some((amount) => amount > 100),
      execute: () => 'paid',
    })
    const askStrict = strict.needsApproval as (input: unknown) => boolean
    expect(askStrict({ byName: [{ key: 'ann', value: 200 }] })).toBe(true)
    expect(askStrict({ byName: { ann: 200 } })).toBe(true)
    expect(askStrict({ byName: [{ key: 'ann', value: 2 }] })).toBe(false)
  })

  it.each([
    ['validates asynchronously', z.number().refine(async () => true)],
    [
      'throws',
      z.number().transform(() => {
        throw new Error('broken')
      }),
    ],
  ])('always needs approval when the schema %s', (_what, amount) => {
    const input = z.object({ amount })
    const { needsApproval } = defineTool({ name: 'pay', input, needsApproval: () => false, execute: () => 'paid' })
    expect((needsApproval as (input: unknown) => boolean)({ amount: 1 })).toBe(true)
  })

  it.each(Object.entries({ ...booking, 'JSON Schema': wireSchema }))(
    'gives a result or invalid-tool-input for any JSON, never another error: %s',
    async (_library, input) => {
      const tool = defineTool({ name: 'book', input, execute: () => 'ok' })
      const nearly = fc.record(
        { guests: fc.jsonValue(), room: fc.jsonValue(), note: fc.jsonValue() },
        { requiredKeys: [] },
      )
      const anything = fc.oneof(fc.jsonValue(), nearly, fc.constant(JSON.parse('{"__proto__":{"guests":1}}')))
      await fc.assert(
        fc.asyncProperty(anything, async (value) => {
          const outcome = await tool.execute(value as never, context).catch((error) => error)
          expect(outcome === 'ok' || isAgentError(outcome, 'invalid-tool-input')).toBe(true)
        }),
        { numRuns: 500 },
      )
    },
  )

  it('treats a schema that throws, and a value too deep for it, as invalid input', async () => {
    const throwing = z.object({
      a: z.string().transform(() => {
        throw new Error('SECRET')
      }),
    })
    const tool = defineTool({ name: 'deep', input: throwing, execute: () => 1 })
    await expect(tool.execute({ a: 'x' }, context)).rejects.toThrow(/schema:\n- the whole value: could not be checked$/)
    const nested = { type: 'object', properties: { next: { $ref: '#' } } }
    const recursive = defineTool({ name: 'deep', input: nested, execute: () => 1 })
    let value = {}
    for (let depth = 0; depth < 50_000; depth++) value = { next: value }
    await expect(recursive.execute(value, context)).rejects.toMatchObject({ code: 'invalid-tool-input' })
  })
})
