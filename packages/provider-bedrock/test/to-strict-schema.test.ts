import { expect, it } from 'vitest'
import { toStrictSchema } from '../src/to-strict-schema.js'

it('closes every object of a schema, and nothing that only looks like one', () => {
  const leaf = { type: 'object', properties: { type: { type: 'string' } } }
  const closed = { ...leaf, additionalProperties: false }
  const rest = { enum: [leaf], const: leaf, default: leaf, required: ['a'] }

  expect(
    toStrictSchema({
      type: ['object', 'null'],
      properties: { items: leaf, b: { type: 'array', items: leaf }, c: { anyOf: [leaf, { $ref: '#/$defs/d' }] } },
      $defs: { d: leaf },
      ...rest,
    }),
  ).toEqual({
    type: ['object', 'null'],
    properties: { items: closed, b: { type: 'array', items: closed }, c: { anyOf: [closed, { $ref: '#/$defs/d' }] } },
    $defs: { d: closed },
    ...rest,
    additionalProperties: false,
  })
})

it('leaves an object as it is that says itself what else it may hold', () => {
  const open = { type: 'object', additionalProperties: { type: 'number' } }

  expect(toStrictSchema(open)).toEqual(open)
  expect(toStrictSchema({ type: 'string' })).toEqual({ type: 'string' })
})
