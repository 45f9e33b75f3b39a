import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Absolute path of the repository. */
export const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..')

/** `pnpm@<version>`, as package.json pins it. */
export const pnpmVersion = readJson(join(root, 'package.json')).packageManager

/** How pnpm is started on a machine that has only npm: a command and its first arguments. */
export const pnpm = ['npx', '-y', pnpmVersion]

/** The packages that are published: `{ folder, manifest }`, `folder` absolute, sorted by name. */
export function publicPackages() {
  return readdirSync(join(root, 'packages'))
    .map((name) => join(root, 'packages', name))
    .filter((folder) => existsSync(join(folder, 'package.json')))
    .map((folder) => ({ folder, manifest: readJson(join(folder, 'package.json')) }))
    .filter(({ manifest }) => !manifest.private)
    .sort((left, right) => left.manifest.name.localeCompare(right.manifest.name))
}

/** Import specifiers of a package's entry points, for example `@x/types/testing`; its package.json is none. */
export function entryPoints(manifest) {
  return Object.keys(manifest.exports)
    .filter((path) => path !== './package.json')
    .map((path) => ({ path, specifier: manifest.name + path.slice(1) }))
}

export function readJson(path) {
  return JSON.parse(readFileSync(path, 'utf8'))
}
