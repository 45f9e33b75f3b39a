import type { FunctionTool } from './define-tool.js'
import { defineTool } from './define-tool.js'
import type { FileAccess } from './file-access.js'
import { allowedNames, inFolder, statsOf } from './file-access.js'
import { matchesGlob } from './file-glob.js'
import type { Entry } from './file-walk.js'
import { maxWalk, walk } from './file-walk.js'
import { jsonSchema } from './json-schema.js'

interface ListInput {
  readonly path?: string
  readonly pattern?: string
  readonly depth?: number
  readonly offset?: number
}

const maxListed = 500
const maxDepth = 32

/** A tool `list_files { path?, pattern?, depth?, offset? }`: a line for each file and folder, from the root. */
export function listTool<Env>(access: FileAccess<Env>, prefix: string, timeoutMs: number): FunctionTool {
  const input = jsonSchema<ListInput>({
    type: 'object',
    properties: {
      path: { type: 'string', description: 'Path of a folder, from the root folder. Default the root itself.' },
      pattern: { type: 'string', maxLength: 200, description: 'Only what fits, such as "*.ts" or "src/**/*.test.ts".' },
      depth: {
        type: 'integer',
        minimum: 1,
        maximum: maxDepth,
        description: 'Levels of folders. Default 1; all with a pattern.',
      },
      offset: { type: 'integer', minimum: 0, description: 'Entries to pass over. Default 0.' },
    },
    additionalProperties: false,
  })
  return defineTool<typeof input, Env>({
    name: `${prefix}list_files`,
    description: 'Lists files with their sizes in bytes, and folders, which end in "/".',
    input,
    timeoutMs,
    annotations: { title: 'List files', readOnly: true, destructive: false, idempotent: true, openWorld: false },
    async execute({ path = '.', pattern, depth, offset = 0 }, context) {
      const notes: string[] = []
      const lines = await inFolder(access, allowedNames(path, access), context, async (folder) => {
        const found: string[] = []
        const onCut = () => notes.push(`Only ${maxWalk} entries were looked at: list a folder below, or less deep.`)
        const options = {
          ...{ maxDepth: depth ?? (pattern === undefined ? 1 : maxDepth), maxEntries: maxWalk, onCut },
          ...{ without: [...access.deny, ...access.ignore], signal: context.signal },
        }
        let passed = 0
        for await (const entry of walk(folder, options)) {
          if (pattern !== undefined && !matchesGlob(pattern, pathBelow(entry, folder.names.length))) continue
          passed += 1
          if (passed <= offset) continue
          if (found.length === maxListed) {
            notes.unshift(`There are more: go on with offset ${offset + maxListed}.`)
            break
          }
          found.push(await toLine(entry))
        }
        return found
      })
      if (lines.length === 0) notes.unshift('Nothing is there.')
      return [...lines, ...notes.map((note) => `(${note})`)].join('\n')
    },
  })
}

function pathBelow({ path }: Entry, depth: number): string {
  return path.split('/').slice(depth).join('/')
}

async function toLine({ folder, name, path, kind }: Entry): Promise<string> {
  // Names from elsewhere may hold line breaks.
  const shown = /[\p{Cc}\u2028\u2029]/u.test(path) ? JSON.stringify(path) : path
  if (kind === 'folder') return `${shown}/`
  if (kind !== 'file') return `${shown} (${kind === 'link' ? 'a link, not followed' : 'no regular file'})`
  const stats = await statsOf(folder, name)
  return `${shown} ${stats?.size ?? '?'}`
}
