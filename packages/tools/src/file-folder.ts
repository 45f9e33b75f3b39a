import type { BigIntStats } from 'node:fs'
import { constants, existsSync } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { lstat, open, realpath } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { refusedPath } from './file-error.js'

/**
 * A folder inside the root, reached without following any link.
 *
 * On Linux it is held open, and what lies in it is named by way of `/proc/self/fd/<handle>/<name>`: that is what
 * `openat` does, so nobody who swaps folders and links meanwhile leads a step elsewhere. On other systems Node has no
 * such way: paths are used, and `confirm` looks again, after the step, whether the path still leads through real folders
 * to the very file. A link swapped in and out again around both looks is not noticed there.
 */
export interface Folder {
  /** The names that lead here from the root. */
  readonly names: readonly string[]
  /** For the functions of `node:fs`; `name` must be a single one. */
  pathOf(name: string): string
  /** For reading or syncing the folder itself. */
  readonly path: string
  /** @throws AgentError `access-denied` when `name` is not the file that was opened (or the folder not itself) any more */
  confirm(name?: string, opened?: BigIntStats): Promise<void>
  /** One step down; this folder stays open. */
  enter(name: string): Promise<Folder>
  close(): Promise<void>
}

const { O_RDONLY, O_DIRECTORY, O_NOFOLLOW, O_NONBLOCK } = constants
const hasHandles = process.platform === 'linux' && existsSync('/proc/self/fd')

/** @param root a real path, without links */
export async function openRoot(root: string, useHandles: boolean = hasHandles): Promise<Folder> {
  return useHandles ? heldFolder(await openFolder(root), []) : pathFolder(root, [])
}

/** Down from the root, closing what was passed. */
export async function openPath(root: Folder, names: readonly string[]): Promise<Folder> {
  let folder = root
  for (const name of names) {
    try {
      const next = await folder.enter(name)
      if (folder !== root) await folder.close()
      folder = next
    } catch (error) {
      if (folder !== root) await folder.close()
      throw error
    }
  }
  return folder
}

/**
 * Opens a regular file for reading. Links, folders, devices, sockets and FIFOs are refused, the last ones without waiting
 * for their other end.
 */
export async function openFile(folder: Folder, name: string): Promise<{ handle: FileHandle; stats: BigIntStats }> {
  const path = [...folder.names, name].join('/')
  checkRegular(await lstat(folder.pathOf(name), { bigint: true }), path)
  // Windows has neither flag.
  const handle = await open(folder.pathOf(name), O_RDONLY | (O_NOFOLLOW ?? 0) | (O_NONBLOCK ?? 0))
  try {
    const stats = await handle.stat({ bigint: true })
    checkRegular(stats, path)
    await folder.confirm(name, stats)
    return { handle, stats }
  } catch (error) {
    await handle.close()
    throw error
  }
}

export function checkRegular(stats: BigIntStats, path: string): void {
  if (stats.isSymbolicLink()) throw refusedPath(path, 'is a link, and links are not followed')
  if (stats.isDirectory()) throw refusedPath(path, 'is a folder')
  if (!stats.isFile()) throw refusedPath(path, 'is not a regular file')
}

function heldFolder(handle: FileHandle, names: readonly string[]): Folder {
  const path = `/proc/self/fd/${handle.fd}`
  const pathOf = (name: string) => `${path}/${name}`
  return {
    names,
    path,
    pathOf,
    confirm: () => Promise.resolve(),
    enter: async (name) => heldFolder(await openChild(pathOf(name), [...names, name]), [...names, name]),
    close: () => handle.close(),
  }
}

async function openChild(path: string, names: readonly string[]): Promise<FileHandle> {
  try {
    return await openFolder(path)
  } catch (error) {
    // Of a link the system says only that it is no folder.
    if ((await lstat(path)).isSymbolicLink())
      throw refusedPath(names.join('/'), 'is a link, and links are not followed')
    throw error
  }
}

function openFolder(path: string): Promise<FileHandle> {
  return open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
}

function pathFolder(root: string, names: readonly string[]): Folder {
  const path = join(root, ...names)
  const pathOf = (name: string) => join(path, name)
  return {
    names,
    path,
    pathOf,
    confirm: (name, opened) => confirmPath(root, name === undefined ? names : [...names, name], opened),
    async enter(name) {
      const below = [...names, name]
      const stats = await lstat(pathOf(name), { bigint: true })
      if (stats.isSymbolicLink()) throw refusedPath(below.join('/'), 'is a link, and links are not followed')
      if (!stats.isDirectory()) throw Object.assign(new Error('not a folder'), { code: 'ENOTDIR' })
      await confirmPath(root, below)
      return pathFolder(root, below)
    },
    close: () => Promise.resolve(),
  }
}

async function confirmPath(root: string, names: readonly string[], opened?: BigIntStats): Promise<void> {
  const path = names.join('/')
  const moved = refusedPath(path, 'changed while it was used, or is not where it seems to be')
  for (let count = 1; count <= names.length; count += 1) {
    const stats = await lstat(join(root, ...names.slice(0, count)), { bigint: true })
    if (stats.isSymbolicLink() || (count < names.length && !stats.isDirectory())) throw moved
    if (count === names.length && opened && (stats.ino !== opened.ino || stats.dev !== opened.dev)) throw moved
  }
  // Catches what `lstat` sees no link in: mount points of Windows, short names, forgiving file systems.
  const real = relative(root, await realpath(join(root, ...names)))
  const realNames = real === '' ? [] : real.split(sep)
  if (realNames.length !== names.length || realNames.some((name, index) => !isSameName(name, names[index] ?? '')))
    throw moved
}

/** File systems may give names back in another case or composition; `foldName` would forgive more than that. */
function isSameName(real: string, given: string): boolean {
  return real.normalize('NFC').toLowerCase() === given.normalize('NFC').toLowerCase()
}
