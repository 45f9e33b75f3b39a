import type { JsonObject, JsonValue } from '@x/types'
import { AgentError } from '@x/types'
import type { Subschema } from './subschemas.js'
import { isObject, mapSubschemas, visitSubschemas } from './subschemas.js'

/**
 * A schema of an earlier draft, or of typebox, in the words of draft 2020-12 with references by pointer. What says
 * nothing in any draft is an error rather than a silent "anything".
 * @throws AgentError `invalid-config` for an unknown type; `unsupported` for what typebox checks or transforms by code.
 */
export function upgradeSchema(schema: JsonObject): JsonObject {
  const pointers = new Map<string, string>()
  visitSubschemas(schema, (inner, pointer) => {
    refuseCode(inner, pointer)
    checkTypes(inner, pointer)
    if (typeof inner.$id === 'string' && pointer !== '#') pointers.set(inner.$id, pointer)
    if (typeof inner.$anchor === 'string') pointers.set(`#${inner.$anchor}`, pointer)
  })
  return upgrade(schema, pointers)
}

function upgrade(schema: JsonObject, pointers: ReadonlyMap<string, string>): JsonObject {
  const copy = mapSubschemas(schema, (below: Subschema) => (isObject(below) ? upgrade(below, pointers) : below))
  const { items, additionalItems, $ref, $id, $anchor, pattern, ...rest } = copy
  const isTuple = Array.isArray(items)
  const target = typeof $ref === 'string' ? pointers.get($ref) : undefined
  const isNamed = (typeof $id === 'string' && pointers.has($id)) || typeof $anchor === 'string'
  return inOrder(schema, {
    ...rest,
    ...($ref !== undefined && { $ref: target ?? $ref }),
    ...(!isNamed && $id !== undefined && { $id }),
    ...(pattern !== undefined && { pattern: sourceOf(pattern) }),
    ...(items !== undefined && (isTuple ? { prefixItems: items } : { items })),
    ...(isTuple && additionalItems !== undefined && { items: additionalItems }),
  })
}

/** Keys in the order in which `given` had them; a new one stands where `items` did, or last. */
function inOrder(given: JsonObject, made: JsonObject): JsonObject {
  const keys = Object.keys(given).flatMap((key) => (key === 'items' ? ['prefixItems', 'items'] : [key]))
  const order = [...new Set([...keys, ...Object.keys(made)])].filter((key) => key in made)
  return Object.fromEntries(order.map((key) => [key, made[key]]))
}

/** typebox takes patterns as `RegExp` too. */
function sourceOf(pattern: unknown): JsonValue {
  return pattern instanceof RegExp ? pattern.source : (pattern as JsonValue)
}

const types = new Set(['string', 'number', 'integer', 'boolean', 'object', 'array', 'null'])

function checkTypes({ type }: JsonObject, pointer: string): void {
  for (const name of [type].flat()) {
    if (name === undefined || types.has(name as string)) continue
    throw new AgentError('invalid-config', `The JSON Schema has at ${pointer} the type ${JSON.stringify(name)}.`, {
      hint: `JSON knows ${[...types].join(', ')}: say dates and big integers as strings, with a "format" or "pattern".`,
    })
  }
}

/** typebox keeps functions in members that JSON does not show; validation by JSON Schema would pass them over. */
function refuseCode(schema: JsonObject, pointer: string): void {
  const found = ['~refine', '~codec'].find((member) => member in schema)
  if (!found) return
  const name = found === '~refine' ? 'Refine' : 'Codec'
  throw new AgentError(
    'unsupported',
    `The typebox schema has at ${pointer} a Type.${name}, which is code and no schema.`,
    {
      hint: 'Check or transform inside the function that gets the value, or use a library with Standard Schema.',
    },
  )
}
