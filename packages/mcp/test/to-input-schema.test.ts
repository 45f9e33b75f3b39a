import { describe, expect, it } from 'vitest'
import { toInputSchema } from '../src/to-input-schema.js'

describe('toInputSchema', () => {
  it('leaves an ordinary schema as it is', () => {
    const schema = {
      type: 'object',
      properties: { a: { anyOf: [{ type: 'string' }, { type: 'null' }] } },
      required: ['a'],
      additionalProperties: false,
    }
    expect(toInputSchema(schema)).toEqual(schema)
  })

  it('gives a root without type or members both', () => {
    expect(toInputSchema({})).toEqual({ type: 'object', properties: {} })
  })

  it('offers the members of every branch of a choice at the root', () => {
    const branch = (name: string) => ({ type: 'object', properties: { [name]: { type: 'string' } }, required: [name] })
    const schema = {
      $schema: 's',
      properties: { id: { type: 'number' } },
      required: ['id'],
      additionalProperties: false,
      oneOf: [branch('url'), branch('path')],
    }
    expect(toInputSchema(schema)).toEqual({
      type: 'object',
      properties: { url: { type: 'string' }, path: { type: 'string' }, id: { type: 'number' } },
      required: ['id'],
    })
  })

  it('follows a reference at the root to a definition of its own', () => {
    const args = { type: 'object', properties: { a: { type: 'string' } }, required: ['a'] }
    expect(toInputSchema({ $ref: '#/$defs/Args', $defs: { Args: args } })).toEqual({ ...args, $defs: { Args: args } })
    expect(toInputSchema({ $ref: '#/$defs/toString', $defs: {} })).toEqual({
      type: 'object',
      properties: {},
      $defs: {},
    })
  })
})
