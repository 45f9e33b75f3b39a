import { createContext, Script } from 'node:vm'

/** A piece of a text. */
export interface TextMatch {
  readonly start: number
  readonly match: string
}

const maxCharacters = 100_000
const timeoutMs = 500

/**
 * All matches of a pattern that somebody else wrote, but for empty ones. The text is cut at 100,000 characters, which
 * alone would not stop nested repetition such as `(a+)+$`: that is interrupted after 500 ms.
 * @throws Error when the pattern takes longer, or does not compile.
 */
export function matchPattern(pattern: string, text: string): readonly TextMatch[] {
  Object.assign(context, { pattern, text: text.slice(0, maxCharacters) })
  try {
    const found = JSON.parse(String(script.runInContext(context, { timeout: timeoutMs }))) as readonly TextMatch[]
    return found.filter(({ match }) => match !== '')
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw cause
    const size = `${Math.min(text.length, maxCharacters)} characters`
    const fix = 'Write it without repetition inside repetition.'
    throw new Error(`The pattern ${pattern} took longer than ${timeoutMs} ms on ${size}. ${fix}`, { cause })
  }
}

/** Not for safety, as the pattern is the caller's own: only code in a context can be given a time limit. */
const context = createContext(Object.create(null) as object)

const script = new Script(
  `JSON.stringify(Array.from(text.matchAll(new RegExp(pattern, 'gu')), (found) => ({ start: found.index, match: found[0] })))`,
)

/** Whole words and phrases, whatever their case. */
export function matchWords(words: string, text: string): readonly TextMatch[] {
  const escaped = words.trim().replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')
  if (escaped === '') return []
  const whole = new RegExp(`(?<![\\p{L}\\p{N}_])${escaped}(?![\\p{L}\\p{N}_])`, 'giu')
  return [...text.matchAll(whole)].map((found) => ({ start: found.index, match: found[0] }))
}
