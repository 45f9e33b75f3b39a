/*
 * Proves the two commands of the README on a machine that has nothing but Node and npm: a fresh clone, empty caches, a
 * home folder of its own, no pnpm on the path, and no standard input.
 *
 *   node scripts/fresh-clone.mjs             `demo` and `test` in a clone; the clone must stay clean
 *   node scripts/fresh-clone.mjs --archive   `test` in an archive, without the history
 */
import { existsSync, mkdirSync, symlinkSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { pnpm, root } from './shared/repository.mjs'
import { reasons, run, tail } from './shared/run.mjs'
import { withTemporaryFolder } from './shared/temporary-folder.mjs'

const archive = process.argv.includes('--archive')
const uncommitted = await run(['git', 'status', '--porcelain'], { cwd: root })
if (uncommitted.output.trim() !== '') console.log('note: what is not committed is not part of this check')

const failures = await withTemporaryFolder('fresh', async (folder) => {
  const env = bareEnvironment(folder)
  const copy = join(folder, 'repository')
  await copyHead(copy)
  const failed = []
  for (const script of archive ? ['test'] : ['demo', 'test']) {
    const command = [...pnpm, script]
    const { status, output, seconds } = await run(command, { cwd: copy, env, timeoutMs: 10 * 60_000 })
    console.log(`${status === 0 ? 'ok    ' : 'FAILED'}  ${command.join(' ')}  ${seconds.toFixed(1)} s`)
    if (status !== 0) failed.push(`${command.join(' ')} ended with ${status}:\n${reasons(output)}`)
  }
  return archive ? failed : [...failed, ...(await leftovers(copy))]
})
if (failures.length > 0) {
  console.error(`\n${failures.join('\n\n')}`)
  process.exit(1)
}

async function copyHead(copy) {
  const commands = archive
    ? [['sh', '-c', 'mkdir "$2" && git -C "$1" archive HEAD | tar -x -C "$2"', 'sh', root, copy]]
    : [['git', 'clone', '--quiet', '--no-hardlinks', root, copy]]
  for (const command of commands) {
    const { status, output } = await run(command)
    if (status !== 0) throw new Error(`${command.join(' ')} failed:\n${tail(output)}`)
  }
}

async function leftovers(copy) {
  const { output } = await run(['git', 'status', '--porcelain'], { cwd: copy })
  console.log(`${output === '' ? 'ok    ' : 'FAILED'}  the tree is clean afterwards`)
  return output === '' ? [] : [`The commands left files behind:\n${output}`]
}

/** This machine's environment without its caches, its pnpm, and what a surrounding pnpm run has set. */
function bareEnvironment(folder) {
  const inherited = Object.entries(process.env).filter(
    ([name]) =>
      !/^(npm_(lifecycle|package|execpath|node_execpath|command|config_(user_agent|cache))|pnpm_home|xdg_|turbo_|node_path|init_cwd|x_)/i.test(
        name,
      ),
  )
  const home = join(folder, 'home')
  const bin = join(folder, 'bin')
  for (const path of [home, bin]) mkdirSync(path)
  for (const name of ['node', 'npm', 'npx']) symlinkSync(join(dirname(process.execPath), name), join(bin, name))
  const path = (process.env.PATH ?? '')
    .split(delimiter)
    .filter((entry) => !entry.endsWith('node_modules/.bin') && !existsSync(join(entry, 'pnpm')))
  return {
    ...Object.fromEntries(inherited),
    ...registrySettings(),
    HOME: home,
    PATH: [bin, ...path].join(delimiter),
    npm_config_cache: join(folder, 'npm-cache'),
    TURBO_TELEMETRY_DISABLED: '1',
  }
}

/** Where packages come from is this machine's business and not part of what is proved. */
function registrySettings() {
  const userConfig = process.env.NPM_CONFIG_USERCONFIG ?? process.env.npm_config_userconfig ?? join(homedir(), '.npmrc')
  const config = process.env.XDG_CONFIG_HOME ?? join(homedir(), '.config')
  return {
    ...(existsSync(userConfig) && { NPM_CONFIG_USERCONFIG: userConfig }),
    ...(existsSync(config) && { XDG_CONFIG_HOME: config }),
  }
}
