import type { JsonObject, JsonValue } from '@x/types'
import type { Rewriter } from './rewriter.js'
import { unsayable } from './rewriter.js'

/** Keywords that say nothing about the value. */
const silent = new Set(['examples', 'deprecated', 'readOnly', 'writeOnly', '$comment', '$id', '$anchor'])

/** Keywords that cannot be told in words, as the rest hangs on them. */
const structural = new Set(['type', 'properties', 'items', 'prefixItems', 'anyOf', 'oneOf', 'allOf', '$ref', 'enum'])

/** Leaves out what the dialect does not take; what narrows the value is told in the description instead. */
export function narrowSchema(schema: JsonObject, path: string, rewriter: Rewriter): JsonObject {
  const kept: Record<string, JsonValue | undefined> = {}
  const told: string[] = []
  for (const [keyword, value] of Object.entries(schema)) {
    if (saysNothing(keyword, value)) rewriter.note(path, `${keyword} is left out: it says nothing`)
    else if (isTaken(keyword, value, rewriter)) kept[keyword] = value
    else if (keyword === 'const') {
      kept.enum = [value as JsonValue]
      rewriter.note(path, 'const became enum')
    } else if (structural.has(keyword)) throw unsayable(path, keyword)
    else if (!silent.has(keyword) && !isImplied(keyword, value, schema)) {
      told.push(`${keyword}: ${JSON.stringify(value)}`)
      rewriter.note(path, `${keyword} is told in words`)
    } else rewriter.note(path, `${keyword} is left out`)
  }
  if (told.length === 0 || !rewriter.takes('description')) return kept
  const words = `(${told.join(', ')})`
  return { ...kept, description: typeof kept.description === 'string' ? `${kept.description} ${words}` : words }
}

function isTaken(keyword: string, value: JsonValue | undefined, { dialect, takes }: Rewriter): boolean {
  if (!takes(keyword)) return false
  if (keyword === 'format') return dialect.formats?.includes(String(value)) ?? true
  return keyword !== 'minItems' || Number(value) <= (dialect.maxMinItems ?? Number.POSITIVE_INFINITY)
}

/**
 * zod bounds every integer by what a number can hold, on which some services choke; valibot writes a `required` that is
 * empty.
 */
function saysNothing(keyword: string, value: JsonValue | undefined): boolean {
  if (keyword === 'required') return Array.isArray(value) && value.length === 0
  return (
    (keyword === 'maximum' && value === Number.MAX_SAFE_INTEGER) ||
    (keyword === 'minimum' && value === Number.MIN_SAFE_INTEGER)
  )
}

/** Those that every model knows; zod has others that say nothing without their pattern (`starts_with`). */
const knownFormats: ReadonlySet<string> = new Set([
  ...['date-time', 'time', 'date', 'duration', 'email', 'hostname', 'ipv4', 'ipv6', 'uri', 'uuid', 'cidrv4', 'cidrv6'],
  ...['base64', 'base64url', 'cuid', 'cuid2', 'ulid', 'nanoid', 'ksuid', 'xid', 'emoji', 'e164', 'jwt', 'mac'],
])

/** Said already: the pattern of a format, or that nothing stands beside named members. */
function isImplied(keyword: string, value: JsonValue | undefined, { format, type }: JsonObject): boolean {
  if (keyword === 'pattern') return knownFormats.has(String(format))
  if (keyword === 'additionalProperties') return true
  return (keyword === 'unevaluatedProperties' && value === false) || (keyword === 'propertyNames' && type !== 'object')
}
