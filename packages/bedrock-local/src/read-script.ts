import { open } from 'node:fs/promises'
import { checkScript } from './check-script.js'
import type { ReplyFunction } from './reply.js'
import { replyRules } from './reply-rules.js'

/**
 * Rules from a JSON file: `{ "rules": [...], "otherwise": "error" }`, each as in {@link replyRules}, with regular
 * expressions as `{ "regex": "...", "flags": "i" }`. Nothing in the file is run.
 * @throws Error that names the file, and the places in it that are wrong.
 */
export async function readScript(path: string): Promise<ReplyFunction> {
  try {
    const value: unknown = JSON.parse(await readBounded(path))
    checkScript(value)
    return replyRules(value.rules, value.otherwise ? { otherwise: value.otherwise } : {})
  } catch (cause) {
    throw new Error(`The script ${path} cannot be used. ${(cause as Error).message}`, { cause })
  }
}

const maxBytes = 1_000_000

/** The whole of a file that may be only so long. */
async function readBounded(path: string): Promise<string> {
  const file = await open(path)
  try {
    const { size } = await file.stat()
    if (size > maxBytes) throw new Error(`It has ${size} bytes, and ${maxBytes} are the most.`)
    return await file.readFile('utf8')
  } finally {
    await file.close()
  }
}
