import type { JsonObject } from '@x/types'
import type { AnySchema } from './any-schema.js'
import { toStandardSchema } from './any-schema.js'
import { isObject, mapRefs, resolveRef, standsInDefinitions, visitSubschemas } from './subschemas.js'
import { toJsonSchema } from './to-json-schema.js'

type Key = string | number

const known = new WeakMap<object, Map<Key, AnySchema | undefined>>()

/**
 * The schema of one member or item, transforms kept, to check what is finished of a value that is still being written.
 * `undefined` where it cannot be known: below a choice of objects, below a transform of the whole, in a wrapped schema
 * (`withJsonSchema`), in a library that is not known. The same object each time.
 */
export function memberSchema(schema: AnySchema, key: Key): AnySchema | undefined {
  const { vendor } = toStandardSchema(schema)['~standard']
  const members = known.get(schema) ?? new Map<Key, AnySchema | undefined>()
  known.set(schema, members)
  if (!members.has(key)) members.set(key, find(vendor, schema, key))
  return members.get(key)
}

function find(vendor: string, schema: AnySchema, key: Key): AnySchema | undefined {
  const reader = Object.hasOwn(readers, vendor) ? readers[vendor] : undefined
  try {
    const found = reader?.(schema, key)
    return isSchema(found) ? found : undefined
  } catch {
    // A library of another version, or a lazy schema that throws.
    return undefined
  }
}

/*
 * What is read here is public in each library, though Standard Schema does not have it: `def` of zod (`_zod.def`, for
 * library authors), `entries`, `item`, `wrapped` and `pipe` of valibot, `get` of arktype.
 */
const readers: { readonly [vendor: string]: ((schema: AnySchema, key: Key) => unknown) | undefined } = {
  'json-schema': (schema, key) => jsonMember(toJsonSchema(schema), key),
  zod: (schema, key) => zodMember(schema as object, key),
  valibot: (schema, key) => valibotMember(schema as object, key),
  // Optional members and items come with `undefined`, which JSON cannot hold and in which arktype loses a transform.
  arktype: (schema, key) => (schema as unknown as Arktype).get(key).exclude('undefined'),
}

interface Arktype {
  get(key: Key): Arktype
  exclude(type: string): Arktype
}

interface Fields {
  readonly [name: string]: unknown
}

function zodMember(schema: unknown, key: Key): unknown {
  const def = ((schema as Fields)._zod as Fields | undefined)?.def as Fields | undefined
  switch (def?.type) {
    case 'object':
      return own(def.shape, key) ?? def.catchall
    case 'record':
      return def.valueType
    case 'array':
      return def.element
    case 'tuple':
      return own(def.items, key) ?? def.rest
    case 'optional':
    case 'nullable':
    case 'nonoptional':
    case 'readonly':
    case 'default':
    case 'prefault':
      return zodMember(def.innerType, key)
    case 'lazy':
      return zodMember((def.getter as () => unknown)(), key)
    default:
      return undefined
  }
}

function valibotMember(schema: unknown, key: Key): unknown {
  const fields = schema as Fields
  const actions = Array.isArray(fields.pipe) ? (fields.pipe.slice(1) as Fields[]) : []
  if (actions.some(({ kind }) => kind === 'transformation' || kind === 'schema')) return undefined
  switch (fields.type) {
    case 'object':
    case 'loose_object':
    case 'strict_object':
    case 'object_with_rest':
      return own(fields.entries, key) ?? fields.rest
    case 'record':
      return fields.value
    case 'array':
      return fields.item
    case 'tuple':
    case 'loose_tuple':
    case 'strict_tuple':
    case 'tuple_with_rest':
      return own(fields.items, key) ?? fields.rest
    case 'lazy':
      return valibotMember((fields.getter as (input: unknown) => unknown)(undefined), key)
    default:
      return fields.wrapped === undefined ? undefined : valibotMember(fields.wrapped, key)
  }
}

function jsonMember(root: JsonObject, key: Key): JsonObject | undefined {
  let schema = root
  for (let hops = 0; typeof schema.$ref === 'string' && hops < 100; hops++) {
    const target = resolveRef(root, schema.$ref)
    if (!isObject(target)) return undefined
    schema = target
  }
  if (['anyOf', 'oneOf', 'allOf', 'if', '$ref'].some((keyword) => keyword in schema)) return undefined
  const found =
    typeof key === 'number'
      ? (own(schema.prefixItems, key) ?? schema.items)
      : (own(schema.properties, key) ?? (schema.patternProperties === undefined && schema.additionalProperties))
  return isObject(found) ? withDefinitions(found, root) : undefined
}

const wholeName = '__whole'

/** The member as a schema by itself: what it refers to comes along. */
function withDefinitions(member: JsonObject, root: JsonObject): JsonObject {
  if (!JSON.stringify(member).includes('"$ref"')) return member
  const { $defs, definitions, ...rest } = root
  const isOutside = (ref: string) => /^#(\/|$)/.test(ref) && !standsInDefinitions(ref)
  const refs: string[] = []
  visitSubschemas(root, ({ $ref }) => void (typeof $ref === 'string' && refs.push($ref)))
  const defs = { ...(isObject($defs) && $defs), ...(refs.some(isOutside) && { [wholeName]: rest }) }
  const whole = { ...member, ...(definitions !== undefined && { definitions }), $defs: defs }
  return mapRefs(whole, (ref) => (isOutside(ref) ? `#/$defs/${wholeName}${ref.slice(1)}` : ref))
}

function own(members: unknown, key: Key): unknown {
  return typeof members === 'object' && members !== null && Object.hasOwn(members, key)
    ? (members as Fields)[key]
    : undefined
}

function isSchema(value: unknown): value is AnySchema {
  return (typeof value === 'object' || typeof value === 'function') && value !== null
}
