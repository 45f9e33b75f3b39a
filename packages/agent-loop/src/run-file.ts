import { rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { JsonValue } from '@x/types'
import { AgentError, isAgentError } from '@x/types'
import type { JournalEntry, JournalStore } from './journal.js'
import type { FileLock } from './lock-file.js'
import { lockFile } from './lock-file.js'
import { nameFile } from './name-file.js'
import type { RecordPlace } from './record-lines-file.js'
import { RecordsFile } from './records-file.js'
import { makeFolder, syncFolder } from './write-file.js'

/** `value` stands only in records that are done. */
interface StepRecord {
  readonly key: string
  readonly status: JournalEntry['status'] | 'deleted'
  readonly value?: JsonValue
}

/** By key; the values of steps that are done stay in the file. */
type Entries = Map<string, RecordPlace | 'started'>

/** The steps of one run in its locked file, which holds one record for each change. */
export class RunFile implements JournalStore {
  readonly #runId: string
  readonly #path: string
  readonly #lock: FileLock
  readonly #file: RecordsFile
  readonly #entries: Entries
  isBroken = false

  private constructor(runId: string, path: string, lock: FileLock, file: RecordsFile, entries: Entries) {
    this.#runId = runId
    this.#path = path
    this.#lock = lock
    this.#file = file
    this.#entries = entries
  }

  /** @throws AgentError `conflict` when another process has it for longer than `lockTimeoutMs`; `journal` */
  static async open(folder: string, runId: string, lockTimeoutMs: number): Promise<RunFile> {
    const path = join(folder, `${nameFile(runId)}.journal`)
    try {
      await makeFolder(folder)
      const lock = await lockFile(path, lockTimeoutMs)
      try {
        const entries: Entries = new Map()
        const onRecord = (record: JsonValue, place: RecordPlace) =>
          note(entries, record as unknown as StepRecord, place)
        const file = await RecordsFile.open(path, { onRecord, beforeWrite: () => lock.check() })
        return new RunFile(runId, path, lock, file, entries)
      } catch (error) {
        await lock.release()
        throw error
      }
    } catch (error) {
      throw toAgentError(error, runId)
    }
  }

  async get(key: string): Promise<JournalEntry | undefined> {
    const found = this.#entries.get(key)
    if (found === undefined) return undefined
    if (found === 'started') return { status: 'started' }
    const { value = null } = (await this.#orFail(this.#file.read(found))) as unknown as StepRecord
    return { status: 'done', value }
  }

  async set(key: string, entry: JournalEntry): Promise<void> {
    await this.#add({ key, ...entry })
  }

  async delete(key: string): Promise<void> {
    await this.#add({ key, status: 'deleted' })
  }

  /** Steps that still are at work cannot be written down any more. */
  async close(): Promise<void> {
    try {
      await this.#file.close()
    } finally {
      await this.#lock.release()
    }
  }

  async remove(): Promise<void> {
    try {
      await this.#file.close()
      await rm(this.#path, { force: true })
      await syncFolder(dirname(this.#path))
    } finally {
      await this.#lock.release()
    }
  }

  async #add(record: StepRecord): Promise<void> {
    const place = await this.#orFail(this.#file.append(JSON.stringify(record)))
    note(this.#entries, record, place)
  }

  async #orFail<Value>(work: Promise<Value>): Promise<Value> {
    try {
      return await work
    } catch (error) {
      this.isBroken = true
      throw toAgentError(error, this.#runId)
    }
  }
}

function note(entries: Entries, { key, status }: StepRecord, place: RecordPlace): void {
  if (status === 'deleted') entries.delete(key)
  else entries.set(key, status === 'done' ? place : 'started')
}

function toAgentError(error: unknown, runId: string): AgentError {
  if (isAgentError(error)) return error
  const text = `The journal of the run ${runId} cannot be used: ${error instanceof Error ? error.message : String(error)}`
  const hint = 'The run was ended, so that nothing is done that is not on record.'
  return new AgentError('journal', text, { hint, scope: 'run', cause: error })
}
