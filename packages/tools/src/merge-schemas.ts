import type { JsonObject, JsonValue } from '@x/types'
import type { Subschema } from './subschemas.js'
import { isObject } from './subschemas.js'

type Resolve = (ref: string) => Subschema | undefined

/** A schema with its `allOf` taken up into it; `undefined` where the parts cannot be said as one. */
export function mergeAllOf(schema: JsonObject, resolve: Resolve): JsonObject | undefined {
  const { allOf, ...rest } = schema
  if (!Array.isArray(allOf)) return schema
  return mergeSchemas([rest, ...(allOf as readonly Subschema[])], resolve)
}

/** One schema that says what all of them say; `undefined` where that cannot be had by laying them over each other. */
export function mergeSchemas(schemas: readonly Subschema[], resolve: Resolve): JsonObject | undefined {
  let merged: JsonObject | undefined = {}
  for (const schema of schemas) {
    const part = plainPart(schema, resolve, new Set())
    merged = part && merged && mergeTwo(merged, part, resolve)
  }
  return merged
}

/** References and nested `allOf` taken up, so that only keywords of its own are left. */
function plainPart(schema: Subschema, resolve: Resolve, open: ReadonlySet<string>): JsonObject | undefined {
  if (typeof schema === 'boolean') return schema ? {} : undefined
  const { $ref, ...rest } = schema
  if ($ref === undefined) return mergeAllOf(schema, resolve)
  if (typeof $ref !== 'string' || open.has($ref)) return undefined
  const target = plainPart(resolve($ref) ?? false, resolve, new Set([...open, $ref]))
  const own = mergeAllOf(rest, resolve)
  return target && own && mergeTwo(target, own, resolve)
}

function mergeTwo(left: JsonObject, right: JsonObject, resolve: Resolve): JsonObject | undefined {
  const merged: Record<string, JsonValue | undefined> = { ...left }
  for (const [keyword, value] of Object.entries(right)) {
    const known = merged[keyword]
    if (known === undefined || isEqual(known, value) || words.has(keyword)) merged[keyword] = value
    else if (keyword === 'required') merged[keyword] = [...new Set([...(known as string[]), ...(value as string[])])]
    else if (keyword === 'additionalProperties' && [known, value].includes(false)) merged[keyword] = false
    else if (keyword === 'properties' || keyword === '$defs' || keyword === 'definitions') {
      const members = mergeMembers(known as JsonObject, value as JsonObject, resolve)
      if (!members) return undefined
      merged[keyword] = members
    } else return undefined
  }
  return merged
}

/** Keywords of which the last one counts. */
const words = new Set(['title', 'description', '$comment', 'examples'])

function mergeMembers(left: JsonObject, right: JsonObject, resolve: Resolve): JsonObject | undefined {
  const merged: Record<string, JsonValue | undefined> = { ...left }
  for (const [key, member] of Object.entries(right)) {
    const known = Object.hasOwn(merged, key) ? merged[key] : undefined
    const both = known === undefined ? member : mergeSchemas([known as Subschema, member as Subschema], resolve)
    if (both === undefined) return undefined
    merged[key] = both
  }
  return merged
}

function isEqual(left: JsonValue | undefined, right: JsonValue | undefined): boolean {
  return left === right || JSON.stringify(left) === JSON.stringify(right)
}

/** Whether a schema speaks of objects, by itself or through its parts. */
export function speaksOfObjects(schema: Subschema, resolve: Resolve, depth = 0): boolean {
  if (!isObject(schema) || depth > 20) return false
  if (schema.properties !== undefined || [schema.type].flat().includes('object')) return true
  const target = typeof schema.$ref === 'string' ? resolve(schema.$ref) : undefined
  const parts = [schema.allOf, schema.anyOf, schema.oneOf].flatMap((list) => (Array.isArray(list) ? list : []))
  return [...parts, target].some((part) => part !== undefined && speaksOfObjects(part as Subschema, resolve, depth + 1))
}
