import type { ToolContext } from '@x/types'
import { AgentError, isAgentError } from '@x/types'
import type { FunctionTool } from './define-tool.js'
import { defineTool } from './define-tool.js'
import type { FileAccess, FileRules } from './file-access.js'
import { allowedNames, inFolder, readTextFile } from './file-access.js'
import type { Folder } from './file-folder.js'
import { matchesGlob } from './file-glob.js'
import type { Matcher } from './file-match.js'
import { createMatcher } from './file-match.js'
import type { Entry } from './file-walk.js'
import { maxWalk, walk } from './file-walk.js'
import { jsonSchema } from './json-schema.js'

interface SearchInput {
  readonly query: string
  readonly path?: string
  readonly pattern?: string
  readonly regex?: boolean
  readonly ignoreCase?: boolean
  readonly offset?: number
}

const maxMatches = 100
const maxLineChars = 250
/** Then what was found so far is given. */
const maxSearchMs = 15_000

/** A tool `search_files { query, path?, pattern?, regex?, ignoreCase?, offset? }`: the lines that match. */
export function searchTool<Env>(access: FileAccess<Env>, prefix: string, timeoutMs: number): FunctionTool {
  const input = jsonSchema<SearchInput>({
    type: 'object',
    properties: {
      query: { type: 'string', minLength: 1, maxLength: 500, description: 'Text to look for, within one line.' },
      path: { type: 'string', description: 'Path of a folder, from the root folder. Default the root itself.' },
      pattern: { type: 'string', maxLength: 200, description: 'Only files that fit, such as "*.ts" or "src/**/*.md".' },
      regex: { type: 'boolean', description: 'The query is a regular expression of ECMAScript. Default false.' },
      ignoreCase: { type: 'boolean', description: 'Default false.' },
      offset: { type: 'integer', minimum: 0, description: 'Matches to pass over. Default 0.' },
    },
    required: ['query'],
    additionalProperties: false,
  })
  return defineTool<typeof input, Env>({
    name: `${prefix}search_files`,
    description: 'Finds the lines of text files that hold a text. Gives "path:line: text" for each.',
    input,
    timeoutMs,
    annotations: { title: 'Search files', readOnly: true, destructive: false, idempotent: true, openWorld: false },
    async execute({ query, path = '.', regex = false, ignoreCase = false, ...rest }, context) {
      if (/[\r\n]/.test(query)) throw new AgentError('invalid-tool-input', 'The query must be one line.')
      const names = allowedNames(path, access)
      const matcher = createMatcher({ query, isRegex: regex, ignoreCase, signal: context.signal })
      try {
        return await inFolder(access, names, context, (folder) => search(folder, matcher, rest, access, context))
      } finally {
        await matcher.close()
      }
    },
  })
}

async function search<Env>(
  folder: Folder,
  matcher: Matcher,
  { pattern, offset = 0 }: Pick<SearchInput, 'pattern' | 'offset'>,
  access: FileAccess<Env>,
  context: ToolContext<Env>,
): Promise<string> {
  const { signal } = context
  const startedMs = performance.now()
  const found: string[] = []
  const notes: string[] = []
  let passed = 0
  let searched = 0
  let skipped = 0
  const onCut = () => notes.push(`Only ${maxWalk} entries were looked at: search a folder below.`)
  const without = [...access.deny, ...access.ignore]
  let toldMs = startedMs
  for await (const entry of walk(folder, { maxDepth: 32, maxEntries: maxWalk, without, signal, onCut })) {
    const below = entry.path.split('/').slice(folder.names.length).join('/')
    if (entry.kind !== 'file' || (pattern !== undefined && !matchesGlob(pattern, below))) continue
    const nowMs = performance.now()
    if (nowMs - startedMs > maxSearchMs) {
      notes.push(`Stopped after ${maxSearchMs / 1_000} seconds: search a folder below, or with a pattern.`)
      break
    }
    if (nowMs - toldMs > 500) {
      toldMs = nowMs
      context.emit({ searchedFiles: searched })
    }
    const lines = await matchingLines(entry, matcher, access, signal)
    searched += 1
    if (!lines) skipped += 1
    else for (const line of lines) if (++passed > offset && found.length <= maxMatches) found.push(line)
    if (found.length > maxMatches) break
  }
  if (found.length > maxMatches) {
    found.pop()
    notes.unshift(`There are more: go on with offset ${offset + maxMatches}.`)
  }
  if (found.length === 0) notes.unshift(`Nothing was found in ${searched - skipped} files.`)
  if (skipped > 0) notes.push(`${skipped} files were passed over: too large, not text, or not to be read.`)
  return [...found, ...notes.map((note) => `(${note})`)].join('\n')
}

/** `undefined` for a file that cannot be read as text. */
async function matchingLines(
  { folder, name, path }: Entry,
  matcher: Matcher,
  rules: FileRules,
  signal: AbortSignal,
): Promise<string[] | undefined> {
  let text: string
  try {
    text = (await readTextFile(folder, name, rules, signal)).text
  } catch (error) {
    if (isAgentError(error, 'aborted')) throw error
    return undefined
  }
  const matches = await matcher.find(text, path)
  const lines = matches.length === 0 ? [] : text.split('\n')
  return matches.map(([line, column]) => `${path}:${line + 1}: ${clip(lines[line] ?? '', column)}`)
}

/** A long line as the part of it that holds the match. */
function clip(line: string, column: number): string {
  const start = line.length <= maxLineChars ? 0 : Math.max(0, column - 80)
  const shown = line.slice(start, start + maxLineChars).trimEnd()
  return `${start > 0 ? '…' : ''}${shown}${start + maxLineChars < line.length ? '…' : ''}`
}
