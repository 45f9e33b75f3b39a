/*
 * Generates a provider from templates/provider as a plugin author would, installs it with npm against the packed
 * packages, and runs everything that it promises: types, build, tests with the conformance kit, change log, package.
 *
 *   node scripts/template-check.mjs    the packages must have been built
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './shared/repository.mjs'
import { plain, reasons, run, tail } from './shared/run.mjs'
import { withTemporaryFolder } from './shared/temporary-folder.mjs'
import { withRegistry } from './shared/with-registry.mjs'

const failures = []
let passed = 0

await withTemporaryFolder('template', async (folder) => {
  await refusals(folder)
  const home = join(folder, 'my-provider')
  const made = await run(
    ['node', join(root, 'templates/create-provider.mjs'), home, '--name', '@me/provider-big-cloud'],
    { cwd: folder },
  )
  note('create-provider makes a package', made.status === 0, made.output)
  noteLeftovers(home)
  await withRegistry(['@x/types'], folder, async ({ npmrc, env, asked }) => {
    writeFileSync(join(home, '.npmrc'), npmrc)
    const steps = [
      ['npm install', ['npm', 'install', '--ignore-scripts']],
      ['npm run build', ['npm', 'run', 'build']],
      ['npm run typecheck', ['npm', 'run', 'typecheck']],
      ['npm test', ['npm', 'test']],
      ['the snippets of the README compile', ['node_modules/.bin/tsc', '-p', readmeSnippets(home)]],
      ['changeset version', ['npm', 'run', 'version-package']],
      ['publint', [join(root, 'node_modules/.bin/publint'), 'run', '--strict', '.']],
      ['npm pack', ['npm', 'pack', '--json']],
    ]
    for (const [name, command] of steps) {
      const { status, output } = await run(command, { cwd: home, env, timeoutMs: 300_000 })
      note(name, status === 0, output)
    }
    note('npm took @x/types from its tarball', asked.has('@x/types'), [...asked].join(', '))
    notePackage(home)
    await breakEach(home, env)
  })
})
console.log(`${passed} passed, ${failures.length} failed`)
if (failures.length > 0) {
  console.error(`\n${failures.join('\n\n')}`)
  process.exitCode = 1
}

/** What must not be made at all. */
async function refusals(folder) {
  writeFileSync(join(folder, 'taken.txt'), '')
  for (const [name, ...given] of [
    ['a folder that is not empty', folder, '@me/provider-acme'],
    ['a name that npm would not take', join(folder, 'new'), '@me/Provider'],
    ['a name that leaves the folder', join(folder, 'new'), '../provider-acme'],
  ]) {
    const { status, output } = await run(
      ['node', join(root, 'templates/create-provider.mjs'), given[0], '--name', given[1]],
      { cwd: folder },
    )
    note(`create-provider refuses ${name}`, status === 1 && !existsSync(join(folder, 'new')), output)
  }
}

/** Nothing of the template's own name, and no version left open. */
function noteLeftovers(home) {
  const left = readdirSync(home, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => /acme.?cloud|catalog:|workspace:/i.test(path + readFileSync(path, 'utf8')))
  note('the package bears its own name everywhere', left.length === 0, left.join('\n'))
}

/** Puts the TypeScript blocks of the generated README where the package can import itself, and gives the tsconfig. */
function readmeSnippets(home) {
  const blocks = [...readFileSync(join(home, 'README.md'), 'utf8').matchAll(/^```ts\n([\s\S]*?)^```$/gm)]
  if (blocks.length === 0) throw new Error('The README of the template has no TypeScript block.')
  const names = blocks.map(([, code], index) => {
    const name = `readme-${index}.ts`
    writeFileSync(join(home, name), code)
    return name
  })
  const path = join(home, 'tsconfig.readme.json')
  writeFileSync(path, JSON.stringify({ extends: './tsconfig.json', include: names }))
  return path
}

function notePackage(home) {
  const { version } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8'))
  const log = existsSync(join(home, 'CHANGELOG.md')) ? readFileSync(join(home, 'CHANGELOG.md'), 'utf8') : ''
  note('the first changeset gives 0.1.0 and a change log', version === '0.1.0' && log.includes('first release'), log)
  const missing = ['dist/index.js', 'dist/index.d.ts', 'LICENSE', 'README.md', 'me-provider-big-cloud-0.1.0.tgz']
  const absent = missing.filter((path) => !existsSync(join(home, path)))
  note('it is packed with code, types, licence and README', absent.length === 0, absent.join(', '))
}

/** The generated tests are worth something only if they fail when the provider is wrong, and for that reason. */
async function breakEach(home, env) {
  const whole = `({ type: 'end', reason: 'stop', usage: { input_tokens: 0, output_tokens: 0 } })`
  for (const [path, from, to, check] of [
    ['src/from-wire.ts', 'if (!end) throw truncated()', `end ??= ${whole}`, 'never takes a truncated answer for whole'],
    ['src/big-cloud.ts', 'signal.throwIfAborted()', '', 'stops when aborted on the way'],
    ['src/to-wire.ts', /throw unsupported\(`a part.*$/m, `return ''`, 'takes media or refuses them clearly'],
    ['src/leave-at-once.ts', 'controller.abort()', '', 'can be left while it waits'],
    ['src/read-lines.ts', 'stream: true', 'stream: false', 'brings back every character, byte by byte'],
  ]) {
    const text = readFileSync(join(home, path), 'utf8')
    const broken = text.replace(from, to)
    if (broken === text) throw new Error(`${path} does not say ${from} any more.`)
    writeFileSync(join(home, path), broken)
    const { status, output } = await run(['npm', 'test'], { cwd: home, env, timeoutMs: 300_000 })
    const caught = status !== 0 && plain(output).includes(`FAILED  ${check}`)
    note(`a broken provider fails the check "${check}"`, caught, tail(output, 80))
    writeFileSync(join(home, path), text)
  }
}

function note(name, good, output) {
  console.log(`${good ? 'ok    ' : 'FAILED'}  ${name}`)
  if (good) passed += 1
  else failures.push(`${name}:\n${reasons(output)}`)
}
