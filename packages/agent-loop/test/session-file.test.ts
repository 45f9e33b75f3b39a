import { appendFile, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { scriptedModel } from '@x/types/testing'
import { describe, expect, test } from 'vitest'
import { Agent, textOf } from '../src/index.js'
import { openSession } from '../src/session.js'
import { fileMediaStore, fileSessionStore } from '../src/session-file.js'
import { say } from './helpers.js'
import { temporaryFolder } from './temporary-folder.js'

const usage = { inputTokens: 1, outputTokens: 2, totalTokens: 3 }
const entry = { type: 'usage', usage } as const

test('a conversation goes on from its file, large media beside it', async () => {
  const folder = await temporaryFolder()
  const media = fileMediaStore(join(folder, 'media'))
  const open = async (answer: string) => {
    const session = await openSession(fileSessionStore(join(folder, 'sessions')), 'talk', { media, maxInlineLength: 8 })
    return new Agent({ model: scriptedModel([answer]), ...session.saved, use: [session.layer] })
  }
  const first = await open('nice')
  const image = { type: 'image', format: 'png', source: { type: 'base64', base64: 'x'.repeat(40) } } as const
  await first.run([say('look'), image])
  const second = await open('a picture')
  expect(second.messages).toEqual(first.messages)
  expect(textOf(await second.run('What was it?'))).toBe('a picture')
  expect(await readFile(join(folder, 'sessions', 's-talk.session'), 'utf8')).not.toContain('xxxx')
})

test('files are for their owner alone', async () => {
  const folder = join(await temporaryFolder(), 'new', 'folder')
  await fileSessionStore(folder).append('a', [], 0)
  const modes = [folder, join(folder, 's-a.session')].map(async (path) => ((await stat(path)).mode & 0o777).toString(8))
  if (process.platform !== 'win32') expect(await Promise.all(modes)).toEqual(['700', '600'])
})

describe('a file that is cut anywhere', () => {
  test('has all writes before the cut', async () => {
    const folder = await temporaryFolder()
    const store = fileSessionStore(folder)
    const path = join(folder, 's-a.session')
    const ends: number[] = []
    for (let version = 0; version < 3; version++) {
      await store.append('a', [entry], version)
      ends.push((await stat(path)).size)
    }
    const whole = await readFile(path)
    for (let length = ends[0] ?? 0; length <= whole.length; length++) {
      await writeFile(path, whole.subarray(0, length))
      const version = ends.filter((end) => end <= length).length
      expect(await store.load('a')).toEqual({ entries: Array(version).fill(entry), version })
      expect(await store.append('a', [entry, entry], version)).toBe(version + 1)
      expect((await store.load('a'))?.entries).toHaveLength(version + 2)
    }
  })
})

test('a beginning that a crash cut short never was', async () => {
  const folder = await temporaryFolder()
  const store = fileSessionStore(folder)
  await writeFile(join(folder, 's-a.session.new'), '000000')
  expect([await store.load('a'), await store.list()]).toEqual([undefined, []])
  expect(await store.append('a', [entry], 0)).toBe(1)
  expect(await readdir(folder)).toEqual(['s-a.session'])
})

test('a damaged file is refused, and nothing is added to it', async () => {
  const folder = await temporaryFolder()
  const store = fileSessionStore(folder)
  for (let version = 0; version < 3; version++) await store.append('a', [entry], version)
  const path = join(folder, 's-a.session')
  const text = (await readFile(path, 'utf8')).replace('"version":2', '"version":7')
  await writeFile(path, text)
  await expect(store.load('a')).rejects.toMatchObject({ code: 'session', scope: 'run' })
  await appendFile(path, 'torn')
  await expect(store.append('a', [entry], 3)).rejects.toMatchObject({ code: 'session', scope: 'run' })
  expect(await readFile(path, 'utf8')).toBe(`${text}torn`)
})

test('an id too long for a file name is listed as it is', async () => {
  const store = fileSessionStore(await temporaryFolder())
  const ids = ['a', `b${'x'.repeat(10_000)}`, 'c']
  for (const id of ids) await store.append(id, [entry], 0)
  expect(await store.list()).toEqual(ids)
})

test('a folder that cannot be had is an error that says so', async () => {
  const folder = await temporaryFolder()
  await writeFile(join(folder, 'file'), '')
  const store = fileSessionStore(join(folder, 'file'))
  await expect(store.append('a', [], 0)).rejects.toMatchObject({
    code: 'session',
    message: expect.stringContaining('EEXIST'),
  })
})
