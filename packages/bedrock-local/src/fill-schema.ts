import type { JsonObject, JsonValue } from '@x/types'
import type { Source } from './find-value.js'
import { findBoolean, findList, findNumber, findString, nameWords } from './find-value.js'
import { fitScalar } from './fit-scalar.js'

export interface Filled {
  readonly value: JsonValue
  /** Something of it was found and not made up. */
  readonly found: boolean
  /** Required properties for which nothing was found; they hold a filler that is valid by its type. */
  readonly missing: readonly string[]
}

/**
 * Fills a JSON Schema from a text by rules of thumb: property names and types say what to look for. All required
 * properties are there, with valid JSON of their type; optional ones only if something was found.
 */
export function fillSchema(schema: JsonObject, source: Omit<Source, 'used'>): Filled {
  return fill('value', schema, { ...source, used: new Set() }, { root: schema, depth: 0 })
}

interface Place {
  /** Where `$ref` starts from. */
  readonly root: JsonObject
  readonly depth: number
}

/** A schema that refers to itself ends here. */
const maxDepth = 8

function fill(name: string, given: JsonObject, source: Source, place: Place): Filled {
  const schema = resolve(given, place)
  const deeper = { ...place, depth: place.depth + 1 }
  if (schema.const !== undefined) return whole(schema.const, false)
  if (Array.isArray(schema.enum)) return fillEnum(schema.enum, source)
  const { type, nullable } = typeOf(schema)
  if (type === 'object' && place.depth < maxDepth) return fillObject(schema, source, deeper)
  if (type === 'array') return fillArray(name, schema, source, deeper)
  const value = findScalar(name, type, schema, source)
  if (value !== undefined) return whole(fitScalar(value, type, schema), true)
  return whole(nullable ? null : filler(type, schema, source), false)
}

function findScalar(name: string, type: string, schema: JsonObject, source: Source): JsonValue | undefined {
  if (type === 'boolean') return findBoolean(name, source)
  if (type === 'number' || type === 'integer') return findNumber(name, source)
  return type === 'string' ? findString(name, String(schema.format ?? ''), source) : undefined
}

function fillObject(schema: JsonObject, source: Source, place: Place): Filled {
  const required = Array.isArray(schema.required) ? schema.required.map(String) : []
  const named = (schema.properties ?? {}) as { readonly [name: string]: JsonObject }
  const others = Object(schema.additionalProperties) as JsonObject
  const unnamed = required.filter((name) => !Object.hasOwn(named, name)).map((name) => [name, others] as const)
  const properties = [...Object.entries(named), ...unnamed]
  const value: { [name: string]: JsonValue } = {}
  const missing: string[] = []
  let found = false
  for (const [name, property] of properties) {
    const filled = fill(name, property, source, place)
    const isRequired = required.includes(name)
    if (!filled.found && !isRequired) continue
    value[name] = filled.value
    found ||= filled.found
    if (!filled.found) missing.push(name)
  }
  return { value, found, missing }
}

function fillArray(name: string, schema: JsonObject, source: Source, place: Place): Filled {
  if (Array.isArray(schema.prefixItems)) return fillTuple(name, schema.prefixItems, source, place)
  const items = resolve((schema.items ?? { type: 'string' }) as JsonObject, place)
  const least = Number(schema.minItems ?? 0)
  const found = itemsFor(name, items, source, place).slice(0, Number(schema.maxItems ?? 100))
  const list = [...found]
  while (list.length < least) list.push(fill(name, items, source, place).value)
  return whole(list, found.length > 0)
}

/** Without further items, wherever the schema takes them. */
function fillTuple(name: string, items: readonly JsonValue[], source: Source, place: Place): Filled {
  const filled = items.map((item) => fill(name, Object(item) as JsonObject, source, place))
  return whole(
    filled.map(({ value }) => value),
    filled.some(({ found }) => found),
  )
}

function itemsFor(name: string, items: JsonObject, source: Source, place: Place): readonly JsonValue[] {
  if (Array.isArray(items.enum)) return items.enum.filter((choice) => mentions(source.text, choice) >= 0)
  const { type } = typeOf(items)
  if (type === 'object') return place.depth < maxDepth ? objectsFor(items, source, place) : []
  if (type === 'number' || type === 'integer') {
    return [...source.text.matchAll(/-?\d+(?:\.\d+)?/g)].map((match) => fitScalar(Number(match[0]), type, items))
  }
  return type === 'string' ? findList(name, source).map((item) => fitScalar(item, type, items)) : []
}

/** One object for each part of the text that holds something for it. */
function objectsFor(items: JsonObject, source: Source, place: Place): readonly JsonValue[] {
  const parts = source.text.split(/[;\n]|\.\s+|,?\s+and\s+|,\s+(?=\p{Lu})/u).filter((part) => part.trim() !== '')
  const filled = parts.map((text) => fill('item', items, { ...source, text, used: new Set() }, place))
  const good = filled.filter(({ found, missing }) => found && missing.length === 0)
  return (good.length > 0 ? good : [fill('item', items, source, place)]).map(({ value }) => value)
}

/** The choice that the text names first, in whole words; else the first of the list. */
function fillEnum(choices: readonly JsonValue[], source: Source): Filled {
  const named = choices.filter((choice) => mentions(source.text, choice) >= 0)
  const [first] = named.toSorted((left, right) => mentions(source.text, left) - mentions(source.text, right))
  return first === undefined ? whole(choices[0] ?? null, false) : whole(first, true)
}

function mentions(text: string, choice: JsonValue): number {
  const words = nameWords(String(choice)).join('[\\s_-]*')
  return text.search(new RegExp(`(?<![\\p{L}\\p{N}])${words}`, 'iu'))
}

/** Follows `$ref` inside the schema, and takes the first branch that is not null. */
function resolve(schema: JsonObject, place: Place): JsonObject {
  let current = schema
  for (let hops = 0; hops < maxDepth; hops++) {
    const branches = current.anyOf ?? current.oneOf
    if (typeof current.$ref === 'string') current = targetOf(current.$ref, place.root)
    else if (Array.isArray(branches)) {
      const [branch = {}] = (branches as readonly JsonObject[]).filter(({ type }) => type !== 'null')
      current = { ...current, anyOf: undefined, oneOf: undefined, ...branch }
    } else if (Array.isArray(current.allOf))
      current = mergeParts(current, current.allOf as readonly JsonObject[], place)
    else return current
  }
  return current
}

/** Members of all parts stand side by side; of other keywords the last one counts. */
function mergeParts({ allOf: _parts, ...rest }: JsonObject, parts: readonly JsonObject[], place: Place): JsonObject {
  const all = [rest, ...parts.map((part) => resolve(part, place))]
  const properties = Object.assign({}, ...all.map((part) => part.properties))
  const required = all.flatMap((part) => (Array.isArray(part.required) ? part.required : []))
  const hasMembers = all.some((part) => part.properties !== undefined)
  return Object.assign({}, ...all, hasMembers && { properties, required: [...new Set(required)] })
}

function targetOf(reference: string, root: JsonObject): JsonObject {
  const names = reference
    .replace(/^#\/?/, '')
    .split('/')
    .filter((name) => name !== '')
  return names.reduce((at, name) => (at[name] ?? {}) as JsonObject, root)
}

function typeOf(schema: JsonObject): { readonly type: string; readonly nullable: boolean } {
  const types: readonly JsonValue[] = Array.isArray(schema.type) ? schema.type : [schema.type ?? impliedType(schema)]
  return { type: String(types.find((type) => type !== 'null') ?? 'null'), nullable: types.includes('null') }
}

function impliedType(schema: JsonObject): string {
  return schema.properties ? 'object' : schema.items ? 'array' : 'string'
}

function filler(type: string, schema: JsonObject, source: Source): JsonValue {
  if (type === 'boolean') return false
  if (type === 'number' || type === 'integer') return fitScalar(0, type, schema)
  if (type === 'object') return {}
  return type === 'string' ? fitScalar(source.text || 'unknown', type, schema) : null
}

function whole(value: JsonValue, found: boolean): Filled {
  return { value, found, missing: [] }
}
