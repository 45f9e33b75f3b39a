import type { JsonObject, JsonValue } from '@x/types'
import { acceptsNull, withNull, withoutNull } from './nullable.js'
import type { Plan } from './restore.js'
import { same } from './restore.js'
import type { Rewriter, Rewritten } from './rewriter.js'
import { unsayable } from './rewriter.js'
import type { Subschema } from './subschemas.js'
import { escapePointer, isObject } from './subschemas.js'

/** Members rewritten; objects closed and maps with free keys said as lists, where the dialect wants closed objects. */
export function reshapeObject(schema: JsonObject, path: string, rewriter: Rewriter): Rewritten {
  if (!isObject(schema.properties) && ![schema.type].flat().includes('object')) return { schema, plan: same }
  const { closedObjects } = rewriter.dialect
  if (!closedObjects) return rewriteMembers(schema, path, rewriter)
  const named = nameKeys(schema, path, rewriter)
  const values = freeValues(named)
  const hasMembers = isObject(named.properties) && Object.keys(named.properties).length > 0
  if (!hasMembers && values.length > 0) return toEntries(named, values, path, rewriter)
  // Without `additionalProperties` libraries mean an object whose other members are dropped.
  if (values.length > 0 || !isObject(named.properties)) rewriter.note(path, 'further members are not allowed')
  const {
    additionalProperties: _a,
    patternProperties: _p,
    unevaluatedProperties: _u,
    propertyNames: _n,
    ...rest
  } = named
  const { schema: closed, plan } = rewriteMembers(rest, path, rewriter)
  return { schema: { ...closed, additionalProperties: false }, plan }
}

/** Keys from a fixed list are members. */
function nameKeys(schema: JsonObject, path: string, { note }: Rewriter): JsonObject {
  const { propertyNames, additionalProperties, properties, ...rest } = schema
  const fixed = isObject(propertyNames)
    ? (propertyNames.enum ?? (propertyNames.const && [propertyNames.const]))
    : undefined
  const keys = Array.isArray(fixed) && fixed.every((key) => typeof key === 'string') ? (fixed as string[]) : undefined
  if (!keys || !isObject(additionalProperties)) return schema
  note(path, 'the fixed keys of a map are named as members')
  const own = isObject(properties) ? properties : {}
  const members = keys.map((key) => [key, Object.hasOwn(own, key) ? own[key] : additionalProperties] as const)
  return { ...rest, properties: { ...own, ...Object.fromEntries(members) } }
}

/** The schemas that values under free keys may follow. */
function freeValues({ additionalProperties = false, patternProperties }: JsonObject): readonly Subschema[] {
  const patterns = isObject(patternProperties) ? (Object.values(patternProperties) as Subschema[]) : []
  const all = [...patterns, additionalProperties as Subschema].filter((value) => value !== false)
  return all.filter(
    (value, index) => all.findIndex((other) => JSON.stringify(other) === JSON.stringify(value)) === index,
  )
}

function toEntries(schema: JsonObject, values: readonly Subschema[], path: string, rewriter: Rewriter): Rewritten {
  const { type: _type, properties: _none, required: _none2, default: given, ...rest } = schema
  const { additionalProperties: _a, patternProperties, propertyNames, minProperties, maxProperties, ...kept } = rest
  const [only] = values
  if (values.length === 1 && (only === true || (isObject(only) && Object.keys(only).length === 0))) {
    throw unsayable(path, 'free keys with any value')
  }
  const base = isObject(patternProperties) ? `${path}/patternProperties` : `${path}/additionalProperties`
  const value = rewriter.rewrite(values.length === 1 ? (only as Subschema) : { anyOf: values as JsonValue[] }, base)
  const key = rewriter.rewrite(keySchema(propertyNames, patternProperties), `${path}/propertyNames`)
  if (given !== undefined) rewriter.note(path, 'default is left out, as its value is written in another shape')
  rewriter.note(path, 'a map with free keys is a list of { key, value }')
  const list: JsonObject = {
    type: Array.isArray(schema.type)
      ? schema.type.map((type: string) => (type === 'object' ? 'array' : type))
      : 'array',
    ...kept,
    items: {
      type: 'object',
      properties: { key: key.schema, value: value.schema },
      required: ['key', 'value'],
      additionalProperties: false,
    },
    ...(minProperties !== undefined && { minItems: minProperties }),
    ...(maxProperties !== undefined && { maxItems: maxProperties }),
  }
  return { schema: list, plan: { kind: 'map', values: value.plan } }
}

function keySchema(propertyNames: JsonValue | undefined, patternProperties: JsonValue | undefined): JsonObject {
  const patterns = isObject(patternProperties) ? Object.keys(patternProperties) : []
  const [pattern = ''] = patterns
  const says = patterns.length === 1 && !/^\^?\(?\.\*\)?\$?$/.test(pattern)
  return { type: 'string', ...(isObject(propertyNames) && propertyNames), ...(says && { pattern }) }
}

function rewriteMembers(schema: JsonObject, path: string, rewriter: Rewriter): Rewritten {
  const { properties, required, additionalProperties: _a, patternProperties: _p, ...rest } = schema
  const needed = new Set(Array.isArray(required) ? (required as string[]) : [])
  const plans = new Map<string, Plan>()
  const absent = new Set<string>()
  const members = Object.entries(isObject(properties) ? properties : {}).map(([key, member]) => {
    const place = `${path}/properties/${escapePointer(key)}`
    const made = rewriter.rewrite(member as Subschema, place)
    if (made.plan.kind !== 'same') plans.set(key, made.plan)
    if (needed.has(key)) return [key, made.schema] as const
    return [key, optionalMember(key, made.schema, place)] as const
  })
  function optionalMember(key: string, member: JsonObject, place: string): JsonObject {
    if (rewriter.dialect.allRequired) {
      needed.add(key)
      if (acceptsNull(member, rewriter.resolve)) return member
      absent.add(key)
      rewriter.note(place, 'may be left out: null says so')
      return withNull(member)
    }
    const bare = rewriter.dropsNulls ? withoutNull(member) : member
    if (bare !== member) rewriter.note(place, 'null is not offered, as the member may be left out')
    return bare
  }
  const free = rewriteFree(schema, path, rewriter)
  const order = members.map(([key]) => key).filter((key) => needed.has(key))
  const isSame = plans.size === 0 && absent.size === 0 && free.plan.kind === 'same'
  return {
    schema: rebuild(schema, {
      ...rest,
      ...(properties !== undefined && { properties: Object.fromEntries(members) }),
      ...(rewriter.dialect.allRequired ? { required: order } : required !== undefined && { required }),
      ...free.schema,
    }),
    plan: isSame ? same : { kind: 'object', members: plans, absent, others: free.plan },
  }
}

/** What is said of members under free keys; values that fit several of them are told apart by their shape. */
function rewriteFree(
  { additionalProperties, patternProperties }: JsonObject,
  path: string,
  rewriter: Rewriter,
): Rewritten {
  const others =
    isObject(additionalProperties) && rewriter.rewrite(additionalProperties, `${path}/additionalProperties`)
  const patterns = Object.entries(isObject(patternProperties) ? patternProperties : {}).map(([pattern, value]) => {
    const place = `${path}/patternProperties/${escapePointer(pattern)}`
    return [pattern, rewriter.rewrite(value as Subschema, place)] as const
  })
  const branches = [...patterns.map(([, made]) => made), ...(others ? [others] : [])]
  const isSame = branches.every(({ plan }) => plan.kind === 'same')
  const patternSchemas = patterns.map(([pattern, made]) => [pattern, made.schema] as const)
  return {
    schema: {
      ...(additionalProperties !== undefined && {
        additionalProperties: others ? others.schema : additionalProperties,
      }),
      ...(patternProperties !== undefined && { patternProperties: Object.fromEntries(patternSchemas) }),
    },
    plan: isSame ? same : { kind: 'choice', branches },
  }
}

/** The members of `made` in the order in which `schema` had them. */
function rebuild(schema: JsonObject, made: JsonObject): JsonObject {
  const keys = [...new Set([...Object.keys(schema), ...Object.keys(made)])].filter((key) => key in made)
  return Object.fromEntries(keys.map((key) => [key, made[key]]))
}
