import * as v from 'valibot'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { convertWithLibrary } from '../src/converters.js'
import { toJsonSchema } from '../src/schema.js'

afterEach(() => vi.restoreAllMocks())

describe('the converters of libraries', () => {
  it('are found where the package is installed', () => {
    const schema = v.object({ a: v.optional(v.pipe(v.string(), v.transform(Number)), '1') })
    expect(convertWithLibrary('valibot', schema)).toMatchObject({ properties: { a: { type: 'string', default: '1' } } })
  })

  it('say the keys of a record that are named one by one', () => {
    const schema = v.object({ votes: v.record(v.picklist(['yes', 'no']), v.number()) })
    expect(toJsonSchema(schema).properties).toEqual({
      votes: {
        type: 'object',
        propertyNames: { enum: ['yes', 'no'], type: 'string' },
        additionalProperties: { type: 'number' },
      },
    })
    const dated = v.record(v.pipe(v.date(), v.transform(String)) as never, v.number())
    expect(() => toJsonSchema(dated)).toThrow('cannot be said in JSON Schema')
  })

  it('are not looked for when the library is not known', () => {
    const find = vi.spyOn(process, 'getBuiltinModule')
    expect(convertWithLibrary('acme', {})).toBeUndefined()
    expect(convertWithLibrary('constructor', {})).toBeUndefined()
    expect(find).not.toHaveBeenCalled()
  })

  it('are named in the error when they cannot be reached', () => {
    vi.spyOn(process, 'getBuiltinModule').mockReturnValue(undefined as never)
    expect(() => toJsonSchema(v.object({ a: v.string() }))).toThrow(
      'Install @valibot/to-json-schema, which was not found, or give the JSON Schema yourself: withJsonSchema(schema, json).',
    )
  })
})
