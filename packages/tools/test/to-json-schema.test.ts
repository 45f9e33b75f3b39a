import { toStandardJsonSchema } from '@valibot/to-json-schema'
import { type } from 'arktype'
import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import * as mini from 'zod/mini'
import { toJsonSchema, withJsonSchema } from '../src/schema.js'

describe('toJsonSchema', () => {
  it('says what stands before a transform, and what a default makes optional', () => {
    const expected = {
      type: 'object',
      properties: { day: { type: 'string' }, count: { type: 'number' } },
      required: ['day'],
    }
    const withDefault = { ...expected.properties, count: { default: 3, type: 'number' } }
    const zodSchema = z.object({ day: z.string().transform(Number), count: z.number().default(3) })
    const valibotSchema = v.object({ day: v.pipe(v.string(), v.transform(Number)), count: v.optional(v.number(), 3) })
    expect(toJsonSchema(zodSchema)).toEqual({ ...expected, properties: withDefault })
    expect(toJsonSchema(valibotSchema)).toEqual({ ...expected, properties: withDefault })
    // arktype leaves the value of a default out.
    expect(toJsonSchema(type({ day: 'string.date.parse', count: 'number = 3' }))).toEqual({
      ...expected,
      properties: { count: { type: 'number' }, day: { type: 'string' } },
    })
  })

  it('keeps the order of members, as it steers what is written first', () => {
    const { properties } = toJsonSchema(z.object({ reasoning: z.string(), answer: z.string(), also: z.string() }))
    expect(Object.keys(properties as object)).toEqual(['reasoning', 'answer', 'also'])
  })

  it('converts once per schema object and gives a frozen value without $schema', () => {
    const schema = z.object({ a: z.object({ b: z.string() }) })
    const json = toJsonSchema(schema)
    expect(toJsonSchema(schema)).toBe(json)
    expect(json).not.toHaveProperty('$schema')
    expect(() => Object.assign((json.properties as { a: object }).a, { b: 1 })).toThrow(TypeError)
  })

  it('gives the same bytes for arktype whatever was made before, and an object at the root of a recursive type', () => {
    const make = () => type({ name: 'string', 'children?': 'this[]' })
    const first = JSON.stringify(toJsonSchema(make()))
    type({ unrelated: 'string[]', other: { deep: 'number | boolean' } })
    expect(JSON.stringify(toJsonSchema(make()))).toBe(first)
    expect(JSON.parse(first)).toMatchObject({ type: 'object', required: ['name'] })
    expect(first).not.toMatch(/intersection|type\d/)
  })

  it('leaves a JSON Schema as it is, apart from $schema', () => {
    const given = {
      $schema: 'http://json-schema.org/draft-07/schema#',
      type: 'object',
      properties: { a: { const: 1 } },
    }
    expect(toJsonSchema(given)).toEqual({ type: 'object', properties: { a: { const: 1 } } })
    expect(Object.isFrozen(given.properties)).toBe(false)
  })

  it('converts zod/mini, and valibot with or without its wrapper', () => {
    const expected = { type: 'object', properties: { a: { type: 'string' } }, required: ['a'] }
    expect(toJsonSchema(mini.object({ a: mini.string() }))).toEqual(expected)
    expect(toJsonSchema(v.object({ a: v.string() }))).toEqual(expected)
    expect(toJsonSchema(toStandardJsonSchema(v.object({ a: v.string() })))).toEqual(expected)
  })

  it.each([
    ['zod', z.object({ at: z.date() })],
    ['valibot', v.object({ at: v.date() })],
  ])('says which %s schema cannot be said in JSON Schema, and what to do', (vendor, schema) => {
    expect(() => toJsonSchema(schema)).toThrow(
      new RegExp(`^The ${vendor} schema cannot be said in JSON Schema: .*withJsonSchema`),
    )
  })

  it('names the way out for a library that it does not know', () => {
    const schema = { '~standard': { version: 1 as const, vendor: 'acme', validate: (value: unknown) => ({ value }) } }
    expect(() => toJsonSchema(schema)).toThrow(
      'Schemas of acme do not say themselves as JSON Schema. Give the JSON Schema yourself: withJsonSchema(schema, json).',
    )
    expect(toJsonSchema(withJsonSchema(schema, { type: 'object' }))).toEqual({ type: 'object' })
  })
})
