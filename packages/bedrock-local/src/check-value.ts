/**
 * Looks at a value that came from outside and adds what is wrong with it to `problems`, each with the path of the
 * value: `rules.2.reply.content.0.text must be a string, not 7`.
 */
export type Check = (value: unknown, path: string, problems: string[]) => void

export const isText: Check = mustBe('a string', (value) => typeof value === 'string')
export const isFlag: Check = mustBe('true or false', (value) => typeof value === 'boolean')
export const isObject: Check = mustBe('an object', isPlainObject)
/** Whatever JSON can hold. */
export const isJson: Check = () => {}

export function isNumber(least: number, most = Number.MAX_SAFE_INTEGER): Check {
  const bounds = most === Number.MAX_SAFE_INTEGER ? `${least} or more` : `from ${least} to ${most}`
  return mustBe(`a whole number, ${bounds}`, (value) => {
    return Number.isInteger(value) && (value as number) >= least && (value as number) <= most
  })
}

export function isOneOf(words: readonly string[]): Check {
  return mustBe(`one of ${words.join(', ')}`, (value) => words.includes(value as string))
}

export function isList(check: Check, maxItems: number): Check {
  return (value, path, problems) => {
    if (!Array.isArray(value)) mustBe('a list', () => false)(value, path, problems)
    else if (value.length > maxItems) problems.push(`${path} has ${value.length} items, ${maxItems} are the most`)
    else for (const [index, item] of value.entries()) check(item, `${path}.${index}`, problems)
  }
}

/** An object with these members and no others; `required` ones must be there. */
export function hasMembers(members: { readonly [name: string]: Check }, required: readonly string[] = []): Check {
  return (value, path, problems) => {
    if (!isPlainObject(value)) return isObject(value, path, problems)
    for (const [name, member] of Object.entries(value)) {
      if (member === undefined) continue
      const check = Object.hasOwn(members, name) ? members[name] : undefined
      if (check) check(member, joined(path, name), problems)
      else problems.push(`${joined(path, name)} is not known here, but ${Object.keys(members).join(', ')}`)
    }
    for (const name of required) {
      if (value[name] === undefined) problems.push(`${joined(path, name)} is missing`)
    }
  }
}

/** An object that is one of several kinds, told apart by which of these members it has. */
export function isOneKind(kinds: { readonly [member: string]: Check }): Check {
  return (value, path, problems) => {
    if (!isPlainObject(value)) return isObject(value, path, problems)
    const found = Object.keys(kinds).filter((member) => value[member] !== undefined)
    const check = kinds[found[0] ?? '']
    if (found.length === 1 && check) check(value, path, problems)
    else {
      const has = Object.keys(value).slice(0, 5).join(', ') || 'none'
      problems.push(`${path} must have just one of ${Object.keys(kinds).join(', ')}, and has ${has}`)
    }
  }
}

function mustBe(what: string, holds: (value: unknown) => boolean): Check {
  return (value, path, problems) => {
    if (!holds(value)) problems.push(`${path} must be ${what}, not ${shown(value)}`)
  }
}

function isPlainObject(value: unknown): value is { readonly [member: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function joined(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object' && value !== null) return 'an object'
  return typeof value === 'string' ? JSON.stringify(value.slice(0, 40)) : String(value)
}
