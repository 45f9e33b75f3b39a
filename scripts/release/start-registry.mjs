import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { run, tail } from '../shared/run.mjs'

/**
 * A package registry on this machine that holds the packed packages and nothing else, so that `npm install @x/types`
 * does what it will do for a reader once they are published. All other packages come from where npm is set to look.
 *
 * @param {readonly { manifest: { name: string }, tarball: string }[]} packed
 * @returns {Promise<{ npmrc: string, asked: Set<string>, close(): Promise<void> }>} `npmrc` is the text of the file that
 *   npm wants to find beside a package.json; `asked` holds the names of the packages that somebody wanted
 */
export async function startRegistry(packed) {
  const asked = new Set()
  const packages = new Map()
  for (const { tarball } of packed) {
    const manifest = await packedManifest(tarball)
    packages.set(manifest.name, { manifest, bytes: readFileSync(tarball) })
  }
  const server = createServer((request, response) => {
    const [name, file] = decodeURIComponent(request.url.slice(1)).split('/-/')
    const found = packages.get(name)
    if (!found) return response.writeHead(404).end('{}')
    asked.add(name)
    if (file === undefined) return response.end(JSON.stringify(packument(found, origin())))
    response.end(found.bytes)
  })
  const origin = () => `http://127.0.0.1:${server.address().port}`
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    npmrc: `@x:registry=${origin()}/\n`,
    asked,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** What npm reads before it fetches a tarball. */
function packument({ manifest, bytes }, origin) {
  const { name, version } = manifest
  const integrity = `sha512-${createHash('sha512').update(bytes).digest('base64')}`
  const dist = { tarball: `${origin}/${name}/-/${version}.tgz`, integrity }
  return { name, 'dist-tags': { latest: version }, versions: { [version]: { ...manifest, dist } } }
}

/** As it was packed: packing puts versions in the place of `workspace:` and `catalog:`. */
async function packedManifest(tarball) {
  const { status, output } = await run(['tar', '-xzOf', tarball, 'package/package.json'])
  if (status !== 0) throw new Error(`${tarball} cannot be read:\n${tail(output)}`)
  return JSON.parse(output)
}
