/*
 * What a user will get, checked before it is published: the tarballs, an installation of them in an empty project, and
 * the size of each entry point. The packages must have been built.
 *
 *   node scripts/release-check.mjs                   everything; exit code 1 and a reason for each failure
 *   node scripts/release-check.mjs --sizes           only measure, and print the table of the README
 *   node scripts/release-check.mjs --sizes --write   and put it there
 */
import { checkConsumer } from './release/check-consumer.mjs'
import { checkSizes, measure, sizeTable, writeSizeTable } from './release/check-sizes.mjs'
import { checkTarball } from './release/check-tarball.mjs'
import { packAll } from './release/pack-all.mjs'
import { publicPackages } from './shared/repository.mjs'
import { withTemporaryFolder } from './shared/temporary-folder.mjs'

const flags = new Set(process.argv.slice(2))
const packages = publicPackages()
const sizes = await measure(packages)

if (flags.has('--sizes')) {
  console.log(sizeTable(sizes))
  if (flags.has('--write')) writeSizeTable(sizes)
} else {
  const problems = await withTemporaryFolder('release', checkAll)
  if (problems.length > 0) {
    console.error(`\n${problems.length} problems:\n${problems.map((text) => `- ${text}`).join('\n')}`)
    process.exit(1)
  }
  console.log(`\n${packages.length} packages may be published.`)
}

async function checkAll(folder) {
  const packed = await packAll(packages, folder)
  const problems = []
  for (const each of packed) {
    const found = await checkTarball(each)
    console.log(`${found.length === 0 ? 'ok    ' : 'FAILED'}  ${each.manifest.name}: contents, publint, attw`)
    problems.push(...found)
  }
  const consumer = await checkConsumer(packed, folder)
  console.log(`${consumer.length === 0 ? 'ok    ' : 'FAILED'}  installed by npm: import, require, types, commands`)
  const oversized = checkSizes(sizes)
  console.log(
    `${oversized.length === 0 ? 'ok    ' : 'FAILED'}  sizes and imports of the entry points\n\n${sizeTable(sizes)}`,
  )
  return [...problems, ...consumer, ...oversized]
}
