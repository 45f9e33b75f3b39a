#!/usr/bin/env node
/*
 * Makes a provider package of its own from templates/provider: a whole one, to be bent to another service.
 *
 *   node templates/create-provider.mjs <folder> [--name @me/provider-acme]
 *
 * The name defaults to that of the folder. What follows `provider-` in it becomes the name of the function (`acme`), of
 * the provider in messages and traces, and of the environment variable with the key (`ACME_API_KEY`).
 */
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'

const here = dirname(fileURLToPath(import.meta.url))
const root = dirname(here)

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  try {
    const { positionals, values } = parseArgs({ allowPositionals: true, options: { name: { type: 'string' } } })
    if (positionals.length !== 1) throw new Error('usage: create-provider.mjs <folder> [--name @me/provider-acme]')
    const { folder, name } = createProvider(positionals[0], values.name)
    console.log(`${name} is in ${folder}. Next:\n\n  cd ${positionals[0]}\n  npm install\n  npm test\n`)
  } catch (error) {
    console.error(error.message)
    process.exitCode = 1
  }
}

/**
 * @param {string} folder must not exist, or be empty
 * @param {string} [name] of the package
 * @returns {{ folder: string, name: string }} `folder` absolute
 * @throws Error for a name that cannot be used, or a folder that is taken
 */
export function createProvider(folder, name = basename(resolve(folder))) {
  const home = resolve(folder)
  if (existsSync(home) && readdirSync(home).length > 0) throw new Error(`${folder} is not empty.`)
  const words = wordsOf(name)
  mkdirSync(home, { recursive: true })
  // What building and testing in the template itself leaves behind stays there.
  const leftOut = new Set(['node_modules', 'dist'])
  cpSync(join(here, 'provider'), home, { recursive: true, filter: (path) => !leftOut.has(basename(path)) })
  cpSync(join(root, 'LICENSE'), join(home, 'LICENSE'))
  for (const path of filesIn(home)) {
    writeFileSync(path, renamed(readFileSync(path, 'utf8'), name, words))
    renameSync(path, join(dirname(path), renamed(basename(path), name, words)))
  }
  writeFileSync(join(home, 'package.json'), withVersions(readFileSync(join(home, 'package.json'), 'utf8')))
  return { folder: home, name }
}

/** `acme`, `cloud` of `@me/provider-acme-cloud`. */
function wordsOf(name) {
  const [, short] = /^(?:@[a-z0-9][a-z0-9._-]*\/)?(?:provider-)?([a-z][a-z0-9]*(?:-[a-z0-9]+)*)$/.exec(name) ?? []
  if (short === undefined) {
    throw new Error(`"${name}" cannot be the name of a provider package. Take one such as @me/provider-acme.`)
  }
  return short.split('-')
}

/** The template speaks of "Acme Cloud", two words, so that every way to write a name can be told from the others. */
function renamed(text, name, words) {
  const capitalized = words.map((word) => word[0].toUpperCase() + word.slice(1))
  const pascal = capitalized.join('')
  return text
    .replaceAll('@me/provider-acme-cloud', () => name)
    .replaceAll('acme-cloud', () => words.join('-'))
    .replaceAll('ACME_CLOUD', () => words.join('_').toUpperCase())
    .replaceAll('AcmeCloud', () => pascal)
    .replaceAll('acmeCloud', () => words[0] + pascal.slice(words[0].length))
    .replaceAll('Acme Cloud', () => capitalized.join(' '))
}

/** The versions of the tools are those of this repository, and `@x/types` is the one that lies here. */
function withVersions(manifest) {
  const catalog = readFileSync(join(root, 'pnpm-workspace.yaml'), 'utf8')
  const { version } = JSON.parse(readFileSync(join(root, 'packages/types/package.json'), 'utf8'))
  return manifest.replaceAll('"workspace:^"', `"^${version}"`).replaceAll(/"([^"]+)": "catalog:"/g, (_, dependency) => {
    const row = catalog.split('\n').find((line) => new RegExp(`^  "?${dependency}"?: `).test(line))
    if (!row) throw new Error(`pnpm-workspace.yaml has no version of ${dependency}.`)
    return `"${dependency}": "${row.split(': ')[1].trim()}"`
  })
}

function filesIn(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
}
