import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { codeBlocks } from '../src/code-blocks.js'
import { documents, filesUnder, lineCount, readText, root, workspaces } from '../src/repository.js'

const published = workspaces().filter(({ manifest }) => !manifest.private)
const readme = readText('README.md')

test('no source file has more than 300 lines', () => {
  const sources = ['packages', 'apps']
    .flatMap((group) => filesUnder(group, '.ts'))
    .filter((path) => path.includes('/src/'))
  expect(sources.length).toBeGreaterThan(0)
  expect(longerThan(300, sources)).toEqual([])
})

test('no test file has more than 600 lines, and no example more than 60', () => {
  const tests = ['packages', 'apps', 'tests'].flatMap((group) => filesUnder(group, '.test.ts'))
  expect(longerThan(600, tests)).toEqual([])
  expect(longerThan(60, filesUnder('examples', '.ts'))).toEqual([])
})

test('CONTRIBUTING.md fits on two screens and a package README on five', () => {
  expect(longerThan(80, ['CONTRIBUTING.md'])).toEqual([])
  const readmes = published.map(({ path }) => `${path}/README.md`)
  expect(
    longerThan(
      220,
      readmes.filter((path) => existsSync(join(root, path))),
    ),
  ).toEqual([])
})

test('every published package has a README, a description, the licence and the engines of the repository', () => {
  const engines = JSON.parse(readText('package.json')).engines
  const incomplete = published.filter(
    ({ path, manifest }) =>
      !existsSync(join(root, path, 'README.md')) || !manifest.description || manifest.license !== 'Apache-2.0',
  )
  expect(incomplete.map(({ path }) => path)).toEqual([])
  for (const { manifest } of published) expect(manifest).toMatchObject({ engines, files: ['dist', 'src'] })
})

test('the licence text lies in the root alone; packing copies it into each package', () => {
  expect(readText('LICENSE')).toContain('Apache License')
  expect(published.filter(({ path }) => existsSync(join(root, path, 'LICENSE')))).toEqual([])
})

test('the README has a row for every workspace, and for none that does not exist', () => {
  const rows = [...readme.matchAll(/^\| \[`([^`]+)`\]\(([^)]+)\) \|/gm)].map(([, name, path]) => ({ name, path }))
  const expected = workspaces().map(({ path, manifest }) => ({ name: manifest.private ? path : manifest.name, path }))
  // A workspace of its own, with its own lockfile.
  const apart = { name: 'clients', path: 'clients' }
  expect(rows.sort(byPath)).toEqual([...expected, apart].sort(byPath))
})

test('the event tree of the README is the one that stands above `AgentEvent`', () => {
  const comment = /What a run tells while it works:\n \*\n([\s\S]*?)\n \*\n/.exec(
    readText('packages/types/src/step.ts'),
  )?.[1]
  const tree = comment?.replaceAll(/^ \* {5}/gm, '')
  expect(tree).toContain('run-start')
  expect(codeBlocks('README.md', readme).map(({ code }) => code)).toContain(tree)
})

test('every link between documents leads to a file', () => {
  const broken = documents().flatMap((document) =>
    [...readText(document).matchAll(/\]\((?!https?:|mailto:|#)([^)#\s]+)[^)]*\)/g)]
      .map(([, target = '']) => target)
      .filter((target) => !existsSync(join(root, dirname(document), target)))
      .map((target) => `${document} -> ${target}`),
  )
  expect(broken).toEqual([])
})

function longerThan(limit: number, paths: readonly string[]): string[] {
  return paths.filter((path) => lineCount(path) > limit)
}

function byPath(left: { path?: string | undefined }, right: { path?: string | undefined }): number {
  return (left.path ?? '').localeCompare(right.path ?? '')
}
