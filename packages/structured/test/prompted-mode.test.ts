import { compileSchema } from '@x/tools/schema'
import { expect, it } from 'vitest'
import * as z from 'zod'
import { promptedMode } from '../src/prompted-mode.js'

const person = compileSchema(z.object({ name: z.string() }))
const list = compileSchema(z.array(z.string()))
const answer = { name: 'answer', description: 'An answer.' }
const read = (compiled: typeof person | typeof list, text: string, repair = true) =>
  promptedMode<unknown>(answer, compiled, { system: true }).read(
    { role: 'assistant', content: [{ type: 'text', text }] },
    repair,
  )

it('reads the object that was asked for, whatever lists stand behind it', () => {
  const ada = [{ value: { name: 'Ada' }, repairs: [] }]
  expect(read(person, '{"name":"Ada"} as in [1, 2]')).toEqual(ada)
  expect(read(person, '[1] says: {"name":"Ada"}', false)).toEqual(ada)
})

it('reads a list or a scalar without its wrapper only with repair, and where there is no object', () => {
  expect(read(list, 'Sure: ["a"]')).toEqual([{ value: ['a'], repairs: [] }])
  expect(read(list, '{"value":["b"]} ["a"]')).toEqual([{ value: { value: ['b'] }, repairs: [] }])
  expect(read(list, 'Sure: ["a"]', false)).toMatchObject([{ fault: expect.stringContaining('no JSON') }])
  expect(read(person, '42')).toEqual([{ value: 42, repairs: [] }])
})

it('lists what was mended', () => {
  const text = "{name: 'Ada',}"
  expect(read(person, text)).toEqual([
    { value: { name: 'Ada' }, repairs: [{ path: '', repair: 'mended the JSON text', score: 5 }] },
  ])
  expect(read(person, text, false)).toMatchObject([{ fault: expect.any(String) }])
  expect(read(person, '  ')).toEqual([])
})
