import type { FileHandle } from 'node:fs/promises'
import { open } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { JsonValue } from '@x/types'
import type { OnRecord, RecordPlace } from './record-lines-file.js'
import { DamagedFile, fromLine, readAt, readLastLine, readLines, toLine } from './record-lines-file.js'
import { syncFolder } from './write-file.js'

/**
 * A file to which records are added at the end. Records that come while others are being written go together, as one
 * line: its length and checksum, in hex, and a JSON list. As one line is on the disk for good before the next begins,
 * only the last one can be torn by a crash, and then nobody was told that it is on record.
 *
 * The caller sees to it that nobody else writes to the file.
 */
export class RecordsFile {
  readonly #handle: FileHandle
  readonly #beforeWrite: () => Promise<void>
  #size: number
  #waiting: Waiting[] = []
  #writing: Promise<void> | undefined
  #failure: unknown

  private constructor(handle: FileHandle, size: number, beforeWrite: () => Promise<void>) {
    this.#handle = handle
    this.#size = size
    this.#beforeWrite = beforeWrite
  }

  /**
   * Opens a file, an empty one if there is none. A torn end is cut off.
   * @throws DamagedFile
   */
  static async open(path: string, options: OpenRecords): Promise<RecordsFile> {
    const { onRecord, lastLineOnly = false, beforeWrite = async () => {} } = options
    const handle = await openOrMake(path)
    try {
      const { size } = await handle.stat()
      const isWhole = lastLineOnly && (await readLastLine(handle, size, onRecord))
      const whole = isWhole ? size : await readLines(handle, onRecord)
      if (whole < size) await handle.truncate(whole)
      return new RecordsFile(handle, whole, beforeWrite)
    } catch (error) {
      await handle.close()
      throw error
    }
  }

  /** Adds a record, given as JSON, and says where it stands: on the disk for good by then. After a failure no more is taken: what is there is not known. */
  append(text: string): Promise<RecordPlace> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ text, resolve, reject })
      this.#writing ??= this.#write()
    })
  }

  async read({ offset, length, index }: RecordPlace): Promise<JsonValue> {
    const records = fromLine(await readAt(this.#handle, offset, length))
    if (!records) throw new DamagedFile(`The line at byte ${offset} is not what was written there.`)
    return records[index] as JsonValue
  }

  /** Once what is being written is on the disk; what still waits is refused. */
  async close(): Promise<void> {
    this.#failure ??= new Error('The file was closed.')
    await this.#writing
    await this.#handle.close()
  }

  async #write(): Promise<void> {
    // Steps that start together come one microtask after the other.
    await Promise.resolve()
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0)
      try {
        if (this.#failure !== undefined) throw this.#failure
        const line = toLine(batch.map(({ text }) => text))
        await this.#beforeWrite()
        const offset = this.#size
        await writeAt(this.#handle, line, offset)
        this.#size += line.length
        for (const [index, { resolve }] of batch.entries()) resolve({ offset, length: line.length, index })
      } catch (error) {
        this.#failure ??= error
        for (const { reject } of batch) reject(error)
      }
    }
    this.#writing = undefined
  }
}

export interface OpenRecords {
  /** Told every record in the file, or at least those of its last line. */
  readonly onRecord: OnRecord
  /** Read no more than the last line when that is whole. Default false. */
  readonly lastLineOnly?: boolean
  /** What must hold before each write; nothing is written when it rejects. */
  readonly beforeWrite?: () => Promise<void>
}

interface Waiting {
  readonly text: string
  resolve(place: RecordPlace): void
  reject(error: unknown): void
}

async function openOrMake(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'r+')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    const handle = await open(path, 'wx+', 0o600)
    await syncFolder(dirname(path))
    return handle
  }
}

async function writeAt(handle: FileHandle, bytes: Buffer, offset: number): Promise<void> {
  for (let written = 0; written < bytes.length; ) {
    const { bytesWritten } = await handle.write(bytes, written, bytes.length - written, offset + written)
    written += bytesWritten
  }
  await handle.datasync()
}
