import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { entryPoints, root } from '../shared/repository.mjs'
import { run, tail } from '../shared/run.mjs'

/**
 * Installs all tarballs with plain npm in an empty project and uses every entry point there: by `import`, by
 * `require`, and by TypeScript under the two module resolutions in use. All tarballs at once, because none of them can
 * be installed before its siblings are published.
 */
export async function checkConsumer(packed, folder) {
  const home = join(folder, 'consumer')
  mkdirSync(home)
  const specifiers = packed.flatMap(({ manifest }) => entryPoints(manifest).map(({ specifier }) => specifier))
  writeFileSync(join(home, 'package.json'), JSON.stringify({ name: 'consumer', private: true, type: 'module' }))
  const peers = packed.flatMap(({ manifest }) => Object.entries(manifest.peerDependencies ?? {}))
  const wanted = [
    ...packed.map(({ tarball }) => tarball),
    ...peers.map(([name, range]) => `${name}@${range}`),
    '@types/node@20',
  ]
  const install = await run(['npm', 'install', '--no-audit', '--no-fund', '--ignore-scripts', ...wanted], { cwd: home })
  if (install.status !== 0) return [`npm could not install the tarballs:\n${tail(install.output)}`]

  writeConsumer(home, specifiers)
  const tsc = join(root, 'node_modules/typescript/bin/tsc')
  const commands = [
    ['every entry point by import and require', [process.execPath, 'use-all.mjs']],
    ['types under nodenext', [process.execPath, tsc, '-p', 'tsconfig.nodenext.json']],
    ['types under bundler', [process.execPath, tsc, '-p', 'tsconfig.bundler.json']],
    ...commandsOf(packed).map((name) => [`${name} --help`, [join(home, 'node_modules/.bin', name), '--help']]),
  ]
  const problems = []
  for (const [what, command] of commands) {
    const { status, output } = await run(command, { cwd: home, timeoutMs: 120_000 })
    if (status !== 0) problems.push(`installed from the tarballs, ${what}:\n${tail(output)}`)
  }
  return problems
}

function commandsOf(packed) {
  return packed.flatMap(({ manifest }) => Object.keys(manifest.bin ?? {}))
}

function writeConsumer(home, specifiers) {
  writeFileSync(join(home, 'use-all.mjs'), useAll(specifiers))
  const imports = specifiers.map((specifier, index) => `import * as entry${index} from '${specifier}'`)
  const entries = specifiers.map((_, index) => `entry${index}`).join(', ')
  const module = `${imports.join('\n')}\nexport const entries = [${entries}]\n`
  const required = specifiers.map((specifier, index) => `import entry${index} = require('${specifier}')`)
  writeFileSync(join(home, 'consumer.ts'), module)
  writeFileSync(join(home, 'consumer-commonjs.cts'), `${required.join('\n')}\nexport const entries = [${entries}]\n`)
  const strict = { strict: true, exactOptionalPropertyTypes: true, noEmit: true, target: 'es2022', types: ['node'] }
  const nodenext = { ...strict, module: 'nodenext', moduleResolution: 'nodenext' }
  const bundler = { ...strict, module: 'esnext', moduleResolution: 'bundler' }
  writeTsconfig(home, 'nodenext', nodenext, ['consumer.ts', 'consumer-commonjs.cts'])
  writeTsconfig(home, 'bundler', bundler, ['consumer.ts'])
}

function writeTsconfig(home, name, compilerOptions, files) {
  writeFileSync(join(home, `tsconfig.${name}.json`), JSON.stringify({ compilerOptions, files }))
}

/** Both ways in must lead to the very same objects, or `instanceof` fails between them. */
function useAll(specifiers) {
  return `import { createRequire } from 'node:module'
const require = createRequire(import.meta.url)
for (const specifier of ${JSON.stringify(specifiers)}) {
  const imported = await import(specifier)
  const required = require(specifier)
  const names = Object.keys(imported)
  if (names.length === 0) throw new Error(specifier + ' exports nothing')
  for (const name of names) {
    if (imported[name] !== required[name]) throw new Error(specifier + ': ' + name + ' differs between import and require')
  }
}
`
}
