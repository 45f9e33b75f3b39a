import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { beforeAll, expect, test } from 'vitest'
import { bundle } from '../src/bundle.js'

let program = ''
beforeAll(async () => {
  program = await bundle(fileURLToPath(new URL('../src/model-tests.ts', import.meta.url)))
})

/** What `node --test` says, as TAP. */
async function run(env: Record<string, string> = {}): Promise<{ status: number | null; said: string }> {
  // A runner inside a runner would report to the outer one.
  const { NODE_TEST_CONTEXT: _context, NODE_OPTIONS: _options, ...outer } = process.env
  const child = spawn(process.execPath, ['--test', '--test-reporter=tap', program], { env: { ...outer, ...env } })
  let said = ''
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()))
  const status = await new Promise<number | null>((resolve) => child.on('close', resolve))
  return { status, said }
}

test('node:test runs the kit with one line, and shows what was skipped and why', async () => {
  const { status, said } = await run()
  expect(status, said).toBe(0)
  expect(said).toMatch(/^ *ok \d+ - names itself$/m)
  expect(said).toMatch(/^ *ok \d+ - answers without a call although it could$/m)
  expect(said).toMatch(
    /^ *ok \d+ - says that it was throttled \(skipped: give scenarios\.throttled\) # SKIP give scenarios\.throttled$/m,
  )
  expect(said).toMatch(/^# fail 0$/m)
})

test('node:test fails for a model that breaks the contract, and says how', async () => {
  const { status, said } = await run({ BROKEN: 'yes' })
  expect(status).toBe(1)
  expect(said).toMatch(/^ *not ok \d+ - names itself$/m)
  expect(said).toContain('provider "My Provider" is not a lower-case name')
  expect(said).toMatch(/^# fail 1$/m)
})
