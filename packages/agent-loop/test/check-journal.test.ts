import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Journal, JournalEntry, JournalStore } from '../src/journal.js'
import { memoryJournal, storeJournal } from '../src/journal.js'
import { fileJournal } from '../src/journal-file.js'
import { checkJournal, formatReport } from '../src/testing.js'
import { temporaryFolder } from './temporary-folder.js'

/** What `make` gives, over entries that outlive it. */
function overEntries<Value>(make: (entries: Map<string, Value>) => Journal): (place: string) => Journal {
  const places = new Map<string, Map<string, Value>>()
  return (place) => {
    const entries = places.get(place) ?? new Map<string, Value>()
    places.set(place, entries)
    return make(entries)
  }
}

test('the journal in memory keeps the contract', async () => {
  const report = await checkJournal(overEntries<string>(memoryJournal))
  expect(formatReport(report)).not.toContain('FAILED')
  expect([report.passed, report.checks.length]).toEqual([true, 13])
})

test('the journal in files keeps the contract', async () => {
  const folder = await temporaryFolder()
  const report = await checkJournal((place) => fileJournal(join(folder, place)))
  expect(formatReport(report)).not.toContain('FAILED')
  expect([report.passed, report.checks.length]).toEqual([true, 13])
})

type Texts = Map<string, string>

/** A store in memory with one thing wrong. */
const broken = (change: (store: Required<JournalStore>, entries: Texts) => Partial<JournalStore>) =>
  overEntries<string>((entries) => {
    const store: JournalStore = {
      get: (key) => JSON.parse(entries.get(key) ?? 'null') ?? undefined,
      set: (key, entry) => void entries.set(key, JSON.stringify(entry)),
      delete: (key) => void entries.delete(key),
    }
    return storeJournal({ ...store, ...change(store, entries) })
  })

/** A journal in memory whose steps have one thing wrong. */
const steps = (change: (journal: Journal, entries: Texts) => Journal['step']) =>
  overEntries<string>((entries) => ({ step: change(memoryJournal(entries), entries) }))

describe('the kit finds a journal that', () => {
  const cases: readonly [what: string, check: string, make: (place: string) => Journal][] = [
    ['keeps nothing', 'does a step once and gives what it gave', broken(() => ({ get: () => undefined }))],
    ['forgets when it is opened anew', 'does a step once and gives what it gave', () => memoryJournal()],
    [
      'writes a value after it gave it out',
      'has a value on record before it gives it out',
      broken((store) => ({
        set: (key, entry) =>
          entry.status === 'started' ? store.set(key, entry) : void setTimeout(store.set, 5, key, entry),
      })),
    ],
    [
      'cuts large values',
      'keeps values as JSON does, large ones too',
      broken((store) => ({
        get: (key) => JSON.parse(JSON.stringify(store.get(key) ?? null).replaceAll('large large', '')) ?? undefined,
      })),
    ],
    [
      'shares its objects',
      'keeps a copy, and gives out copies',
      overEntries<JournalEntry>((entries) =>
        storeJournal({
          get: (key) => entries.get(key),
          set: (key, entry) => void entries.set(key, entry),
          delete: (key) => void entries.delete(key),
        }),
      ),
    ],
    [
      'takes one step at a time',
      'lets steps work at the same time',
      steps((journal) => {
        let last: Promise<unknown> = Promise.resolve()
        return (step, work) => {
          const next = last.then(() => journal.step(step, work))
          last = next.catch(() => undefined)
          return next
        }
      }),
    ],
    [
      'takes one step of a run at a time',
      'lets a step work inside another one',
      steps((journal) => {
        const runs = new Set<string>()
        return async (step, work) => {
          if (runs.has(step.runId)) throw new Error('The run is at work.')
          runs.add(step.runId)
          return journal.step(step, work).finally(() => runs.delete(step.runId))
        }
      }),
    ],
    [
      'takes capitals for small letters',
      'takes any key and any run id, and takes none for another',
      broken((store) => ({
        get: (key) => store.get(key.toLowerCase()),
        set: (key, entry) => store.set(key.toLowerCase(), entry),
      })),
    ],
    [
      'has no names of objects',
      'takes any key and any run id, and takes none for another',
      (() => {
        const entries: { [key: string]: JournalEntry } = {}
        const keyOf = (key: string) => key.split('/').at(-1) ?? ''
        return () =>
          storeJournal({
            get: (key) => entries[keyOf(key)],
            set: (key, entry) => void (entries[keyOf(key)] = entry),
            delete: (key) => void delete entries[keyOf(key)],
          })
      })(),
    ],
    [
      'writes the start while the work begins',
      'has the start of a step on record before its work begins',
      broken((store) => ({
        set: (key, entry) =>
          entry.status === 'done' ? store.set(key, entry) : void setTimeout(store.set, 5, key, entry),
      })),
    ],
    [
      'runs again without being told to',
      'asks, fails, or runs an unfinished step again, as it is told',
      steps((journal) => (step, work) => journal.step({ ...step, unfinished: 'run-again' }, work)),
    ],
    [
      'asks where it is to fail',
      'asks, fails, or runs an unfinished step again, as it is told',
      steps(
        (journal) => (step, work) =>
          journal.step({ ...step, unfinished: step.unfinished === 'fail' ? 'ask' : step.unfinished }, work),
      ),
    ],
    [
      'forgets the start of a step that runs again',
      'still takes a step for unfinished that ran again and died',
      broken((store, entries) => ({
        set: (key, entry) =>
          entry.status === 'started' && entries.has(key) ? store.delete(key) : store.set(key, entry),
      })),
    ],
    [
      'keeps values that are not final',
      'keeps nothing of a step whose value is not final',
      steps((journal) => (step, work) => journal.step(step, async () => ({ ...(await work()), final: true }))),
    ],
    [
      'leaves the start of a step whose value is not final',
      'keeps nothing of a step whose value is not final',
      broken(() => ({ delete: () => undefined })),
    ],
    [
      'takes a step that threw for one that never was',
      'keeps no more than the start of a step that throws',
      steps(
        (journal, entries) => (step, work) =>
          journal.step(step, work).catch((error) => {
            if (error instanceof Error && error.message === 'It broke.') entries.delete(step.key)
            throw error
          }),
      ),
    ],
    [
      'throws something else than the work did',
      'keeps no more than the start of a step that throws',
      steps(
        (journal) => (step, work) =>
          journal.step(step, () =>
            work().catch((error) => {
              throw new Error(`The step failed: ${error}`)
            }),
          ),
      ),
    ],
    [
      'forgets a whole run when one of its steps dies',
      'has steps that are done beside one that is not',
      overEntries<string>((entries) => {
        if ([...entries.values()].some((text) => text.includes('started'))) entries.clear()
        return memoryJournal(entries)
      }),
    ],
  ]

  test.each(cases)('%s', async (_what, check, make) => {
    const report = await checkJournal(make, { only: [check], timeoutMs: 1000 })
    expect(report).toEqual({ passed: false, checks: [{ name: check, status: 'failed', reason: expect.any(String) }] })
  })

  test('breaks any one of the promises', async () => {
    const { checks } = await checkJournal(overEntries<string>(memoryJournal))
    expect(checks.map(({ name }) => name).filter((name) => !cases.some(([, check]) => check === name))).toEqual([])
  })
})
