import { appendFile, mkdir, open, stat, truncate } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { CassetteEntry } from './cassette-entry.js'

/** Writes entries to a file of JSON lines, which only its owner may read. */
export interface CassetteWriter {
  /** Resolves when the entry is in the file. Entries are written one after another, each in one piece. */
  append(entry: CassetteEntry): Promise<void>
}

/**
 * Opens a cassette to add to it; the file and its folder are made if there are none. What a crash left of a last line is
 * cut off.
 * @throws Error when it cannot be written.
 */
export async function openCassette(path: string): Promise<CassetteWriter> {
  try {
    await mkdir(dirname(path), { recursive: true })
    await appendFile(path, '', { mode: 0o600 })
    const kept = await wholeLines(path)
    if (kept < (await stat(path)).size) await truncate(path, kept)
  } catch (cause) {
    throw new Error(`The cassette ${path} cannot be written: ${(cause as Error).message}`, { cause })
  }
  let last: Promise<void> = Promise.resolve()
  return {
    append(entry) {
      const written = last.then(() => appendFile(path, `${JSON.stringify(entry)}\n`, { mode: 0o600 }))
      // One entry that cannot be written does not stop the next one.
      last = written.catch(() => {})
      return written
    },
  }
}

/**
 * All entries of a cassette, without the beginning of a last line that a crash left.
 * @throws Error when it cannot be read, naming the line.
 */
export async function readCassette(path: string): Promise<readonly CassetteEntry[]> {
  try {
    const file = await open(path)
    try {
      const { size } = await file.stat()
      if (size > maxBytes) throw new Error(`it has ${size} bytes, and ${maxBytes} are the most.`)
      const lines = (await file.readFile('utf8')).split('\n').slice(0, -1)
      return lines.flatMap((line, index) => (line.trim() === '' ? [] : [fromLine(line, index + 1)]))
    } finally {
      await file.close()
    }
  } catch (cause) {
    throw new Error(`The cassette ${path} cannot be read: ${(cause as Error).message}`, { cause })
  }
}

const maxBytes = 200_000_000

function fromLine(line: string, number: number): CassetteEntry {
  let entry: Partial<CassetteEntry>
  try {
    entry = Object(JSON.parse(line)) as Partial<CassetteEntry>
  } catch (cause) {
    throw new Error(`line ${number} is no JSON.`, { cause })
  }
  if (entry.version !== 1) throw new Error(`line ${number} is no entry of version 1.`)
  for (const member of ['method', 'path', 'body', 'answer'] as const) {
    if (!entry[member]) throw new Error(`line ${number} has no ${member}.`)
  }
  return entry as CassetteEntry
}

/** Bytes up to the last line feed. */
async function wholeLines(path: string): Promise<number> {
  const file = await open(path)
  try {
    const { size } = await file.stat()
    const step = Buffer.alloc(65_536)
    for (let end = size; end > 0; ) {
      const start = Math.max(0, end - step.length)
      const { bytesRead } = await file.read(step, 0, end - start, start)
      const found = step.subarray(0, bytesRead).lastIndexOf('\n')
      if (found >= 0) return start + found + 1
      end = start
    }
    return 0
  } finally {
    await file.close()
  }
}
