import type { JsonObject, JsonValue, SchemaDialect } from '@x/types'
import { mergeAllOf } from './merge-schemas.js'
import type { SchemaChange } from './rewriter.js'
import { unsayable } from './rewriter.js'
import {
  escapePointer,
  isDefinition,
  isObject,
  mapRefs,
  mapSubschemas,
  normalRef,
  resolveRef,
  standsInDefinitions,
  visitSubschemas,
} from './subschemas.js'

export interface PreparedSchema {
  readonly root: JsonObject
  readonly isWrapped: boolean
}

/**
 * Gives a schema a root that every service takes (an object without a choice, others are wrapped) and references that
 * survive a rewriting: to `#/$defs/…`, to `#`, or to the wrapped value. What nobody refers to is dropped. `mustWrap`: the
 * root will be rewritten to something else than an object.
 */
export function prepareSchema(
  json: JsonObject,
  dialect: SchemaDialect,
  changes: SchemaChange[],
  mustWrap = false,
): PreparedSchema {
  const merged = mergedRoot(json, changes)
  const isWrapped = mustWrap || !isPlainObject(merged)
  if (isWrapped) changes.push({ path: '#', change: 'the root is not a plain object: wrapped in the member "value"' })
  const named = nameTargets(isWrapped ? wrap(merged) : merged, isWrapped)
  const pruned = prune(named, changes)
  const homeless = ['$defs', 'definitions'].filter(
    (name) => name in pruned && dialect.rootKeywords?.includes(name) === false,
  )
  return { root: homeless.length > 0 ? inlineDefinitions(pruned, homeless, changes) : pruned, isWrapped }
}

/** Services refuse a root that is a choice, even beside `type: "object"`. */
export function isPlainObject({ type, anyOf, oneOf, allOf }: JsonObject): boolean {
  return type === 'object' && anyOf === undefined && oneOf === undefined && allOf === undefined
}

/** An intersection of objects is one object, which then needs no wrapping. */
function mergedRoot(json: JsonObject, changes: SchemaChange[]): JsonObject {
  if (json.allOf === undefined) return json
  const merged = mergeAllOf(json, (ref) => resolveRef(json, ref))
  if (merged?.type !== 'object') return json
  changes.push({ path: '#', change: 'allOf became one object' })
  return merged
}

/** Definitions move up to the new root; references into the old root follow it. */
function wrap(root: JsonObject): JsonObject {
  const { $defs, definitions, ...value } = root
  const kept = { ...($defs && { $defs }), ...(definitions && { definitions }) }
  return mapRefs({ type: 'object', properties: { value }, required: ['value'], ...kept }, (ref) =>
    standsInDefinitions(ref) || !/^#(\/|$)/.test(ref) ? ref : `#/properties/value${ref.slice(1)}`,
  )
}

/** A reference to some inner place (`#/properties/a`) gets a definition of its own, as that place may be rewritten. */
function nameTargets(root: JsonObject, isWrapped: boolean): JsonObject {
  const names = new Map<string, string>()
  const taken = new Set(Object.keys(isObject(root.$defs) ? root.$defs : {}))
  visitSubschemas(root, ({ $ref }) => {
    const stays = typeof $ref !== 'string' || isDefinition($ref) || $ref === '#' || (isWrapped && $ref === wrapped)
    if (stays || names.has($ref) || resolveRef(root, $ref) === undefined) return
    let number = names.size + 1
    while (taken.has(`definition${number}`)) number++
    taken.add(`definition${number}`)
    names.set($ref, `definition${number}`)
  })
  if (names.size === 0) return root
  const added = [...names].map(([ref, name]) => [name, resolveRef(root, ref) as JsonValue] as const)
  const $defs = { ...(isObject(root.$defs) && root.$defs), ...Object.fromEntries(added) }
  return mapRefs({ ...root, $defs }, (ref) => (names.has(ref) ? `#/$defs/${names.get(ref)}` : ref))
}

const wrapped = '#/properties/value'

/** Definitions in the order in which they are first referred to; those that are never reached are left out. */
function prune(root: JsonObject, changes: SchemaChange[]): JsonObject {
  const { $defs, definitions, ...rest } = root
  if ($defs === undefined && definitions === undefined) return root
  const reached = new Set<string>()
  const follow = (schema: JsonObject) =>
    visitSubschemas(schema, ({ $ref }) => {
      if (typeof $ref !== 'string' || reached.has(normalRef($ref))) return
      reached.add(normalRef($ref))
      const target = isDefinition($ref) ? resolveRef(root, $ref) : undefined
      if (isObject(target)) follow(target)
    })
  follow(rest)
  const keep = (keyword: '$defs' | 'definitions') => {
    const all = root[keyword]
    if (!isObject(all)) return {}
    const refOf = (name: string) => `#/${keyword}/${escapePointer(name)}`
    const order = [...reached]
    const names = Object.keys(all).filter((name) => reached.has(refOf(name)))
    names.sort((left, right) => order.indexOf(refOf(left)) - order.indexOf(refOf(right)))
    for (const name of Object.keys(all)) {
      if (!names.includes(name)) changes.push({ path: refOf(name), change: 'nothing refers to it: left out' })
    }
    return names.length > 0 ? { [keyword]: Object.fromEntries(names.map((name) => [name, all[name]])) } : {}
  }
  return { ...rest, ...keep('$defs'), ...keep('definitions') }
}

/** Definitions that refer to each other may grow without bound when they are put in place. */
const maxCopies = 1000

/**
 * Definitions put where they are referred to, for services that take none at the root. One that holds itself is
 * referred to at the place where it was first put.
 */
function inlineDefinitions(root: JsonObject, homeless: readonly string[], changes: SchemaChange[]): JsonObject {
  let copies = 0
  const expand = (schema: JsonObject, path: string, open: ReadonlyMap<string, string>): JsonObject => {
    const { $ref, ...rest } = schema
    const target = typeof $ref === 'string' && isDefinition($ref) ? resolveRef(root, $ref) : undefined
    if (typeof $ref === 'string' && isObject(target)) {
      const place = open.get($ref)
      copies += 1
      if (copies > maxCopies)
        throw unsayable(path, `more than ${maxCopies} uses of definitions, which it takes only in place`)
      changes.push({ path, change: place ? `refers to ${place}` : `${$ref} was put in place` })
      return place ? { ...rest, $ref: place } : expand({ ...target, ...rest }, path, new Map([...open, [$ref, path]]))
    }
    return mapSubschemas(schema, (below, at) => (isObject(below) ? expand(below, at, open) : below), path)
  }
  const rest = Object.fromEntries(Object.entries(root).filter(([keyword]) => !homeless.includes(keyword)))
  return expand(rest, '#', new Map())
}
