import type { Dirent } from 'node:fs'
import { opendir } from 'node:fs/promises'
import { checkAborted, hasErrorCode } from './file-error.js'
import type { Folder } from './file-folder.js'
import { matchesAny } from './file-path.js'

export interface Entry {
  /** Its parent, held open while the entry is looked at. */
  readonly folder: Folder
  readonly name: string
  /** From the root, with `/`. */
  readonly path: string
  readonly kind: 'file' | 'folder' | 'link' | 'other'
}

export interface WalkOptions {
  /** 1: the folder's own entries. */
  readonly maxDepth: number
  /** Entries of the file system looked at; then the walk ends and `onCut` is told. */
  readonly maxEntries: number
  /** Patterns of what is passed over, with all that is below. */
  readonly without: readonly string[]
  readonly signal: AbortSignal
  onCut(): void
}

/** Entries that one call looks at. */
export const maxWalk = 20_000

/** All that is below a folder, by name, each folder before what it holds. Links are told of, not followed. */
export async function* walk(start: Folder, options: WalkOptions): AsyncGenerator<Entry, void> {
  let left = options.maxEntries
  yield* below(start, 1)

  async function* below(folder: Folder, depth: number): AsyncGenerator<Entry, void> {
    for (const entry of await entriesOf(folder)) {
      yield entry
      if (entry.kind !== 'folder' || depth >= options.maxDepth) continue
      const inside = await enter(folder, entry.name)
      if (!inside) continue
      try {
        yield* below(inside, depth + 1)
      } finally {
        await inside.close()
      }
    }
  }

  async function entriesOf(folder: Folder): Promise<Entry[]> {
    const entries: Entry[] = []
    for await (const item of await opendir(folder.path)) {
      checkAborted(options.signal)
      if (left <= 0) {
        options.onCut()
        break
      }
      left -= 1
      const names = [...folder.names, item.name]
      if (!matchesAny(options.without, names)) {
        entries.push({ folder, name: item.name, path: names.join('/'), kind: kindOf(item) })
      }
    }
    return entries.sort((one, other) => (one.name < other.name ? -1 : 1))
  }
}

/** `undefined` for one that went away, became a link, or may not be read. */
async function enter(folder: Folder, name: string): Promise<Folder | undefined> {
  try {
    return await folder.enter(name)
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT', 'ENOTDIR', 'ELOOP', 'EACCES', 'EPERM', 'access-denied')) return undefined
    throw error
  }
}

function kindOf(item: Dirent): Entry['kind'] {
  if (item.isFile()) return 'file'
  if (item.isDirectory()) return 'folder'
  return item.isSymbolicLink() ? 'link' : 'other'
}
