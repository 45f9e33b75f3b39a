import type { JsonValue, Message } from '@x/types'
import type { SessionEntry, SessionStore } from './session-store.js'
import type { StoreCheck } from './store-check.js'
import { expect, expectSame, rejection } from './store-check.js'
import { oddValues } from './store-samples.js'

/** What becomes of what is written. */
export const sessionContents: readonly StoreCheck<SessionStore>[] = [
  {
    name: 'has nothing under an id that nobody wrote to',
    async run({ open }) {
      const store = await open()
      expect((await store.load('a')) === undefined, 'load gave something')
      await store.delete('a')
      expectSame(await store.list(), [], 'list')
    },
  },
  {
    name: 'gives back what was written, in order, to whoever opens it',
    async run({ open }) {
      const store = await open()
      const written: SessionEntry[] = []
      for (let [write, version] = [0, 0]; write < 20; write++) {
        const entries = Array.from({ length: write % 4 }, (_, index) => said(`${write}.${index}`))
        version = await store.append('a', entries, version)
        written.push(...entries)
      }
      expectSame((await store.load('a'))?.entries, written, 'load')
      expectSame((await (await open()).load('a'))?.entries, written, 'load by another')
    },
  },
  {
    name: 'keeps every kind of entry, and JSON as it is',
    async run({ open }) {
      const store = await open()
      const entries = [...kinds, ...oddValues.map(holding), said('\ud83d\ude42')]
      await store.append('a', entries, 0)
      expectSame((await store.load('a'))?.entries, entries, 'load')
      expectSame(await (await open()).load('a'), await store.load('a'), 'load by another')
    },
  },
  {
    name: 'keeps large entries, and many of them',
    async run({ open }) {
      const store = await open()
      const entries = [said('large '.repeat(400_000)), ...Array.from({ length: 500 }, (_, index) => said(`${index}`))]
      const version = await store.append('a', entries, 0)
      await store.append('a', [said('small')], version)
      expectSame((await (await open()).load('a'))?.entries, [...entries, said('small')], 'load')
    },
  },
  {
    name: 'keeps a copy, and gives out copies',
    async run({ open }) {
      const store = await open()
      const entry = said('as it was')
      await store.append('a', [entry], 0)
      Object.assign(entry, { messages: [] })
      const first = await store.load('a')
      expectSame(first?.entries, [said('as it was')], 'load, after what was written had been changed')
      Object.assign(first?.entries[0] ?? {}, { type: 'changed' })
      expectSame((await store.load('a'))?.entries, [said('as it was')], 'load, after what it gave had been changed')
    },
  },
  {
    name: 'writes all entries or none',
    async run({ open }) {
      const [store, reader] = [await open(), await open()]
      const version = await store.append('a', [said('first')], 0)
      const unwritable = { type: 'messages', messages: [{ toJSON: () => fail() }] } as unknown as SessionEntry
      const entries = Array.from({ length: 200 }, (_, index) => said(`${index}`))
      await rejection(store.append('a', [...entries, unwritable], version), 'entries that are no JSON')
      expectSame(await store.load('a'), { entries: [said('first')], version }, 'load after a failed write')
      let done = false
      const seen = new Set<number>()
      const writing = store.append('a', entries, version).finally(() => {
        done = true
      })
      while (!done) seen.add((await reader.load('a'))?.entries.length ?? 0)
      await writing
      seen.add((await reader.load('a'))?.entries.length ?? 0)
      seen.delete(1)
      expectSame([...seen], [201], 'lengths seen beside the one before')
    },
  },
  {
    name: 'deletes, and begins anew',
    async run({ open }) {
      const store = await open()
      await store.append('b', [said('b')], 0)
      const last = await store.append('a', [said('more')], await store.append('a', [said('a')], 0))
      await store.delete('a')
      expect((await (await open()).load('a')) === undefined, 'load gave something that was deleted')
      expectSame(await store.list(), ['b'], 'list')
      await rejection(store.append('a', [said('late')], last), 'a write to what was deleted')
      const version = await store.append('a', [said('new')], 0)
      expectSame(await store.load('a'), { entries: [said('new')], version }, 'load of what began anew')
      expectSame((await store.load('b'))?.entries, [said('b')], 'load of another')
    },
  },
]

export function said(text: string): SessionEntry {
  const message: Message = { role: 'user', id: text.slice(0, 20), content: [{ type: 'text', text }] }
  return { type: 'messages', messages: [message] }
}

function holding(value: JsonValue): SessionEntry {
  return {
    type: 'messages',
    messages: [{ role: 'user', content: [{ type: 'json', value }] }],
  } as unknown as SessionEntry
}

function fail(): never {
  throw new Error('This is no JSON.')
}

const usage = { inputTokens: 3, outputTokens: 4, totalTokens: 7 }

const kinds: readonly SessionEntry[] = [
  { type: 'run-start', runId: 'r' },
  said('a'),
  { type: 'history', messages: [], spent: usage },
  { type: 'usage', usage },
  {
    type: 'run-end',
    result: {
      ...{ runId: 'r', status: 'suspended', usage, turns: 1 },
      pending: [{ callId: 'c', name: 'n', input: { a: [1] }, reason: 'why', state: { runId: 'child' } }],
    },
  },
]
