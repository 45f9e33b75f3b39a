import { spawnSync } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { afterAll, beforeAll, expect, it } from 'vitest'

/* A process in whose reach nothing of OpenTelemetry is installed. */

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'no-otel-'))
  const installed = join(folder, 'node_modules/@x/telemetry')
  await mkdir(installed, { recursive: true })
  const source = (name: string) => fileURLToPath(new URL(`../../../packages/telemetry/src/${name}.ts`, import.meta.url))
  await build({
    entryPoints: [source('index'), source('trace')],
    outdir: installed,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    conditions: ['@x/source'],
    external: ['@opentelemetry/*'],
  })
  const exports = { '.': './index.js', './trace': './trace.js' }
  await writeFile(join(installed, 'package.json'), JSON.stringify({ name: '@x/telemetry', type: 'module', exports }))
})
afterAll(() => rm(folder, { recursive: true }))

it('importing the package says which package is missing, and who asked for it', () => {
  const { status, stderr } = imported('@x/telemetry')
  expect(status).not.toBe(0)
  expect(stderr).toContain("Cannot find package '@opentelemetry/api' imported from")
  expect(stderr).toContain(join('@x', 'telemetry', 'index.js'))
  expect(stderr).toContain('ERR_MODULE_NOT_FOUND')
})

it('the trace view needs none', () => {
  expect(imported('@x/telemetry/trace')).toMatchObject({ status: 0, stdout: 'formatTrace,traceOf\n' })
})

function imported(specifier: string) {
  const program = `console.log(Object.keys(await import('${specifier}')).sort().join())`
  return spawnSync(process.execPath, ['--input-type=module', '--eval', program], { cwd: folder, encoding: 'utf8' })
}
