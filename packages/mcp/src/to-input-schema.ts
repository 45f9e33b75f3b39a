import type { JsonObject, JsonValue } from '@x/types'
import { asObject } from './json.js'

const combiners = ['anyOf', 'oneOf', 'allOf'] as const
/** What services refuse at the root, or what only says where the schema comes from. */
const dropped = new Set<string>([...combiners, 'not', 'if', 'then', 'else', 'enum', 'const', '$schema', '$id', '$ref'])

/**
 * A server's input schema with a root that every service takes: an object without choices. Members that only a branch of
 * a choice names are offered as optional ones; which of them go together is for the server to check.
 */
export function toInputSchema(schema: JsonObject): JsonObject {
  const root = resolveRoot(schema)
  const branches = combiners.flatMap((combiner) =>
    Array.isArray(root[combiner]) ? (root[combiner] as JsonValue[]) : [],
  )
  const properties: { [name: string]: JsonValue | undefined } = {}
  for (const branch of branches) Object.assign(properties, asObject(asObject(branch)?.properties))
  Object.assign(properties, asObject(root.properties))

  const kept = Object.entries(root).filter(([key]) => !dropped.has(key))
  // A choice may add members that a closed root does not know.
  const open = branches.length > 0 ? kept.filter(([key]) => key !== 'additionalProperties') : kept
  return { ...Object.fromEntries(open), type: 'object', properties }
}

/** Follows a reference at the root to a definition of the schema's own, once. */
function resolveRoot(schema: JsonObject): JsonObject {
  const [, place, name] = /^#\/(\$defs|definitions)\/([^/~%]+)$/.exec(String(schema.$ref ?? '')) ?? []
  const definitions = place === undefined ? undefined : asObject(schema[place])
  const target =
    name !== undefined && definitions && Object.hasOwn(definitions, name) ? asObject(definitions[name]) : {}
  return { ...target, ...schema }
}
