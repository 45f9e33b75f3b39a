import type { Capabilities, JsonObject, ModelRequest } from '@x/types'
import { AgentError } from '@x/types'
import { scriptedModel } from '@x/types/testing'
import { describe, expect, expectTypeOf, it } from 'vitest'
import * as z from 'zod'
import type { BatchInput, RecordFormat } from '../src/batch.js'
import { fromBatchRecords, toBatchRecords } from '../src/batch.js'

const usage = { inputTokens: 10, outputTokens: 5, totalTokens: 15 }
const schema = z.object({ name: z.string(), scores: z.record(z.string(), z.number()).optional() })

/** Requests as they are, and answers as a text or a stop reason. */
const format: RecordFormat = {
  toBody: (request) => request as object as JsonObject,
  fromBody(body) {
    const { text, stopReason = 'end' } = body as { text?: string; stopReason?: 'length' }
    if (text === undefined) throw new AgentError('internal', 'There is no message.')
    return { message: { role: 'assistant', content: [{ type: 'text', text }] }, stopReason, usage }
  },
}
const modelOf = (capabilities?: Capabilities) => scriptedModel([], capabilities && { capabilities })
const native = modelOf({ outputSchema: true })
const few = { minRecords: 1 }

async function linesOf(lines: AsyncIterable<string>) {
  const all: string[] = []
  for await (const line of lines) all.push(line)
  return all
}
const write = async (inputs: Iterable<BatchInput>, more: object = {}) => {
  const lines = await linesOf(toBatchRecords({ model: native, format, schema, inputs, quotas: few, ...more }))
  return lines.map((line) => JSON.parse(line) as { recordId: string; modelInput: ModelRequest })
}
const output = (recordId: string, answer: unknown, more: object = {}) =>
  JSON.stringify({ recordId, modelInput: {}, modelOutput: { text: JSON.stringify(answer), ...more } })
const read = (lines: readonly string[], more: object = {}) =>
  fromBatchRecords({ model: native, format, schema, lines, ...more })

describe('toBatchRecords', () => {
  it('writes a record for each input, with the schema of the native output', async () => {
    const records = await write(['One.', { messages: [], prompt: 'Two.' }], { system: 'Be exact.', name: 'person' })
    expect(records.map(({ recordId }) => recordId)).toEqual(['00000000000', '00000000001'])
    expect(records[1]?.modelInput).toMatchObject({
      messages: [{ role: 'user', content: [{ type: 'text', text: 'Two.' }] }],
      system: [{ type: 'text', text: 'Be exact.' }],
      output: { name: 'person', schema: { additionalProperties: false } },
    })
    expect(records[1]?.modelInput).not.toHaveProperty('tools')
  })

  it('says the schema in words to models without native output, and where it cannot be said natively', async () => {
    const [told] = await write(['One.'], { model: modelOf() })
    expect(told?.modelInput.output).toBeUndefined()
    expect(JSON.stringify(told?.modelInput.system)).toContain('JSON Schema')
    const any = z.object({ anything: z.unknown() })
    expect((await write(['One.'], { schema: any }))[0]?.modelInput.output).toBeUndefined()
    expect((await write(['One.'], { mode: 'prompted' }))[0]?.modelInput.output).toBeUndefined()
    await expect(write(['One.'], { schema: any, mode: 'native' })).rejects.toMatchObject({ code: 'unsupported' })
  })

  it('says it behind the question where the model takes no system prompt', async () => {
    const noSystem: RecordFormat = {
      ...format,
      toBody(request) {
        if (request.system) throw new AgentError('invalid-request', 'system: titan models take no system prompt.')
        return format.toBody(request)
      },
    }
    const [record] = await write(['One.'], { model: modelOf(), format: noSystem })
    expect(JSON.stringify(record?.modelInput.messages.at(-1))).toContain('JSON Schema')
  })

  it('never asks with tools, whatever the model takes', async () => {
    const [record] = await write(['One.'], { model: modelOf({ tools: true, strictTools: true }) })
    expect(record?.modelInput).not.toHaveProperty('tools')
  })

  it('takes other ids, and refuses two records of one', async () => {
    expect((await write(['a', 'b'], { recordId: (index: number) => `doc-${index}` }))[1]?.recordId).toBe('doc-1')
    await expect(write(['a', 'b'], { recordId: () => 'x' })).rejects.toMatchObject({ code: 'invalid-config' })
  })

  it.each([
    [{ minRecords: 3 }, 'takes 3 records or more, not 2'],
    [{}, 'takes 100 records or more, not 2'],
    [{ minRecords: 1, maxRecords: 1 }, 'more than 1 records'],
    [{ minRecords: 1, maxBytes: 50 }, 'longer than 50 bytes with record 1'],
  ])('holds to the quotas %j', async (quotas, words) => {
    await expect(write(['a', 'b'], { quotas })).rejects.toMatchObject({
      ...{ code: 'invalid-config', message: expect.stringContaining(words) },
    })
  })
})

describe('fromBatchRecords', () => {
  it('gives the checked answers by record id, in whatever order they come', async () => {
    const { results, ...report } = await read([
      output('00000000001', { name: 'Bo', scores: [{ key: 'a', value: 1 }] }),
      '',
      output('00000000000', { name: 'Ada' }),
    ])
    expectTypeOf(results[0]?.output).toEqualTypeOf<z.infer<typeof schema> | undefined>()
    expect(results).toEqual([
      { recordId: '00000000000', output: { name: 'Ada' }, usage, repairs: [] },
      { recordId: '00000000001', output: { name: 'Bo', scores: { a: 1 } }, usage, repairs: [] },
    ])
    expect(report).toEqual({
      ...{ missing: [], unexpected: [], duplicates: [], unreadable: [] },
      usage: { inputTokens: 20, outputTokens: 10, totalTokens: 30 },
    })
  })

  it('repairs answers, or says what is wrong with them', async () => {
    const lines = [output('a', 7), output('b', { name: 7 }), output('c', { name: 'C' }, { stopReason: 'length' })]
    const { results } = await read(lines)
    expect(results.map(({ output, error, repairs }) => [output, error?.code, repairs.length])).toEqual([
      [undefined, 'invalid-output', 0],
      [{ name: '7' }, undefined, 1],
      [undefined, 'incomplete', 0],
    ])
    expect(results[0]?.error?.partial?.message?.content).toEqual([{ type: 'text', text: '7' }])
    expect((await read(lines, { repair: false })).results[1]?.error?.code).toBe('invalid-output')
  })

  it('turns the errors of records into errors with codes', async () => {
    const failed = (recordId: string, error?: unknown) => JSON.stringify({ recordId, modelInput: {}, error })
    const { results } = await read([
      failed('a', { errorCode: 400, errorMessage: 'bad request' }),
      failed('b', { errorCode: 429, errorMessage: 'slow down' }),
      failed('c', { errorCode: 500, errorMessage: 'oops' }),
      failed('d', { errorCode: 403, errorMessage: 'no' }),
      failed('e', 'odd'),
      failed('f'),
      JSON.stringify({ recordId: 'g', modelOutput: { other: 1 } }),
    ])
    expect(results.map(({ error }) => [error?.code, error?.retryable])).toEqual([
      ['invalid-request', false],
      ['throttled', true],
      ['unavailable', true],
      ['access-denied', false],
      ['model-failed', false],
      ['model-failed', false],
      ['internal', false],
    ])
    expect(results[0]?.error?.message).toContain('bad request')
  })

  it('tells what is missing, unexpected, double and unreadable', async () => {
    const wrong = JSON.stringify({ recordId: 'b', error: { errorCode: 500 } })
    const lines = [
      wrong,
      output('b', { name: 'first' }),
      output('b', { name: 'second' }),
      '{"recordId"',
      '[]',
      output('x', { name: 'X' }),
    ]
    const { results, ...report } = await read(lines, { expected: ['c', 'b', 'a'] })
    expect(results.map(({ recordId, output }) => [recordId, output?.name])).toEqual([
      ['b', 'first'],
      ['x', 'X'],
    ])
    expect(report).toMatchObject({ missing: ['c', 'a'], unexpected: ['x'], duplicates: ['b'], unreadable: [4, 5] })
    expect((await read([output('00000000001', { name: 'B' })], { expected: 2 })).missing).toEqual(['00000000000'])
  })

  it('reads answers as the records asked for them, in another process too', async () => {
    const told = output('a', { name: 'Ada', scores: { x: 1 } })
    const text = JSON.stringify({ recordId: 'b', modelOutput: { text: 'Here: ```json\n{"name":"Bo"}\n```' } })
    const { results } = await read([told, text], { model: modelOf() })
    expect(results.map(({ output }) => output)).toEqual([{ name: 'Ada', scores: { x: 1 } }, { name: 'Bo' }])
  })
})
