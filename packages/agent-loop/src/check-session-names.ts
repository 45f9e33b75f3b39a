import { said } from './check-session-contents.js'
import type { SessionStore } from './session-store.js'
import type { StoreCheck } from './store-check.js'
import { expectSame } from './store-check.js'
import { oddNames } from './store-samples.js'

/** Ids, and finding them again. */
export const sessionNames: readonly StoreCheck<SessionStore>[] = [
  {
    name: 'takes any id, and takes none for another',
    async run({ open }) {
      const store = await open()
      await Promise.all(oddNames.map((id) => store.append(id, [said(id)], 0)))
      const other = await open()
      for (const id of oddNames) {
        expectSame((await other.load(id))?.entries, [said(id)], `load(${JSON.stringify(id)})`)
      }
      expectSame((await other.list({ limit: 1000 })).toSorted(), oddNames.toSorted(), 'list')
      for (const id of oddNames.slice(1)) await other.delete(id)
      expectSame(await store.list(), oddNames.slice(0, 1), 'list after all others were deleted')
    },
  },
  {
    name: 'lists ids in ascending order',
    async run({ open }) {
      const store = await open()
      for (const id of ['b', 'a10', 'a', 'c', 'a2', 'B', 'a-1', '10', '9']) await store.append(id, [], 0)
      expectSame(await store.list(), ['10', '9', 'B', 'a', 'a-1', 'a10', 'a2', 'b', 'c'], 'list')
    },
  },
  {
    name: 'lists by pages, 100 at a time unless told otherwise',
    async run({ open }) {
      const store = await open()
      const ids = Array.from({ length: 120 }, (_, index) => `id-${String(index).padStart(4, '0')}`)
      await Promise.all(ids.toReversed().map((id) => store.append(id, [], 0)))
      expectSame(await store.list(), ids.slice(0, 100), 'list without a limit')
      const found: string[] = []
      for (let page: readonly string[]; ; found.push(...page)) {
        const after = found.at(-1)
        page = await store.list({ limit: 50, ...(after !== undefined && { after }) })
        if (page.length === 0) break
      }
      expectSame(found, ids, 'the pages together')
      expectSame(await store.list({ after: 'id-0001x', limit: 2 }), ids.slice(2, 4), 'after an id that is not there')
      expectSame(await store.list({ after: 'z' }), [], 'after the last one')
    },
  },
]
