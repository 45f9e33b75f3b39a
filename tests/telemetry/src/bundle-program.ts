import { createHash } from 'node:crypto'
import { mkdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const here = fileURLToPath(new URL('.', import.meta.url))
const cache = fileURLToPath(new URL('../node_modules/.cache/', import.meta.url))

/**
 * A program of this folder, made of the sources of this repository, for a process of its own. The OpenTelemetry
 * packages stay outside, and are found unless `folder` is one from where they cannot be.
 */
export async function bundleProgram(name: string, folder = cache): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [join(here, `${name}.ts`)],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    conditions: ['@x/source'],
    external: ['@opentelemetry/*'],
  })
  const code = outputFiles[0]?.contents ?? new Uint8Array()
  const file = join(folder, `${name}-${createHash('sha256').update(code).digest('hex').slice(0, 8)}.mjs`)
  await mkdir(folder, { recursive: true })
  // Test files run at once: nobody may see half a program.
  await writeFile(`${file}.${process.pid}`, code)
  await rename(`${file}.${process.pid}`, file)
  return file
}
