import { spawn } from 'node:child_process'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startBedrockLocal } from '@x/bedrock-local'
import { transform } from 'esbuild'

/*
 * Runs every example as a program of its own on the built packages, with the environment that points the AWS SDK at a
 * local endpoint, and looks for the lines of its closing "prints" comment in what it printed, in that order.
 */

const here = fileURLToPath(new URL('.', import.meta.url))
const dist = join(here, 'dist')
await mkdir(dist, { recursive: true })

const names = (await readdir(here)).filter((name) => /^\d\d-.*\.ts$/.test(name)).sort()
let failed = 0
for (const name of names) {
  const local = await startBedrockLocal()
  const problem = await runExample(name, local.env)
  await local.close()
  console.log(`${problem ? 'FAILED' : 'ok    '}  ${name}${problem ? `\n${problem}` : ''}`)
  if (problem) failed += 1
}
console.log(`${names.length - failed} passed, ${failed} failed`)
if (failed > 0 || names.length === 0) process.exitCode = 1

async function runExample(name, localEnv) {
  const source = await readFile(join(here, name), 'utf8')
  const [, expected] = /\/\* prints\n([\s\S]*?)\*\/\s*$/.exec(source) ?? []
  if (!expected) return 'It does not end with a "prints" comment.'
  if (source.split('\n').length > 61) return 'It is longer than 60 lines.'
  const { code, output } = await run(await compile(name, source), localEnv)
  if (code !== 0) return `It ended with ${code}.\n${output}`
  let from = 0
  for (const line of expected.trimEnd().split('\n')) {
    const at = output.indexOf(line, from)
    if (at < 0) return `It did not print "${line}" there.\n${output}`
    from = at + line.length
  }
}

async function compile(name, source) {
  const { code } = await transform(source, { loader: 'ts', format: 'esm', target: 'node20' })
  const program = join(dist, name.replace(/ts$/, 'mjs'))
  await writeFile(program, code)
  return program
}

function run(program, localEnv) {
  return new Promise((resolve) => {
    const env = { ...process.env, ...localEnv, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' }
    const child = spawn(process.execPath, [program], { cwd: tmpdir(), env, timeout: 60_000 })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk))
    child.on('close', (code) => resolve({ code, output }))
  })
}
