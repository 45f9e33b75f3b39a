import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { ToolContext } from '@x/types'
import { onTestFinished } from 'vitest'
import type { FileToolsOptions } from '../src/files.js'
import { fileTools } from '../src/files.js'
import { toolContext } from './tool-context.js'

/** A folder of one test, with a secret beside the root. */
export async function makeFolder(files: { readonly [path: string]: string | Uint8Array } = {}) {
  const base = await realpath(await mkdtemp(join(tmpdir(), 'file-tools-')))
  onTestFinished(() => rm(base, { recursive: true, force: true }))
  const root = join(base, 'root')
  await mkdir(root)
  await writeFile(join(base, 'secret.txt'), 'SECRET')
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true })
    await writeFile(join(root, path), content)
  }
  return { base, root, secret: join(base, 'secret.txt') }
}

/** Calls the tools of a root by name. */
export function toolsOf(root: string, options: Partial<FileToolsOptions> = {}) {
  const tools = fileTools({ root, ...options })
  return (name: string, input: object, context: ToolContext = toolContext().context) => {
    const tool = tools.find((one) => one.name === name)
    if (!tool) throw new Error(`There is no tool ${name}.`)
    return tool.execute(input as never, context)
  }
}
