import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isAgentError } from '@x/types'
import { describe, expect, it } from 'vitest'
import type { AnySchema, DialectName } from '../src/schema.js'
import { compileSchema, validate } from '../src/schema.js'
import { facts, libraries } from './schema-facts.js'

/** What each library's schema becomes, by construct, library and dialect; an error as its text. Long patterns are cut. */
type Expected = {
  readonly [construct: string]: { readonly [library: string]: { readonly [dialect: string]: unknown } }
}

const file = join(import.meta.dirname, 'fixtures/schema-facts.json')
const expected: Expected = JSON.parse(readFileSync(file, 'utf8'))

const cells = Object.entries(facts).flatMap(([construct, fact]) =>
  libraries.flatMap((library) => {
    const make = fact.schemas[library]
    return make ? [{ construct, library, make, fact }] : []
  }),
)

describe.each(cells)('$construct in $library', ({ construct, library, make }) => {
  it.each(['plain', 'strict'] as const)('is sent so: %s', (dialect) => {
    const wanted = expected[construct]?.[library]?.[dialect]
    expect(wanted).toBeDefined()
    expect(sent(make(), dialect)).toEqual(wanted)
  })
})

// The others are errors at the time of definition.
const usable = cells.filter(({ construct, library }) => typeof expected[construct]?.[library]?.plain === 'object')

describe.each(usable)('$construct in $library', ({ make, fact }) => {
  const schema = make()

  it('takes and refuses what it says', async () => {
    expect(fact.takes?.length).toBeGreaterThan(0)
    for (const value of fact.takes ?? []) expect(await validate(schema, value)).toMatchObject({ valid: true })
    for (const value of fact.refuses ?? []) expect(await validate(schema, value)).toMatchObject({ valid: false })
  })

  it('takes nothing that its own JSON Schema refuses', async () => {
    const { jsonSchema } = compileSchema(schema)
    for (const value of fact.takes ?? []) expect(await validate(jsonSchema, value)).toMatchObject({ valid: true })
  })
})

function sent(schema: AnySchema, dialect: DialectName): unknown {
  try {
    const text = JSON.stringify(compileSchema(schema, dialect).jsonSchema)
    return JSON.parse(text, (_key, value) => (typeof value === 'string' && value.length > 60 ? '<long>' : value))
  } catch (error) {
    if (!isAgentError(error)) throw error
    return `${error.code}: ${error.message.replace(` ${error.hint}`, '')}`
  }
}
