import { open } from 'node:fs/promises'
import { basename } from 'node:path'
import type { DocumentPart, ImagePart } from '@x/types'
import { AgentError, isAgentError } from '@x/types'
import type { ImageOptions, PdfOptions } from './media-input.js'
import { image, pdf } from './media-input.js'

/*
 * Reads files, and is therefore an entry of its own: whoever imports it means to, and gives it no path that came from a
 * model or from the web.
 */

/** More than any model takes; a wrong path should not fill the memory. */
const maxBytes = 25_000_000

/**
 * An image for the content of a message, from a file.
 * @throws AgentError `invalid-messages` when it cannot be read, is longer than 25 MB or is no image
 */
export async function imageFile(path: string, options?: ImageOptions): Promise<ImagePart> {
  return image(await readBounded(path), options)
}

/**
 * A PDF for the content of a message, from a file; its name is the file's unless one is given.
 * @throws AgentError `invalid-messages` when it cannot be read, is longer than 25 MB or is no PDF
 */
export async function pdfFile(path: string, options?: PdfOptions): Promise<DocumentPart> {
  return pdf(await readBounded(path), { name: basename(path), ...options })
}

async function readBounded(path: string): Promise<Uint8Array> {
  try {
    const file = await open(path)
    try {
      const stat = await file.stat()
      if (!stat.isFile() || stat.size > maxBytes) {
        throw new AgentError('invalid-messages', `${path} is no file of at most ${maxBytes} bytes.`)
      }
      return await file.readFile()
    } finally {
      await file.close()
    }
  } catch (cause) {
    if (isAgentError(cause)) throw cause
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new AgentError('invalid-messages', `${path} could not be read: ${reason}.`, { cause })
  }
}
