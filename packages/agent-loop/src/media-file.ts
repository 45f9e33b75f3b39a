import { createHash, randomUUID } from 'node:crypto'
import { access, readdir, readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { AgentError } from '@x/types'
import type { MediaStore } from './keep-media.js'
import { makeFolder, writeWhole } from './write-file.js'

/**
 * Media in a folder, one file each, under the SHA-256 of their base64 text: the same content is kept once, whoever
 * writes it, and what comes back is what was written.
 * @throws AgentError `session` (scope `run`) for a reference that is not kept here, or a file that is damaged
 */
export function fileMediaStore(folder: string): MediaStore {
  let sweeping: Promise<void> | undefined
  return {
    async put(base64) {
      const reference = hashOf(base64)
      const path = join(folder, reference)
      await makeFolder(folder)
      sweeping ??= sweep(folder)
      await sweeping
      const isKept = await access(path).then(
        () => true,
        () => false,
      )
      if (!isKept) await writeWhole(path, join(folder, `${reference}.${randomUUID()}.new`), base64)
      return reference
    },
    async get(reference) {
      // References come from a store; none may lead out of the folder.
      if (!/^[0-9a-f]{64}$/.test(reference)) throw unknownMedia(reference, undefined)
      const base64 = await readFile(join(folder, reference), 'utf8').catch((cause: unknown) => {
        throw unknownMedia(reference, cause)
      })
      if (hashOf(base64) === reference) return base64
      throw new AgentError('session', `The media file ${reference} is damaged.`, { scope: 'run' })
    },
  }
}

const hourMs = 3_600_000

/** Clears away what crashes left half-written. */
async function sweep(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!name.endsWith('.new')) continue
    const path = join(folder, name)
    const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Number.POSITIVE_INFINITY }))
    if (Date.now() - mtimeMs > hourMs) await rm(path, { force: true })
  }
}

function hashOf(base64: string): string {
  return createHash('sha256').update(base64).digest('hex')
}

function unknownMedia(reference: string, cause: unknown): AgentError {
  return new AgentError('session', `There are no media under the reference ${reference.slice(0, 80)}.`, {
    hint: 'Open the store on the folder that they were written to.',
    scope: 'run',
    cause,
  })
}
