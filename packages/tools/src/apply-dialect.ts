import type { JsonObject, JsonValue } from '@x/types'
import { AgentError } from '@x/types'
import type { Dialect } from './dialects.js'
import type { Subschema } from './subschemas.js'
import { isObject, mapSubschemas, resolveRef, visitSubschemas } from './subschemas.js'

/** A place where the schema that is sent says less than, or other than, the one that was given. */
export interface SchemaChange {
  /** JSON pointer into the converted schema. */
  readonly path: string
  readonly change: string
}

/** Keywords that shape a value and cannot be told in words alone. */
const shaping = ['prefixItems', 'patternProperties', 'unevaluatedProperties', 'unevaluatedItems', 'dependentSchemas']

/** Keywords that say nothing about the value. */
const silent = new Set(['examples', 'deprecated', 'readOnly', 'writeOnly', '$comment', '$id', '$anchor'])

/**
 * Rewrites a schema for a dialect. What cannot be sent but only narrows (`minimum`, `pattern` …) goes into the
 * description; the whole schema is still what the answer is checked against.
 * @throws AgentError `unsupported` for what cannot be said at all, with the place.
 */
export function applyDialect(root: JsonObject, dialect: Dialect): { schema: JsonObject; changes: SchemaChange[] } {
  const changes: SchemaChange[] = []
  if (!dialect.recursion) refuseRecursion(root)
  const rewrite = (schema: Subschema, path: string): Subschema => {
    if (!dialect.closedObjects) return isObject(schema) ? mapSubschemas(schema, rewrite, path) : schema
    if (typeof schema === 'boolean') throw unsayable(path, 'any value')
    const isClosed = mustClose(schema, path, changes)
    const { additionalProperties: _open, ...rest } = schema
    const copy = narrow(mapSubschemas(rest, rewrite, path), dialect, path, changes)
    return isClosed ? { ...copy, additionalProperties: false } : copy
  }
  return { schema: rewrite(root, '#') as JsonObject, changes }
}

/** Whether the schema is an object's, which can be closed. */
function mustClose(schema: JsonObject, path: string, changes: SchemaChange[]): boolean {
  const { type, properties, additionalProperties } = schema
  const unsaid = shaping.find((keyword) => schema[keyword] !== undefined)
  if (unsaid) throw unsayable(path, unsaid)
  if (!['type', 'enum', 'const', '$ref', 'anyOf', 'oneOf', 'allOf'].some((keyword) => keyword in schema)) {
    throw unsayable(path, 'any value')
  }
  if (type !== 'object' && !(Array.isArray(type) && type.includes('object'))) return false
  const isOpen = additionalProperties !== undefined && additionalProperties !== false
  if (isOpen && !(isObject(properties) && Object.keys(properties).length > 0)) throw unsayable(path, 'free keys')
  if (isOpen) changes.push({ path, change: 'further members are not allowed' })
  return true
}

function narrow(schema: JsonObject, dialect: Dialect, path: string, changes: SchemaChange[]): JsonObject {
  const { keywords, formats, minItems } = dialect
  if (!keywords) return schema
  const kept: Record<string, JsonValue | undefined> = {}
  const told: string[] = []
  for (const [keyword, value] of Object.entries(schema)) {
    const isSent =
      keywords.has(keyword) &&
      !(keyword === 'format' && formats && !formats.has(String(value))) &&
      !(keyword === 'minItems' && Number(value) > minItems)
    if (isSent) kept[keyword] = value
    else if (keyword === 'oneOf' && schema.anyOf === undefined) {
      kept.anyOf = value
      changes.push({ path, change: 'oneOf became anyOf' })
    } else if (!silent.has(keyword)) {
      told.push(`${keyword}: ${JSON.stringify(value)}`)
      changes.push({ path, change: `${keyword} is told in words` })
    }
  }
  if (told.length === 0) return kept
  const words = `(${told.join(', ')})`
  return { ...kept, description: typeof kept.description === 'string' ? `${kept.description} ${words}` : words }
}

function refuseRecursion(root: JsonObject): void {
  const cleared = new Set<Subschema>()
  const walk = (schema: Subschema, pointer: string, above: readonly Subschema[]): void => {
    visitSubschemas(
      schema,
      ({ $ref }, place) => {
        const target = typeof $ref === 'string' ? resolveRef(root, $ref) : undefined
        if (target === undefined || cleared.has(target)) return
        if (target === root || above.includes(target)) throw unsayable(place, 'a schema that holds itself')
        walk(target, String($ref), [...above, target])
        cleared.add(target)
      },
      pointer,
    )
  }
  walk(root, '#', [])
}

function unsayable(path: string, what: string): AgentError {
  return new AgentError('unsupported', `The schema cannot be held to strictly: it has ${what} at ${path}.`, {
    hint: 'Say it with named members and lists (a map as a list of key and value), or do without `strict`.',
  })
}
