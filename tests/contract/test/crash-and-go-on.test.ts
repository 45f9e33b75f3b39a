import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { openSession } from '@x/agent-loop/session'
import { fileMediaStore, fileSessionStore } from '@x/agent-loop/session-file'
import type { Message, Usage } from '@x/types'
import { addUsage, noUsage } from '@x/types'
import { beforeAll, describe, expect, test } from 'vitest'
import { bundle } from '../src/bundle.js'
import { lots, runAndKill } from '../src/kill-often.js'

/* Real processes, killed without warning at moments of chance, and started again until they are done. */

const turns = 4
/** Each takes a second or two. */
const seeds = Math.ceil(Number(process.env.X_CHAOS_SEEDS ?? 200) / 40)
let program = ''
beforeAll(async () => {
  program = await bundle(fileURLToPath(new URL('../src/crash-worker.ts', import.meta.url)))
}, 60_000)

interface StepRecord {
  readonly key: string
  readonly status: 'started' | 'done' | 'deleted'
  readonly value?: { readonly usage?: Usage; readonly stopReason?: string }
}

/** All whole records of all runs, as the text of the files has them. */
async function recordsIn(folder: string): Promise<StepRecord[]> {
  const names = await readdir(join(folder, 'journal')).catch(() => [])
  const files = names.filter((name) => name.endsWith('.journal'))
  const texts = await Promise.all(files.map((name) => readFile(join(folder, 'journal', name), 'utf8')))
  // What stands behind the last line end is torn.
  const lines = texts.flatMap((text) => text.split('\n').slice(0, -1))
  return lines.flatMap((line) => JSON.parse(line.slice(18)) as StepRecord[])
}

const linesOf = async (path: string) => (await readFile(path, 'utf8').catch(() => '')).split('\n').filter(Boolean)

async function open(folder: string) {
  const media = fileMediaStore(join(folder, 'media'))
  return openSession(fileSessionStore(join(folder, 'sessions')), 'talk', { media })
}

/** Each call is answered by the message behind it, or is one of the last message. */
function expectValid(messages: readonly Message[]): void {
  messages.forEach((message, index) => {
    const calls = message.role === 'assistant' ? message.content.filter(({ type }) => type === 'tool-call') : []
    if (calls.length === 0 || index === messages.length - 1) return
    const ids = calls.map((part) => (part.type === 'tool-call' ? part.id : ''))
    const next = messages[index + 1]
    expect(next?.content.map((part) => (part.type === 'tool-result' ? part.id : ''))).toEqual(ids)
  })
}

async function crashUntilDone(seed: number): Promise<{ readonly crashes: number }> {
  const folder = await mkdtemp(join(tmpdir(), 'x-crash-'))
  const draw = lots(seed)
  let seen: readonly Message[] = []
  for (let crashes = 0; ; crashes++) {
    const before = await recordsIn(folder)
    const done = new Set(before.filter(({ status }) => status === 'done').map(({ key }) => key))
    const called = (await linesOf(join(folder, 'calls'))).length
    // Later and later, so that it comes to an end.
    const isDone = await runAndKill(program, [folder, String(turns)], 90 + draw() * (60 + 15 * crashes))
    const fresh = (await linesOf(join(folder, 'calls'))).slice(called)
    expect(fresh.filter((key) => done.has(key))).toEqual([])
    expect(new Set(fresh).size).toBe(fresh.length)
    const { saved, resultOf } = await open(folder)
    expectValid(saved.messages)
    expect(saved.messages.slice(0, seen.length)).toEqual(seen)
    seen = saved.messages
    if (!isDone) continue
    expect(seen.map(({ role }) => role)).toEqual(Array(turns).fill(turnRoles).flat())
    expect(Array.from({ length: turns }, (_, turn) => resultOf(`turn-${turn}`)?.status)).toEqual(
      Array(turns).fill('done'),
    )
    const records = await recordsIn(folder)
    const answers = records.flatMap(({ value }) => (value?.stopReason && value.usage ? [value.usage] : []))
    expect(saved.usage).toEqual(answers.reduce(addUsage, noUsage))
    await rm(folder, { recursive: true, force: true })
    return { crashes }
  }
}

const turnRoles = ['user', 'assistant', 'tool', 'assistant', 'tool', 'assistant']

describe('a conversation whose process is killed again and again', () => {
  test.each(Array.from({ length: seeds }, (_, index) => index + 1))(
    'loses nothing and does nothing twice (seed %i)',
    async (seed) => {
      const { crashes } = await crashUntilDone(seed)
      expect(crashes).toBeGreaterThan(0)
    },
    120_000,
  )
})
