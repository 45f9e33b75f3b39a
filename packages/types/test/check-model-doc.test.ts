import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { allChecks } from '../src/all-checks.js'
import { everyScenario } from './reference-services.js'
import { twins } from './twins.js'

const document = readFileSync(new URL('../../../docs/check-model.md', import.meta.url), 'utf8')

/** The rows below a table's head, each as its cells. */
function table(head: string): readonly (readonly string[])[] {
  const [, rows = ''] = document.split(`${head}\n`)
  const lines = rows.split('\n').slice(1)
  const end = lines.findIndex((line) => !line.startsWith('| '))
  return lines.slice(0, end).map((line) =>
    line
      .slice(2, -2)
      .split(' | ')
      .map((cell) => cell.trim()),
  )
}

test('the mutation table lists exactly the checks of the kit, what they need, and their twins', () => {
  expect(table('| check | scenario | the broken twin |')).toEqual(
    allChecks.map(({ name, needs }) => [name, needs ? `\`${needs}\`` : '', twins[name]?.does]),
  )
})

test('the table of scenarios lists exactly those of the kit', () => {
  const listed = table('| scenario | what happens |').map(([name]) => name?.slice(1, -1))
  expect(listed.toSorted()).toEqual(Object.keys(everyScenario().scenarios).toSorted())
})

test('every scenario of the kit is what some check needs', () => {
  const used = new Set(allChecks.map(({ needs }) => needs).filter((needs) => needs !== 'secrets'))
  expect(Object.keys(everyScenario().scenarios).filter((name) => !used.has(name as never))).toEqual([])
})
