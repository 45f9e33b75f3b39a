import type { JsonObject, JsonValue, SchemaDialect } from '@x/types'
import { mergeAllOf, speaksOfObjects } from './merge-schemas.js'
import { narrowSchema } from './narrow-schema.js'
import { reshapeList } from './reshape-list.js'
import { reshapeObject } from './reshape-object.js'
import { reshapeUnion } from './reshape-union.js'
import type { Plan } from './restore.js'
import { same } from './restore.js'
import type { Rewriter, Rewritten, SchemaChange } from './rewriter.js'
import { unsayable } from './rewriter.js'
import type { Subschema } from './subschemas.js'
import { escapePointer, isObject, normalRef, resolveRef, visitSubschemas } from './subschemas.js'

/**
 * Rewrites a schema for a dialect. What cannot be sent but only narrows (`minimum`, `pattern` …) goes into the
 * description; the whole schema is still what the answer is checked against.
 * @throws AgentError `unsupported` for what cannot be said at all, with the place.
 */
export function applyDialect(
  root: JsonObject,
  dialect: SchemaDialect,
  changes: SchemaChange[],
  dropsNulls = false,
): Rewritten {
  if (dialect.recursion === false) refuseRecursion(root)
  const keywords = dialect.keywords && new Set(dialect.keywords)
  const plans = new Map<string, Plan>()
  const rewriter: Rewriter = {
    dialect,
    dropsNulls,
    takes: (keyword) => keywords?.has(keyword) ?? true,
    rewrite: (schema, path) => rewriteSchema(schema, path, rewriter, plans),
    resolve: (ref) => resolveRef(root, ref),
    note: (path, change) => void changes.push({ path, change }),
  }
  const { $defs, definitions, ...rest } = root
  const { schema, plan } = rewriter.rewrite(rest, '#')
  plans.set('#', plan)
  const define = (keyword: '$defs' | 'definitions', all: JsonValue | undefined) => {
    if (!isObject(all)) return {}
    const entries = Object.entries(all).map(([name, member]) => {
      const pointer = `#/${keyword}/${escapePointer(name)}`
      const made = rewriter.rewrite(member as Subschema, pointer)
      plans.set(pointer, made.plan)
      return [name, made.schema] as const
    })
    return { [keyword]: Object.fromEntries(entries) }
  }
  const whole = { ...schema, ...define('$defs', $defs), ...define('definitions', definitions) }
  // A wrapped root that holds itself is referred to where it stands.
  if (plan.kind === 'object') plans.set('#/properties/value', plan.members.get('value') ?? same)
  return { schema: trimRoot(whole, rewriter), plan }
}

function rewriteSchema(
  given: Subschema,
  path: string,
  rewriter: Rewriter,
  plans: ReadonlyMap<string, Plan>,
): Rewritten {
  if (typeof given === 'boolean') {
    if (!rewriter.dialect.closedObjects) return { schema: given ? {} : { not: {} }, plan: same }
    throw unsayable(path, given ? 'any value' : 'a place that no value fits')
  }
  const schema = mergeParts(withBareParts(given, path, rewriter), path, rewriter)
  if (rewriter.dialect.closedObjects) refuseAnything(schema, path)
  const undone: Plan[] = []
  let current = schema
  for (const reshape of [reshapeUnion, reshapeObject, reshapeList]) {
    const done = reshape(current, path, rewriter)
    current = done.schema
    if (done.plan.kind !== 'same') undone.push(done.plan)
  }
  const { $ref } = current
  if (typeof $ref === 'string') undone.push({ kind: 'ref', target: () => plans.get(normalRef($ref)) ?? same })
  if (current.default !== undefined && undone.some(({ kind }) => kind !== 'ref' && kind !== 'all')) {
    const { default: _reshaped, ...kept } = current
    rewriter.note(path, 'default is left out, as its value is written in another shape')
    current = kept
  }
  const plan = undone.length > 1 ? ({ kind: 'all', plans: undone } as const) : (undone[0] ?? same)
  return { schema: narrowSchema(current, path, rewriter), plan }
}

/** Closed parts exclude each other's members, so an intersection of objects must become one object. */
function mergeParts(schema: JsonObject, path: string, { dialect, resolve, takes, note }: Rewriter): JsonObject {
  if (!Array.isArray(schema.allOf)) return schema
  const mustMerge = dialect.closedObjects && speaksOfObjects(schema, resolve)
  if (!mustMerge && takes('allOf')) return schema
  const merged = mergeAllOf(schema, resolve)
  if (!merged) throw unsayable(path, 'an intersection (allOf) whose parts cannot be laid over each other')
  note(path, 'allOf became one schema')
  return merged
}

/**
 * Parts of an intersection that only narrow (two patterns of one text) are no schemas of their own where every schema has
 * to say what it is: they are taken up, or told in words where their keywords are taken already.
 */
function withBareParts(schema: JsonObject, path: string, { dialect, note }: Rewriter): JsonObject {
  const { allOf, ...rest } = schema
  if (!dialect.closedObjects || !Array.isArray(allOf)) return schema
  const isBare = (part: JsonValue): part is JsonObject =>
    isObject(part) && Object.keys(part).length > 0 && !['not', ...telling].some((keyword) => keyword in part)
  const bare = allOf.filter(isBare)
  if (bare.length === 0) return schema
  const others = allOf.filter((part: JsonValue) => !isBare(part))
  const taken: Record<string, JsonValue | undefined> = rest
  const told: string[] = []
  for (const part of bare) {
    if (Object.keys(part).some((keyword) => Object.hasOwn(taken, keyword))) told.push(wordsOf(part))
    else Object.assign(taken, part)
  }
  note(path, 'parts of allOf that only narrow are taken up or told in words')
  const words = told.length > 0 ? `(${told.join(', ')})` : undefined
  const description = [taken.description, words].filter((text) => text !== undefined).join(' ')
  return {
    ...taken,
    ...(others.length > 0 && { allOf: others }),
    ...(description !== '' && { description }),
  }
}

function wordsOf(part: JsonObject): string {
  return Object.entries(part)
    .map(([keyword, value]) => `${keyword}: ${JSON.stringify(value)}`)
    .join(', ')
}

const telling = ['type', 'enum', 'const', '$ref', 'anyOf', 'oneOf', 'allOf', 'properties', 'items', 'prefixItems']

function refuseAnything(schema: JsonObject, path: string): void {
  const unsaid = ['unevaluatedProperties', 'unevaluatedItems', 'dependentSchemas'].find((keyword) =>
    isObject(schema[keyword]),
  )
  if (unsaid) throw unsayable(path, unsaid)
  if (isObject(schema.not) && Object.keys(schema.not).length === 0) throw unsayable(path, 'a place that no value fits')
  if (!telling.some((keyword) => keyword in schema)) throw unsayable(path, 'any value')
}

function trimRoot(root: JsonObject, { dialect, note }: Rewriter): JsonObject {
  const taken = dialect.rootKeywords
  if (!taken) return root
  const entries = Object.entries(root).filter(([keyword]) => {
    if (!taken.includes(keyword)) note('#', `${keyword} is left out, as the root does not take it`)
    return taken.includes(keyword)
  })
  return Object.fromEntries(entries)
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
