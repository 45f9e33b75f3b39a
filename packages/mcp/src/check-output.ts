import { jsonSchema, problemsText, validate } from '@x/tools/schema'
import type { JsonObject, JsonValue } from '@x/types'
import { AgentError, isAgentError } from '@x/types'
import { asObject } from './json.js'

/**
 * Holds structured content to the schema that the server gave for it, as far as that is safe: schema and content both
 * come from the server, so what can be made to take forever (regular expressions, `uniqueItems`, references, which
 * multiply) is not checked.
 * @throws AgentError `invalid-output`
 */
export async function checkOutput(name: string, schema: JsonObject, value: JsonObject): Promise<void> {
  const safe = toSafeSchema(schema)
  if (!safe) return
  const checked = await validate(safe, value)
  if (checked.valid) return
  const problems = problemsText(checked.problems)
  throw new AgentError('invalid-output', `What ${name} gave does not fit its own output schema:\n${problems}`)
}

const unsafe = new Set(['pattern', 'patternProperties', 'format', 'uniqueItems'])
const references = new Set(['$ref', '$dynamicRef', '$recursiveRef'])
/** Keywords whose value is data, and those whose value is a map from names to schemas. */
const data = new Set(['const', 'default', 'enum', 'examples'])
const maps = new Set(['properties', '$defs', 'definitions', 'dependentSchemas'])

/** `undefined` when the schema cannot be checked. */
function toSafeSchema(schema: JsonObject) {
  try {
    const safe = strip(schema) as JsonObject | undefined
    return safe && jsonSchema(safe)
  } catch (error) {
    // It refers to itself, is nested too deep, or is broken: none of it is the content's fault.
    if (error instanceof RangeError || isAgentError(error)) return undefined
    throw error
  }
}

function strip(schema: JsonValue | undefined): JsonValue | undefined {
  if (Array.isArray(schema)) return schema.map((item) => strip(item as JsonValue) ?? null)
  const object = asObject(schema)
  if (!object) return schema
  const kept: { [key: string]: JsonValue | undefined } = {}
  for (const [key, value] of Object.entries(object)) {
    if (references.has(key)) throw new AgentError('unsupported', 'References are not followed.')
    // What `additionalProperties` is about depends on `patternProperties`.
    if (unsafe.has(key) || (key === 'additionalProperties' && 'patternProperties' in object)) continue
    kept[key] = data.has(key) ? value : maps.has(key) ? stripEach(value) : strip(value)
  }
  return kept
}

function stripEach(map: JsonValue | undefined): JsonObject {
  return Object.fromEntries(Object.entries(asObject(map) ?? {}).map(([name, schema]) => [name, strip(schema)]))
}
