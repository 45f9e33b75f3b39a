import type { Middleware } from '@x/types'
import { AgentError, noUsage } from '@x/types'
import type { ScriptedTurn } from '@x/types/testing'
import { scriptedModel } from '@x/types/testing'
import { afterEach, beforeEach, describe, expect, expectTypeOf, it, vi } from 'vitest'
import * as z from 'zod'
import type { BatchInput, BatchProgress, BatchResult, ResultLog } from '../src/batch.js'
import { extractAll } from '../src/batch.js'
import { failureOf } from '../src/index.js'

const schema = z.object({ n: z.number() })
const usage = { inputTokens: 10, outputTokens: 5, totalTokens: 15 }
const promptOf = (request: { readonly messages: readonly object[] }) =>
  /n=(\d+)/.exec(JSON.stringify(request.messages))?.[1] ?? ''
const answer = (n: number | string, more: object = {}): ScriptedTurn => ({
  ...{ content: [{ type: 'tool-call', id: 'c', name: 'answer', input: { n: Number(n) } }], usage },
  ...more,
})
const echo = () => scriptedModel((request) => answer(promptOf(request)))
const prompts = (count: number) => Array.from({ length: count }, (_, index) => `n=${index}`)

async function collect<Output>(results: AsyncIterable<BatchResult<Output>>) {
  const all: BatchResult<Output>[] = []
  for await (const result of results) all.push(result)
  return all
}

describe('extractAll', () => {
  it('asks for each input and gives the typed results in their order', async () => {
    const batch = extractAll({ model: echo(), schema, inputs: prompts(20), concurrency: 3 })
    const results = await collect(batch)
    expectTypeOf(results[0]?.output).toEqualTypeOf<{ n: number } | undefined>()
    expect(results.map(({ index, output }) => [index, output?.n])).toEqual(prompts(20).map((_, n) => [n, n]))
    expect(results[7]).toEqual({
      ...{ index: 7, output: { n: 7 }, mode: 'tool', attempts: 1, usage, repairs: [], isResumed: false },
    })
    expect(batch.progress).toEqual({
      ...{ done: 20, failed: 0, resumed: 0, running: 0 },
      usage: { inputTokens: 200, outputTokens: 100, totalTokens: 300 },
    })
  })

  it('takes prompts, conversations and both, from lists and generators, and shares what is said before them', async () => {
    const model = scriptedModel(() => answer(1))
    const before = { role: 'user', content: [{ type: 'text', text: 'Before.' }] } as const
    async function* inputs(): AsyncGenerator<BatchInput> {
      yield 'One.'
      yield [before]
      yield { messages: [before], prompt: 'Two.' }
    }
    await collect(extractAll({ model, schema, inputs: inputs(), system: 'Be exact.', concurrency: 1 }))
    const asked = model.calls.map(({ request }) => request.messages.map(({ content }) => content[0]))
    const text = (text: string) => ({ type: 'text', text })
    expect(asked).toEqual([[text('One.')], [text('Before.')], [text('Before.'), text('Two.')]])
    expect(model.calls.every(({ request }) => request.system?.[0]?.type === 'text')).toBe(true)
  })

  it('gives results as they come when that is wanted', async () => {
    const model = scriptedModel((request) => answer(promptOf(request), promptOf(request) === '0' ? { delayMs: 5 } : {}))
    const results = await collect(extractAll({ model, schema, inputs: prompts(4), order: 'completed' }))
    expect(results.map(({ index }) => index)).toEqual([1, 2, 3, 0])
  })

  it('goes on where single inputs fail, with all attempts in the error', async () => {
    const broken = new AgentError('model-failed', 'It broke.', { partial: { usage } })
    const model = scriptedModel((request) => {
      const n = promptOf(request)
      return n === '1' ? broken : n === '2' ? 'no' : answer(n)
    })
    const batch = extractAll({ model, schema, inputs: prompts(4), maxRetries: 1, concurrency: 1 })
    const results = await collect(batch)
    expect(results.map(({ error, attempts }) => [error?.code, attempts])).toEqual([
      [undefined, 1],
      ['model-failed', 0],
      ['invalid-output', 2],
      [undefined, 1],
    ])
    expect(results[1]?.usage).toEqual(usage)
    expect(failureOf(results[2]?.error)?.attempts).toHaveLength(2)
    expect(batch.progress).toMatchObject({ done: 4, failed: 2, running: 0 })
  })

  it('ends with an error that every other input would meet', async () => {
    const model = scriptedModel((request) =>
      promptOf(request) === '2' ? new AgentError('access-denied', 'No.') : answer(promptOf(request)),
    )
    const given: number[] = []
    const batch = extractAll({ model, schema, inputs: prompts(100), concurrency: 1 })
    const reading = async () => {
      for await (const { index } of batch) given.push(index)
    }
    await expect(reading()).rejects.toMatchObject({ code: 'access-denied' })
    expect([given, model.calls.length]).toEqual([[0, 1], 3])
    const more = extractAll({ model, schema, inputs: prompts(4), isFatal: () => false })
    expect((await collect(more)).map(({ error }) => error?.code)).toEqual([
      undefined,
      undefined,
      'access-denied',
      undefined,
    ])
  })

  it('reads no more inputs than it needs, however slow the reader is', async () => {
    let read = 0
    let running = 0
    let most = 0
    const model = scriptedModel((request) => {
      most = Math.max(most, ++running)
      return { ...(answer(promptOf(request)) as object), delayMs: 1 }
    })
    function* inputs() {
      for (; read < 1000; read++) yield `n=${read}`
    }
    for await (const { index } of extractAll({
      ...{ model, schema, inputs: inputs(), concurrency: 4 },
      onAttempt: () => void running--,
    })) {
      await new Promise((resolve) => setTimeout(resolve, 5))
      expect(read).toBeLessThanOrEqual(index + 1 + 2 * 4)
      if (index === 20) break
    }
    expect(most).toBe(4)
    expect(model.calls.length).toBeLessThanOrEqual(29)
  })

  it('aborts what is under way when it is left or the signal fires, without waiting for it', async () => {
    const controller = new AbortController()
    const aborted: unknown[] = []
    const model = scriptedModel((request) =>
      answer(promptOf(request), promptOf(request) === '0' ? {} : { delayMs: 60_000 }),
    )
    const use: Middleware[] = [
      {
        name: 'watch',
        async *model(call, next) {
          call.run.signal.addEventListener('abort', () => aborted.push(call.key))
          return yield* next(call)
        },
      },
    ]
    const options = { model, schema, inputs: prompts(9), concurrency: 3, use }
    for await (const result of extractAll(options)) {
      expect(result.index).toBe(0)
      break
    }
    expect(aborted.length).toBeGreaterThanOrEqual(2)
    const results = extractAll({ ...options, signal: controller.signal })[Symbol.asyncIterator]()
    await results.next()
    const waiting = results.next()
    controller.abort(new Error('enough'))
    await expect(waiting).rejects.toMatchObject({ code: 'aborted', cause: { message: 'enough' } })
  })

  it('tells its progress after each result and minds no listener that fails', async () => {
    const seen: BatchProgress[] = []
    const batch = extractAll({
      ...{ model: echo(), schema, inputs: prompts(3), concurrency: 1 },
      onProgress(progress) {
        seen.push(progress)
        throw new Error('oops')
      },
    })
    expect(await collect(batch)).toHaveLength(3)
    expect(seen.map(({ done, running }) => [done, running])).toEqual([
      [1, 0],
      [2, 0],
      [3, 0],
    ])
    expect(seen.at(-1)?.usage).toEqual(batch.progress.usage)
  })

  it('throws what the inputs throw, after the results that are there', async () => {
    function* inputs() {
      yield 'n=0'
      throw new Error('no more')
    }
    const results = extractAll({ model: echo(), schema, inputs: inputs() })[Symbol.asyncIterator]()
    const outcomes = await Promise.allSettled([results.next(), results.next()])
    expect(outcomes.some((outcome) => outcome.status === 'rejected' && outcome.reason.message === 'no more')).toBe(true)
  })

  it('refuses wrong options before anything is asked, and is read once', () => {
    const options = { model: echo(), schema, inputs: prompts(1) }
    const invalid = expect.objectContaining({ code: 'invalid-config' })
    expect(() => extractAll({ ...options, concurrency: 0 })).toThrow(invalid)
    expect(() => extractAll({ ...options, inputs: 'a text' })).toThrow(invalid)
    expect(() => extractAll({ ...options, inputs: 7 as never })).toThrow(invalid)
    expect(() => extractAll({ ...options, name: 'no spaces' })).toThrow(invalid)
    expect(() => extractAll({ ...options, backOff: { maxAttempts: 0 } })).toThrow(invalid)
    expect(() => extractAll({ ...options, mode: 'native', schema: z.object({ a: z.bigint() }) })).toThrow(
      expect.objectContaining({ code: 'unsupported' }),
    )
    const batch = extractAll(options)
    batch[Symbol.asyncIterator]()
    expect(() => batch[Symbol.asyncIterator]()).toThrow(expect.objectContaining({ code: 'busy' }))
    expect(options.model.calls).toEqual([])
  })
})

describe('a result log', () => {
  const memoryLog = (lines: string[] = []): ResultLog & { readonly lines: string[] } => ({
    lines,
    async append(line) {
      lines.push(line)
    },
  })

  it('holds a line for each result, and spares asking again', async () => {
    const log = memoryLog()
    const dated = z.object({ day: z.string().transform((text) => new Date(text)) })
    const model = scriptedModel(() => ({
      ...{ content: [{ type: 'tool-call', id: 'c', name: 'answer', input: { day: '2026-01-02' } }], usage },
    }))
    const first = await collect(extractAll({ model, schema: dated, inputs: ['a', 'b'], resultLog: log }))
    expect(log.lines.map((line) => JSON.parse(line))).toMatchObject([
      {
        index: 0,
        json: { day: '2026-01-02' },
        mode: 'tool',
        attempts: 1,
        usage,
        hash: expect.stringMatching(/^[0-9a-f]{64}$/),
      },
      { index: 1 },
    ])
    const batch = extractAll({ model, schema: dated, inputs: ['a', 'b'], resultLog: log })
    const second = await collect(batch)
    expect(second).toEqual(first.map((result) => ({ ...result, isResumed: true })))
    expect(second[0]?.output?.day).toEqual(new Date('2026-01-02'))
    expect([model.calls.length, log.lines.length]).toEqual([2, 2])
    expect(batch.progress).toMatchObject({ done: 2, resumed: 2, usage: noUsage })
  })

  it('is not believed about other inputs, other questions or another schema', async () => {
    const log = memoryLog()
    const model = echo()
    const run = async (inputs: string[], more: object = {}) => {
      const asked = model.calls.length
      const results = await collect(extractAll({ model, schema, inputs, resultLog: log, concurrency: 1, ...more }))
      return { asked: model.calls.length - asked, outputs: results.map(({ output }) => output) }
    }
    await run(['n=0', 'n=1'])
    expect(await run(['n=0', 'n=5'])).toEqual({ asked: 1, outputs: [{ n: 0 }, { n: 5 }] })
    expect((await run(['n=0', 'n=5'])).asked).toBe(0)
    expect((await run(['n=0', 'n=5'], { system: 'Otherwise.' })).asked).toBe(2)
    expect((await run(['n=0', 'n=5'], { schema: z.object({ n: z.number().describe('A number.') }) })).asked).toBe(2)
  })

  it('is checked against the schema again, whose refinements no JSON Schema shows', async () => {
    const log = memoryLog()
    const model = echo()
    await collect(extractAll({ model, schema, inputs: ['n=1'], resultLog: log }))
    const even = z.object({ n: z.number().refine((n) => n % 2 === 0) })
    const [result] = await collect(extractAll({ model, schema: even, inputs: ['n=1'], resultLog: log, maxRetries: 0 }))
    expect([result?.error?.code, model.calls.length]).toEqual(['invalid-output', 2])
  })

  it('has failures on record, which are asked again', async () => {
    const log = memoryLog()
    let isBroken = true
    const model = scriptedModel((request) =>
      isBroken && promptOf(request) === '1' ? new AgentError('model-failed', 'It broke.') : answer(promptOf(request)),
    )
    await collect(extractAll({ model, schema, inputs: prompts(2), resultLog: log, concurrency: 1 }))
    expect(log.lines.map((line) => JSON.parse(line).error)).toEqual([
      undefined,
      { code: 'model-failed', message: 'It broke.' },
    ])
    isBroken = false
    const results = await collect(extractAll({ model, schema, inputs: prompts(2), resultLog: log }))
    expect(results).toMatchObject([{ isResumed: true }, { isResumed: false, output: { n: 1 } }])
  })

  it('may hold torn and foreign lines', async () => {
    const log = memoryLog()
    const model = echo()
    await collect(extractAll({ model, schema, inputs: prompts(2), resultLog: log, concurrency: 1 }))
    log.lines[1] = log.lines[1]?.slice(0, 40) ?? ''
    log.lines.push('', 'null', '7', '{"index":0}', '{"index":"0","hash":"x","json":1}')
    const results = await collect(extractAll({ model, schema, inputs: prompts(2), resultLog: log }))
    expect(results).toMatchObject([{ isResumed: true }, { isResumed: false }])
  })

  it('ends the batch when it cannot be written, and no result is given out that is not on record', async () => {
    const log: ResultLog = {
      lines: [],
      append: () => Promise.reject(new AgentError('result-log', 'The disk is full.')),
    }
    await expect(
      collect(extractAll({ model: echo(), schema, inputs: prompts(3), resultLog: log })),
    ).rejects.toMatchObject({
      code: 'result-log',
    })
  })

  it('keeps members of any name', async () => {
    const log = memoryLog()
    const odd = z.object({ scores: z.record(z.string(), z.number()) })
    const input = JSON.parse('{"scores":{"__proto__":1,"constructor":2,"\u2028":3}}')
    const model = scriptedModel(() => [{ type: 'tool-call', id: 'c', name: 'answer', input }])
    const run = () => collect(extractAll({ model, schema: odd, inputs: ['a'], resultLog: log }))
    const [first] = await run()
    const [second] = await run()
    expect(JSON.stringify(second?.output)).toBe(JSON.stringify(first?.output))
    expect(second).toMatchObject({ isResumed: true })
  })
})

describe('back-off', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())
  const throttled = (retryAfterMs?: number) =>
    new AgentError('throttled', 'Slow down.', { retryable: true, ...(retryAfterMs !== undefined && { retryAfterMs }) })
  const backOff = { baseDelayMs: 1000, random: () => 1 }
  const run = async <Output>(results: AsyncIterable<BatchResult<Output>>) => {
    const all = collect(results)
    await vi.runAllTimersAsync()
    return all
  }

  it('stops all workers for as long as the service asked one of them to wait', async () => {
    const times: number[] = []
    const model = scriptedModel((request, turn) => {
      times.push(performance.now())
      return turn === 2 ? throttled(5000) : answer(promptOf(request), { delayMs: 100 })
    })
    const startMs = performance.now()
    const results = await run(extractAll({ model, schema, inputs: prompts(12), concurrency: 4, backOff }))
    expect(results.every(({ error }) => error === undefined)).toBe(true)
    const since = times.map((time) => time - startMs)
    expect(since.slice(0, 4).every((time) => time < 100)).toBe(true)
    // Those that had begun end; nobody begins anew for five seconds.
    expect(since.slice(4).every((time) => time >= 5000)).toBe(true)
    expect(times).toHaveLength(13)
  })

  it('asks with half as many at once after a throttle, and with more again when it works', async () => {
    let running = 0
    const most: number[] = []
    const model = scriptedModel((request, turn) => {
      running += 1
      most.push(running)
      return turn < 8 ? throttled() : answer(promptOf(request), { delayMs: 100 })
    })
    const use: Middleware[] = [
      {
        name: 'count',
        order: 650,
        async *model(call, next) {
          try {
            return yield* next(call)
          } finally {
            running -= 1
          }
        },
      },
    ]
    const options = { model, schema, inputs: prompts(60), concurrency: 8, backOff, use }
    const results = await run(extractAll(options))
    expect(results.every(({ error }) => error === undefined)).toBe(true)
    const after = most.slice(8)
    expect(Math.max(...after.slice(0, 6))).toBe(4)
    expect(Math.max(...after)).toBeGreaterThan(4)
    expect(Math.max(...after)).toBeLessThanOrEqual(8)
  })

  it('lets a lost connection delay nobody but the call that lost it, and counts what it had cost', async () => {
    const times = new Map<string, number[]>()
    const lost = new AgentError('network', 'Lost.', { retryable: true, partial: { usage } })
    const model = scriptedModel((request) => {
      const n = promptOf(request)
      times.set(n, [...(times.get(n) ?? []), performance.now()])
      return n === '0' && times.get(n)?.length === 1 ? lost : answer(n)
    })
    const startMs = performance.now()
    const results = await run(extractAll({ model, schema, inputs: prompts(6), concurrency: 2, backOff }))
    expect((times.get('0')?.[1] ?? 0) - startMs).toBeGreaterThanOrEqual(1000)
    // The others are asked while it waits.
    for (const n of ['1', '2', '3']) expect(times.get(n)?.[0]).toBeLessThan(times.get('0')?.[1] ?? 0)
    expect(results[0]).toMatchObject({ attempts: 1, usage: { totalTokens: 30 } })
  })

  it('gives up on a call after its attempts, and on none that is not to be retried', async () => {
    const model = scriptedModel((request) =>
      promptOf(request) === '0' ? throttled() : new AgentError('invalid-request', 'No.'),
    )
    const results = await run(
      extractAll({ model, schema, inputs: prompts(2), backOff: { ...backOff, maxAttempts: 3 } }),
    )
    expect(results.map(({ error }) => error?.code)).toEqual(['throttled', 'invalid-request'])
    expect(model.calls).toHaveLength(4)
  })

  it('waits longer from throttle to throttle, up to a bound', async () => {
    const times: number[] = []
    const model = scriptedModel((request, turn) => {
      times.push(performance.now())
      return turn < 5 ? throttled() : answer(promptOf(request))
    })
    await run(extractAll({ model, schema, inputs: prompts(1), backOff: { ...backOff, maxDelayMs: 4000 } }))
    const waits = times.slice(1).map((time, index) => Math.round(time - (times[index] ?? 0)))
    expect(waits).toEqual([1000, 2000, 4000, 4000, 4000])
  })

  it('ends its waiting with the batch', async () => {
    const controller = new AbortController()
    const model = scriptedModel(() => throttled(60_000))
    const all = collect(extractAll({ model, schema, inputs: prompts(3), signal: controller.signal, backOff }))
    const settled = expect(all).rejects.toMatchObject({ code: 'aborted' })
    await vi.advanceTimersByTimeAsync(100)
    controller.abort()
    await settled
    expect(vi.getTimerCount()).toBe(0)
  })
})
