import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { openSession } from '@x/agent-loop/session'
import { fileMediaStore, fileSessionStore } from '@x/agent-loop/session-file'
import { expect, test } from 'vitest'
import { bundle } from '../src/bundle.js'

function start(program: string, ...args: readonly string[]): Promise<{ output: string; conflicts: number }> {
  return new Promise((resolve) => {
    const worker = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
    let [output, problems] = ['', '']
    worker.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
    worker.stderr.on('data', (chunk: Buffer) => (problems += chunk.toString()))
    worker.on('close', () => resolve({ output: output || problems, conflicts: Number(problems) }))
  })
}

test('processes that say something in the same conversation at once never come between each other', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'x-two-'))
  const program = await bundle(fileURLToPath(new URL('../src/session-worker.ts', import.meta.url)))
  const runs = 8
  const names = ['ann', 'bob', 'cy']
  const workers = await Promise.all(names.map((name) => start(program, folder, name, String(runs))))
  expect(workers.map(({ output }) => output)).toEqual(names.map(() => 'done'))
  // Otherwise they were never there at the same time.
  expect(workers.reduce((sum, { conflicts }) => sum + conflicts, 0)).toBeGreaterThan(0)

  const { saved, resultOf } = await openSession(fileSessionStore(folder), 'talk')
  const ids = saved.messages.map(({ id }) => id ?? '')
  expect(new Set(ids).size).toBe(ids.length)
  const ended = ids.filter((id) => resultOf(id)?.status === 'done')
  expect(names.map((name) => ended.filter((id) => id.startsWith(name)).length)).toEqual(names.map(() => runs))
  for (const id of ended) {
    const from = ids.indexOf(id)
    expect(ids.slice(from, from + 4)).toEqual([id, `${id}~1`, `${id}~2`, `${id}~3`])
  }
  await rm(folder, { recursive: true, force: true })
}, 120_000)

test('a run in a journal is worked on by one process at a time, and taken over from one that died', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'x-two-'))
  const program = await bundle(fileURLToPath(new URL('../src/crash-worker.ts', import.meta.url)))
  const [left, right] = await Promise.all([start(program, folder, '2'), start(program, folder, '2')])
  const outputs = [left.output, right.output]
  expect(outputs).toContain('done')
  const { output } = await start(program, folder, '2')
  expect(output).toBe('done')
  const media = fileMediaStore(join(folder, 'media'))
  const { resultOf } = await openSession(fileSessionStore(join(folder, 'sessions')), 'talk', { media })
  expect([resultOf('turn-0')?.status, resultOf('turn-1')?.status]).toEqual(['done', 'done'])
  await rm(folder, { recursive: true, force: true })
}, 120_000)
