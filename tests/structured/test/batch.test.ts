import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { mkdtemp, readFile, truncate } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { converseFormat } from '@x/provider-bedrock'
import type { BatchResult } from '@x/structured/batch'
import { extractAll, fromBatchRecords, toBatchRecords } from '@x/structured/batch'
import { resultLogFile } from '@x/structured/batch-file'
import { afterEach, expect, test } from 'vitest'
import { z } from 'zod'
import { bundle } from '../src/bundle.js'
import { countOptions, repeatNumber, schema } from '../src/count-batch.js'
import type { Served } from '../src/serve.js'
import { serve } from '../src/serve.js'

const claude = 'us.anthropic.claude-sonnet-4-6'
/** Without the attempts of the SDK's own, the batch hears of the first throttle. */
const once = { clientConfig: { maxAttempts: 1 } }
let served: Served
afterEach(() => served.local.close())

async function collect<Output>(results: AsyncIterable<BatchResult<Output>>) {
  const all: BatchResult<Output>[] = []
  for await (const result of results) all.push(result)
  return all
}
const numbersOf = (results: readonly BatchResult<{ n: number }>[]) => results.map(({ output }) => output?.n)
const upTo = (count: number) => Array.from({ length: count }, (_, n) => n)

test('a throttled service slows down the whole batch, and every input has its answer in the end', async () => {
  served = await serve({ reply: repeatNumber })
  served.local.setFaults([{ fault: 'ThrottlingException', skip: 6, times: 12 }])
  const batch = extractAll(countOptions(served.model(claude, once), 40))
  expect(numbersOf(await collect(batch))).toEqual(upTo(40))
  expect(batch.progress).toMatchObject({ done: 40, failed: 0, resumed: 0, running: 0 })
  expect(served.local.requests.filter(({ status }) => status === 429)).toHaveLength(12)
})

test('the service is obeyed when it says how long to wait', async () => {
  served = await serve({ reply: repeatNumber })
  const error = 'ThrottlingException'
  const fault = { type: 'http', status: 429, error, message: 'Wait.', retryAfterSeconds: 1 } as const
  served.local.setFaults([{ fault, times: 1 }])
  const startedMs = performance.now()
  expect(await collect(extractAll(countOptions(served.model(claude, once), 3)))).toHaveLength(3)
  expect(performance.now() - startedMs).toBeGreaterThan(990)
  expect(served.local.requests).toHaveLength(4)
})

test('connections that break in the middle of answers cost a second call each and no answer', async () => {
  served = await serve({ reply: repeatNumber })
  served.local.setFaults([{ fault: ['cut:9@1', 'reset@1', 'end@2'], rate: 0.3, seed: 7 }])
  const results = await collect(extractAll(countOptions(served.model(claude), 40)))
  expect(numbersOf(results)).toEqual(upTo(40))
  expect(served.local.requests.length).toBeGreaterThan(45)
})

test('an input whose answers break too often fails alone', async () => {
  served = await serve({
    reply: (request) =>
      JSON.stringify(request.body).includes('number is 3.')
        ? { content: [{ text: '{"n":' }], fault: { type: 'cut', afterFrames: 1 } }
        : repeatNumber(request),
  })
  const options = countOptions(served.model(claude), 6)
  const results = await collect(extractAll({ ...options, backOff: { ...options.backOff, maxAttempts: 3 } }))
  expect(results.map(({ error }) => error?.retryable)).toEqual([
    ...[undefined, undefined, undefined, true, undefined, undefined],
  ])
  expect(served.local.requests).toHaveLength(5 + 3)
})

test('a batch that was killed goes on where it was, in another process', async () => {
  served = await serve({ reply: repeatNumber, firstDelayMs: 15 })
  const program = await bundle(fileURLToPath(new URL('../src/batch-worker.ts', import.meta.url)))
  const path = join(await mkdtemp(join(tmpdir(), 'x-batch-')), 'results.jsonl')
  const count = 60
  const start = () => spawn(process.execPath, [program, served.local.url, path, String(count)])
  const child = start()
  await expect.poll(async () => (await wholeLines(path)).length, { timeout: 30_000, interval: 5 }).toBeGreaterThan(12)
  child.kill('SIGKILL')
  await ended(child)
  const lines = await wholeLines(path)
  expect(lines.length).toBeLessThan(count)
  // And its last line was only half written.
  const size = (await readFile(path)).length
  await truncate(path, size - 7)
  const onRecord = lines.length - 1
  const asked = served.local.requests.length

  const again = await outputOf(start())
  expect(again.code).toBe(0)
  expect(again.results).toEqual(upTo(count).map((n) => ({ index: n, n })))
  expect(served.local.requests.length - asked).toBe(count - onRecord)

  await using log = await resultLogFile(path)
  const batch = extractAll(countOptions(served.model(claude), count, log))
  expect(numbersOf(await collect(batch))).toEqual(upTo(count))
  expect(batch.progress).toMatchObject({ resumed: count, usage: { totalTokens: 0 } })
  expect(served.local.requests.length - asked).toBe(count - onRecord)
})

test.each([
  ['native', claude],
  ['prompted', 'us.amazon.nova-pro-v1:0'],
  ['prompted, behind the question', 'amazon.titan-text-express-v1'],
])('batch inference records are what Converse takes, and its answers are read back: %s', async (mode, modelId) => {
  const person = z.object({ name: z.string(), scores: z.record(z.string(), z.number()) })
  const scores = mode === 'native' ? [{ key: 'x', value: 1 }] : { x: 1 }
  const answers = [JSON.stringify({ name: 'A', scores }), '{"name":"B","scores":{}}', '{"name":7}', 'no']
  served = await serve({ reply: answers })
  const model = served.model(modelId, { maxTokens: 500 })
  const options = { model, format: converseFormat(model.config), schema: person }
  const outputs: string[] = []
  const inputs = ['One.', 'Two.', 'Three.', 'Four.']
  const records = toBatchRecords({ ...options, inputs, quotas: { minRecords: 4 } })
  for await (const line of records) {
    const { recordId, modelInput } = JSON.parse(line)
    expect(modelInput).not.toHaveProperty('toolConfig')
    expect(modelInput.inferenceConfig).toEqual({ maxTokens: 500 })
    // The service does for each record what it does for a call.
    const url = `${served.local.url}/model/${encodeURIComponent(modelId)}/converse`
    const response = await fetch(url, { method: 'POST', body: JSON.stringify(modelInput) })
    expect(response.status).toBe(200)
    outputs.unshift(JSON.stringify({ recordId, modelInput, modelOutput: await response.json() }))
  }
  const { results, missing, usage } = await fromBatchRecords({ ...options, lines: outputs, expected: 5 })
  expect(results.map(({ output, error }) => output ?? error?.code)).toEqual([
    { name: 'A', scores: { x: 1 } },
    { name: 'B', scores: {} },
    'invalid-output',
    'invalid-output',
  ])
  expect(missing).toEqual(['00000000004'])
  expect(usage.totalTokens).toBeGreaterThan(0)
})

test('a record that the service would refuse is an error before anything is written of it', async () => {
  served = await serve({ reply: repeatNumber })
  const model = served.model(claude)
  const options = { model, format: converseFormat(model.config), schema }
  await expect(toBatchRecords({ ...options, inputs: ['   '] }).next()).rejects.toMatchObject({
    code: 'invalid-messages',
  })
})

test('the log of a batch has one line for each input', async () => {
  served = await serve({ reply: repeatNumber })
  const path = join(await mkdtemp(join(tmpdir(), 'x-batch-')), 'results.jsonl')
  {
    await using log = await resultLogFile(path)
    await collect(extractAll(countOptions(served.model(claude), 20, log)))
  }
  const lines = (await wholeLines(path)).map((line) => JSON.parse(line))
  expect(lines.map(({ index, json }) => [index, json]).sort(([left], [right]) => left - right)).toEqual(
    upTo(20).map((n) => [n, { n }]),
  )
  expect(schema.parse(lines[0].json)).toEqual(lines[0].json)
})

async function wholeLines(path: string): Promise<string[]> {
  const text = await readFile(path, 'utf8').catch(() => '')
  return text.split('\n').slice(0, -1)
}

function ended(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve) => child.on('close', resolve))
}

async function outputOf(child: ChildProcess) {
  let text = ''
  child.stdout?.on('data', (piece) => {
    text += piece
  })
  child.stderr?.on('data', (piece) => {
    text += piece
  })
  const code = await ended(child)
  const lines = text.split('\n').filter((line) => line.startsWith('{'))
  return { code, results: lines.map((line) => JSON.parse(line)) }
}
