import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { pnpm } from '../shared/repository.mjs'
import { run, tail } from '../shared/run.mjs'

/** Packs each package as publishing would; gives the packages with `tarball`, an absolute path, added. */
export async function packAll(packages, folder) {
  const names = packages.flatMap(({ manifest }) => ['--filter', manifest.name])
  const { status, output } = await run([...pnpm, '-r', ...names, 'pack', '--pack-destination', folder])
  if (status !== 0) throw new Error(`The packages could not be packed:\n${tail(output)}`)
  const tarballs = readdirSync(folder).filter((name) => name.endsWith('.tgz'))
  return packages.map((each) => {
    const name = `${each.manifest.name.replace('@', '').replace('/', '-')}-${each.manifest.version}.tgz`
    if (!tarballs.includes(name))
      throw new Error(`${each.manifest.name} was packed under an unexpected name: ${tarballs}`)
    return { ...each, tarball: join(folder, name) }
  })
}
