import type { JsonObject, JsonValue } from '@x/types'
import type { Subschema } from './subschemas.js'
import { isObject, resolveRef } from './subschemas.js'

/**
 * Whether a value has the shape of a schema: types, members and fixed values, without bounds and patterns. `so far`: it
 * may yet become one, as members or the end of a text are missing.
 */
export function fitsBranch(schema: Subschema, value: JsonValue, root: JsonObject): Fit {
  if (typeof schema === 'boolean') return schema ? 'whole' : 'no'
  if (typeof value !== 'object' || value === null) return look(schema, value, root)
  const seen = memory.get(schema) ?? new WeakMap<object, Fit>()
  memory.set(schema, seen)
  const known = seen.get(value)
  if (known) return known
  const fit = look(schema, value, root)
  seen.set(value, fit)
  return fit
}

export type Fit = 'whole' | 'so far' | 'no'

/** Snapshots of a stream share what is finished: each such value is looked at once. */
const memory = new WeakMap<JsonObject, WeakMap<object, Fit>>()

function look(schema: JsonObject, value: JsonValue, root: JsonObject): Fit {
  const fits: Fit[] = []
  const { type, enum: values, anyOf = schema.oneOf, allOf, $ref } = schema
  if (type !== undefined) fits.push([type].flat().some((name) => isOfType(value, name as string)) ? 'whole' : 'no')
  if (schema.const !== undefined) fits.push(fitsConst(schema.const, value))
  if (Array.isArray(values)) fits.push(best(values.map((one: JsonValue) => fitsConst(one, value))))
  if (worst(fits) === 'no') return 'no'
  if (typeof $ref === 'string') fits.push(fitsBranch(resolveRef(root, $ref) ?? true, value, root))
  if (Array.isArray(anyOf)) fits.push(best(anyOf.map((branch: JsonObject) => fitsBranch(branch, value, root))))
  if (Array.isArray(allOf)) fits.push(worst(allOf.map((part: JsonObject) => fitsBranch(part, value, root))))
  if (isObject(value)) fits.push(fitsMembers(schema, value, root))
  if (Array.isArray(value)) fits.push(fitsItems(schema, value, root))
  return worst(fits)
}

function fitsMembers(schema: JsonObject, value: JsonObject, root: JsonObject): Fit {
  const { properties, required, additionalProperties = true } = schema
  const named = isObject(properties) ? properties : {}
  const others = additionalProperties as Subschema
  const fits = Object.entries(value).map(([key, member]): Fit => {
    if (member === undefined) return 'whole'
    return fitsBranch(Object.hasOwn(named, key) ? (named[key] as Subschema) : others, member, root)
  })
  const isWhole = !Array.isArray(required) || required.every((key: string) => Object.hasOwn(value, key))
  return worst([...fits, isWhole ? 'whole' : 'so far'])
}

function fitsItems({ items, prefixItems }: JsonObject, value: readonly JsonValue[], root: JsonObject): Fit {
  const first = Array.isArray(prefixItems) ? (prefixItems as readonly Subschema[]) : []
  return worst(
    value.map((item, index) => fitsBranch(first[index] ?? (items as Subschema | undefined) ?? true, item, root)),
  )
}

function fitsConst(expected: JsonValue, value: JsonValue): Fit {
  if (JSON.stringify(expected) === JSON.stringify(value)) return 'whole'
  return typeof expected === 'string' && typeof value === 'string' && expected.startsWith(value) ? 'so far' : 'no'
}

function isOfType(value: JsonValue, type: string): boolean {
  if (type === 'null') return value === null
  if (type === 'array') return Array.isArray(value)
  if (type === 'object') return isObject(value)
  if (type === 'integer') return Number.isInteger(value)
  return typeof value === type
}

function worst(fits: readonly Fit[]): Fit {
  if (fits.includes('no')) return 'no'
  return fits.includes('so far') ? 'so far' : 'whole'
}

function best(fits: readonly Fit[]): Fit {
  if (fits.includes('whole')) return 'whole'
  return fits.includes('so far') ? 'so far' : 'no'
}
