import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readJson, root } from '../shared/repository.mjs'
import { run, tail } from '../shared/run.mjs'

const allowed = /^(package\.json|LICENSE|README\.md|CHANGELOG\.md|dist\/.+\.(js|js\.map|d\.ts|d\.ts\.map)|src\/.+\.ts)$/
const notForUsers =
  /(^|\/)(test|tests|fixtures|bench|coverage|node_modules)\/|\.(test|spec|test-d)\.|\.config\.|tsconfig/

/** Problems of one packed package: its contents, its manifest, and what publint and attw say. */
export async function checkTarball({ manifest, tarball }) {
  const content = `${tarball}.content`
  mkdirSync(content)
  await must(['tar', '-xzf', tarball, '-C', content])
  const home = join(content, 'package')
  const files = readdirSync(home, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(home.length + 1))

  const problems = [
    ...['package.json', 'LICENSE', 'README.md']
      .filter((file) => !files.includes(file))
      .map((file) => `${file} is missing`),
    ...files.filter((file) => !allowed.test(file) || notForUsers.test(file)).map((file) => `${file} is not for users`),
    ...files
      .filter((file) => readFileSync(join(home, file), 'utf8').includes(root))
      .map((file) => `${file} names a folder of this machine`),
    ...manifestProblems(home),
    ...(await toolProblems('publint', ['publint', 'run', '--strict', tarball])),
    ...(await toolProblems('attw', ['attw', '--profile', 'esm-only', '--no-definitely-typed', tarball])),
  ]
  return problems.map((text) => `${manifest.name}: ${text}`)
}

function manifestProblems(home) {
  const manifest = readJson(join(home, 'package.json'))
  const ranges = Object.entries({ ...manifest.dependencies, ...manifest.peerDependencies })
  const unresolved = ranges.filter(([, range]) => /^(workspace|catalog|link|file):/.test(range))
  const targets = [...Object.values(manifest.exports), manifest.bin ?? {}].flatMap((target) =>
    typeof target === 'string' ? [target] : Object.values(target),
  )
  const atInstall = ['preinstall', 'install', 'postinstall', 'prepare'].filter((name) => manifest.scripts?.[name])
  return [
    ...atInstall.map((name) => `the script ${name} would run on the user's machine`),
    ...unresolved.map(([name, range]) => `the published manifest asks for ${name} ${range}`),
    ...targets
      .filter((target) => !existsSync(join(home, target)))
      .map((target) => `${target} is declared and not there`),
  ]
}

async function toolProblems(name, [bin, ...args]) {
  const { status, output } = await run([join(root, 'node_modules/.bin', bin), ...args], { cwd: root })
  return status === 0 ? [] : [`${name} is not content:\n${tail(output)}`]
}

async function must(command) {
  const { status, output } = await run(command)
  if (status !== 0) throw new Error(`${command.join(' ')} failed:\n${tail(output)}`)
}
