import type { SchemaDialect } from '@x/types'
import { isAgentError } from '@x/types'
import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { dialects } from '../src/dialects.js'
import type { AnySchema } from '../src/schema.js'
import { compileSchema } from '../src/schema.js'

const limited = (limits: SchemaDialect['limits']): SchemaDialect => ({ ...dialects.strict, ...(limits && { limits }) })
const fault = (schema: AnySchema, dialect: SchemaDialect) => {
  try {
    compileSchema(schema, dialect)
  } catch (error) {
    if (isAgentError(error, 'unsupported')) return error.message
    throw error
  }
  return 'none'
}

describe('the counts of a compiled schema', () => {
  it('are those that services bound', () => {
    const schema = z.object({
      a: z.string().optional(),
      b: z.array(z.object({ c: z.union([z.string(), z.number()]), d: z.string().optional() })),
    })
    const { counts, jsonSchema } = compileSchema(schema, 'strict')
    expect(counts).toEqual({
      optionalMembers: 2,
      unions: 1,
      depth: 4,
      bytes: new TextEncoder().encode(JSON.stringify(jsonSchema)).length,
    })
  })

  it.each([
    ['members that may be left out', { optionalMembers: 1 }, '#/properties/b/properties/d'],
    ['places with a choice of types', { unions: 1 }, '#/properties/f'],
    ['levels', { depth: 2 }, '#/properties/b/properties/c'],
    ['bytes', { bytes: 100 }, '#/properties/b'],
  ])('that exceed a limit are refused with the first place too many: %s', (what, limits, path) => {
    const schema = z.object({
      a: z.string().optional(),
      b: z.object({ c: z.array(z.string()), d: z.string().optional() }),
      e: z.union([z.string(), z.number()]),
      f: z.union([z.string(), z.boolean()]),
    })
    const message = fault(schema, limited(limits))
    expect(message).toContain(` ${what}, and the service takes ${Object.values(limits)[0]}.`)
    expect(message).toContain(`The first one too many is ${path}:`)
  })

  it('of unions are lowered before a schema is refused: fixed values in one enum, null not offered beside absence', () => {
    const schema = z.object({
      fixed: z.enum(['x', 'y']).nullable(),
      nested: z.union([z.string(), z.union([z.number(), z.boolean()])]),
      both: z.string().nullable().optional(),
    })
    expect(compileSchema(schema, limited({ unions: 2 }))).toMatchObject({
      counts: { unions: 2 },
      jsonSchema: { properties: { fixed: { enum: ['x', 'y', null] }, both: { type: ['string', 'null'] } } },
    })
    const tight = compileSchema(schema, limited({ unions: 1 }))
    expect(tight.jsonSchema.properties).toMatchObject({ both: { type: 'string' } })
    expect(tight.changes).toContainEqual({
      path: '#/properties/both',
      change: 'null is not offered, as the member may be left out',
    })
    expect(fault(schema, limited({ unions: 0 }))).toContain('#/properties/nested')
  })
})
