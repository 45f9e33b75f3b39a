/*
 * Shows that every guard of the repository fires: copies it, plants one violation per guard, and fails if a guard
 * stays silent. A rule that nobody has seen failing may have been switched off by a typing error in a configuration.
 */
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { pnpm, root } from './shared/repository.mjs'
import { plain, run, tail } from './shared/run.mjs'
import { withTemporaryFolder } from './shared/temporary-folder.mjs'

/** One line per guard of the linter: the file to plant, its text, and the rule that must report it. */
const lintViolations = [
  {
    guard: 'an upward import, types -> agent-loop',
    path: 'packages/types/src/planted-upward.ts',
    text: `import { runAgent } from '@x/agent-loop'\n\nexport const planted = runAgent\n`,
    rule: 'noRestrictedImports',
  },
  {
    guard: 'the loop imports a provider',
    path: 'packages/agent-loop/src/planted-provider.ts',
    text: `import { bedrock } from '@x/provider-bedrock'\n\nexport const planted = bedrock\n`,
    rule: 'noRestrictedImports',
  },
  {
    guard: 'a deep import past the exports of another package',
    path: 'packages/agent-loop/src/planted-deep.ts',
    text: `import { AgentError } from '../../types/src/error.js'\n\nexport const planted = AgentError\n`,
    rule: 'noRestrictedImports',
  },
  {
    guard: 'an import cycle',
    path: 'packages/types/src/planted-cycle.ts',
    text: `import { other } from './planted-cycle-other.js'\n\nexport const planted = (): unknown => other\n`,
    beside: {
      'packages/types/src/planted-cycle-other.ts': `import { planted } from './planted-cycle.js'\n\nexport const other = planted\n`,
    },
    rule: 'noImportCycles',
  },
  {
    guard: 'a Node built-in in a platform-neutral package',
    path: 'packages/agent-loop/src/planted-builtin.ts',
    text: `import { readFileSync } from 'node:fs'\n\nexport const planted = readFileSync\n`,
    rule: 'noNodejsModules',
  },
  {
    guard: 'an undeclared dependency',
    path: 'packages/provider-bedrock/src/planted-undeclared.ts',
    text: `import { nothing } from '@smithy/not-declared'\n\nexport const planted = nothing\n`,
    rule: 'noUndeclaredDependencies',
  },
  {
    guard: 'a devDependency imported by published code',
    path: 'packages/types/src/planted-dev-dependency.ts',
    text: `import { test } from 'vitest'\n\nexport const planted = test\n`,
    rule: 'noUndeclaredDependencies',
  },
  {
    guard: 'a floating promise',
    path: 'packages/agent-loop/src/planted-floating.ts',
    text: `async function act(): Promise<void> {}\n\nexport function planted(): void {\n  act()\n}\n`,
    rule: 'noFloatingPromises',
  },
  {
    guard: 'a promise used as a condition',
    path: 'packages/agent-loop/src/planted-misused.ts',
    text: `async function ask(): Promise<boolean> {\n  return false\n}\n\nexport function planted(): string {\n  return ask() ? 'yes' : 'no'\n}\n`,
    rule: 'noMisusedPromises',
  },
  {
    guard: 'a file of 301 lines',
    path: 'packages/types/src/planted-long.ts',
    text: `${Array.from({ length: 301 }, (_, index) => `export const planted${index} = ${index}`).join('\n')}\n`,
    rule: 'noExcessiveLinesPerFile',
  },
  {
    guard: 'a function of 61 lines',
    path: 'packages/types/src/planted-long-function.ts',
    text: `export function planted(): number {\n  let sum = 0\n${'  sum += 1\n'.repeat(59)}  return sum\n}\n`,
    rule: 'noExcessiveLinesPerFunction',
  },
  {
    guard: '`export *`',
    path: 'packages/types/src/planted-star.ts',
    text: `export * from './json.js'\n`,
    rule: 'noReExportAll',
  },
  {
    guard: 'a default export',
    path: 'packages/types/src/planted-default.ts',
    text: `export default 1\n`,
    rule: 'noDefaultExport',
  },
  {
    guard: 'a file name in camel case',
    path: 'packages/types/src/plantedName.ts',
    text: `export const planted = 1\n`,
    rule: 'useFilenamingConvention',
  },
  {
    guard: 'a focused test',
    path: 'packages/types/test/planted-focus.test.ts',
    text: `import { test } from 'vitest'\n\ntest.only('planted', () => {})\n`,
    rule: 'noFocusedTests',
  },
  {
    guard: 'a skipped test',
    path: 'packages/types/test/planted-skip.test.ts',
    text: `import { test } from 'vitest'\n\ntest.skip('planted', () => {})\n`,
    rule: 'noSkippedTests',
  },
  {
    guard: 'a printing package',
    path: 'packages/agent-loop/src/planted-print.ts',
    text: `export function planted(): void {\n  console.log('planted')\n}\n`,
    rule: 'noConsole',
  },
]

/** Guards that read more than one file; each is planted into the copy, tried, and taken back. */
const commandViolations = [
  {
    guard: 'turbo boundaries: types depends on agent-loop',
    plant: (copy) => addDependency(copy, 'types', '@x/agent-loop'),
    command: [...pnpm, 'exec', 'turbo', 'boundaries'],
    expect: /`@x\/agent-loop` found without any tag listed in allowlist for `@x\/types`/,
  },
  {
    guard: 'turbo boundaries: agent-loop depends on provider-bedrock',
    plant: (copy) => addDependency(copy, 'agent-loop', '@x/provider-bedrock'),
    command: [...pnpm, 'exec', 'turbo', 'boundaries'],
    expect: /`@x\/provider-bedrock` found without any tag listed in allowlist for `@x\/agent-loop`/,
  },
  {
    guard: 'turbo boundaries: a published package depends on a private workspace',
    plant: (copy) => addDependency(copy, 'agent', '@x/docs-tests'),
    command: [...pnpm, 'exec', 'turbo', 'boundaries'],
    expect: /`@x\/docs-tests` found without any tag listed in allowlist for `@x\/agent`/,
  },
  {
    guard: 'neutral build: a Node built-in does not bundle',
    plant: (copy) => append(copy, 'packages/types/src/index.ts', `export { readFileSync } from 'node:fs'\n`),
    command: ['node_modules/.bin/tsup'],
    cwd: 'packages/types',
    expect: /node:fs/,
  },
  {
    guard: 'API reports: an export that nobody has reviewed',
    plant: (copy) =>
      append(copy, 'packages/types/src/index.ts', 'export interface Planted {\n  readonly planted: true\n}\n'),
    command: [
      'sh',
      '-c',
      'node_modules/.bin/tsc -p tsconfig.build.json && node ../../scripts/api-report.mjs --check @x/types',
    ],
    cwd: 'packages/types',
    expect: /\+export interface Planted/,
  },
  {
    guard: 'knip: a file that nothing imports',
    plant: (copy) => append(copy, 'packages/types/src/planted-dead.ts', 'export const planted = 1\n'),
    command: [...pnpm, 'exec', 'knip', '--include', 'files'],
    expect: /planted-dead\.ts/,
  },
]

const silent = await withTemporaryFolder('planted', async (folder) => {
  const copy = join(folder, 'repository')
  await copyRepository(copy)
  return [...(await tryLint(copy)), ...(await tryCommands(copy))]
})
if (silent.length > 0) {
  console.error(`\n${silent.length} guards stayed silent:\n${silent.map((text) => `- ${text}`).join('\n')}`)
  process.exit(1)
}
console.log(`\nAll ${lintViolations.length + commandViolations.length} guards fire.`)

/** Everything but history and build output, with an installation of its own: a linked one would be written through. */
async function copyRepository(copy) {
  const leftOut = new Set(['.git', 'node_modules', 'dist', '.turbo', 'coverage', '.snippets'])
  cpSync(root, copy, { recursive: true, filter: (path) => path === root || !leftOut.has(basename(path)) })
  const { status, output } = await run([...pnpm, 'install', '--prefer-offline', '--frozen-lockfile'], { cwd: copy })
  if (status !== 0) throw new Error(`The copy could not be installed:\n${tail(output)}`)
}

/** One run of the linter over all planted files. */
async function tryLint(copy) {
  const planted = lintViolations.flatMap(({ path, text, beside = {} }) => Object.entries({ [path]: text, ...beside }))
  for (const [path, text] of planted) write(copy, path, text)
  const { output } = await run(['node_modules/.bin/biome', 'lint', '--reporter=json', '--max-diagnostics=none', '.'], {
    cwd: copy,
  })
  for (const [path] of planted) rmSync(join(copy, path))
  const found = findings(output, copy)
  const silent = lintViolations.filter(({ guard, path, rule }) => {
    const fired = found.some((finding) => finding.path === path && finding.rule === rule)
    report(fired, guard, rule)
    return !fired
  })
  return silent.map(({ guard, rule }) => `${guard} (biome ${rule})`)
}

function findings(output, copy) {
  const start = output.indexOf('{')
  if (start < 0) throw new Error(`The linter gave no report:\n${tail(output)}`)
  const { diagnostics } = JSON.parse(output.slice(start, output.lastIndexOf('}') + 1))
  return diagnostics.map(({ category, location }) => ({
    rule: category?.split('/').at(-1),
    path: String(location?.path?.file ?? location?.path ?? '').replace(`${copy}/`, ''),
  }))
}

async function tryCommands(copy) {
  const silent = []
  for (const { guard, plant, command, cwd = '.', expect } of commandViolations) {
    const before = await run(command, { cwd: join(copy, cwd) })
    const restore = plant(copy)
    const after = await run(command, { cwd: join(copy, cwd) })
    restore()
    const fired = after.status !== 0 && expect.test(unwrapped(after.output)) && !expect.test(unwrapped(before.output))
    report(fired, guard, 'exit code and message')
    if (!fired) silent.push(`${guard}\n${tail(after.output, 15)}`)
  }
  return silent
}

/** Tools break long messages into lines with a rule on the left, inside names too. */
function unwrapped(output) {
  return plain(output)
    .replaceAll(/\/\s*\n\s*\|\s*/g, '/')
    .replaceAll(/\s*\n\s*\|?\s*/g, ' ')
}

function addDependency(copy, packageName, dependency) {
  const path = join('packages', packageName, 'package.json')
  const text = readFileSync(join(copy, path), 'utf8')
  const manifest = JSON.parse(text)
  manifest.dependencies = { ...manifest.dependencies, [dependency]: 'workspace:^' }
  write(copy, path, JSON.stringify(manifest, null, 2))
  return () => write(copy, path, text)
}

function append(copy, path, text) {
  const before = existsSync(join(copy, path)) ? readFileSync(join(copy, path), 'utf8') : undefined
  write(copy, path, (before ?? '') + text)
  return () => (before === undefined ? rmSync(join(copy, path)) : write(copy, path, before))
}

function write(copy, path, text) {
  mkdirSync(dirname(join(copy, path)), { recursive: true })
  writeFileSync(join(copy, path), text)
}

function report(fired, guard, by) {
  console.log(`${fired ? 'fires ' : 'SILENT'}  ${guard} (${by})`)
}
