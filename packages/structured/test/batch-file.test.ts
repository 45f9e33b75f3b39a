import { appendFile, mkdtemp, readFile, stat, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, expect, it } from 'vitest'
import { resultLogFile } from '../src/batch-file.js'
import type { ResultLog } from '../src/result-log.js'

let path: string
beforeEach(async () => {
  path = join(await mkdtemp(join(tmpdir(), 'x-result-log-')), 'results.jsonl')
})

async function linesOf({ lines }: ResultLog) {
  const all: string[] = []
  for await (const line of lines) all.push(line)
  return all
}

it('reads back what was appended, in the order of the calls', async () => {
  const texts = Array.from({ length: 200 }, (_, n) => JSON.stringify({ n, text: `\u2028\u0085é${'x'.repeat(n * 10)}` }))
  {
    await using log = await resultLogFile(path)
    expect(await linesOf(log)).toEqual([])
    await Promise.all(texts.map((text) => log.append(text)))
    expect(await readFile(path, 'utf8')).toBe(texts.map((text) => `${text}\n`).join(''))
  }
  await using again = await resultLogFile(path)
  expect(await linesOf(again)).toEqual(texts)
  expect((await stat(path)).mode & 0o777).toBe(0o600)
})

it('never writes on behind a torn line', async () => {
  await writeFile(path, '{"a":1}\n{"a":2}\n')
  await truncate(path, 12)
  {
    await using log = await resultLogFile(path)
    expect(await linesOf(log)).toEqual(['{"a":1}', '{"a"'])
    await log.append('{"a":3}')
    await log.append('{"a":4}')
  }
  expect(await readFile(path, 'utf8')).toBe('{"a":1}\n{"a"\n{"a":3}\n{"a":4}\n')
})

it('takes a last line without its end for a whole one', async () => {
  await writeFile(path, '{"a":1}')
  await using log = await resultLogFile(path)
  expect(await linesOf(log)).toEqual(['{"a":1}'])
  await log.append('{"a":2}')
  expect(await readFile(path, 'utf8')).toBe('{"a":1}\n{"a":2}\n')
})

it('adds at the end, whatever somebody else wrote there meanwhile', async () => {
  await using log = await resultLogFile(path)
  await log.append('1')
  await appendFile(path, 'other\n')
  await log.append('2')
  expect(await readFile(path, 'utf8')).toBe('1\nother\n2\n')
})

it('waits for what is being written when it closes, and takes nothing more', async () => {
  const log = await resultLogFile(path)
  const appended = log.append('1')
  await log.close()
  await log.close()
  await expect(appended).resolves.toBeUndefined()
  await expect(log.append('2')).rejects.toMatchObject({ code: 'result-log' })
  expect(await readFile(path, 'utf8')).toBe('1\n')
})

it('says which file cannot be opened', async () => {
  const opened = resultLogFile(join(path, 'no', 'folder.jsonl'))
  await expect(opened).rejects.toMatchObject({ code: 'result-log', message: expect.stringContaining('folder.jsonl') })
})
