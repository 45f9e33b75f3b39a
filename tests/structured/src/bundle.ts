import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'esbuild'

/** Bundles a TypeScript program of this folder from sources, so that plain `node` can run it in a process of its own. */
export async function bundle(entry: string): Promise<string> {
  const outfile = join(await mkdtemp(join(tmpdir(), 'x-bundle-')), 'program.mjs')
  await build({
    ...{ entryPoints: [entry], outfile, bundle: true, format: 'esm', platform: 'node', target: 'node20' },
    ...{ conditions: ['@x/source'], logLevel: 'silent' },
    // Parts of the AWS SDK are CommonJS.
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  })
  return outfile
}
