import type { JsonObject, JsonValue } from '@x/types'

/** A JSON Schema, or what stands for "anything" (`true`) and "nothing" (`false`). */
export type Subschema = JsonObject | boolean

type Place = 'one' | 'list' | 'map'

/** Where schemas stand inside a schema; everything else is data (`enum`, `default`, `examples` …). */
const places: { readonly [keyword: string]: readonly Place[] | undefined } = {
  // `items` is a list in drafts before 2020-12.
  items: ['one', 'list'],
  additionalItems: ['one'],
  additionalProperties: ['one'],
  contains: ['one'],
  else: ['one'],
  if: ['one'],
  not: ['one'],
  propertyNames: ['one'],
  then: ['one'],
  unevaluatedItems: ['one'],
  unevaluatedProperties: ['one'],
  allOf: ['list'],
  anyOf: ['list'],
  oneOf: ['list'],
  prefixItems: ['list'],
  $defs: ['map'],
  definitions: ['map'],
  dependentSchemas: ['map'],
  patternProperties: ['map'],
  properties: ['map'],
}

/**
 * A copy of `schema` in which `change` has replaced each direct subschema. Key order stays, as it steers what a model
 * writes first. `pointer` is the JSON pointer of the subschema, below `base`.
 */
export function mapSubschemas(
  schema: JsonObject,
  change: (subschema: Subschema, pointer: string) => Subschema,
  base = '#',
): JsonObject {
  const mapOne = (value: JsonValue | undefined, pointer: string) =>
    isSubschema(value) ? change(value, pointer) : value
  const entries = Object.entries(schema).map(([keyword, value]): [string, JsonValue | undefined] => {
    const kinds = Object.hasOwn(places, keyword) ? places[keyword] : undefined
    const pointer = `${base}/${keyword}`
    if (kinds?.includes('map') && isObject(value)) {
      const members = Object.entries(value).map(([key, member]) => [
        key,
        mapOne(member, `${pointer}/${escapePointer(key)}`),
      ])
      return [keyword, Object.fromEntries(members) as JsonObject]
    }
    if (kinds?.includes('list') && Array.isArray(value)) {
      return [keyword, value.map((item: JsonValue, index) => mapOne(item, `${pointer}/${index}`) as JsonValue)]
    }
    if (kinds?.includes('one')) return [keyword, mapOne(value, pointer)]
    return [keyword, value]
  })
  return Object.fromEntries(entries)
}

/** Calls `visit` for `schema` and every subschema in it, parents first. */
export function visitSubschemas(
  schema: Subschema,
  visit: (schema: JsonObject, pointer: string) => void,
  pointer = '#',
): void {
  if (typeof schema === 'boolean') return
  visit(schema, pointer)
  mapSubschemas(
    schema,
    (subschema, below) => {
      visitSubschemas(subschema, visit, below)
      return subschema
    },
    pointer,
  )
}

/** What an internal `$ref` (`#`, `#/…`) points at; `undefined` when it points nowhere or outside. */
export function resolveRef(root: JsonObject, ref: string): Subschema | undefined {
  if (ref !== '#' && !ref.startsWith('#/')) return undefined
  let found: unknown = root
  for (const token of ref.split('/').slice(1)) {
    const key = unescapePointer(token)
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, key)) return undefined
    found = (found as { readonly [key: string]: unknown })[key]
  }
  return isSubschema(found) ? found : undefined
}

/** Whether a reference is to a definition, and not to some place inside of one or of the root. */
export function isDefinition(ref: string): boolean {
  return /^#\/(\$defs|definitions)\/[^/]+$/.test(ref)
}

export function standsInDefinitions(ref: string): boolean {
  return /^#\/(\$defs|definitions)\//.test(ref)
}

/** A copy in which every `$ref` is what `change` makes of it. */
export function mapRefs(schema: JsonObject, change: (ref: string) => string): JsonObject {
  const copy = mapSubschemas(schema, (below) => (isObject(below) ? mapRefs(below, change) : below))
  return typeof copy.$ref === 'string' ? { ...copy, $ref: change(copy.$ref) } : copy
}

/** The one way to write a reference that may be written in several (`%24defs` for `$defs`). */
export function normalRef(ref: string): string {
  return ref
    .split('/')
    .map((token) => escapePointer(unescapePointer(token)))
    .join('/')
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isSubschema(value: unknown): value is Subschema {
  return typeof value === 'boolean' || isObject(value)
}

export function escapePointer(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1')
}

/** One token of a JSON pointer in a URI fragment, as a key. */
export function unescapePointer(token: string): string {
  const text = token.replaceAll('~1', '/').replaceAll('~0', '~')
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
