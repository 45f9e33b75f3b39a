import { isDeepStrictEqual } from 'node:util'
import { Validator } from '@cfworker/json-schema'
import type { CompiledSchema } from '@x/tools/schema'
import type { JsonObject, JsonValue } from '@x/types'

/**
 * What a model that is held to the compiled schema would write for a value: the opposite of `restore`. Maps as lists of
 * `{ key, value }`, tuples as objects, members left out as `null`, another root in `value`.
 * @throws Error when no such text fits the schema that is sent
 */
export function encode({ jsonSchema, isWrapped, restore }: CompiledSchema<unknown>, value: JsonValue): JsonValue {
  const all = candidates(isWrapped ? { value } : value, jsonSchema, jsonSchema)
  const written = all.find((one) => isDeepStrictEqual(restore(one), value))
  if (written === undefined) throw new Error(`${JSON.stringify(value)} does not fit ${JSON.stringify(jsonSchema)}`)
  return written
}

/** Every way to write the value that fits this part of the schema. */
function candidates(value: JsonValue, schema: JsonValue | undefined, root: JsonObject): readonly JsonValue[] {
  if (!isObject(schema)) return schema === false ? [] : [value]
  const all = shapesOf(value, schema, root)
  return all.filter((shape) => fits(shape, schema, root))
}

function shapesOf(value: JsonValue, schema: JsonObject, root: JsonObject): readonly JsonValue[] {
  const { $ref, anyOf = schema.oneOf, allOf } = schema
  if (typeof $ref === 'string') return candidates(value, targetOf($ref, root), root)
  if (Array.isArray(anyOf)) {
    const { anyOf: _a, oneOf: _o, ...rest } = schema
    return anyOf.flatMap((branch: JsonValue) => candidates(value, branch, root)).concat(candidates(value, rest, root))
  }
  if (Array.isArray(allOf))
    return allOf.reduce<readonly JsonValue[]>(
      (values, part: JsonValue) => {
        return values.flatMap((one) => candidates(one, part, root))
      },
      [value],
    )
  if (Array.isArray(value)) return [toTuple(value, schema, root), toList(value, schema, root)].filter(isThere)
  if (isObject(value)) return [toMembers(value, schema, root), toEntries(value, schema, root)].filter(isThere)
  return [value]
}

function toList(list: readonly JsonValue[], schema: JsonObject, root: JsonObject): JsonValue | undefined {
  const { prefixItems = [], items } = schema
  const written = list.map((item, index) => candidates(item, (prefixItems as JsonValue[])[index] ?? items, root)[0])
  return written.every(isThere) ? written : undefined
}

function toTuple(list: readonly JsonValue[], schema: JsonObject, root: JsonObject): JsonValue | undefined {
  const members = isObject(schema.properties) ? schema.properties : {}
  const size = Object.keys(members).filter((key) => /^\d+$/.test(key)).length
  if (size === 0) return undefined
  const entries = Array.from({ length: size }, (_, index) => [String(index), list[index] ?? null] as const)
  const rest = members.rest === undefined ? [] : [['rest', list.slice(size)] as const]
  return toMembers(Object.fromEntries([...entries, ...rest]), schema, root)
}

function toMembers(object: JsonObject, schema: JsonObject, root: JsonObject): JsonValue | undefined {
  const members = isObject(schema.properties) ? schema.properties : {}
  const absent = (schema.required as string[] | undefined)?.filter((key) => !Object.hasOwn(object, key)) ?? []
  const given = Object.entries(object).map(([key, value]) => {
    const member = Object.hasOwn(members, key) ? members[key] : schema.additionalProperties
    return [key, value === undefined ? undefined : candidates(value, member, root)[0]] as const
  })
  if (given.some(([, value]) => value === undefined)) return undefined
  return Object.fromEntries([...given, ...absent.map((key) => [key, null] as const)])
}

function toEntries(object: JsonObject, schema: JsonObject, root: JsonObject): JsonValue | undefined {
  const { items } = schema
  if (!isObject(items) || !isObject(items.properties) || !('key' in items.properties)) return undefined
  return toList(
    Object.entries(object).map(([key, value]) => ({ key, value: value as JsonValue })),
    schema,
    root,
  )
}

function fits(value: JsonValue, schema: JsonObject, root: JsonObject): boolean {
  const { $defs, definitions, properties } = root
  const whole = { ...($defs !== undefined && { $defs }), ...(definitions !== undefined && { definitions }), ...schema }
  // References to the root, and to the member of a wrapper, cannot be followed from a part; what they lead to was looked at.
  const isPart = schema !== root && JSON.stringify(whole).match(/"\$ref":"#(?!\/(\$defs|definitions)\/)/) && properties
  return isPart ? true : new Validator(structuredClone(whole) as object, '2020-12').validate(value).valid
}

function targetOf(reference: string, root: JsonObject): JsonValue | undefined {
  return reference
    .split('/')
    .slice(1)
    .map((token) => decodeURIComponent(token).replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce<JsonValue | undefined>((at, key) => (isObject(at) && Object.hasOwn(at, key) ? at[key] : undefined), root)
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isThere<Value>(value: Value | undefined): value is Value {
  return value !== undefined
}
