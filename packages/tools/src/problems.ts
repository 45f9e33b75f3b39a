/** What one library says about one place: the common part of all of them. */
export interface Issue {
  readonly path: readonly PropertyKey[]
  readonly message: string
  /** Of a union: what is wrong for each alternative. */
  readonly branches?: readonly (readonly Issue[])[]
}

/** One thing to repair. */
export interface Problem {
  /** `items[0].name`; empty for the whole value. */
  readonly path: string
  /** Names what is expected, never the value that was given. */
  readonly message: string
}

interface VendorIssue {
  readonly message: string
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined
  readonly [member: string]: unknown
}

/*
 * Standard Schema fixes only `message` and `path`. The messages of valibot and arktype quote the given value, and no
 * library puts what is wrong inside a union into its message; both are found in members of their own.
 */
const readers: { readonly [vendor: string]: ((issue: VendorIssue) => Issue) | undefined } = {
  'json-schema': (issue) => ({
    path: pathOf(issue),
    message: issue.message,
    ...(Array.isArray(issue.branches) && { branches: issue.branches as Issue[][] }),
  }),
  zod: readZodIssue,
  valibot: readValibotIssue,
  arktype: readArktypeIssue,
}

/**
 * Reads the issues of a failed validation. Of a union only the alternative that came nearest is told.
 * For libraries that are not in the table the library's own message is kept, without the strings of `input`.
 */
export function toProblems(vendor: string, issues: readonly unknown[], input: unknown): Problem[] {
  const read = (Object.hasOwn(readers, vendor) && readers[vendor]) || ((issue: VendorIssue) => readOther(issue, input))
  const nearest = (issues as readonly VendorIssue[]).map(read).flatMap(nearestIssues)
  return nearest.map(({ path, message }) => ({ path: pathText(path), message: shorten(message) }))
}

/** One line a problem, at most 8 of them, for a model to act on. */
export function problemsText(problems: readonly Problem[]): string {
  const shown = problems
    .slice(0, 8)
    .map(({ path, message }) => `- ${shorten(path || 'the whole value', 100)}: ${message}`)
  if (problems.length > shown.length) shown.push(`- and ${problems.length - shown.length} more`)
  return shown.join('\n')
}

function readZodIssue(issue: VendorIssue): Issue {
  const path = pathOf(issue)
  if (!Array.isArray(issue.errors) || issue.errors.length === 0) return { path, message: issue.message }
  const branches = (issue.errors as VendorIssue[][]).map((branch) => branch.map(readZodIssue).map(under(path)))
  return { path, message: 'fits none of the alternatives', branches }
}

function readValibotIssue(issue: VendorIssue): Issue {
  const path = pathOf(issue)
  // Only the library's own messages end with what was received; a message of the schema's author is left alone.
  const isOwnMessage = issue.message.endsWith(`eceived ${issue.received}`)
  const message = isOwnMessage ? valibotMessage(issue) : issue.message
  if (!Array.isArray(issue.issues)) return { path, message }
  return {
    path,
    message,
    branches: (issue.issues as VendorIssue[]).map((inner) => [under(path)(readValibotIssue(inner))]),
  }
}

function valibotMessage({ expected, message, type }: VendorIssue): string {
  if (expected === 'never') return 'is not allowed here'
  if (message.startsWith('Invalid key') && message.endsWith('received undefined')) return 'is missing'
  return expected ? `expected ${expected}` : `does not pass the check "${type}"`
}

function readArktypeIssue(issue: VendorIssue): Issue {
  const path = pathOf(issue)
  const inner = Array.isArray(issue.errors) ? (issue.errors as VendorIssue[]).map(readArktypeIssue) : []
  if (issue.code === 'union' && inner.length > 0) {
    return { path, message: 'fits none of the alternatives', branches: inner.map((alternative) => [alternative]) }
  }
  if (inner.length > 0) return { path, message: inner.map(({ message }) => message).join(' and ') }
  return { path, message: typeof issue.expected === 'string' ? `must be ${issue.expected}` : 'is not valid' }
}

function readOther(issue: VendorIssue, input: unknown): Issue {
  const path = pathOf(issue)
  let given: unknown = input
  for (const key of path) given = typeof given === 'object' && given !== null ? Reflect.get(given, key) : undefined
  const isQuoted = typeof given === 'string' && given !== '' && issue.message.includes(given)
  return { path, message: isQuoted ? 'is not valid' : issue.message }
}

/** The issue itself, or those of the alternative that fits to the greatest depth and then with the fewest faults. */
function nearestIssues(issue: Issue): readonly Issue[] {
  const branches = (issue.branches ?? []).filter((branch) => branch.length > 0)
  if (branches.length === 0) return [issue]
  const depth = (branch: readonly Issue[]) => Math.min(...branch.map(({ path }) => path.length))
  const [best = []] = [...branches].sort((left, right) => depth(right) - depth(left) || left.length - right.length)
  if (depth(best) > issue.path.length) return best.flatMap(nearestIssues)
  const words = new Set(
    branches
      .flat()
      .filter(({ path }) => path.length === issue.path.length)
      .map(({ message }) => message),
  )
  return [{ path: issue.path, message: [...words].join(' or ') }]
}

function pathOf({ path = [] }: VendorIssue): PropertyKey[] {
  return path.map((segment) => (typeof segment === 'object' ? segment.key : segment))
}

function under(path: readonly PropertyKey[]) {
  return (issue: Issue): Issue => ({
    ...issue,
    path: [...path, ...issue.path],
    ...(issue.branches && { branches: issue.branches.map((branch) => branch.map(under(path))) }),
  })
}

function pathText(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, key) => {
    if (typeof key === 'number' || /^\d+$/.test(String(key))) return `${text}[${String(key)}]`
    if (!/^[\p{L}_$][\p{L}\p{N}_$-]*$/u.test(String(key))) return `${text}[${JSON.stringify(String(key))}]`
    return text === '' ? String(key) : `${text}.${String(key)}`
  }, '')
}

function shorten(text: string, length = 200): string {
  const line = text.replace(/\s+/g, ' ').trim()
  return line.length <= length ? line : `${line.slice(0, length - 1)}…`
}
