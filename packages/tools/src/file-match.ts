import { AgentError, isAgentError } from '@x/types'
import { startWorker } from './run-in-worker.js'

/** Where lines match: the number of a line, counted from 0, and where in it the match begins. */
type Matches = readonly (readonly [line: number, column: number])[]

export interface Matcher {
  find(text: string, path: string): Promise<Matches>
  close(): Promise<void>
}

export interface MatchOptions {
  readonly query: string
  readonly isRegex: boolean
  readonly ignoreCase: boolean
  readonly signal: AbortSignal
}

/** How long a regular expression may take for one file. */
const fileTimeoutMs = 2_000

/**
 * Text is looked for as it is. A regular expression runs in a thread of its own, which is ended when one file takes it too
 * long: no check of the expression tells the slow ones apart, and nothing else stops them.
 * @throws AgentError `invalid-tool-input` for an expression that is none
 */
export function createMatcher(options: MatchOptions): Matcher {
  return options.isRegex ? regexMatcher(options) : textMatcher(options)
}

function textMatcher({ query, ignoreCase }: MatchOptions): Matcher {
  const inCase = (text: string) => (ignoreCase ? text.toLowerCase() : text)
  const wanted = inCase(query)
  return {
    async find(text) {
      if (!inCase(text).includes(wanted)) return []
      return text.split('\n').flatMap((line, index) => {
        const column = inCase(line).indexOf(wanted)
        return column === -1 ? [] : [[index, column] as const]
      })
    },
    close: () => Promise.resolve(),
  }
}

function regexMatcher({ query, ignoreCase, signal }: MatchOptions): Matcher {
  const flags = ignoreCase ? 'iu' : 'u'
  checkRegex(query, flags)
  const worker = startWorker(findLines, { source: query, flags }, signal)
  return {
    async find(text, path) {
      try {
        return (await worker.ask(text, fileTimeoutMs)) as Matches
      } catch (error) {
        if (!isAgentError(error, 'timeout')) throw error
        throw new AgentError('timeout', `The regular expression took too long for "${path}".`, {
          hint: 'Avoid repetitions inside repetitions, or look for plain text.',
          cause: error,
        })
      }
    },
    close: () => worker.close(),
  }
}

function checkRegex(source: string, flags: string): void {
  try {
    new RegExp(source, flags)
  } catch (cause) {
    throw new AgentError('invalid-tool-input', 'The query is not a regular expression of ECMAScript.', {
      hint: 'Escape what is meant as it stands, or look for plain text.',
      cause,
    })
  }
}

const findLines = `(text, { source, flags }) => {
  const regex = new RegExp(source, flags)
  const found = []
  for (const [index, line] of text.split('\\n').entries()) {
    const match = regex.exec(line)
    if (match) found.push([index, match.index])
  }
  return found
}`
