/*
 * What each entry point of each published package exports, as text that is reviewed like code:
 * packages/<name>/api/<entry>.api.md, made by API Extractor from the built declarations. The packages must have been built.
 *
 *   node scripts/api-report.mjs           writes the reports
 *   node scripts/api-report.mjs --check   fails, and shows what changed, where they are not what the packages export
 *   … @x/types                            only these packages
 */
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join, relative } from 'node:path'
import { Extractor, ExtractorConfig } from '@microsoft/api-extractor'
import { entryPoints, publicPackages, root } from './shared/repository.mjs'
import { run } from './shared/run.mjs'
import { withTemporaryFolder } from './shared/temporary-folder.mjs'

// API Extractor brings a TypeScript of its own and reads the built declarations with it.
const compilerOptions = {
  target: 'ES2022',
  lib: ['ES2023', 'ESNext.Disposable'],
  types: ['node'],
  typeRoots: [join(root, 'node_modules/@types')],
  module: 'NodeNext',
  moduleResolution: 'NodeNext',
  strict: true,
  exactOptionalPropertyTypes: true,
  skipLibCheck: true,
}

const [check, wanted] = [process.argv.includes('--check'), process.argv.slice(2).filter((name) => name.startsWith('@'))]
const problems = await withTemporaryFolder('api', async (temporary) => {
  const found = []
  const packages = publicPackages().filter(({ manifest }) => wanted.length === 0 || wanted.includes(manifest.name))
  for (const each of packages) found.push(...(await report(each, temporary)))
  return found
})
if (problems.length > 0) {
  console.error(`\n${problems.join('\n\n')}`)
  if (check) console.error('\nIf this is what you want, run `pnpm api:report` and commit the reports with the change.')
  process.exitCode = 1
}

async function report({ folder, manifest }, temporary) {
  const home = join(folder, 'api')
  const entries = entryPoints(manifest).map(({ path, specifier }) => {
    const file = `${path === '.' ? 'index' : path.slice(2).replaceAll('/', '-')}.api.md`
    return { specifier, file, declarations: join(folder, manifest.exports[path].types) }
  })
  const files = new Set(entries.map(({ file }) => file))
  const stale = existsSync(home) ? readdirSync(home).filter((file) => !files.has(file)) : []
  if (!check) {
    for (const file of stale) rmSync(join(home, file))
    mkdirSync(home, { recursive: true })
  }
  const found = check
    ? stale.map((file) => `${relative(root, join(home, file))} reports an entry point that is gone.`)
    : []
  for (const entry of entries) found.push(...(await reportEntry(entry, { folder, home, temporary })))
  return found
}

async function reportEntry({ specifier, file, declarations }, { folder, home, temporary }) {
  if (!existsSync(declarations)) throw new Error(`${specifier} is not built: run \`pnpm build\` first.`)
  const messages = []
  const { apiReportChanged, errorCount } = Extractor.invoke(configOf({ folder, home, temporary, file, declarations }), {
    // A local build writes the report; otherwise it is only compared.
    localBuild: !check,
    messageCallback(message) {
      message.handled = true
      if (message.logLevel === 'error') messages.push(`${specifier}: ${message.text}`)
    },
  })
  const failed = errorCount > 0 || (check && apiReportChanged)
  console.log(`${failed ? 'FAILED' : 'ok    '}  ${specifier}${!check && apiReportChanged ? '  written' : ''}`)
  if (!check || !apiReportChanged) return messages
  const before = existsSync(join(home, file)) ? join(home, file) : '/dev/null'
  const { output } = await run([
    'diff',
    '-u',
    '--label',
    'reviewed',
    '--label',
    'exported',
    before,
    join(temporary, file),
  ])
  return [...messages, `${specifier} exports something else than ${relative(root, join(home, file))} says:\n${output}`]
}

function configOf({ folder, home, temporary, file, declarations }) {
  return ExtractorConfig.prepare({
    configObjectFullPath: undefined,
    packageJsonFullPath: join(folder, 'package.json'),
    configObject: {
      projectFolder: folder,
      mainEntryPointFilePath: declarations,
      compiler: { overrideTsconfig: { compilerOptions } },
      // Types that the exported ones are made of can break a user as well, exported or not.
      apiReport: {
        enabled: true,
        includeForgottenExports: true,
        ...{ reportFileName: file, reportFolder: home, reportTempFolder: temporary },
      },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      newlineKind: 'lf',
      messages: {
        compilerMessageReporting: { default: { logLevel: 'error' } },
        // How comments are written is not part of what is exported.
        extractorMessageReporting: { default: { logLevel: 'none' } },
        tsdocMessageReporting: { default: { logLevel: 'none' } },
      },
    },
  })
}
