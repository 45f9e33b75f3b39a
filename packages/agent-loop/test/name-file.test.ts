import fc from 'fast-check'
import { expect, test } from 'vitest'
import { idOfFileName, nameFile } from '../src/name-file.js'
import { oddNames } from '../src/store-samples.js'

test('names hold small letters, digits, and what no file system takes for anything else', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (id) => {
      expect(nameFile(id)).toMatch(/^[sh]-[a-z0-9_%-]{0,180}$/)
    }),
  )
})

test('names of different ids are different, whatever the case', () => {
  const names = [...oddNames, '\ud800', '\ud801', '\ufffd', ''].map((id) => nameFile(id).toLowerCase())
  expect(new Set(names).size).toBe(names.length)
})

test('a short name gives its id back, a hash does not', () => {
  for (const id of ['', 'a', 'A/b', '..', 'ä🙂', '%41']) expect(idOfFileName(nameFile(id))).toBe(id)
  for (const id of ['x'.repeat(200), '\ud800']) expect(idOfFileName(nameFile(id))).toBeUndefined()
})

test('names are readable where they can be', () => {
  expect(nameFile('order-42')).toBe('s-order-42')
  expect(nameFile('../A')).toBe('s-%2e%2e%2f%41')
})
