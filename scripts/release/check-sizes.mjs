import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { entryPoints, readJson, root } from '../shared/repository.mjs'

const readmePath = join(root, 'README.md')
const tableInReadme = /(<!-- sizes -->\n)[\s\S]*?(\n<!-- \/sizes -->)/

/**
 * Bundles and minifies each entry point twice: alone, with every import left out, and with all that it needs.
 * Sizes are gzipped bytes. `imports` are the packages and built-ins that the entry point's own code asks for.
 */
export async function measure(packages) {
  const rows = []
  for (const { folder, manifest } of packages) {
    for (const { path, specifier } of entryPoints(manifest)) {
      const file = join(folder, manifest.exports[path].default)
      if (!existsSync(file)) throw new Error(`${specifier} is not built: run \`pnpm build\` first.`)
      const own = await bundle(file, { packages: 'external' })
      const whole = await bundle(file, { external: Object.keys(manifest.peerDependencies ?? {}) })
      rows.push({ specifier, ownBytes: own.bytes, wholeBytes: whole.bytes, imports: own.imports })
    }
  }
  return rows
}

/** Problems with sizes and imports: each entry point has its row in size-limits.json, which says what it may be. */
export function checkSizes(rows) {
  const limits = readJson(join(root, 'scripts/release/size-limits.json'))
  const measured = new Set(rows.map(({ specifier }) => specifier))
  const stale = Object.keys(limits).filter((specifier) => !measured.has(specifier))
  return [
    ...rows.flatMap((row) => rowProblems(row, limits[row.specifier])),
    ...stale.map((specifier) => `size-limits.json names ${specifier}, which is no entry point`),
    ...readmeProblems(rows),
  ]
}

/** The table of the README. */
export function sizeTable(rows) {
  const lines = rows.map(
    ({ specifier, ownBytes, wholeBytes, imports }) =>
      `| \`${specifier}\` | ${kilobytes(ownBytes)} | ${kilobytes(wholeBytes)} | ${imports.map((name) => `\`${name}\``).join(', ') || 'nothing'} |`,
  )
  return ['| entry point | own code | with all it needs | imports |', '|---|--:|--:|---|', ...lines].join('\n')
}

export function writeSizeTable(rows) {
  const readme = readFileSync(readmePath, 'utf8')
  if (!tableInReadme.test(readme)) throw new Error('README.md has no <!-- sizes --> marks.')
  writeFileSync(
    readmePath,
    readme.replace(tableInReadme, (_, before, after) => before + sizeTable(rows) + after),
  )
}

async function bundle(file, options) {
  const { outputFiles, metafile } = await build({
    entryPoints: [file],
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'node',
    target: 'es2022',
    write: false,
    metafile: true,
    logLevel: 'silent',
    ...options,
  })
  const found = Object.values(metafile.outputs).flatMap(({ imports }) => imports.map(({ path }) => packageOf(path)))
  const bytes = gzipSync(outputFiles[0].contents, { level: 9 }).length
  return { bytes, imports: [...new Set(found)].sort() }
}

/** `@x/tools` for `@x/tools/schema`, `node:fs` for `fs`. */
function packageOf(path) {
  if (path.startsWith('node:')) return path
  if (builtinModules.includes(path)) return `node:${path}`
  return path
    .split('/')
    .slice(0, path.startsWith('@') ? 2 : 1)
    .join('/')
}

function rowProblems({ specifier, ownBytes, imports }, limit) {
  if (!limit) return [`${specifier} has no row in scripts/release/size-limits.json`]
  const forbidden = imports.filter((name) => !limit.imports.includes(name.startsWith('node:') ? 'node:*' : name))
  const tooLarge = ownBytes > limit.kilobytes * 1000
  return [
    ...forbidden.map((name) => `${specifier} imports ${name}, which size-limits.json does not allow`),
    ...(tooLarge ? [`${specifier} has ${kilobytes(ownBytes)} gzipped; its limit is ${limit.kilobytes} kB`] : []),
  ]
}

/** The README may be off by a tenth; that much changes with every second commit. */
function readmeProblems(rows) {
  const table = tableInReadme.exec(readFileSync(readmePath, 'utf8'))?.[0] ?? ''
  const off = rows.filter(({ specifier, ownBytes, wholeBytes }) => {
    const [, own, whole] =
      table
        .split('\n')
        .find((line) => line.startsWith(`| \`${specifier}\` |`))
        ?.split(' | ') ?? []
    return !near(own, ownBytes) || !near(whole, wholeBytes)
  })
  if (off.length === 0) return []
  const names = off.map(({ specifier }) => specifier).join(', ')
  return [`the sizes in README.md are out of date for ${names}: run \`node scripts/release-check.mjs --sizes --write\``]
}

function near(shown, bytes) {
  return Math.abs(Number.parseFloat(shown) * 1000 - bytes) <= Math.max(100, bytes / 10)
}

/** 1 kB is 1000 bytes. */
function kilobytes(bytes) {
  return `${(bytes / 1000).toFixed(bytes < 100_000 ? 1 : 0)} kB`
}
