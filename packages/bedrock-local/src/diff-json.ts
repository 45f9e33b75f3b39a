import type { JsonValue } from '@x/types'

/** A place where two values differ; `undefined` where one has nothing. */
export interface Difference {
  /** Members and places in lists, such as `messages.0.content`. */
  readonly path: string
  readonly left: JsonValue | undefined
  readonly right: JsonValue | undefined
}

/** The first places where two values differ, at most `limit`. Members in another order are no difference. */
export function diffJson(
  left: JsonValue | undefined,
  right: JsonValue | undefined,
  limit: number,
): readonly Difference[] {
  const found: Difference[] = []
  collect(left, right, '', limit, found)
  return found
}

/** The same text for the same value, in whatever order its members stand. */
export function canonicalJson(value: JsonValue | undefined): string {
  return JSON.stringify(value, (_name, member: unknown) =>
    isObject(member) && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([one], [other]) => (one < other ? -1 : 1)))
      : member,
  )
}

function collect(
  left: JsonValue | undefined,
  right: JsonValue | undefined,
  path: string,
  limit: number,
  found: Difference[],
): void {
  if (found.length >= limit || left === right) return
  if (!isObject(left) || !isObject(right) || Array.isArray(left) !== Array.isArray(right)) {
    found.push({ path, left, right })
    return
  }
  for (const name of new Set([...Object.keys(left), ...Object.keys(right)])) {
    collect(left[name], right[name], path === '' ? name : `${path}.${name}`, limit, found)
  }
}

function isObject(value: unknown): value is { readonly [name: string]: JsonValue } {
  return typeof value === 'object' && value !== null
}
