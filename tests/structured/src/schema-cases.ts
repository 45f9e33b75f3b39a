import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { JsonObject, JsonValue } from '@x/types'

/** A schema of the JSON Schema test suite with instances. */
export interface SchemaCase {
  readonly id: string
  readonly input: { readonly schema: JsonObject | boolean }
  readonly expected: { readonly tests: readonly { readonly data: JsonValue; readonly valid: boolean }[] }
}

const folder = process.env.X_FIXTURES ?? join(import.meta.dirname, '../../../../shared/fixtures')
const file = join(folder, 'json-schemas.json')

/** Why there are none, for the name of a test; empty when there are. */
export const schemaCasesMissing = existsSync(file) ? '' : ` (skipped: no recorded schemas in ${folder}; set X_FIXTURES)`

export const schemaCases: readonly SchemaCase[] = schemaCasesMissing ? [] : JSON.parse(readFileSync(file, 'utf8'))
