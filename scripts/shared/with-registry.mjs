import { packAll } from '../release/pack-all.mjs'
import { startRegistry } from '../release/start-registry.mjs'
import { publicPackages } from './repository.mjs'

/**
 * Packs the named packages with all of ours that they need, and calls `use` while a registry serves them.
 *
 * @param {readonly string[]} names
 * @param {string} folder for the tarballs
 * @param {(registry: { npmrc: string, env: NodeJS.ProcessEnv, asked: Set<string> }) => Promise<Result>} use
 * @returns {Promise<Result>}
 * @template Result
 */
export async function withRegistry(names, folder, use) {
  const registry = await startRegistry(await packAll(withDependencies(names), folder))
  try {
    return await use({ ...registry, env: cleanEnvironment() })
  } finally {
    await registry.close()
  }
}

function withDependencies(names) {
  const packages = publicPackages()
  const wanted = new Set(names)
  for (const name of wanted) {
    const found = packages.find(({ manifest }) => manifest.name === name)
    if (!found) throw new Error(`There is no published package ${name}.`)
    const { dependencies = {}, peerDependencies = {} } = found.manifest
    for (const other of Object.keys({ ...dependencies, ...peerDependencies })) {
      if (other.startsWith('@x/')) wanted.add(other)
    }
  }
  return packages.filter(({ manifest }) => wanted.has(manifest.name))
}

/** Without what a surrounding pnpm or npm run has set for itself. */
function cleanEnvironment() {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^npm_(lifecycle|package|execpath|node_execpath|command|config_user_agent)|^init_cwd$/i.test(name),
  )
  return { ...Object.fromEntries(inherited), npm_config_audit: 'false', npm_config_fund: 'false', CI: 'true' }
}
