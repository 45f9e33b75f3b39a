import { expect, test } from 'vitest'
import { formatReport } from '../src/testing.js'

test('a report reads as a table', () => {
  const checks = [
    { name: 'a', status: 'passed' },
    { name: 'b', status: 'failed', reason: 'why' },
    { name: 'c', status: 'skipped', reason: 'give scenarios.echo', give: 'scenarios.echo' },
  ] as const
  expect(formatReport({ passed: false, complete: false, checks })).toBe(
    ['ok      a', 'FAILED  b', '          why', 'skipped c (give scenarios.echo)'].join('\n'),
  )
})
