import { isAgentError } from '@x/types'
import { said } from './check-session-contents.js'
import type { SessionStore } from './session-store.js'
import type { StoreCheck } from './store-check.js'
import { expect, expectSame, rejection } from './store-check.js'

/** That nobody writes over what he has not read. */
export const sessionVersions: readonly StoreCheck<SessionStore>[] = [
  {
    name: 'says a greater version with each write',
    async run({ open }) {
      const store = await open()
      let version = 0
      for (const entries of [[said('a')], [], [said('b'), said('c')]]) {
        const next = await store.append('a', entries, version)
        expect(next > version, `the version after ${version} was ${next}`)
        expectSame((await store.load('a'))?.version, next, 'version of load')
        version = next
      }
    },
  },
  {
    name: 'refuses a write with any other version, and changes nothing',
    async run({ open }) {
      const store = await open()
      await expectConflict(store, 'a', 1)
      expect((await store.load('a')) === undefined, 'a refused write made a session')
      const first = await store.append('a', [said('first')], 0)
      const second = await store.append('a', [said('second')], first)
      for (const version of [0, first, second + 1]) await expectConflict(await open(), 'a', version)
      expectSame(await store.load('a'), { entries: [said('first'), said('second')], version: second }, 'load')
    },
  },
  {
    name: 'lets one of many writers win each version',
    async run({ open }) {
      const each = 5
      const wins: number[] = []
      const work = async (store: SessionStore, writer: number) => {
        for (let done = 0; done < each; ) {
          const { version = 0 } = (await store.load('a')) ?? {}
          try {
            wins.push(await store.append('a', [said(`${writer}.${done}`)], version))
            done++
          } catch (error) {
            if (!isAgentError(error, 'conflict')) throw error
          }
        }
      }
      const stores = await Promise.all(Array.from({ length: 8 }, () => open()))
      await Promise.all(stores.map(work))
      expectSame(new Set(wins).size, wins.length, 'versions that were given out')
      const { entries = [], version } = (await (await open()).load('a')) ?? {}
      expectSame(version, Math.max(...wins), 'the last version')
      const texts = entries.map((entry) => (entry.type === 'messages' ? entry.messages[0]?.id : undefined))
      const inOrder = stores.map((_, writer) => texts.filter((text) => text?.startsWith(`${writer}.`)))
      const wanted = stores.map((_, writer) => Array.from({ length: each }, (_, done) => `${writer}.${done}`))
      expectSame(inOrder, wanted, 'what each writer wrote')
    },
  },
  {
    name: 'lets one of many begin a session',
    async run({ open }) {
      const stores = await Promise.all(Array.from({ length: 8 }, () => open()))
      const outcomes = await Promise.allSettled(stores.map((store, index) => store.append('a', [said(`${index}`)], 0)))
      const winners = outcomes.flatMap(({ status }, index) => (status === 'fulfilled' ? [said(`${index}`)] : []))
      expectSame(winners.length, 1, 'how many have begun it')
      expectSame((await stores[0]?.load('a'))?.entries, winners, 'load')
    },
  },
]

async function expectConflict(store: SessionStore, id: string, version: number): Promise<void> {
  const error = await rejection(store.append(id, [said('refused')], version), `a write with version ${version}`)
  const isRight = isAgentError(error, 'conflict') && error.scope === 'run'
  expect(isRight, `a write with version ${version} failed with ${String(error)}, not AgentError conflict of scope run`)
}
