import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { JsonValue } from '@x/types'
import { describe, expect, test } from 'vitest'
import type { RecordPlace } from '../src/record-lines-file.js'
import { DamagedFile, readFirstRecord } from '../src/record-lines-file.js'
import { RecordsFile } from '../src/records-file.js'
import { temporaryFolder } from './temporary-folder.js'

const target = async () => join(await temporaryFolder(), 'records')

async function openAll(path: string, lastLineOnly = false) {
  const records: JsonValue[] = []
  const places: RecordPlace[] = []
  const onRecord = (record: JsonValue, place: RecordPlace) => {
    records.push(record)
    places.push(place)
  }
  return { file: await RecordsFile.open(path, { onRecord, lastLineOnly }), records, places }
}

async function write(path: string, ...records: readonly JsonValue[]): Promise<RecordPlace[]> {
  const { file } = await openAll(path)
  const places: RecordPlace[] = []
  for (const record of records) places.push(await file.append(JSON.stringify(record)))
  await file.close()
  return places
}

test('what was added is there in order, each at its place', async () => {
  const path = await target()
  const written = ['a', { text: 'ä\n🙂' }, null, 'x'.repeat(200_000), 1]
  const given = await write(path, ...written)
  const { file, records, places } = await openAll(path)
  expect(records).toEqual(written)
  expect(places).toEqual(given)
  expect(await Promise.all(places.map((place) => file.read(place)))).toEqual(written)
  await file.close()
})

test('records that come at once go in one line', async () => {
  const path = await target()
  const { file } = await openAll(path)
  await Promise.all(['1', '2', '3'].map((text) => file.append(text)))
  const later = [file.append('4')]
  await Promise.resolve()
  await Promise.resolve()
  later.push(file.append('5'), file.append('6'))
  await Promise.all(later)
  await file.close()
  const lines = (await readFile(path, 'utf8')).trimEnd().split('\n')
  expect(lines.map((line) => line.slice(18))).toEqual(['[1,2,3]', '[4]', '[5,6]'])
})

describe('a file that is cut anywhere', () => {
  test('has all lines before the cut, and takes more behind them', async () => {
    const path = await target()
    const written = ['one', { two: 2 }, 'three']
    const ends = (await write(path, ...written)).map(({ offset, length }) => offset + length)
    const whole = await readFile(path)
    for (let length = 0; length <= whole.length; length++) {
      await writeFile(path, whole.subarray(0, length))
      const kept = written.slice(0, ends.filter((end) => end <= length).length)
      await write(path, 'more')
      const { file, records } = await openAll(path)
      await file.close()
      expect([length, ...records]).toEqual([length, ...kept, 'more'])
    }
  })

  test('is whole again when no more than its last line is read', async () => {
    const path = await target()
    await write(path, 'one', 'two')
    const whole = await readFile(path)
    for (let length = 1; length <= whole.length; length++) {
      await writeFile(path, whole.subarray(0, length))
      const { file } = await openAll(path, true)
      await file.append('"more"')
      await file.close()
      const { file: again, records } = await openAll(path)
      await again.close()
      expect(records.at(-1)).toBe('more')
    }
  })

  test('is cut back where a lost page left zeros', async () => {
    const path = await target()
    await write(path, 'one', 'two')
    const bytes = await readFile(path)
    bytes.fill(0, bytes.length - 8)
    await writeFile(path, bytes)
    const { file, records } = await openAll(path)
    await file.close()
    expect(records).toEqual(['one'])
  })
})

test('a file that is broken in front of whole lines is not touched', async () => {
  const path = await target()
  await write(path, 'one', 'two', 'three')
  const text = await readFile(path, 'utf8')
  const broken = text.replace('two', 'owt')
  await writeFile(path, broken)
  await expect(openAll(path)).rejects.toBeInstanceOf(DamagedFile)
  expect(await readFile(path, 'utf8')).toBe(broken)
})

test('of a long last line no more than that is read', async () => {
  const path = await target()
  await write(path, 'one', 'x'.repeat(50_000))
  const { file, records, places } = await openAll(path, true)
  await file.close()
  expect([records.length, places[0]?.offset]).toEqual([1, (await write(path)).length + 26])
})

test('the first record can be read alone', async () => {
  const path = await target()
  await write(path, 'x'.repeat(50_000), 'two')
  expect(await readFirstRecord(path)).toHaveLength(50_000)
  await writeFile(path, 'no record')
  await expect(readFirstRecord(path)).rejects.toBeInstanceOf(DamagedFile)
})

test('after a failure nothing more is taken', async () => {
  const path = await target()
  let fails = true
  const beforeWrite = async () => {
    if (fails) throw new Error('not mine any more')
  }
  const file = await RecordsFile.open(path, { onRecord: () => undefined, beforeWrite })
  await expect(file.append('1')).rejects.toThrow('not mine any more')
  fails = false
  await expect(file.append('2')).rejects.toThrow('not mine any more')
  await file.close()
  expect(await readFile(path, 'utf8')).toBe('')
})
