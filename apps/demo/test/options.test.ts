import { expect, test } from 'vitest'
import { defaultQuestion, readOptions } from '../src/options.js'

test('without arguments it asks its own question, here', () => {
  expect(readOptions([])).toEqual({ question: defaultQuestion, aws: false, help: false })
})

test('words are the question', () => {
  expect(readOptions(['How', 'cold?', '--aws'])).toEqual({ question: 'How cold?', aws: true, help: false })
})

test('an option that does not exist is refused', () => {
  expect(() => readOptions(['--awz'])).toThrow(TypeError)
})
