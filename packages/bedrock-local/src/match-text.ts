import { createContext, Script } from 'node:vm'
import type { TextPattern } from './reply-rule.js'

/** Groups of a match by number, the whole match first, and by name. A text pattern has the first alone. */
export interface TextMatch {
  readonly groups: readonly string[]
  readonly named: { readonly [name: string]: string }
}

/** @throws Error when a regular expression takes longer than 200 ms. */
export function matchText(pattern: TextPattern, text: string): TextMatch | undefined {
  const searched = text.slice(0, maxTextLength)
  if (typeof pattern === 'string') return searched.includes(pattern) ? { groups: [pattern], named: {} } : undefined
  const found = boundedExec(toRegExp(pattern), searched)
  return found && { groups: Array.from(found, (group) => group ?? ''), named: { ...found.groups } }
}

/** @throws SyntaxError when it does not compile. */
export function toRegExp(pattern: Exclude<TextPattern, string>): RegExp {
  const { source, flags } = pattern instanceof RegExp ? pattern : { source: pattern.regex, flags: pattern.flags ?? '' }
  // These two would carry a position from one request to the next.
  return new RegExp(source, flags.replace(/[gy]/g, ''))
}

/** `*` stands for any characters, `?` for one. */
export function matchGlob(glob: string, text: string): boolean {
  // Matched by hand: a regular expression with many stars could take very long.
  let [at, from, star, starFrom] = [0, 0, -1, 0]
  while (from < text.length) {
    if (glob[at] === '*') {
      star = at++
      starFrom = from
    } else if (at < glob.length && (glob[at] === '?' || glob[at] === text[from])) {
      at++
      from++
    } else if (star >= 0) {
      at = star + 1
      from = ++starFrom
    } else return false
  }
  return /^\**$/.test(glob.slice(at))
}

export function describePattern(pattern: TextPattern): string {
  return typeof pattern === 'string' ? JSON.stringify(pattern) : String(toRegExp(pattern))
}

const maxTextLength = 10_000
const timeoutMs = 200
/** Only code in a context can be given a time limit. */
const context = createContext({})
const script = new Script('pattern.exec(text)')

/** The expression is the user's own, but one with nested repetition would stop the endpoint for good. */
function boundedExec(pattern: RegExp, text: string): RegExpExecArray | undefined {
  try {
    Object.assign(context, { pattern, text })
    return (script.runInContext(context, { timeout: timeoutMs }) as RegExpExecArray | null) ?? undefined
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw cause
    throw new Error(`the regular expression ${pattern} takes longer than ${timeoutMs} ms.`, { cause })
  }
}
