import type { Middleware } from '@x/types'
import { layerOrder } from '@x/types'
import { scriptedModel } from '@x/types/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { approval } from '../src/approval.js'
import { budget } from '../src/budget.js'
import { fallback } from '../src/fallback.js'
import { runAgent } from '../src/index.js'
import { journal, memoryJournal } from '../src/journal.js'
import { loopGuard } from '../src/loop-guard.js'
import { retry } from '../src/retry.js'
import { memorySessionStore, openSession } from '../src/session.js'
import { finish, user } from './helpers.js'

const { layer: session } = await openSession(memorySessionStore(), 'any')
const known = [journal(memoryJournal()), session, budget({ turns: 9 }), approval(), loopGuard()]
const layers = [...known, fallback([{ config: {} }]), retry()]

/** The layer, telling when its model wrap is reached. */
function watched({ name, order }: Middleware, reached: string[]): Middleware {
  return {
    name,
    ...(order !== undefined && { order }),
    async *model(call, next) {
      reached.push(name)
      return yield* next(call)
    },
  }
}

test('known layers stand in one order, however they are listed', async () => {
  const order = ['session', 'journal', 'budget', 'approval', 'loop-guard', 'fallback', 'retry']
  await fc.assert(
    fc.asyncProperty(fc.shuffledSubarray(layers, { minLength: layers.length }), async (listed) => {
      const reached: string[] = []
      const use = listed.map((layer) => watched(layer, reached))
      await finish(runAgent({ model: scriptedModel(['ok']), use }, user('go')))
      expect(reached).toEqual(order)
    }),
    { numRuns: 30 },
  )
})

test('yours stand where user layers do, in the order of the list', async () => {
  const reached: string[] = []
  const use = [{ name: 'b' }, retry(), { name: 'a' }, budget({ turns: 9 })].map((layer) => watched(layer, reached))
  await finish(runAgent({ model: scriptedModel(['ok']), use }, user('go')))
  expect(reached).toEqual(['budget', 'b', 'a', 'retry'])
})

test('nothing stands outside the journal but the session, which asks what is inside at once', () => {
  expect(Math.min(...Object.values(layerOrder))).toBe(layerOrder.journal)
  const outside = layers.filter(({ order = layerOrder.user }) => order < layerOrder.journal)
  expect(outside.map(({ name }) => name)).toEqual(['session'])
  let reached = false
  const next = async function* (): AsyncGenerator<never, never, void> {
    reached = true
    throw new Error('That is all that was asked.')
  }
  for (const wrap of [session.model, session.tool]) {
    reached = false
    void wrap?.({ call: { id: '1' } } as never, next)
      .next()
      .catch(() => undefined)
    expect(reached).toBe(true)
  }
})
