import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** Recorded Bedrock traffic, which lies beside the repository and is not part of it. */
const folder = process.env.X_FIXTURES ?? fileURLToPath(new URL('../../../../shared/fixtures', import.meta.url))

export const haveFixtures = existsSync(folder)

/** Put into the names of tests that need the recordings, so that a skipped one says why. */
export const fixturesNote = haveFixtures ? '' : ' (skipped: no recordings; point X_FIXTURES at them)'

/** The cases of one file; none when the folder is not there. */
export function fixture<Case>(name: string): readonly Case[] {
  return haveFixtures ? (JSON.parse(readFileSync(`${folder}/${name}`, 'utf8')) as Case[]) : []
}
