import { expect, it } from 'vitest'
import { prefixMemory } from '../src/prefix-memory.js'

const [a, b, c, d] = [{ name: 'a' }, { name: 'b' }, { name: 'c' }, { name: 'd' }]

it('finds the longest beginning that is remembered under a key', () => {
  const memory = prefixMemory<object, string>()
  memory.keep([a, b, c], 'key', { length: 1, carried: 'a' })
  memory.keep([a, b, c], 'key', { length: 2, carried: 'ab' })

  expect(memory.find([a, b, c, d], 'key')).toEqual({ length: 2, carried: 'ab' })
  expect(memory.find([a, c], 'key')).toEqual({ length: 1, carried: 'a' })
  expect(memory.find([a, b], 'other')).toBeUndefined()
  expect(memory.find([], 'key')).toBeUndefined()
})

it('tells lists apart that differ before the end of what is remembered', () => {
  const memory = prefixMemory<object, string>()
  memory.keep([a, b, c], 'key', { length: 3, carried: 'abc' })

  expect(memory.find([a, { ...b }, c], 'key')).toBeUndefined()
  expect(memory.find([b, c], 'key')).toBeUndefined()
})

it('does not mind what becomes of the list', () => {
  const memory = prefixMemory<object, string>()
  const list = [a, b]
  memory.keep(list, 'key', { length: 2, carried: 'ab' })
  list[0] = c

  expect(memory.find([a, b], 'key')?.carried).toBe('ab')
  expect(memory.find(list, 'key')).toBeUndefined()
})

it('forgets the beginning that a longer one goes on from', () => {
  const memory = prefixMemory<object, string>()
  const first = { length: 1, carried: 'a' }
  memory.keep([a], 'key', first)
  memory.keep([a, b], 'key', { length: 2, carried: 'ab' }, first)

  expect(memory.find([a, c], 'key')).toBeUndefined()
  expect(memory.find([a, b], 'key')?.carried).toBe('ab')
})
