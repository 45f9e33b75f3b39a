/*
 * Everything that must hold, step by step, each with its log and its time.
 *
 *   node scripts/verify.mjs        all of it: every promised line of Node, and the README's commands in a fresh clone
 *   node scripts/verify.mjs --ci   the part that every change waits for
 *
 * The last line counts steps and their tests: `N passed, N failed`.
 */
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pnpm, pnpmVersion, root } from './shared/repository.mjs'
import { plain, reasons, run } from './shared/run.mjs'

const minutes = 60_000
const steps = [
  { name: 'test', command: [...pnpm, 'test'], ci: true, countsTests: true },
  // Ten times as many conversations and killed processes as every change waits for.
  {
    name: 'chaos',
    command: [...pnpm, 'exec', 'turbo', 'run', 'test', '--filter=@x/chaos-tests', '--filter=@x/contract-tests'],
    env: { X_CHAOS_SEEDS: '2000' },
    ci: false,
    countsTests: true,
    timeoutMs: 20 * minutes,
  },
  { name: 'lint-rules', command: [...pnpm, 'exec', 'biome', 'ci', '.'], ci: true },
  { name: 'lint-layers', command: [...pnpm, 'exec', 'turbo', 'boundaries'], ci: true },
  { name: 'lint-dead-code', command: [...pnpm, 'exec', 'knip'], ci: true },
  { name: 'guards-fire', command: [...pnpm, 'layers:planted'], ci: true },
  { name: 'api-reports', command: [...pnpm, 'api:check'], ci: true },
  { name: 'release-check', command: [...pnpm, 'release:check'], ci: true },
  // What a plugin author gets, from packed packages: the template, and the guides followed literally.
  { name: 'template', command: [...pnpm, 'template:check'], ci: true },
  { name: 'guides', command: [...pnpm, 'guide:check'], ci: true },
  { name: 'examples', command: [...pnpm, 'examples'], ci: true },
  // The AWS SDK, the AI SDK, LangChain and Strands, unmodified, against the local endpoint.
  { name: 'clients', command: [...pnpm, 'clients'], ci: true, countsTests: true },
  { name: 'demo', command: [...pnpm, 'demo'], ci: true, timeoutMs: 3 * minutes },
  { name: 'archive-without-history', command: ['node', 'scripts/fresh-clone.mjs', '--archive'], ci: true },
  { name: 'fresh-clone', command: ['node', 'scripts/fresh-clone.mjs'], ci: false },
  // The lowest version promised of each line, then the lines that came later.
  { ...onNode('20.19.0'), ci: true },
  { ...onNode('22.12.0'), ci: false },
  { ...onNode('24.21.0'), ci: true },
  { ...onNode('26.10.0'), ci: false },
  {
    name: 'clean-tree',
    command: ['sh', '-c', 'git status --porcelain; test -z "$(git status --porcelain)"'],
    ci: true,
  },
]

const wanted = steps.filter(({ ci }) => ci || !process.argv.includes('--ci'))
const logs = mkdtempSync(join(tmpdir(), 'x-verify-'))
const counts = { passed: 0, failed: 0, skipped: 0 }
console.log(`${wanted.length} steps, logs in ${logs}`)
for (const [index, step] of wanted.entries()) await take(step, index + 1)
const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : ''
console.log(`${counts.passed} passed, ${counts.failed} failed${skipped}`)
process.exitCode = counts.failed === 0 ? 0 : 1

async function take({ name, command, env, countsTests = false, timeoutMs = 10 * minutes }, number) {
  const log = join(logs, `${String(number).padStart(2, '0')}-${name}.log`)
  const { status, output, seconds } = await run(command, { cwd: root, env: { ...process.env, ...env }, log, timeoutMs })
  const tests = countsTests ? countTests(output) : undefined
  // A step that found nothing to do proves nothing, whatever its exit code.
  const good = status === 0 && tests?.passed !== 0 && !output.includes('No tasks were executed')
  const detail = tests ? `, ${tests.passed} tests passed, ${tests.failed} failed, ${tests.skipped} skipped` : ''
  console.log(`${good ? 'ok    ' : 'FAILED'}  ${name}  ${seconds.toFixed(1)} s${detail}`)
  if (!good) console.log(reasons(output).replaceAll(/^/gm, '        '))
  counts[good ? 'passed' : 'failed'] += 1
  for (const kind of Object.keys(counts)) counts[kind] += tests?.[kind] ?? 0
}

/** Adds up the closing lines of vitest, for example `Tests  1 failed | 12 passed (13)`, and of node's own runner. */
function countTests(output) {
  const sums = { passed: 0, failed: 0, skipped: 0 }
  for (const [, kind, count] of plain(output).matchAll(/^ℹ (pass|fail|skipped) (\d+)$/gm)) {
    sums[{ pass: 'passed', fail: 'failed', skipped: 'skipped' }[kind]] += Number(count)
  }
  for (const [, line] of plain(output).matchAll(/\bTests {2}(.+) \(\d+\)/g)) {
    for (const [, count, kind] of line.matchAll(/(\d+) (passed|failed|skipped)/g)) sums[kind] += Number(count)
  }
  return sums
}

/** The packages' tests under another Node, which comes as a package from npm. */
function onNode(version) {
  const binary = `node-${process.platform}-${process.arch}@${version}`
  const script = `test "$(node -v)" = v${version} && pnpm exec turbo run test --force --continue --filter='./packages/*'`
  return {
    name: `node-${version}`,
    command: ['npx', '-y', '-p', binary, '-p', pnpmVersion, 'sh', '-c', script],
    env: { X_NODE: version },
  }
}
