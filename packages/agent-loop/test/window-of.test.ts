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

  test('keeps the last unit and what the user said last, however little room there is', () => {
    expect(ids(windowOf(messages, { pinned: 0, maxTokens: 0 }).last)).toEqual(['u', '3a', '3t'])
    const later = [said('first'), ...turn('1'), said('u'), ...turn('2'), ...turn('3')]
    const { first, dropped, last } = windowOf(later, { pinned: 1, maxTokens: 0 })
    expect([ids(first), ids(dropped), ids(last)]).toEqual([['first'], ['1a', '1t', '2a', '2t'], ['u', '3a', '3t']])
  })

  test('does not take its own note for words of the user', () => {
    const noted = [said('first'), said('x!short'), ...turn('1'), ...turn('2')]
    expect(ids(windowOf(noted, { pinned: 1, maxTokens: 0 }).dropped)).toEqual(['x!short', '1a', '1t'])
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
      const places = [first, dropped, last].map((part) => part.map((message) => messages.indexOf(message)))
      for (const part of places) expect(part).toEqual([...part].sort((left, right) => left - right))
      expect(places.flat().sort((left, right) => left - right)).toEqual([...messages.keys()])
      expect(dropped).not.toContain(messages.findLast(({ role }) => role === 'user'))
      expect(last.length + first.length).toBeGreaterThan(0)
      for (const part of [first, dropped, last]) {
        expect(part[0]?.role).not.toBe('tool')
        expect(part.at(-1)?.role === 'assistant').toBe(false)
      }
    }),
  )
})
