import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { RunResult } from '@x/types'
import { beforeAll, expect, test } from 'vitest'
import { bundle } from '../src/bundle.js'

let program = ''
beforeAll(async () => {
  program = await bundle(fileURLToPath(new URL('../src/approval-worker.ts', import.meta.url)))
}, 60_000)

interface Outcome {
  readonly result: RunResult
  readonly ran: readonly string[]
}

function inAnotherProcess(input: unknown): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const worker = spawn(process.execPath, [program], { stdio: ['pipe', 'pipe', 'inherit'] })
    let output = ''
    worker.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
    worker.on('close', (code) =>
      code === 0 ? resolve(JSON.parse(output) as Outcome) : reject(new Error(`the worker ended with ${code}`)),
    )
    worker.stdin.end(input === undefined ? '' : JSON.stringify(input))
  })
}

/** The pause as it bubbled up: each agent's pending call holds the suspended result of the one below. */
function pendingAt(result: RunResult, ...path: string[]): RunResult {
  return path.reduce((level, callId) => {
    const pending = level.pending.find((call) => call.callId === callId)
    return pending?.state as unknown as RunResult
  }, result)
}

test('(a) an approval two sub-agents deep goes through JSON and is answered in another process', async () => {
  const first = await inAnotherProcess(undefined)
  expect(first.result.status).toBe('suspended')
  expect(first.ran).toEqual(['look_up'])
  expect(pendingAt(first.result, 't', 'm').pending).toEqual([
    { callId: 'b', name: 'send', input: {}, reason: 'approval' },
  ])

  const approved = await inAnotherProcess({ ...first.result, answers: { t: { m: { b: { approved: true } } } } })
  expect(approved.result.status).toBe('done')
  expect(approved.ran).toEqual(['send'])

  const denied = await inAnotherProcess({ ...first.result, answers: { t: { m: { b: { approved: false } } } } })
  expect(denied.result.status).toBe('done')
  expect(denied.ran).toEqual([])

  const unanswered = await inAnotherProcess(first.result)
  expect(unanswered.result.status).toBe('suspended')
  expect(unanswered.ran).toEqual([])
}, 60_000)
