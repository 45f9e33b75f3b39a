import type { JsonObject, JsonValue } from '@x/types'
import { mergeSchemas, speaksOfObjects } from './merge-schemas.js'
import type { Plan } from './restore.js'
import { same } from './restore.js'
import type { Rewriter, Rewritten } from './rewriter.js'
import { unsayable } from './rewriter.js'
import type { Subschema } from './subschemas.js'
import { isObject } from './subschemas.js'

/** Alternatives rewritten, under `anyOf`, and fewer of them where that says the same. */
export function reshapeUnion(schema: JsonObject, path: string, rewriter: Rewriter): Rewritten {
  const plans: Plan[] = []
  let current = schema
  for (const keyword of ['oneOf', 'anyOf', 'allOf'] as const) {
    const list = current[keyword]
    if (!Array.isArray(list)) continue
    const spread = keyword === 'allOf' ? list : spreadParent(current, list, path, rewriter)
    const made = spread.map((branch, index) => rewriter.rewrite(branch as Subschema, `${path}/${keyword}/${index}`))
    if (spread !== list) current = { [keyword]: list, ...wordsOf(current) }
    current = rename(current, keyword, made, path, rewriter)
    const branchPlans = made.filter(({ plan }) => plan.kind !== 'same')
    if (branchPlans.length > 0 && keyword === 'allOf') plans.push(...branchPlans.map(({ plan }) => plan))
    else if (branchPlans.length > 0) plans.push({ kind: 'choice', branches: made })
  }
  const plan = plans.length > 1 ? ({ kind: 'all', plans } as const) : (plans[0] ?? same)
  return { schema: rewriter.dialect.closedObjects ? simplify(current, path, rewriter) : current, plan }
}

/** `oneOf` goes out as `anyOf`, in its place, where only that is taken. */
function rename(
  schema: JsonObject,
  keyword: string,
  made: readonly Rewritten[],
  path: string,
  { takes, note }: Rewriter,
): JsonObject {
  const becomesAny = keyword === 'oneOf' && !takes('oneOf') && schema.anyOf === undefined
  if (becomesAny) note(path, 'oneOf became anyOf')
  const name = becomesAny ? 'anyOf' : keyword
  const entries = Object.entries(schema).map(([key, value]) => {
    return key === keyword ? [name, made.map((branch) => branch.schema)] : [key, value]
  })
  return Object.fromEntries(entries) as JsonObject
}

/** Members beside a choice go into each of its alternatives: closed, the one would exclude the other. */
function spreadParent(
  schema: JsonObject,
  branches: readonly JsonValue[],
  path: string,
  { dialect, resolve, note }: Rewriter,
): readonly JsonValue[] {
  const { anyOf: _any, oneOf: _one, title: _title, description: _words, default: _given, ...parent } = schema
  const isPlain = branches.every((branch) => !speaksOfObjects(branch as Subschema, resolve))
  if (!dialect.closedObjects || !isObject(parent.properties) || (isPlain && branches.length === 0)) return branches
  note(path, 'the members beside a choice were put into each alternative')
  return branches.map((branch) => {
    const merged = mergeSchemas([parent, branch as Subschema], resolve)
    if (!merged) throw unsayable(path, 'members beside a choice that cannot be laid over each other')
    return merged
  })
}

function wordsOf({ title, description }: JsonObject): JsonObject {
  return { ...(title !== undefined && { title }), ...(description !== undefined && { description }) }
}

/** A choice in a choice is one choice, fixed values are one `enum`, and a single alternative is none. */
function simplify(schema: JsonObject, path: string, { note }: Rewriter): JsonObject {
  const { anyOf, ...rest } = schema
  if (!Array.isArray(anyOf)) return schema
  const branches = (anyOf as readonly JsonObject[]).flatMap((branch) => {
    return Array.isArray(branch.anyOf) && Object.keys(branch).length === 1 ? (branch.anyOf as JsonObject[]) : [branch]
  })
  const fixed = branches.map(fixedValues)
  if (fixed.every((values) => values !== undefined) && schema.enum === undefined && schema.type === undefined) {
    note(path, 'a choice of fixed values became one enum')
    return { enum: [...new Set(fixed.flat())], ...rest }
  }
  const [only] = branches
  if (branches.length === 1 && only && !Object.keys(only).some((key) => key in rest)) {
    note(path, 'a choice of one became that one')
    return { ...only, ...rest }
  }
  if (branches.length > anyOf.length) note(path, 'a choice inside a choice became one')
  return { ...schema, anyOf: branches }
}

/** The values of a schema that is only a list of scalars. */
function fixedValues({ type, enum: values, const: only, ...rest }: JsonObject): JsonValue[] | undefined {
  if (Object.keys(rest).length > 0) return undefined
  if (type === 'null') return [null]
  const all: readonly JsonValue[] = Array.isArray(values) ? values : only === undefined ? [] : [only]
  return all.length > 0 && all.every((value) => typeof value !== 'object' || value === null) ? [...all] : undefined
}
