import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'

const folder = process.env.X_FIXTURES ?? resolve(import.meta.dirname, '../../../../shared/fixtures')

/** Recorded traffic lives outside of the repository; without it the tests that read it are skipped, and say so. */
export const noFixtures = existsSync(folder) ? '' : ` (skipped: no recorded traffic in ${folder}; set X_FIXTURES)`

export interface Fixture<Input, Expected> {
  readonly id: string
  readonly kind: string
  readonly input: Input
  readonly expected: Expected
}

export function fixtures<Input, Expected>(name: string): readonly Fixture<Input, Expected>[] {
  if (noFixtures) return []
  return JSON.parse(readFileSync(resolve(folder, `${name}.json`), 'utf8'))
}
