import type { FileHandle } from 'node:fs/promises'
import { open } from 'node:fs/promises'
import { dirname } from 'node:path'
import { AgentError } from '@x/types'
import type { ResultLog } from './result-log.js'

export interface ResultLogFile extends ResultLog, AsyncDisposable {
  /** Once what is being written is on the disk. */
  close(): Promise<void>
}

/**
 * A result log in a JSONL file, made when there is none. A line is on the disk for good before its result is given out;
 * lines that come together share one write. For one batch at a time.
 * @throws AgentError `result-log` when the file cannot be opened, read or written
 */
export async function resultLogFile(path: string): Promise<ResultLogFile> {
  const handle = await openLog(path)
  let waiting: Waiting[] = []
  let writing: Promise<void> | undefined
  let isClosed = false
  // A line that a crash has torn is ended, so that the next one does not become a part of it.
  let opening = (await endsInLine(handle)) ? '' : '\n'

  const write = async () => {
    while (waiting.length > 0) {
      const batch = waiting
      waiting = []
      try {
        await handle.appendFile(opening + batch.map(({ line }) => `${line}\n`).join(''))
        await handle.datasync()
        opening = ''
        for (const { resolve } of batch) resolve()
      } catch (cause) {
        // What has arrived of it is not known.
        opening = '\n'
        for (const { reject } of batch) reject(failure(path, 'written', cause))
      }
    }
    writing = undefined
  }
  const close = async () => {
    if (isClosed) return
    isClosed = true
    await writing
    await handle.close()
  }
  return {
    lines: linesOf(handle, path),
    append(line) {
      if (isClosed) return Promise.reject(failure(path, 'written', 'it was closed'))
      return new Promise((resolve, reject) => {
        waiting.push({ line, resolve, reject })
        writing ??= write()
      })
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}

interface Waiting {
  readonly line: string
  resolve(): void
  reject(error: unknown): void
}

async function openLog(path: string): Promise<FileHandle> {
  try {
    const handle = await open(path, 'a+', 0o600)
    await syncFolder(dirname(path))
    return handle
  } catch (cause) {
    throw failure(path, 'opened', cause)
  }
}

/** Makes the name of a new file stay. Windows has no such call, and needs none. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return
  const folder = await open(path, 'r')
  await folder.sync().finally(() => folder.close())
}

async function endsInLine(handle: FileHandle): Promise<boolean> {
  const { size } = await handle.stat()
  if (size === 0) return true
  const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, size - 1)
  return buffer[0] === newline
}

const newline = 0x0a

/** By bytes: what ends a line elsewhere, such as U+2028, may stand within JSON. */
async function* linesOf(handle: FileHandle, path: string): AsyncGenerator<string, void, void> {
  let pieces: Buffer[] = []
  for (let position = 0; ; ) {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(65_536), 0, 65_536, position).catch((cause) => {
      throw failure(path, 'read', cause)
    })
    if (bytesRead === 0) break
    position += bytesRead
    let rest = buffer.subarray(0, bytesRead)
    for (let end = rest.indexOf(newline); end >= 0; end = rest.indexOf(newline)) {
      yield Buffer.concat([...pieces, rest.subarray(0, end)]).toString()
      pieces = []
      rest = rest.subarray(end + 1)
    }
    if (rest.length > 0) pieces.push(rest)
  }
  if (pieces.length > 0) yield Buffer.concat(pieces).toString()
}

function failure(path: string, what: string, cause: unknown): AgentError {
  const why = cause instanceof Error ? cause.message : String(cause)
  return new AgentError('result-log', `The result log ${path} cannot be ${what}: ${why}.`, { cause })
}
