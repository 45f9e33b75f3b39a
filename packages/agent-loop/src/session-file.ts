import { access, open, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { JsonValue } from '@x/types'
import { AgentError, isAgentError } from '@x/types'
import { lockFile } from './lock-file.js'
import { idOfFileName, nameFile } from './name-file.js'
import { DamagedFile, readFirstRecord, readLines, toLine } from './record-lines-file.js'
import { RecordsFile } from './records-file.js'
import type { SessionEntry, SessionStore, StoredSession } from './session-store.js'
import { sessionConflict } from './session-store.js'
import { makeFolder, syncFolder, writeWhole } from './write-file.js'

export { fileMediaStore } from './media-file.js'

export interface FileSessionStoreOptions {
  /** How long a write waits for other writers of the same session. Default 10,000. */
  readonly lockTimeoutMs?: number
}

/**
 * Sessions in a folder, one file each, for any number of processes that see the folder. Ids may be any text. What a
 * write has resolved for is on the disk for good; a write that a crash cut short never was.
 * @throws AgentError `session` (scope `run`) for a file that is damaged, or cannot be read or written; `conflict`
 */
export function fileSessionStore(folder: string, options: FileSessionStoreOptions = {}): SessionStore {
  const { lockTimeoutMs = 10_000 } = options
  const pathOf = (id: string) => join(folder, nameFile(id) + extension)

  async function alone<Result>(id: string, work: (path: string) => Promise<Result>): Promise<Result> {
    await makeFolder(folder)
    const lock = await lockFile(pathOf(id), lockTimeoutMs)
    try {
      return await work(pathOf(id))
    } finally {
      await lock.release()
    }
  }

  return {
    load: (id) =>
      orFail(async () => {
        try {
          return await readSession(pathOf(id))
        } catch (error) {
          // A reader may meet a torn end while it is cut off and written over; alone, it sees what is there.
          if (!(error instanceof DamagedFile)) throw error
          return alone(id, readSession)
        }
      }),
    append: (id, entries, version) =>
      orFail(() => {
        const next: Write = { version: version + 1, entries }
        const text = JSON.stringify(next)
        return alone(id, async (path) => {
          const found = await writeNext(path, { id, text, version })
          if (found !== version) throw sessionConflict(id, version, found)
          return next.version
        })
      }),
    delete: (id) =>
      orFail(() =>
        alone(id, async (path) => {
          await rm(path, { force: true })
          await syncFolder(folder)
        }),
      ),
    list: ({ after, limit = 100 } = {}) =>
      orFail(async () => {
        const ids = (await listIds(folder)).sort()
        return ids.filter((id) => after === undefined || id > after).slice(0, limit)
      }),
  }
}

const extension = '.session'

/** The first record of each file: its name may be a hash. */
interface Owner {
  readonly id: string
}

/** Each further record. */
interface Write {
  readonly version: number
  readonly entries: readonly SessionEntry[]
}

async function readSession(path: string): Promise<StoredSession | undefined> {
  const handle = await open(path, 'r').catch(unlessMissing)
  if (!handle) return undefined
  const entries: SessionEntry[] = []
  let version = 0
  try {
    await readLines(handle, (record) => {
      const write = record as unknown as Write | Owner
      if ('id' in write) return
      for (const entry of write.entries) entries.push(entry)
      version = write.version
    })
  } finally {
    await handle.close()
  }
  return { entries, version }
}

/** Writes if the session has this version, and gives the version that it had. */
async function writeNext(path: string, next: { id: string; text: string; version: number }): Promise<number> {
  const { id, text, version } = next
  const exists = (await access(path).catch(unlessMissing)) !== null
  if (!exists) {
    // In one piece, so that a file always has an owner and a version.
    const owner: Owner = { id }
    const lines = Buffer.concat([toLine([JSON.stringify(owner)]), toLine([text])])
    if (version === 0) await writeWhole(path, `${path}.new`, lines)
    return 0
  }
  let found = 0
  const onRecord = (record: JsonValue) => {
    found = (record as unknown as Write).version
  }
  const file = await RecordsFile.open(path, { onRecord, lastLineOnly: true })
  try {
    if (found === version) await file.append(text)
  } finally {
    await file.close()
  }
  return found
}

async function listIds(folder: string): Promise<string[]> {
  const names = (await readdir(folder).catch(unlessMissing)) ?? []
  const files = names.filter((name) => name.endsWith(extension))
  const ids = files.map(async (name) => idOfFileName(name.slice(0, -extension.length)) ?? ownerOf(join(folder, name)))
  return (await Promise.all(ids)).filter((id) => id !== undefined)
}

/** Missing when the file has gone in the meantime. */
async function ownerOf(path: string): Promise<string | undefined> {
  const owner = (await readFirstRecord(path).catch(unlessMissing)) as unknown as Owner | null
  return owner?.id
}

function unlessMissing(error: unknown): null {
  if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
  throw error
}

async function orFail<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    if (isAgentError(error)) throw error
    const reason = error instanceof Error ? error.message : String(error)
    throw new AgentError('session', `The session store cannot be used: ${reason}`, { scope: 'run', cause: error })
  }
}
