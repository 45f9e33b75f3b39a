import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { SessionEntry, SessionStore } from '../src/session.js'
import { memorySessionStore } from '../src/session.js'
import { fileSessionStore } from '../src/session-file.js'
import { checkSessionStore, formatReport } from '../src/testing.js'
import { temporaryFolder } from './temporary-folder.js'

type MakeStore = (place: string) => SessionStore

/** One store for each place. */
function atPlaces(make: () => SessionStore): MakeStore {
  const stores = new Map<string, SessionStore>()
  return (place) => {
    const store = stores.get(place) ?? make()
    stores.set(place, store)
    return store
  }
}

test('the store in memory keeps the contract', async () => {
  const report = await checkSessionStore(atPlaces(memorySessionStore))
  expect(formatReport(report)).not.toContain('FAILED')
  expect([report.passed, report.checks.length]).toEqual([true, 14])
})

test('the store in files keeps the contract', async () => {
  const folder = await temporaryFolder()
  const report = await checkSessionStore((place) => fileSessionStore(join(folder, place)))
  expect(formatReport(report)).not.toContain('FAILED')
  expect([report.passed, report.checks.length]).toEqual([true, 14])
})

/** A store in memory with one thing wrong. */
const broken = (change: (store: SessionStore) => Partial<SessionStore>): MakeStore =>
  atPlaces(() => {
    const store = memorySessionStore()
    return { ...store, ...change(store) }
  })

const pause = () => new Promise((resolve) => setTimeout(resolve, 1))

/** Keeps the objects themselves, and can be told to keep its version badly. */
function sharing(): SessionStore {
  const sessions = new Map<string, { entries: readonly SessionEntry[]; version: number }>()
  const store = memorySessionStore()
  return {
    ...store,
    load: async (id) => sessions.get(id),
    async append(id, entries, version) {
      const next = await store.append(id, entries, version)
      sessions.set(id, { entries: [...(sessions.get(id)?.entries ?? []), ...entries], version: next })
      return next
    },
  }
}

describe('the kit finds a store that', () => {
  const cases: readonly [what: string, check: string, make: MakeStore][] = [
    [
      'makes sessions when it is asked for them',
      'has nothing under an id that nobody wrote to',
      broken((store) => ({ load: async (id) => (await store.load(id)) ?? { entries: [], version: 0 } })),
    ],
    [
      'forgets when it is opened anew',
      'gives back what was written, in order, to whoever opens it',
      () => memorySessionStore(),
    ],
    [
      'puts new entries in front',
      'gives back what was written, in order, to whoever opens it',
      broken((store) => ({
        async load(id) {
          const found = await store.load(id)
          return found && { ...found, entries: found.entries.toReversed() }
        },
      })),
    ],
    [
      'cannot hold a zero character',
      'keeps every kind of entry, and JSON as it is',
      broken((store) => ({
        append: (id, entries, version) =>
          store.append(id, JSON.parse(JSON.stringify(entries).replaceAll('\\u0000', '')), version),
      })),
    ],
    [
      'cuts what is long',
      'keeps large entries, and many of them',
      broken((store) => ({ append: (id, entries, version) => store.append(id, entries.slice(0, 400), version) })),
    ],
    ['shares its objects', 'keeps a copy, and gives out copies', atPlaces(sharing)],
    [
      'writes entry by entry',
      'writes all entries or none',
      broken((store) => ({
        async append(id, entries, version) {
          let next = version
          for (const entry of entries) {
            next = await store.append(id, [entry], next)
            if (next % 50 === 0) await pause()
          }
          return next
        },
      })),
    ],
    ['does not delete', 'deletes, and begins anew', broken(() => ({ delete: async () => undefined }))],
    [
      'goes on from the version before it was deleted',
      'deletes, and begins anew',
      broken((store) => ({
        async delete(id) {
          await store.delete(id)
          await store.append(id, [], 0)
        },
      })),
    ],
    [
      'does not count writes without entries',
      'says a greater version with each write',
      broken((store) => ({
        append: async (id, entries, version) => (entries.length > 0 ? store.append(id, entries, version) : version),
      })),
    ],
    [
      'takes any version',
      'refuses a write with any other version, and changes nothing',
      broken((store) => ({
        append: async (id, entries) => store.append(id, entries, (await store.load(id))?.version ?? 0),
      })),
    ],
    [
      'refuses with an error of its own',
      'refuses a write with any other version, and changes nothing',
      broken((store) => ({
        append: (id, entries, version) =>
          store.append(id, entries, version).catch(() => {
            throw new Error('serialization failure')
          }),
      })),
    ],
    [
      'looks at the version and then writes',
      'lets one of many writers win each version',
      broken((store) => ({
        async append(id, entries, version) {
          const { version: found = 0 } = (await store.load(id)) ?? {}
          await pause()
          if (found !== version) return store.append(id, entries, version)
          return store.append(id, entries, (await store.load(id))?.version ?? 0).then(() => version + 1)
        },
      })),
    ],
    [
      'lets everybody begin',
      'lets one of many begin a session',
      broken((store) => ({
        append: (id, entries, version) =>
          store.append(id, entries, version).catch(async (error) => {
            if (version > 0) throw error
            return store.append(id, entries, (await store.load(id))?.version ?? 0)
          }),
      })),
    ],
    [
      'takes capitals for small letters',
      'takes any id, and takes none for another',
      broken((store) => ({
        load: (id) => store.load(id.toLowerCase()),
        append: (id, entries, version) => store.append(id.toLowerCase(), entries, version),
      })),
    ],
    [
      'lists in the order of writing',
      'lists ids in ascending order',
      broken((store) => ({ list: async (options) => (await store.list(options)).toReversed() })),
    ],
    [
      'lists what comes from an id on, and not after it',
      'lists by pages, 100 at a time unless told otherwise',
      broken((store) => ({
        async list({ after, limit = 100 } = {}) {
          const all = await store.list({ limit: 1000 })
          return all.filter((id) => after === undefined || id >= after).slice(0, limit + 1)
        },
      })),
    ],
  ]

  test.each(cases)('%s', async (_what, check, make) => {
    const report = await checkSessionStore(make, { only: [check], timeoutMs: 2000 })
    expect(report).toEqual({ passed: false, checks: [{ name: check, status: 'failed', reason: expect.any(String) }] })
    expect(formatReport(report)).toContain(`FAILED  ${check}\n`)
  })

  test('breaks any one of the promises', async () => {
    const { checks } = await checkSessionStore(atPlaces(memorySessionStore))
    expect(checks.map(({ name }) => name).filter((name) => !cases.some(([, check]) => check === name))).toEqual([])
  })
})

test('a check that does not exist is refused', async () => {
  await expect(checkSessionStore(memorySessionStore, { only: ['all is well'] })).rejects.toMatchObject({
    code: 'invalid-config',
    message: expect.stringContaining('all is well'),
  })
})
