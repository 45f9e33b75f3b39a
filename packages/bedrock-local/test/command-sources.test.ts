import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import type { BedrockLocal } from '../src/index.js'
import { runCommand } from '../src/run-command.js'
import { clientOf, converse, withLocal } from './helpers.js'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bedrock-local-command-'))
})
afterAll(() => rm(folder, { recursive: true }))
afterEach(() => vi.unstubAllEnvs())

async function run(...args: string[]) {
  const errors: string[] = []
  const started = await runCommand(['--port', '0', ...args], {
    print: () => {},
    printError: (text) => void errors.push(text),
  })
  return { started, errors }
}

async function answerOf(...args: string[]): Promise<unknown> {
  const local = (await run(...args)).started as BedrockLocal
  try {
    return (await converse(clientOf(local), 'Hello')).output?.message?.content
  } finally {
    await local.close()
  }
}

describe('the options of the command that say who answers', () => {
  it('answers by the rules of a script', async () => {
    const path = join(folder, 'script.json')
    await writeFile(path, JSON.stringify({ rules: [{ reply: 'You said {{user}}' }] }))
    expect(await answerOf('--script', path)).toEqual([{ text: 'You said Hello' }])
  })

  it('records from another endpoint with the credentials of the environment, and replays', async () => {
    const path = join(folder, 'cassette.jsonl')
    const credentials = { accessKeyId: 'the-id-of-the-key', secretAccessKey: 'the-secret', sessionToken: 'the-token' }
    vi.stubEnv('AWS_BEARER_TOKEN_BEDROCK', undefined)
    vi.stubEnv('AWS_ACCESS_KEY_ID', credentials.accessKeyId)
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', credentials.secretAccessKey)
    vi.stubEnv('AWS_SESSION_TOKEN', credentials.sessionToken)
    await withLocal({ reply: ['from afar'], credentials }, async ({ url }) => {
      expect(await answerOf('--record', path, '--upstream-endpoint', url)).toEqual([{ text: 'from afar' }])
    })
    expect(await answerOf('--replay', path)).toEqual([{ text: 'from afar' }])
  })

  it('does not record with nothing to sign with', async () => {
    for (const name of ['AWS_BEARER_TOKEN_BEDROCK', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'])
      vi.stubEnv(name, undefined)
    expect(await run('--record', join(folder, 'never.jsonl'))).toEqual({
      started: 1,
      errors: [expect.stringContaining('Recording has nothing to sign with.')],
    })
  })

  it('fails with a script that cannot be used', async () => {
    const path = join(folder, 'wrong.json')
    await writeFile(path, '{"rules": 7}')
    expect(await run('--script', path)).toEqual({
      started: 1,
      errors: [`The script ${path} cannot be used. The rules are wrong: rules must be a list, not 7.`],
    })
  })

  it.each([
    [['--script', 'a', '--replay', 'b'], 'Take one of --script and --replay'],
    [['--upstream-endpoint', 'http://127.0.0.1'], '--upstream-endpoint goes with --record.'],
    [['--upstream', 'http://127.0.0.1'], '--upstream and --upstream-model go together.'],
    [['--upstream-model', 'small-1'], '--upstream and --upstream-model go together.'],
    [
      ['--upstream', 'http://127.0.0.1', '--upstream-model', 'm', '--replay', 'b'],
      'Take one of --replay and --upstream',
    ],
  ])('refuses %j', async (args, message) => {
    expect(await run(...args)).toEqual({ started: 2, errors: [expect.stringContaining(message)] })
  })
})
