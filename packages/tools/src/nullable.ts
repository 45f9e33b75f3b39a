import type { JsonObject, JsonValue } from '@x/types'
import type { Subschema } from './subschemas.js'
import { isObject } from './subschemas.js'

/** Whether `null` fits already. */
export function acceptsNull(schema: JsonObject, resolve: (ref: string) => Subschema | undefined, depth = 0): boolean {
  const { type, enum: values, anyOf, $ref } = schema
  if (schema.const === null) return true
  if (Array.isArray(values)) return values.includes(null)
  if (type !== undefined) return [type].flat().includes('null')
  if (Array.isArray(anyOf)) return anyOf.some((branch) => isObject(branch) && acceptsNull(branch, resolve, depth + 1))
  const target = typeof $ref === 'string' && depth < 20 ? resolve($ref) : undefined
  return isObject(target) && acceptsNull(target, resolve, depth + 1)
}

/** `null` fits too, said without a union where that can be. */
export function withNull(schema: JsonObject): JsonObject {
  const { type, ...untyped } = schema
  if (schema.const !== undefined) {
    const { const: only, ...rest } = untyped
    return { ...rest, enum: [only as JsonValue, null] }
  }
  if (Array.isArray(schema.enum)) return { ...untyped, enum: [...schema.enum, null] }
  if (Array.isArray(schema.anyOf)) return { ...schema, anyOf: [...schema.anyOf, { type: 'null' }] }
  if (typeof type === 'string' && !['object', 'array'].includes(type)) return { ...schema, type: [type, 'null'] }
  const { description, title, ...rest } = schema
  return {
    ...(title !== undefined && { title }),
    ...(description !== undefined && { description }),
    anyOf: [rest, { type: 'null' }],
  }
}

/** `null` does not fit; the same object where it did not, or where nothing else does. */
export function withoutNull(schema: JsonObject): JsonObject {
  const { type, anyOf, enum: values } = schema
  if (Array.isArray(values) && values.length > 1 && values.includes(null)) {
    return { ...schema, enum: values.filter((value) => value !== null) }
  }
  if (Array.isArray(type) && type.length > 1 && type.includes('null')) {
    const types = type.filter((name) => name !== 'null')
    return { ...schema, type: types.length === 1 ? (types[0] as string) : types }
  }
  if (!Array.isArray(anyOf)) return schema
  const branches = anyOf.filter((branch) => !isObject(branch) || branch.type !== 'null')
  if (branches.length === anyOf.length || branches.length === 0) return schema
  if (branches.length > 1) return { ...schema, anyOf: branches }
  const { anyOf: _one, ...rest } = schema
  return { ...(branches[0] as JsonObject), ...rest }
}
