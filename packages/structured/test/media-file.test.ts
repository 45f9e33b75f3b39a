import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { imageFile, pdfFile } from '../src/media-file.js'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'media-'))
})
afterAll(() => rm(folder, { recursive: true }))

it('reads an image, whatever its name says', async () => {
  const path = join(folder, 'scan.jpg')
  await writeFile(path, 'GIF89a and more')
  expect(await imageFile(path)).toEqual({
    type: 'image',
    format: 'gif',
    source: { type: 'base64', base64: btoa('GIF89a and more') },
  })
})

it('reads a PDF and names it after the file, or as it is told', async () => {
  const path = join(folder, 'tax_2025.pdf')
  await writeFile(path, '%PDF-1.7')
  expect(await pdfFile(path)).toMatchObject({ format: 'pdf', name: 'tax2025pdf' })
  expect(await pdfFile(path, { name: 'taxes' })).toMatchObject({ name: 'taxes' })
})

it('refuses what is not there, is no file, or is too long', async () => {
  const long = join(folder, 'long.pdf')
  await writeFile(long, '%PDF-1.7')
  await truncate(long, 25_000_001)
  for (const path of [join(folder, 'nowhere.pdf'), folder, '/dev/zero', long]) {
    await expect(pdfFile(path)).rejects.toMatchObject({
      code: 'invalid-messages',
      message: expect.stringContaining(path),
    })
  }
})
