/*
 * Runs the real clients against the built local endpoint. Node 20 can start it; the tests get Node 24 from npm.
 *
 *   node clients/run.mjs             exit code 77, and what to run, when the clients are not installed
 *   node clients/run.mjs --install   installs them first
 */
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { devNull } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** What test runners take for "skipped": neither a success nor a failure. */
const notInstalled = 77

const folder = dirname(fileURLToPath(import.meta.url))
const { packageManager, dependencies, optionalDependencies } = readJson(join(folder, 'package.json'))
const install = ['npx', '-y', packageManager, 'install', '--frozen-lockfile']

if (process.argv.includes('--install')) {
  const status = run(install, process.env)
  if (status !== 0) stop(`clients not installed: \`${install.join(' ')}\` failed.`, status)
}
if (!Object.entries(dependencies).every(([name, version]) => isInstalled(name, version))) {
  stop('clients not installed: run `node clients/run.mjs --install`', notInstalled)
}
if (!existsSync(join(folder, 'node_modules/@x/bedrock-local/dist/index.js'))) {
  stop('@x/bedrock-local is not built: run `pnpm build`.', 1)
}
const node = findNode()
if (!node) stop(`clients not installed: they need Node 22, and none came with them for ${platform()}.`, notInstalled)

process.exitCode = run([node, '--test', '--test-reporter=spec', '--test-timeout=60000', 'test/*.test.js'], ownEnv())

function run([command, ...args], env) {
  const { status, error } = spawnSync(command, args, { cwd: folder, env, stdio: ['ignore', 'inherit', 'inherit'] })
  if (error) console.error(error.message)
  return status ?? 1
}

/** Versions are pinned, so an older installation shows as well. */
function isInstalled(name, version) {
  const manifest = join(folder, 'node_modules', name, 'package.json')
  return existsSync(manifest) && (version.startsWith('link:') || readJson(manifest).version === version)
}

/** The Node that was installed with the clients, or where npm has none for this machine, the one that runs this. */
function findNode() {
  const name = `node-${platform()}`
  if (isInstalled(name, optionalDependencies[name])) return join(folder, 'node_modules', name, 'bin/node')
  return Number.parseInt(process.versions.node, 10) >= 22 ? process.execPath : undefined
}

function platform() {
  return `${process.platform}-${process.arch}`
}

/** Nothing of the developer's own settings: no credentials, no endpoint, no tracing. */
function ownEnv() {
  const foreign = /^(AWS|BEDROCK|LANGCHAIN|LANGSMITH|OTEL)_/
  const kept = Object.entries(process.env).filter(([name]) => !foreign.test(name))
  return {
    ...Object.fromEntries(kept),
    AWS_CONFIG_FILE: devNull,
    AWS_SHARED_CREDENTIALS_FILE: devNull,
    AWS_EC2_METADATA_DISABLED: 'true',
  }
}

function readJson(path) {
  return JSON.parse(readFileSync(path, 'utf8'))
}

function stop(message, status) {
  console.error(message)
  process.exit(status)
}
