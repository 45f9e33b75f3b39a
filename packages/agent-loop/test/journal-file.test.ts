import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { scriptedModel } from '@x/types/testing'
import { expect, test, vi } from 'vitest'
import { agentTool } from '../src/agent-tool.js'
import { runAgent, textOf } from '../src/index.js'
import { journal } from '../src/journal.js'
import { fileJournal } from '../src/journal-file.js'
import { addTool, callPart, finish, user } from './helpers.js'
import { temporaryFolder } from './temporary-folder.js'

const step = (key: string, runId = 'r') => ({ key: `${runId}/${key}`, runId, unfinished: 'ask' }) as const
const giving = (value: string) => async () => ({ value, final: true })
const never = () => new Promise<never>(() => undefined)

test('a run is one file with its sub-agents, and is forgotten with it', async () => {
  const folder = await temporaryFolder()
  const port = fileJournal(folder)
  const childModel = scriptedModel([[callPart('c', 'add', { a: 1, b: 2 })], 'three'])
  const child = agentTool({ name: 'clerk', description: 'adds', model: childModel, tools: [addTool] })
  const model = scriptedModel([[callPart('1', 'clerk', { prompt: 'add' })], 'all done'])
  const run = () => finish(runAgent({ model, tools: [child], use: [journal(port)], runId: 'Order/42' }, user('go')))
  const first = await run()
  expect([textOf(first), await run()]).toEqual(['all done', first])
  expect(await readdir(folder)).toContain('s-%4frder%2f42.journal')
  await port.forget('Order/42')
  expect(await readdir(folder)).toEqual([])
  await port.close()
})

test('steps that start at once share one write', async () => {
  const folder = await temporaryFolder()
  const port = fileJournal(folder)
  await Promise.all(['1', '2', '3'].map((key) => port.step(step(key), giving(key))))
  await port.close()
  const lines = (await readFile(join(folder, 's-r.journal'), 'utf8')).trimEnd().split('\n')
  expect(lines).toHaveLength(2)
})

test('one at a time works on a run; others are free', async () => {
  const folder = await temporaryFolder()
  const [left, right] = [fileJournal(folder), fileJournal(folder, { lockTimeoutMs: 20 })]
  await left.step(step('1'), giving('left'))
  await expect(right.step(step('1'), giving('right'))).rejects.toMatchObject({ code: 'conflict', scope: 'run' })
  expect(await right.step(step('1', 'another'), giving('right'))).toBe('right')
  await left.close()
  expect(await right.step(step('1'), giving('right'))).toBe('left')
  await right.close()
})

test('a run that rests is let go of; one that works is not', async () => {
  const folder = await temporaryFolder()
  const [left, right] = [fileJournal(folder, { idleMs: 5 }), fileJournal(folder, { lockTimeoutMs: 100 })]
  await left.step(step('1'), giving('left'))
  await vi.waitFor(async () => expect(await right.step(step('1'), giving('right'))).toBe('left'), 10_000)
  await right.close()
  let end = () => {}
  const work = new Promise<void>((resolve) => {
    end = resolve
  })
  const working = left.step(step('2'), () => work.then(giving('late')))
  await new Promise((resolve) => setTimeout(resolve, 50))
  const third = fileJournal(folder, { lockTimeoutMs: 20 })
  await expect(third.step(step('2'), giving('third'))).rejects.toMatchObject({ code: 'conflict' })
  end()
  expect(await working).toBe('late')
  await left.close()
  await third.close()
})

test('a run that could not be had at first is let go of like any other', async () => {
  const folder = await temporaryFolder()
  const [left, right] = [fileJournal(folder), fileJournal(folder, { lockTimeoutMs: 0, idleMs: 20 })]
  await left.step(step('1'), giving('left'))
  await expect(right.step(step('1'), giving('right'))).rejects.toMatchObject({ code: 'conflict' })
  await left.close()
  const working = right.step(step('2'), never)
  await new Promise((resolve) => setTimeout(resolve, 60))
  await right.close()
  const third = fileJournal(folder, { lockTimeoutMs: 0 })
  expect(await third.step(step('1'), giving('third'))).toBe('left')
  await third.close()
  expect(await Promise.race([working, 'still at work'])).toBe('still at work')
})

test('a step that is at work when the journal closes stays unfinished, and its end is refused', async () => {
  const folder = await temporaryFolder()
  const port = fileJournal(folder)
  let end = () => {}
  let began = () => {}
  const begun = new Promise<void>((resolve) => {
    began = resolve
  })
  const gate = new Promise<void>((resolve) => {
    end = resolve
  })
  const working = port.step(step('1'), () => {
    began()
    return gate.then(giving('late'))
  })
  await begun
  await port.close()
  end()
  await expect(working).rejects.toMatchObject({ code: 'journal', scope: 'run' })
  await expect(port.step(step('2'), giving('x'))).rejects.toMatchObject({ code: 'journal' })
  const next = fileJournal(folder)
  await expect(next.step({ ...step('1'), unfinished: 'fail' }, giving('again'))).rejects.toMatchObject({
    code: 'journal',
    message: expect.stringContaining('started and did not finish'),
  })
  await next.close()
})

test('a run cannot be forgotten while one of its steps is at work', async () => {
  const port = fileJournal(await temporaryFolder())
  const working = port.step(step('1'), never)
  await expect(port.forget('r')).rejects.toMatchObject({ code: 'conflict' })
  await port.forget('another')
  await port.close()
  expect(await Promise.race([working, 'still at work'])).toBe('still at work')
})

test('a torn end is cut off, a damaged file ends the run', async () => {
  const folder = await temporaryFolder()
  const path = join(folder, 's-r.journal')
  const port = fileJournal(folder)
  await port.step(step('1'), giving('one'))
  await port.step(step('2'), giving('two'))
  await port.close()
  const text = await readFile(path, 'utf8')

  await writeFile(path, text.slice(0, -5))
  const torn = fileJournal(folder)
  expect(await torn.step(step('1'), giving('again'))).toBe('one')
  await expect(torn.step({ ...step('2'), unfinished: 'fail' }, giving('again'))).rejects.toMatchObject({
    code: 'journal',
  })
  await torn.close()

  await writeFile(path, text.replace('"one"', '"eno"'))
  const damaged = fileJournal(folder)
  await expect(damaged.step(step('1'), giving('again'))).rejects.toMatchObject({
    code: 'journal',
    scope: 'run',
    message: expect.stringContaining('damaged'),
  })
  await damaged.close()
})

test('a run that lost its lock fails, and goes on from what is on record when it is asked again', async () => {
  const folder = await temporaryFolder()
  const port = fileJournal(folder)
  await port.step(step('1'), giving('one'))
  await rm(join(folder, 's-r.journal.lock'), { recursive: true })
  vi.useFakeTimers({ now: Date.now() + 60_000, toFake: ['Date'] })
  await expect(port.step(step('2'), giving('two'))).rejects.toMatchObject({ code: 'conflict' })
  vi.useRealTimers()
  expect(await port.step(step('1'), giving('again'))).toBe('one')
  expect(await port.step(step('2'), giving('two'))).toBe('two')
  await port.close()
})
