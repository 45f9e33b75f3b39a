import type { JsonObject, JsonValue } from '@x/types'
import { withNull } from './nullable.js'
import { same } from './restore.js'
import type { Rewriter, Rewritten } from './rewriter.js'
import { unsayable } from './rewriter.js'
import type { Subschema } from './subschemas.js'
import { isObject } from './subschemas.js'

/** Items rewritten; tuples said as objects with the members `0`, `1` …, where the dialect cannot say them. */
export function reshapeList(schema: JsonObject, path: string, rewriter: Rewriter): Rewritten {
  const { prefixItems, items } = schema
  if (Array.isArray(prefixItems)) {
    const isTold = rewriter.takes('prefixItems') && !rewriter.dialect.closedObjects
    return isTold ? rewriteTuple(schema, prefixItems, path, rewriter) : toMembers(schema, prefixItems, path, rewriter)
  }
  if (isObject(items) || typeof items === 'boolean') {
    const made = rewriter.rewrite(items, `${path}/items`)
    const plan = made.plan.kind === 'same' ? same : ({ kind: 'list', first: [], items: made.plan } as const)
    return { schema: { ...schema, items: typeof items === 'boolean' ? items : made.schema }, plan }
  }
  const isOpenList = [schema.type].flat().includes('array') && schema.const === undefined && schema.enum === undefined
  if (isOpenList && rewriter.dialect.closedObjects) throw unsayable(path, 'a list of any value')
  return { schema, plan: same }
}

function rewriteTuple(schema: JsonObject, list: readonly JsonValue[], path: string, rewriter: Rewriter): Rewritten {
  const first = list.map((item, index) => rewriter.rewrite(item as Subschema, `${path}/prefixItems/${index}`))
  const rest = isObject(schema.items) ? rewriter.rewrite(schema.items, `${path}/items`) : undefined
  const plans = first.map(({ plan }) => plan)
  const isSame = [...plans, rest?.plan ?? same].every(({ kind }) => kind === 'same')
  return {
    schema: { ...schema, prefixItems: first.map((made) => made.schema), ...(rest && { items: rest.schema }) },
    plan: isSame ? same : { kind: 'list', first: plans, items: rest?.plan ?? same },
  }
}

function toMembers(schema: JsonObject, list: readonly JsonValue[], path: string, rewriter: Rewriter): Rewritten {
  const {
    type: _type,
    prefixItems: _list,
    items,
    minItems = 0,
    maxItems: _max,
    unevaluatedItems: _no,
    ...kept
  } = schema
  const { default: given, ...rest } = kept
  if (given !== undefined) rewriter.note(path, 'default is left out, as its value is written in another shape')
  rewriter.note(path, 'a tuple is an object with the members 0, 1 …')
  const more = isObject(items) ? rewriter.rewrite(items, `${path}/items`) : undefined
  if (items === undefined && schema.unevaluatedItems !== false && schema.maxItems !== list.length) {
    rewriter.note(path, 'further items are not allowed')
  }
  const { allRequired } = rewriter.dialect
  const members = list.map((item, index) => {
    const made = rewriter.rewrite(item as Subschema, `${path}/prefixItems/${index}`)
    const isOptional = index >= Number(minItems)
    return { made, isOptional, sent: isOptional && allRequired ? withNull(made.schema) : made.schema }
  })
  const needed = members.flatMap(({ isOptional }, index) => (isOptional && !allRequired ? [] : [String(index)]))
  const tuple: JsonObject = {
    type: 'object',
    ...rest,
    properties: {
      ...Object.fromEntries(members.map(({ sent }, index) => [String(index), sent])),
      ...(more && { rest: { type: 'array', items: more.schema } }),
    },
    required: [...needed, ...(more ? ['rest'] : [])],
    additionalProperties: false,
  }
  const first = members.map(({ made }) => made.plan)
  const absentFrom = allRequired ? Number(minItems) : list.length
  return { schema: tuple, plan: { kind: 'tuple', first, rest: more?.plan ?? same, absentFrom } }
}
