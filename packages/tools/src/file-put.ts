import { randomUUID } from 'node:crypto'
import type { BigIntStats } from 'node:fs'
import { constants } from 'node:fs'
import { link, open, rename, unlink } from 'node:fs/promises'
import { AgentError } from '@x/types'
import { statsOf } from './file-access.js'
import { checkNewName } from './file-create.js'
import { hasErrorCode } from './file-error.js'
import type { Folder } from './file-folder.js'
import { checkRegular } from './file-folder.js'

/** What stood there when it was last looked at; `undefined`: nothing. */
export type Expected = BigIntStats | undefined

/**
 * Puts a text in place of a file, or where none is, as one step: whoever looks sees the old text or the new one, also
 * after a power cut. The file is a new one: other names of the old one (hard links) keep the old text, and its owner is
 * whoever writes; its permissions are kept.
 * @throws AgentError `tool-failed` when what stands there is not what was expected any more
 */
export async function putText(folder: Folder, name: string, text: string, expected: Expected): Promise<void> {
  if (expected === undefined) await checkNewName(folder, name)
  const temporary = `.${randomUUID()}.tmp`
  try {
    await writeTemporary(folder, temporary, text, expected)
    if (expected === undefined) await place(folder, temporary, name)
    else {
      await checkUnchanged(folder, name, expected)
      await rename(folder.pathOf(temporary), folder.pathOf(name))
    }
  } catch (error) {
    await unlink(folder.pathOf(temporary)).catch(() => undefined)
    throw error
  }
  await syncFolder(folder)
}

async function writeTemporary(folder: Folder, temporary: string, text: string, expected: Expected): Promise<void> {
  const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants
  const handle = await open(folder.pathOf(temporary), O_WRONLY | O_CREAT | O_EXCL | (O_NOFOLLOW ?? 0), 0o666)
  try {
    // Before a single byte of it is written.
    await folder.confirm(temporary, await handle.stat({ bigint: true }))
    // Without the bits that run it as somebody else.
    if (expected) await handle.chmod(Number(expected.mode) & 0o777)
    await handle.writeFile(text)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** A second name for the temporary file fails if there is one already, which a renaming would replace. */
async function place(folder: Folder, temporary: string, name: string): Promise<void> {
  try {
    await link(folder.pathOf(temporary), folder.pathOf(name))
  } catch (error) {
    if (hasErrorCode(error, 'EEXIST') || !hasErrorCode(error, 'EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'))
      throw error
    // A file system without hard links: the moment between look and renaming cannot be closed there.
    if (await statsOf(folder, name)) throw Object.assign(new Error('exists'), { code: 'EEXIST' })
    return await rename(folder.pathOf(temporary), folder.pathOf(name))
  }
  await unlink(folder.pathOf(temporary))
}

async function checkUnchanged(folder: Folder, name: string, expected: BigIntStats): Promise<void> {
  const path = [...folder.names, name].join('/')
  const stats = await statsOf(folder, name)
  if (stats) checkRegular(stats, path)
  const keys = ['dev', 'ino', 'size', 'mtimeNs'] as const
  if (!stats || keys.some((key) => stats[key] !== expected[key])) {
    throw new AgentError('tool-failed', `"${path}" was changed by somebody else meanwhile.`, {
      hint: 'Read it again.',
      retryable: true,
    })
  }
}

/** So that the new name, too, outlives a power cut; Windows cannot, and does not need to. */
async function syncFolder(folder: Folder): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(folder.path, constants.O_RDONLY)
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
