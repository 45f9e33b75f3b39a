import type { FileHandle } from 'node:fs/promises'
import { open } from 'node:fs/promises'
import { crc32 } from 'node:zlib'
import type { JsonValue } from '@x/types'

/** Where a record stands in its file. */
export interface RecordPlace {
  /** Of the line, in bytes. */
  readonly offset: number
  readonly length: number
  /** Among the records of the line. */
  readonly index: number
}

export type OnRecord = (record: JsonValue, place: RecordPlace) => void

/** A file in which something in front of whole records is broken: no crash does that. */
export class DamagedFile extends Error {}

/** One line, as it stands in a file. `texts` are JSON, in which no line ends. */
export function toLine(texts: readonly string[]): Buffer {
  const body = Buffer.from(`[${texts.join(',')}]`)
  return Buffer.concat([Buffer.from(headOf(body)), body, newline])
}

const newline = Buffer.from('\n')
/** Two numbers of eight hex digits, each with a space behind it. */
const headLength = 18
const chunkLength = 65_536

function headOf(body: Buffer): string {
  return `${hex8(body.length)} ${hex8(crc32(body))} `
}

function hex8(number: number): string {
  return number.toString(16).padStart(8, '0')
}

/** The records of a line with its end, or nothing when it is not whole. */
export function fromLine(line: Buffer): JsonValue[] | undefined {
  const body = line.subarray(headLength, -1)
  if (line.at(-1) !== newline[0] || line.subarray(0, headLength).toString('latin1') !== headOf(body)) return undefined
  return JSON.parse(body.toString()) as JsonValue[]
}

/**
 * Reads all whole lines, no more than one of them in memory at a time, and says where they end.
 * @throws DamagedFile
 */
export async function readLines(handle: FileHandle, onRecord: OnRecord): Promise<number> {
  let whole = 0
  let isBroken = false
  for await (const line of linesOf(handle)) {
    const records = fromLine(line)
    if (!records) isBroken = true
    else if (isBroken) throw new DamagedFile(`The file is damaged at byte ${whole}, with whole records behind it.`)
    else {
      tell(records, { offset: whole, length: line.length }, onRecord)
      whole += line.length
    }
  }
  return whole
}

/** Reads the last line alone; false when it is not whole. */
export async function readLastLine(handle: FileHandle, size: number, onRecord: OnRecord): Promise<boolean> {
  if (size === 0) return true
  for (let length = Math.min(size, 4096); ; length = Math.min(size, 8 * length)) {
    const tail = await readAt(handle, size - length, length)
    const from = tail.length < 2 ? 0 : tail.lastIndexOf(newline, tail.length - 2) + 1
    if (from === 0 && length < size) continue
    const line = tail.subarray(from)
    const records = fromLine(line)
    if (records) tell(records, { offset: size - line.length, length: line.length }, onRecord)
    return records !== undefined
  }
}

/** @throws DamagedFile when the file is shorter */
export async function readAt(handle: FileHandle, offset: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length)
  for (let read = 0; read < length; ) {
    const { bytesRead } = await handle.read(bytes, read, length - read, offset + read)
    if (bytesRead === 0) throw new DamagedFile(`The file ends at byte ${offset + read}.`)
    read += bytesRead
  }
  return bytes
}

/** The record that a file begins with. @throws DamagedFile */
export async function readFirstRecord(path: string): Promise<JsonValue> {
  const handle = await open(path, 'r')
  try {
    const { size } = await handle.stat()
    for (let length = Math.min(size, 4096); ; length = Math.min(size, 8 * length)) {
      const start = await readAt(handle, 0, length)
      const records = fromLine(start.subarray(0, start.indexOf(newline) + 1))
      if (records?.[0] !== undefined) return records[0]
      if (length === size) throw new DamagedFile('The file does not begin with a whole line.')
    }
  } finally {
    await handle.close()
  }
}

function tell(records: readonly JsonValue[], place: Omit<RecordPlace, 'index'>, onRecord: OnRecord): void {
  for (const [index, record] of records.entries()) onRecord(record, { ...place, index })
}

/** Each with its end; what stands behind the last end comes as it is. */
async function* linesOf(handle: FileHandle): AsyncGenerator<Buffer, void, void> {
  let pieces: Buffer[] = []
  for (let position = 0; ; ) {
    const chunk = Buffer.alloc(chunkLength)
    const { bytesRead } = await handle.read(chunk, 0, chunkLength, position)
    if (bytesRead === 0) break
    position += bytesRead
    let rest = chunk.subarray(0, bytesRead)
    for (let end = rest.indexOf(newline); end >= 0; end = rest.indexOf(newline)) {
      yield Buffer.concat([...pieces, rest.subarray(0, end + 1)])
      pieces = []
      rest = rest.subarray(end + 1)
    }
    if (rest.length > 0) pieces.push(rest)
  }
  if (pieces.length > 0) yield Buffer.concat(pieces)
}
