import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { JsonObject, JsonValue } from '@x/types'
import { describe, expect, it } from 'vitest'
import { jsonSchema, validate } from '../src/schema.js'

interface SchemaCase {
  readonly id: string
  readonly input: { readonly schema: JsonObject }
  readonly expected: { readonly tests: readonly { data: JsonValue; valid: boolean; about: string }[] }
}

const folder = process.env.X_FIXTURES ?? join(import.meta.dirname, '../../../../shared/fixtures')
const file = join(folder, 'json-schemas.json')
const cases: SchemaCase[] = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : []

describe('jsonSchema', () => {
  it.skipIf(cases.length === 0)(`agrees with the official test suite (skipped without ${file})`, async () => {
    const wrong: string[] = []
    for (const { id, input, expected } of cases) {
      for (const { data, valid, about } of expected.tests) {
        const outcome = await validate(input.schema, data)
        if (outcome.valid !== valid) wrong.push(`${id}: ${about}`)
      }
    }
    expect(wrong).toEqual([])
    expect(cases.length).toBeGreaterThan(50)
  })

  it('tells what is wrong by path, without the given value', async () => {
    const schema = {
      type: 'object',
      properties: {
        n: { type: 'number', minimum: 10, multipleOf: 7 },
        s: { type: 'string', minLength: 20 },
        'a b': { enum: ['x', 'y'] },
        list: { type: 'array', items: { type: 'object', properties: { id: { type: 'integer' } }, required: ['id'] } },
      },
      required: ['missing'],
      additionalProperties: false,
    }
    const given = { n: 3.25, s: 'SECRET', 'a b': 'SECRET', list: [{ id: 1 }, { id: 'SECRET' }, {}], extra: 'SECRET' }
    const outcome = await validate(schema, given)
    expect(outcome).toEqual({
      valid: false,
      problems: [
        { path: '', message: 'Value does not have required property "missing"' },
        { path: 'n', message: 'Value is less than 10' },
        { path: 'n', message: 'Value is not a multiple of 7' },
        { path: 's', message: 'String is too short (6 < 20)' },
        { path: '["a b"]', message: 'Value does not match any of ["x","y"]' },
        { path: 'list[1].id', message: 'Value type "string" is invalid. Expected "integer"' },
        { path: 'list[2]', message: 'Value does not have required property "id"' },
        { path: 'extra', message: 'is not allowed here' },
      ],
    })
  })

  it('tells of a union only the alternative that came nearest', async () => {
    const schema = {
      anyOf: [
        { type: 'string' },
        { type: 'object', properties: { k: { const: 'a' }, n: { type: 'number' } }, required: ['k', 'n'] },
        { type: 'object', properties: { k: { const: 'b' }, m: { oneOf: [{ type: 'number' }, { type: 'null' }] } } },
      ],
    }
    const toProblems = async (given: unknown) => {
      const outcome = await validate(schema, given)
      return outcome.valid ? [] : outcome.problems
    }
    expect(await toProblems({ k: 'b', m: 'x' })).toEqual([
      {
        path: 'm',
        message: 'Value type "string" is invalid. Expected "number" or Value type "string" is invalid. Expected "null"',
      },
    ])
    expect(await toProblems(7)).toEqual([
      {
        path: '',
        message:
          'Value type "number" is invalid. Expected "string" or Value type "number" is invalid. Expected "object"',
      },
    ])
  })

  it('leaves the given schema untouched, also when it is frozen', async () => {
    const schema = Object.freeze({ type: 'object', properties: Object.freeze({ a: Object.freeze({ $ref: '#' }) }) })
    expect(await validate(schema, { a: {} })).toMatchObject({ valid: true })
    expect(Reflect.ownKeys(schema)).toEqual(['type', 'properties'])
  })

  it('reads the draft from $schema', async () => {
    const items = [{ type: 'string' }]
    const tuple = (draft: string) => ({
      $schema: `http://json-schema.org/${draft}/schema#`,
      items,
      additionalItems: false,
    })
    expect(await validate(tuple('draft-07'), ['a', 1])).toMatchObject({ valid: false })
    expect(await validate(tuple('draft-07'), ['a'])).toMatchObject({ valid: true })
  })

  it('refuses a reference that leads nowhere, and a broken pattern, when it is made', () => {
    expect(() => jsonSchema({ properties: { a: { $ref: '#/$defs/b' } } })).toThrow(
      'The JSON Schema refers at #/properties/a to "#/$defs/b", which is not in it.',
    )
    expect(() => jsonSchema({ $ref: 'https://example.com/schema.json' })).toThrow('nothing is fetched')
    expect(() => jsonSchema({ properties: { a: { pattern: '(' } } })).toThrow(
      'at #/properties/a a pattern that is not valid',
    )
    expect(() => jsonSchema({ patternProperties: { '[': {} } })).toThrow('at # a pattern')
  })
})
