import type { BigIntStats } from 'node:fs'
import { lstat } from 'node:fs/promises'
import type { ToolContext } from '@x/types'
import { createFolders } from './file-create.js'
import { checkAborted, fromFileError, hasErrorCode, refusedPath } from './file-error.js'
import type { Folder } from './file-folder.js'
import { openFile, openPath, openRoot } from './file-folder.js'
import { matchesAny, toNames } from './file-path.js'
import { readText } from './file-text.js'

/** What the tools of a root go by. */
export interface FileRules {
  /** Patterns of what no tool touches or shows. */
  readonly deny: readonly string[]
  /** Patterns of what lists and searches leave out. */
  readonly ignore: readonly string[]
  readonly maxFileBytes: number
  readonly maxChars: number
}

export interface FileAccess<Env = unknown> extends FileRules {
  readonly root: string | ((env: Env) => string)
}

/**
 * Runs `work` in the folder that `path` names, or in the one that holds it.
 * @throws AgentError for a path that is refused, and for what the file system says
 */
export async function inFolder<Value, Env>(
  access: FileAccess<Env>,
  names: readonly string[],
  context: ToolContext<Env>,
  work: (folder: Folder) => Promise<Value>,
  options: { readonly create?: boolean } = {},
): Promise<Value> {
  checkAborted(context.signal)
  const root = typeof access.root === 'function' ? access.root(context.env) : access.root
  let top: Folder | undefined
  let folder: Folder | undefined
  try {
    top = await openRoot(root)
    if (options.create) await createFolders(top, names)
    folder = await openPath(top, names)
    return await work(folder)
  } catch (error) {
    throw fromFileError(error, names.join('/') || '.')
  } finally {
    if (folder && folder !== top) await folder.close()
    await top?.close()
  }
}

/**
 * The names of a path that may be used.
 * @throws AgentError `access-denied` for one that is denied
 */
export function allowedNames(path: string, { deny }: FileRules): readonly string[] {
  const names = toNames(path)
  const isDenied = names.some((_name, index) => matchesAny(deny, names.slice(0, index + 1)))
  if (isDenied) throw refusedPath(names.join('/'), 'is not to be touched')
  return names
}

/** The path of a file as its folder and its name. */
export function allowedFile(
  path: string,
  rules: FileRules,
): { parents: readonly string[]; name: string; path: string } {
  const names = allowedNames(path, rules)
  const name = names.at(-1)
  if (name === undefined) throw refusedPath('.', 'is a folder')
  return { parents: names.slice(0, -1), name, path: names.join('/') }
}

export interface OpenedText {
  readonly text: string
  readonly stats: BigIntStats
}

export async function readTextFile(
  folder: Folder,
  name: string,
  rules: FileRules,
  signal: AbortSignal,
): Promise<OpenedText> {
  const path = [...folder.names, name].join('/')
  try {
    const { handle, stats } = await openFile(folder, name)
    try {
      return { text: await readText(handle, path, rules.maxFileBytes, signal), stats }
    } finally {
      await handle.close()
    }
  } catch (error) {
    throw fromFileError(error, path)
  }
}

/** `undefined` when nothing is there. */
export async function statsOf(folder: Folder, name: string): Promise<BigIntStats | undefined> {
  try {
    return await lstat(folder.pathOf(name), { bigint: true })
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT')) return undefined
    throw error
  }
}
