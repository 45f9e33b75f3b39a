import { realpathSync, statSync } from 'node:fs'
import { parse } from 'node:path'
import { AgentError } from '@x/types'
import { checkBounds } from './check-bounds.js'
import type { FunctionTool } from './define-tool.js'
import { editTool } from './file-edit.js'
import { listTool } from './file-list.js'
import { readTool } from './file-read.js'
import { searchTool } from './file-search.js'
import { writeTool } from './file-write.js'

export interface FileToolsOptions<Env = unknown> {
  /** The folder that nothing leads out of; or a function of the run's own values, for a folder for each user. */
  readonly root: string | ((env: Env) => string)
  /** Only the tools that read. Default false. */
  readonly readOnly?: boolean
  /** Whether the tools that write wait for a yes. Default true. */
  readonly needsApproval?: boolean
  /**
   * Patterns of what no tool touches or shows, whatever the case: of a name at any depth (`.env*`), or of a path from the
   * root (`private/**`). Default: `.git`, `.env`, `.env.*`, `.npmrc`, `.netrc`, `.aws`, `.ssh`, `*.pem`, `*.key`.
   */
  readonly deny?: readonly string[]
  /** Patterns of what lists and searches leave out. Default: `node_modules`. */
  readonly ignore?: readonly string[]
  /** Size of a file that is read, searched, edited or written at most. Default 5,000,000. */
  readonly maxFileBytes?: number
  /** Characters of a file that the model is shown at once. Default 20,000. */
  readonly maxChars?: number
  /** For a call. Default 30,000. */
  readonly timeoutMs?: number
  /** Put before the tools' names, such as `notes_`. Default none. */
  readonly prefix?: string
}

/**
 * Tools `read_file`, `list_files`, `search_files`, `write_file` and `edit_file` for the text files of one folder, for
 * Node. Links are not followed. See `file-folder.ts` for what is guaranteed against others who change the folder
 * meanwhile.
 * @throws AgentError `invalid-config` for a root that is no folder, or a whole file system
 */
export function fileTools<Env = unknown>(options: FileToolsOptions<Env>): FunctionTool[] {
  const { readOnly = false, needsApproval = true, prefix = '', timeoutMs = 30_000 } = options
  const { deny = defaultDeny, ignore = ['node_modules'], maxFileBytes = 5_000_000, maxChars = 20_000 } = options
  checkBounds('fileTools', { maxFileBytes, maxChars })
  const { root } = options
  const access = { root: typeof root === 'function' ? (env: Env) => checkRoot(root(env)) : checkRoot(root) }
  const all = { ...access, deny, ignore, maxFileBytes, maxChars }
  const reading = [
    readTool(all, prefix, timeoutMs),
    listTool(all, prefix, timeoutMs),
    searchTool(all, prefix, timeoutMs),
  ]
  if (readOnly) return reading
  const writing = { needsApproval, timeoutMs, sequential: true } as const
  return [...reading, writeTool(all, prefix, writing), editTool(all, prefix, writing)]
}

/** What holds secrets, or runs by being there. */
const defaultDeny = ['.git', '.env', '.env.*', '.npmrc', '.netrc', '.aws', '.ssh', '*.pem', '*.key']

function checkRoot(root: string): string {
  const path = typeof root === 'string' && root !== '' ? realFolder(root) : undefined
  if (path !== undefined && path !== parse(path).root) return path
  throw new AgentError('invalid-config', `The root of fileTools, ${JSON.stringify(root)}, is no folder to give away.`, {
    hint: 'Give the path of a folder that exists, and not a whole file system.',
    scope: 'run',
  })
}

/** The root may be a link: it is the caller's, not the model's. */
function realFolder(path: string): string | undefined {
  try {
    const real = realpathSync(path)
    return statSync(real).isDirectory() ? real : undefined
  } catch {
    return undefined
  }
}
