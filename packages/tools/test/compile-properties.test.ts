import type { JsonObject, JsonValue, SchemaDialect } from '@x/types'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { dialects } from '../src/dialects.js'
import { compileSchema, validate } from '../src/schema.js'
import { visitSubschemas } from '../src/subschemas.js'
import { samples } from './schema-arbitrary.js'

const every: { readonly [name: string]: SchemaDialect } = {
  plain: dialects.plain,
  strict: dialects.strict,
  'strict with every member required': { ...dialects.strict, allRequired: true, formats: [], maxMinItems: 0 },
  'strict with a bound on unions': { ...dialects.strict, limits: { unions: 1000 } },
  'without tuples, const and oneOf': {
    keywords: [...(dialects.strict.keywords ?? []), 'prefixItems'].filter((keyword) => keyword !== 'const'),
    closedObjects: true,
  },
  'every member required, objects open': { allRequired: true },
  'few root keywords': { rootKeywords: ['type', 'properties', 'required'] },
}

describe.each(Object.entries(every))('compiling any schema for a dialect: %s', (_name, dialect) => {
  it('uses only what the dialect takes', () => {
    return fc.assert(
      fc.property(samples, ({ schema }) => {
        const { jsonSchema, counts } = compileSchema(schema, dialect)
        expect(faultsOf(jsonSchema, dialect)).toEqual([])
        expect(counts.bytes).toBe(Buffer.byteLength(JSON.stringify(jsonSchema)))
      }),
      { numRuns: 300 },
    )
  })

  it('describes what restore takes back, and restores it', async () => {
    const cases = samples.chain((sample) => sample.values.map((value) => ({ sample, value })))
    await fc.assert(
      fc.asyncProperty(cases, async ({ sample, value }) => {
        const compiled = compileSchema(sample.schema, dialect)
        const encoded = sample.encode(value, dialect)
        const written = compiled.isWrapped ? { value: encoded } : encoded
        expect(await validate(compiled.jsonSchema, written)).toEqual({ valid: true, value: written })
        expect(compiled.restore(written)).toEqual(value)
        expect(await compiled.validate(written)).toEqual({ valid: true, value })
        // What was not reshaped is taken too.
        expect(compiled.restore(compiled.isWrapped ? { value } : value)).toEqual(value)
      }),
      { numRuns: 500 },
    )
  })

  it('gives the same bytes for the same schema, and reads anything without failing', () => {
    return fc.assert(
      fc.property(samples, fc.jsonValue(), ({ schema }, value) => {
        const compiled = compileSchema(schema, dialect)
        expect(compileSchema(schema, { ...dialect })).toBe(compiled)
        expect(JSON.stringify(compileSchema(structuredClone(schema), dialect).jsonSchema)).toBe(
          JSON.stringify(compiled.jsonSchema),
        )
        expect(() => compiled.restore(value as JsonValue)).not.toThrow()
        expect(() => compiled.restore({ value: value as JsonValue })).not.toThrow()
      }),
      { numRuns: 200 },
    )
  })
})

/** Written anew from the contract's words, not from the compiler's. */
function faultsOf(root: JsonObject, dialect: SchemaDialect): string[] {
  const faults: string[] = []
  visitSubschemas(root, (schema, pointer) => {
    const names = Object.keys(schema)
    const taken = pointer === '#' ? (dialect.rootKeywords ?? dialect.keywords) : dialect.keywords
    faults.push(...names.filter((name) => taken && !taken.includes(name)).map((name) => `${name} at ${pointer}`))
    const isObject = [schema.type].flat().includes('object') || schema.properties !== undefined
    const members = Object.keys((schema.properties as JsonObject | undefined) ?? {})
    const required = (schema.required as string[] | undefined) ?? []
    if (dialect.closedObjects && isObject && schema.additionalProperties !== false) faults.push(`open at ${pointer}`)
    if (dialect.closedObjects && names.length === 0) faults.push(`any value at ${pointer}`)
    if (dialect.allRequired && isObject && members.some((name) => !required.includes(name))) {
      faults.push(`optional at ${pointer}`)
    }
    if (dialect.formats && schema.format && !dialect.formats.includes(String(schema.format))) {
      faults.push(`format at ${pointer}`)
    }
    if (Number(schema.minItems ?? 0) > (dialect.maxMinItems ?? Number.POSITIVE_INFINITY)) {
      faults.push(`minItems at ${pointer}`)
    }
  })
  const isPlainRoot = root.type === 'object' && !['anyOf', 'oneOf', 'allOf'].some((name) => name in root)
  return isPlainRoot ? faults : [...faults, 'the root']
}
