/*
 * Keeps the provider of templates/provider as it is at this release, together with the contract that it was built on and
 * the service it speaks to: tests/compat/released/<version of @x/types>/. Later releases must go on running it.
 *
 *   node scripts/freeze-provider.mjs           part of `pnpm version-packages`; leaves a version that is there alone
 *   node scripts/freeze-provider.mjs --again   writes it anew; only before the version is published
 */
import { existsSync } from 'node:fs'
import { join, relative } from 'node:path'
import { build } from 'esbuild'
import { readJson, root } from './shared/repository.mjs'

const { version } = readJson(join(root, 'packages/types/package.json'))
const home = join(root, 'tests/compat/released', version)
const template = join(root, 'templates/provider')

if (existsSync(home) && !process.argv.includes('--again')) {
  console.log(`${relative(root, home)} is there already: a released provider is never changed.`)
} else {
  await freeze('provider.mjs', `export * from './src/index.js'`)
  await freeze('service.mjs', `export * from './test/start-service.js'\nexport * from './test/behaviours.js'`)
}

/** One readable file with all that it needs but Node itself. */
async function freeze(name, contents) {
  await build({
    stdin: { contents, resolveDir: template, sourcefile: 'released.js' },
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    absWorkingDir: root,
    alias: { '@x/types': join(root, 'packages/types/src/index.ts') },
    banner: {
      js: `// templates/provider as released with @x/types ${version}. Made by scripts/freeze-provider.mjs; never edited.`,
    },
    outfile: join(home, name),
    logLevel: 'warning',
  })
  console.log(`wrote ${relative(root, join(home, name))}`)
}
