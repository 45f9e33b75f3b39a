/*
 * Follows the guides in docs/ literally, each from an empty folder and against the packed packages: writes the files that
 * it names, runs the commands that it shows, and looks for failures. The packages must have been built.
 *
 *   node scripts/guide-check.mjs                     all of them
 *   node scripts/guide-check.mjs write-a-provider    one
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { readGuide } from './shared/read-guide.mjs'
import { root } from './shared/repository.mjs'
import { plain, reasons, run } from './shared/run.mjs'
import { withTemporaryFolder } from './shared/temporary-folder.mjs'
import { withRegistry } from './shared/with-registry.mjs'

/** What the output of each guide must hold at its end, beside the exit codes. */
const guides = {
  'write-a-provider': /ok {6}answers/,
  'write-middleware': /Tests {2}\d+ passed/,
  'write-tools': /Tests {2}\d+ passed/,
}

const wanted = process.argv.slice(2)
const failures = []
let passed = 0
await withTemporaryFolder('guide', (folder) =>
  withRegistry(['@x/agent'], folder, async ({ npmrc, env, asked }) => {
    for (const [name, expect] of Object.entries(guides)) {
      if (wanted.length > 0 && !wanted.includes(name)) continue
      await follow(name, emptyFolder(join(folder, name), npmrc), env, expect)
    }
    if (!asked.has('@x/types')) failures.push('npm did not ask for the packed packages.')
  }),
)
console.log(`${passed} passed, ${failures.length} failed`)
if (failures.length > 0) {
  console.error(`\n${failures.join('\n\n')}`)
  process.exitCode = 1
}

async function follow(name, home, env, expect) {
  const path = `docs/${name}.md`
  const steps = readGuide(readFileSync(join(root, path), 'utf8'))
  let printed = ''
  for (const { line, file, text } of steps) {
    if (file === undefined) {
      // `-e`, or only the last command of a block would count.
      const { status, output, seconds } = await run(['sh', '-ec', text], { cwd: home, env, timeoutMs: 300_000 })
      printed += plain(output)
      console.log(`${status === 0 ? 'ok    ' : 'FAILED'}  ${path}:${line}  ${firstLine(text)}  ${seconds.toFixed(1)} s`)
      if (status === 0) passed += 1
      else return failures.push(`${path}:${line} ended with ${status}:\n${reasons(output)}`)
    } else {
      const target = resolve(home, file)
      if (!target.startsWith(`${home}/`)) throw new Error(`${path}:${line} writes outside its folder: ${file}`)
      mkdirSync(dirname(target), { recursive: true })
      writeFileSync(target, text)
    }
  }
  const good = expect.test(printed)
  console.log(`${good ? 'ok    ' : 'FAILED'}  ${path}  what it ends in`)
  if (good) passed += 1
  else failures.push(`${path} does not end in ${expect}:\n${printed}`)
}

/** Empty but for the file that tells npm where our packages are, as long as they are not published. */
function emptyFolder(home, npmrc) {
  mkdirSync(home)
  writeFileSync(join(home, '.npmrc'), npmrc)
  return home
}

function firstLine(text) {
  const lines = text.trim().split('\n')
  return lines.length > 1 ? `${lines[0]} …` : lines[0]
}
