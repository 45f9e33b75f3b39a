import type { JsonObject, JsonValue } from '@x/types'

/**
 * The schema with every object closed, as strict tools want it. An object that says something about other members
 * itself is left as it is: closing it would change what it means.
 */
export function toStrictSchema(schema: JsonObject): JsonObject {
  const walked = Object.entries(schema).map(([keyword, value]) => [keyword, walk(keyword, value)])
  const isObjectSchema = [schema.type].flat().includes('object') || schema.properties !== undefined
  const closes = isObjectSchema && schema.additionalProperties === undefined
  return { ...Object.fromEntries(walked), ...(closes && { additionalProperties: false }) }
}

/** Schemas stand under these keywords alone; everywhere else an object is a value. */
function walk(keyword: string, value: JsonValue | undefined): JsonValue | undefined {
  if (byName.has(keyword) && isObject(value)) {
    return Object.fromEntries(Object.entries(value).map(([name, schema]) => [name, strict(schema)]))
  }
  if (lists.has(keyword) && Array.isArray(value)) return value.map(strict)
  return single.has(keyword) ? strict(value) : value
}

const byName = new Set(['properties', 'patternProperties', '$defs', 'definitions', 'dependentSchemas'])
const lists = new Set(['anyOf', 'oneOf', 'allOf', 'prefixItems'])
const single = new Set(['items', 'additionalProperties', 'not', 'if', 'then', 'else', 'contains', 'propertyNames'])

function strict<Schema extends JsonValue | undefined>(schema: Schema): Schema | JsonObject {
  return isObject(schema) ? toStrictSchema(schema) : schema
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
