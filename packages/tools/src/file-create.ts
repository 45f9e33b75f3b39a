import { mkdir, readdir } from 'node:fs/promises'
import { hasErrorCode, refusedPath } from './file-error.js'
import type { Folder } from './file-folder.js'
import { foldName } from './file-path.js'

/** Makes the folders that are missing on the way down. */
export async function createFolders(root: Folder, names: readonly string[]): Promise<void> {
  let folder = root
  try {
    for (const name of names) {
      const next = await enterOrMake(folder, name)
      if (folder !== root) await folder.close()
      folder = next
    }
  } finally {
    if (folder !== root) await folder.close()
  }
}

/**
 * On some systems two names that differ in case or in how letters are composed are one file; on others they only look
 * like one.
 * @throws AgentError `access-denied` for a new name beside such a twin
 */
export async function checkNewName(folder: Folder, name: string): Promise<void> {
  const folded = foldName(name)
  const twin = (await readdir(folder.path)).find((other) => other !== name && foldName(other) === folded)
  if (twin === undefined) return
  const path = [...folder.names, name].join('/')
  throw refusedPath(path, `cannot be made: "${twin}" is there, and differs in nothing but case or form`)
}

async function enterOrMake(folder: Folder, name: string): Promise<Folder> {
  try {
    return await folder.enter(name)
  } catch (error) {
    if (!hasErrorCode(error, 'ENOENT')) throw error
  }
  await checkNewName(folder, name)
  try {
    await mkdir(folder.pathOf(name))
  } catch (error) {
    // Made by another call in the meantime.
    if (!hasErrorCode(error, 'EEXIST')) throw error
  }
  return await folder.enter(name)
}
