import type { JsonObject, SchemaDialect } from '@x/types'
import { AgentError } from '@x/types'
import type { Subschema } from './subschemas.js'
import { escapePointer, isObject, mapSubschemas } from './subschemas.js'

/** Sizes that services bound. */
export interface SchemaCounts {
  /** Members that are not required. */
  readonly optionalMembers: number
  /** Places with a choice of types: `anyOf`, `oneOf`, or a list of types. */
  readonly unions: number
  /** Schemas inside each other; 1 is the root alone. */
  readonly depth: number
  /** Of the schema as JSON text in UTF-8. */
  readonly bytes: number
}

interface Found {
  readonly counts: SchemaCounts
  /** Pointers of what was counted, in order. */
  readonly optionalMembers: readonly string[]
  readonly unions: readonly string[]
  readonly deepest: readonly string[]
}

/**
 * Counts a schema that is ready to be sent.
 * @throws AgentError `unsupported` for a limit that is exceeded, with the first place that is too many.
 */
export function checkLimits(root: JsonObject, limits: SchemaDialect['limits'] = {}): SchemaCounts {
  const found = countSchema(root)
  const { counts } = found
  const refuse = (what: string, count: number, limit: number, path: string | undefined) => {
    throw new AgentError('unsupported', `The schema has ${count} ${what}, and the service takes ${limit}.`, {
      hint: `The first one too many is ${path ?? '#'}: split the schema, or ask for it without \`strict\`.`,
    })
  }
  const { optionalMembers, unions, depth, bytes } = limits
  if (optionalMembers !== undefined && counts.optionalMembers > optionalMembers) {
    refuse(
      'members that may be left out',
      counts.optionalMembers,
      optionalMembers,
      found.optionalMembers[optionalMembers],
    )
  }
  if (unions !== undefined && counts.unions > unions) {
    refuse('places with a choice of types', counts.unions, unions, found.unions[unions])
  }
  if (depth !== undefined && counts.depth > depth) refuse('levels', counts.depth, depth, found.deepest[depth])
  if (bytes !== undefined && counts.bytes > bytes) refuse('bytes', counts.bytes, bytes, byteOverflow(root, bytes))
  return counts
}

export function countSchema(root: JsonObject): Found {
  const optionalMembers: string[] = []
  const unions: string[] = []
  const deepest: string[] = []
  const visit = (schema: Subschema, pointer: string, depth: number): void => {
    if (!isObject(schema)) return
    deepest[depth] ??= pointer
    const { type, anyOf, oneOf, properties, required } = schema
    if (isChoice(type) || isChoice(anyOf) || isChoice(oneOf)) unions.push(pointer)
    const needed = new Set(Array.isArray(required) ? required : [])
    const names = isObject(properties) ? Object.keys(properties) : []
    for (const name of names)
      if (!needed.has(name)) optionalMembers.push(`${pointer}/properties/${escapePointer(name)}`)
    mapSubschemas(
      schema,
      (below, at) => {
        visit(below, at, depth + 1)
        return below
      },
      pointer,
    )
  }
  visit(root, '#', 0)
  const bytes = sizeOf(root)
  const counts = { optionalMembers: optionalMembers.length, unions: unions.length, depth: deepest.length, bytes }
  return { counts, optionalMembers, unions, deepest }
}

function isChoice(value: unknown): boolean {
  return Array.isArray(value) && value.length > 1
}

function sizeOf(value: unknown): number {
  return new TextEncoder().encode(JSON.stringify(value)).length
}

/** The member of the root with which the text grows too long. */
function byteOverflow({ properties }: JsonObject, limit: number): string {
  let bytes = 0
  for (const [name, member] of Object.entries(isObject(properties) ? properties : {})) {
    bytes += sizeOf(name) + sizeOf(member)
    if (bytes > limit) return `#/properties/${escapePointer(name)}`
  }
  return '#'
}
