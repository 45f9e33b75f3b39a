import type { JsonObject, JsonValue } from '@x/types'
import { fitsBranch } from './fits-branch.js'
import { isObject } from './subschemas.js'

/** What compiling did to the shape of the values at one place of a schema, and so how it is undone. */
export type Plan =
  | { readonly kind: 'same' }
  | {
      readonly kind: 'object'
      readonly members: ReadonlyMap<string, Plan>
      /** Members whose `null` means that they were left out. */
      readonly absent: ReadonlySet<string>
      readonly others: Plan
    }
  | { readonly kind: 'list'; readonly first: readonly Plan[]; readonly items: Plan }
  /** Written as a list of `{ key, value }`. */
  | { readonly kind: 'map'; readonly values: Plan }
  /** Written as an object with the members `0`, `1` … and `rest`. */
  | { readonly kind: 'tuple'; readonly first: readonly Plan[]; readonly rest: Plan; readonly absentFrom: number }
  | { readonly kind: 'choice'; readonly branches: readonly { readonly schema: JsonObject; readonly plan: Plan }[] }
  /** All of them hold for the same value. */
  | { readonly kind: 'all'; readonly plans: readonly Plan[] }
  /** Read late, as a schema may hold itself. */
  | { readonly kind: 'ref'; readonly target: () => Plan }

export const same: Plan = { kind: 'same' }

type Restore = (plan: Plan, value: JsonValue) => JsonValue

/**
 * Undoes a plan. Values that were not reshaped, or not as the plan says, come back as they are, so that it also takes
 * the original shape. `finished: false` is for values that are still being written: what cannot be placed yet is left
 * out of them. The work for an object that has been seen is remembered. `root` is the schema that they are written by.
 */
export function restorer(root: JsonObject, finished: boolean): Restore {
  const memory = new WeakMap<Plan, WeakMap<object, JsonValue>>()
  const restore: Restore = (plan, value) => {
    if (plan.kind === 'same' || typeof value !== 'object' || value === null) return value
    if (plan.kind === 'ref') return restore(plan.target(), value)
    const seen = memory.get(plan) ?? new WeakMap<object, JsonValue>()
    memory.set(plan, seen)
    const known = seen.get(value)
    if (known !== undefined) return known
    const made = undo(plan, value, { root, finished, restore })
    seen.set(value, made)
    return made
  }
  return restore
}

interface Way {
  readonly root: JsonObject
  readonly finished: boolean
  readonly restore: Restore
}

type Reshaped = Exclude<Plan, { readonly kind: 'same' | 'ref' }>

function undo(plan: Reshaped, value: JsonObject | readonly JsonValue[], way: Way): JsonValue {
  switch (plan.kind) {
    case 'all':
      return plan.plans.reduce<JsonValue>((restored, next) => way.restore(next, restored), value)
    case 'choice': {
      const branch = plan.branches.length > 1 ? pick(plan.branches, value, way.root) : plan.branches[0]
      return branch ? way.restore(branch.plan, value) : value
    }
    case 'map':
      return isObject(value) ? undoMembers(value, { others: plan.values }, way) : fromEntries(value, plan.values, way)
    case 'tuple':
      return isObject(value) ? fromKeyed(value, plan, way) : undoItems(value, plan.first, plan.rest, way)
    case 'list':
      return isObject(value) ? value : undoItems(value, plan.first, plan.items, way)
    case 'object':
      return isObject(value) ? undoMembers(value, plan, way) : value
  }
}

function undoItems(list: readonly JsonValue[], first: readonly Plan[], items: Plan, { restore }: Way): JsonValue {
  const restored = list.map((item, index) => restore(first[index] ?? items, item))
  return restored.every((item, index) => item === list[index]) ? list : restored
}

interface MemberPlans {
  readonly members?: ReadonlyMap<string, Plan>
  readonly absent?: ReadonlySet<string>
  readonly others: Plan
}

function undoMembers(value: JsonObject, { members, absent, others }: MemberPlans, { restore }: Way): JsonValue {
  const given = Object.entries(value)
  const present = given.filter(([key, member]) => !(member === null && absent?.has(key)))
  const restored = present.map(([key, member]): [string, JsonValue | undefined] => {
    return [key, member === undefined ? member : restore(members?.get(key) ?? others, member)]
  })
  const isSame =
    present.length === given.length && restored.every(([, member], place) => member === present[place]?.[1])
  return isSame ? value : Object.fromEntries(restored)
}

function fromEntries(list: readonly JsonValue[], values: Plan, { finished, restore }: Way): JsonValue {
  const entries: [string, JsonValue][] = []
  for (const item of list) {
    const { key, value } = isObject(item) ? item : {}
    if (typeof key === 'string' && value !== undefined) entries.push([key, restore(values, value)])
    // Dropping it would hide a mistake of the model: the whole list is left for validation to refuse.
    else if (finished) return list
  }
  return Object.fromEntries(entries)
}

function fromKeyed(value: JsonObject, plan: Extract<Plan, { kind: 'tuple' }>, way: Way): JsonValue {
  const isOwn = (key: string) => key === 'rest' || (/^\d+$/.test(key) && Number(key) < plan.first.length)
  // As above: some other object is no tuple.
  if (way.finished && !Object.keys(value).every(isOwn)) return value
  const items = plan.first.map((item, index) => {
    const member = Object.hasOwn(value, String(index)) ? value[String(index)] : undefined
    return member === undefined || (member === null && index >= plan.absentFrom) ? undefined : way.restore(item, member)
  })
  const rest = Array.isArray(value.rest) ? undoItems(value.rest, [], plan.rest, way) : []
  while (items.length > 0 && items.at(-1) === undefined) items.pop()
  return [...items.map((item) => item ?? null), ...(rest as readonly JsonValue[])]
}

type Branch = Extract<Plan, { kind: 'choice' }>['branches'][number]

/** The alternative that a value, whole or not yet, was written for. */
function pick(branches: readonly Branch[], value: JsonValue, root: JsonObject): Branch | undefined {
  const fits = branches.map(({ schema }) => fitsBranch(schema, value, root))
  const place = fits.includes('whole') ? fits.indexOf('whole') : fits.indexOf('so far')
  return branches[place]
}
