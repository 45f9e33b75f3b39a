/**
 * What a value must look like, after the service's own model: members that it does not name are ignored, and `null`
 * counts as missing.
 */
export type Shape =
  | { readonly type: 'boolean' | 'blob' | 'document' }
  | StringShape
  | { readonly type: 'number'; readonly integer?: true; readonly min?: number; readonly max?: number }
  | { readonly type: 'list'; readonly of: Shape; readonly min?: number; readonly max?: number }
  | {
      readonly type: 'map'
      readonly keys: StringShape
      readonly values: Shape
      readonly min?: number
      readonly max?: number
    }
  | { readonly type: 'struct'; readonly members: Members; readonly required?: readonly string[] }
  | UnionShape

export interface StringShape {
  readonly type: 'string'
  readonly min?: number
  readonly max?: number
  readonly values?: readonly string[]
  /** Source of a regular expression for the whole string. */
  readonly pattern?: string
}

/** Exactly one member is set. */
export interface UnionShape {
  readonly type: 'union'
  readonly name: string
  readonly members: Members
}

/** `secret` members are never quoted in errors, nor is what they hold. */
export interface Members {
  readonly [name: string]: Shape & { readonly secret?: true }
}

/** What is wrong with a value; the first kind is found while reading, before anything else is looked at. */
export interface ShapeProblems {
  /** Path of a value of the wrong type. */
  readonly wrongType?: string
  readonly constraints: readonly string[]
  /** Unions without a member, or with several. */
  readonly unions: readonly string[]
}

/** Looks at the whole value; never throws, whatever it is. */
export function findShapeProblems(shape: Shape, value: unknown): ShapeProblems {
  const found: Found = { constraints: [], unions: [] }
  check(shape, value, { path: '', place: '', secret: false }, found)
  return found
}

interface Found {
  wrongType?: string
  readonly constraints: string[]
  readonly unions: string[]
}

interface Where {
  /** As constraints name it, list items counted from 1: `messages.1.member.role`. */
  readonly path: string
  /** As other errors name it, counted from 0: `messages.0`. */
  readonly place: string
  readonly secret: boolean
}

function check(shape: Shape, value: unknown, where: Where, found: Found): void {
  if (!hasType(shape, value)) {
    found.wrongType ??= where.path
    return
  }
  switch (shape.type) {
    case 'string':
      checkString(shape, value as string, where, found)
      break
    case 'number':
      checkRange(shape, value as number, where, found)
      break
    case 'list':
      checkLength(shape, (value as unknown[]).length, where, found)
      for (const [index, item] of (value as unknown[]).entries()) checkItem(shape.of, item, index, where, found)
      break
    case 'map':
      checkMap(shape, value as object, where, found)
      break
    case 'struct':
      checkMembers(shape.members, value as object, shape.required ?? [], where, found)
      break
    case 'union':
      checkUnion(shape, value as object, where, found)
      break
    default:
  }
}

function hasType({ type, ...shape }: Shape, value: unknown): boolean {
  switch (type) {
    case 'document':
      return true
    case 'string':
    case 'blob':
      return typeof value === 'string'
    case 'boolean':
      return typeof value === 'boolean'
    case 'number':
      return typeof value === 'number' && (!('integer' in shape) || Number.isInteger(value))
    case 'list':
      return Array.isArray(value)
    default:
      return typeof value === 'object' && value !== null && !Array.isArray(value)
  }
}

function checkItem(shape: Shape, item: unknown, index: number, where: Where, found: Found): void {
  const inner = { ...where, path: `${where.path}.${index + 1}.member`, place: `${where.place}.${index}` }
  if (isMissing(item)) found.constraints.push(fails(inner, 'Member must not be null'))
  else check(shape, item, inner, found)
}

function checkMembers(members: Members, value: object, required: readonly string[], where: Where, found: Found): void {
  for (const [name, member] of Object.entries(members)) {
    const item = (value as Record<string, unknown>)[name]
    const inner = insideOf(where, name, member.secret)
    if (!isMissing(item)) check(member, item, inner, found)
    else if (required.includes(name)) found.constraints.push(fails(inner, 'Member must not be null'))
  }
}

function checkUnion(union: UnionShape, value: object, where: Where, found: Found): void {
  const names = Object.keys(union.members)
  const set = names.filter((name) => !isMissing((value as Record<string, unknown>)[name]))
  if (set.length !== 1) {
    const rule = set.length === 0 ? 'must set' : 'can only set'
    const keys = `${rule} one of the following keys: ${names.join(', ')}.`
    found.unions.push(`${union.name} object at ${where.place} ${keys}`)
  }
  checkMembers(union.members, value, [], where, found)
}

function checkMap(shape: Shape & { type: 'map' }, value: object, where: Where, found: Found): void {
  const entries = Object.entries(value)
  checkLength(shape, entries.length, where, found)
  for (const [key, item] of entries) {
    checkString(shape.keys, key, where, found)
    if (!isMissing(item)) check(shape.values, item, insideOf(where, key), found)
  }
}

function checkString({ min = 0, max, values, pattern }: StringShape, value: string, where: Where, found: Found): void {
  const fail = (rule: string) => found.constraints.push(fails(where, rule, value))
  checkLength({ min, ...(max !== undefined && { max }) }, value.length, where, found, value)
  if (values && !values.includes(value)) fail(`Member must satisfy enum value set: [${values.join(', ')}]`)
  if (pattern !== undefined && !new RegExp(`^(?:${pattern})$`).test(value)) {
    fail(`Member must satisfy regular expression pattern: ${pattern}`)
  }
}

interface Range {
  readonly min?: number
  readonly max?: number
}

function checkRange({ min, max }: Range, value: number, where: Where, found: Found): void {
  const fail = (rule: string) => found.constraints.push(fails(where, `Member must have value ${rule}`, value))
  if (min !== undefined && value < min) fail(`greater than or equal to ${min}`)
  if (max !== undefined && value > max) fail(`less than or equal to ${max}`)
}

function checkLength({ min = 0, max }: Range, length: number, where: Where, found: Found, value?: string): void {
  const fail = (rule: string) => found.constraints.push(fails(where, `Member must have length ${rule}`, value))
  if (length < min) fail(`greater than or equal to ${min}`)
  if (max !== undefined && length > max) fail(`less than or equal to ${max}`)
}

/** Quoted as AWS does: scalars that are no secret show their value. */
function fails({ path, secret }: Where, rule: string, value?: string | number): string {
  const quoted = value === undefined || secret ? '' : `'${value}' `
  return `Value ${quoted}at '${path}' failed to satisfy constraint: ${rule}`
}

function insideOf({ path, place, secret }: Where, name: string, isSecret = false): Where {
  const dot = path === '' ? '' : '.'
  return { path: `${path}${dot}${name}`, place: `${place}${dot}${name}`, secret: secret || isSecret }
}

function isMissing(value: unknown): boolean {
  return value === undefined || value === null
}
