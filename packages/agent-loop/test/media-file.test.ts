import { readdir, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { fileMediaStore } from '../src/media-file.js'
import { temporaryFolder } from './temporary-folder.js'

test('what was put comes back, and the same content is kept once', async () => {
  const folder = await temporaryFolder()
  const store = fileMediaStore(folder)
  const references = await Promise.all(['aGk=', 'aGk=', 'a-_k'].map((base64) => store.put(base64)))
  expect(new Set(references).size).toBe(2)
  expect(await Promise.all(references.map((reference) => fileMediaStore(folder).get(reference)))).toEqual([
    'aGk=',
    'aGk=',
    'a-_k',
  ])
  expect((await readdir(folder)).toSorted()).toEqual([...new Set(references)].toSorted())
})

test('a reference that leads anywhere else is refused', async () => {
  const folder = await temporaryFolder()
  await writeFile(join(folder, 'secret'), 'text')
  const store = fileMediaStore(join(folder, 'media'))
  for (const reference of ['../secret', '', 'A'.repeat(64), 'a'.repeat(64)]) {
    await expect(store.get(reference)).rejects.toMatchObject({ code: 'session', scope: 'run' })
  }
})

test('a damaged file is not given out', async () => {
  const folder = await temporaryFolder()
  const store = fileMediaStore(folder)
  const reference = await store.put('aGk=')
  await writeFile(join(folder, reference), 'aGl=')
  await expect(store.get(reference)).rejects.toMatchObject({ message: expect.stringContaining('damaged') })
})

test('what a crash left half-written an hour ago is cleared away', async () => {
  const folder = await temporaryFolder()
  for (const name of ['old.new', 'fresh.new']) await writeFile(join(folder, name), 'half')
  const longAgo = new Date(Date.now() - 2 * 3_600_000)
  await utimes(join(folder, 'old.new'), longAgo, longAgo)
  const reference = await fileMediaStore(folder).put('aGk=')
  expect((await readdir(folder)).toSorted()).toEqual([reference, 'fresh.new'].toSorted())
})
