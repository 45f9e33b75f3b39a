import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect, it } from 'vitest'
import { ruleTable } from '../src/rule-table.js'

it('docs/doctor.md lists every rule of the request check, as the code has it', () => {
  const page = readFileSync(resolve(import.meta.dirname, '../../../docs/doctor.md'), 'utf8')
  expect(page).toContain(ruleTable())
})
