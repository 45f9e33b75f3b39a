import type { Message } from '@x/types'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { windowOf } from '../src/window-of.js'
import { callPart, say } from './helpers.js'

const turn = (id: string): readonly Message[] => [
  { role: 'assistant', id: `${id}a`, content: [callPart(id, 'look', {})] },
  { role: 'tool', id: `${id}t`, content: [{ type: 'tool-result', id, content: [say('x'.repeat(30))] }] },
]
const said = (id: string): Message => ({ role: 'user', id, content: [say('x'.repeat(30))] })
const ids = (messages: readonly Message[]) => messages.map(({ id }) => id)

describe('the window', () => {
  const messages = [said('u'), ...turn('1'), ...turn('2'), ...turn('3')]

  test('keeps the pinned first and the last that fit', () => {
    const { first, dropped, last } = windowOf(messages, { pinned: 1, maxTokens: 60 })
    expect([ids(first), ids(dropped), ids(last)]).toEqual([['u'], ['1a', '1t', '2a', '2t'], ['3a', '3t']])
  })

  test('drops nothing when all fits', () => {
    expect(windowOf(messages, { pinned: 1, maxTokens: 10_000 }).dropped).toEqual([])
  })

  test('keeps the last unit however little room there is', () => {
    expect(ids(windowOf(messages, { pinned: 0, maxTokens: 0 }).last)).toEqual(['3a', '3t'])
  })

  test('pins whole units', () => {
    expect(ids(windowOf(messages, { pinned: 2, maxTokens: 0 }).first)).toEqual(['u', '1a', '1t'])
  })
})

test('never parts a call from its result, never loses a message', () => {
  const unit = fc.constantFrom<'said' | 'turn'>('said', 'turn')
  fc.assert(
    fc.property(fc.array(unit, { minLength: 1 }), fc.nat(6), fc.nat(400), (units, pinned, maxTokens) => {
      const messages = units.flatMap((kind, index) => (kind === 'said' ? [said(`${index}`)] : turn(`${index}`)))
      const { first, dropped, last } = windowOf(messages, { pinned, maxTokens })
      expect([...first, ...dropped, ...last]).toEqual(messages)
      expect(last.length + first.length).toBeGreaterThan(0)
      for (const part of [first, dropped, last]) {
        expect(part[0]?.role).not.toBe('tool')
        expect(part.at(-1)?.role === 'assistant').toBe(false)
      }
    }),
  )
})
