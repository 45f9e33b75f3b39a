import type { FileHandle } from 'node:fs/promises'
import { AgentError } from '@x/types'
import { checkAborted } from './file-error.js'

/**
 * The whole text of an open file; a byte order mark stays part of it.
 * @throws AgentError `tool-failed` for one of more than `maxBytes`, and for one that is not UTF-8 text
 */
export async function readText(
  handle: FileHandle,
  path: string,
  maxBytes: number,
  signal: AbortSignal,
): Promise<string> {
  const bytes = await readBytes(handle, maxBytes + 1, signal)
  if (bytes.length > maxBytes) {
    throw new AgentError('tool-failed', `"${path}" is larger than ${maxBytes} bytes, which is the most that is read.`)
  }
  const text = decodeText(bytes)
  if (text === undefined) {
    throw new AgentError('tool-failed', `"${path}" is a binary file, or not in UTF-8: only text can be used.`)
  }
  return text
}

/** `undefined` for bytes that are not UTF-8 text. */
function decodeText(bytes: Uint8Array): string | undefined {
  if (bytes.subarray(0, 8_192).includes(0)) return undefined
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return undefined
  }
}

/** Not by the size that the file claims: files of /proc claim none, and others grow. */
async function readBytes(handle: FileHandle, maxBytes: number, signal: AbortSignal): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let length = 0
  while (length < maxBytes) {
    checkAborted(signal)
    const buffer = Buffer.allocUnsafe(Math.min(65_536, maxBytes - length))
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, null)
    if (bytesRead === 0) break
    chunks.push(buffer.subarray(0, bytesRead))
    length += bytesRead
  }
  return Buffer.concat(chunks)
}
