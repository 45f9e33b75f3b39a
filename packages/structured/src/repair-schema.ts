import type { JsonObject, JsonValue } from '@x/types'

/** The schema that a `$ref` within the same document leads to; undefined when it leads nowhere. */
export function resolveReference(reference: string, root: JsonObject): JsonValue | undefined {
  if (reference === '#') return root
  if (!reference.startsWith('#/')) return undefined
  let place: JsonValue | undefined = root
  for (const escaped of reference.slice(2).split('/')) {
    const key = decodePart(escaped).replaceAll('~1', '/').replaceAll('~0', '~')
    if (typeof place !== 'object' || place === null || !Object.hasOwn(place, key)) return undefined
    place = (place as JsonObject)[key]
  }
  return place
}

/** The names of `type`, or what other keywords tell of it; undefined when anything goes. */
export function typesOf(schema: JsonObject): readonly string[] | undefined {
  if (typeof schema.type === 'string') return [schema.type]
  if (Array.isArray(schema.type)) return schema.type as string[]
  if (isObject(schema.properties)) return ['object']
  if (isObject(schema.items) || Array.isArray(schema.prefixItems)) return ['array']
  return undefined
}

/** What `enum` or `const` admits; undefined without them. */
export function choicesOf(schema: JsonObject): readonly JsonValue[] | undefined {
  if (Array.isArray(schema.enum)) return schema.enum as readonly JsonValue[]
  return schema.const === undefined ? undefined : [schema.const]
}

/** Whether one of `types` is that of the value. */
export function admits(types: readonly string[] | undefined, value: JsonValue): boolean {
  if (types === undefined) return true
  if (value === null) return types.includes('null')
  if (Array.isArray(value)) return types.includes('array')
  if (typeof value !== 'number') return types.includes(typeof value)
  return types.includes('number') || (types.includes('integer') && Number.isInteger(value))
}

export function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A member of its own; never one of the prototype. */
export function memberOf(object: JsonValue | undefined, key: string): JsonValue | undefined {
  return isObject(object) && Object.hasOwn(object, key) ? object[key] : undefined
}

function decodePart(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
