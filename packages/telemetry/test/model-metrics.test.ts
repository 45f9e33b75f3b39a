import { metrics } from '@opentelemetry/api'
import type { Histogram } from '@opentelemetry/sdk-metrics'
import { DataPointType } from '@opentelemetry/sdk-metrics'
import type { AgentEvent, ModelResult } from '@x/types'
import { AgentError } from '@x/types'
import { scriptedModel } from '@x/types/testing'
import { afterEach, describe, expect, it } from 'vitest'
import { otel } from '../src/index.js'
import { miniRun, textResult, toolCall } from './mini-loop.js'
import { startMetrics } from './recorded-metrics.js'
import { startRecording, stopRecording } from './recorded-spans.js'
import { answering, drain, failing, quiet, resultOf, toolStep } from './steps.js'

afterEach(() => {
  metrics.disable()
  stopRecording()
})

const model = scriptedModel([], { provider: 'acme', modelId: 'nova' })
const chat = { 'gen_ai.operation.name': 'chat', 'gen_ai.provider.name': 'acme', 'gen_ai.request.model': 'nova' }
const answered = { ...chat, 'gen_ai.response.model': 'scripted-1' }
const usage = { inputTokens: 10, outputTokens: 5, totalTokens: 45, cacheReadTokens: 20, cacheWriteTokens: 10 }

describe('metrics', () => {
  it('have the names, units and buckets of the conventions', async () => {
    const recorded = startMetrics()
    await drain(miniRun({ use: otel(), model, modelStep: () => paced(resultOf({ usage })) }))
    const described = [...(await recorded.all()).values()].map(({ descriptor, dataPointType, dataPoints }) => [
      descriptor.name,
      descriptor.unit,
      DataPointType[dataPointType],
      ...(dataPointType === DataPointType.HISTOGRAM
        ? [(dataPoints[0]?.value as Histogram | undefined)?.buckets.boundaries]
        : []),
    ])
    const seconds = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92]
    const tokens = [1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216, 67108864]
    expect(described).toEqual([
      ['gen_ai.client.operation.duration', 's', 'HISTOGRAM', seconds],
      ['gen_ai.client.operation.time_to_first_chunk', 's', 'HISTOGRAM', seconds],
      ['gen_ai.client.operation.time_per_output_chunk', 's', 'HISTOGRAM', seconds],
      ['gen_ai.client.token.usage', '{token}', 'HISTOGRAM', tokens],
      ['x.model.cache_hit_ratio', '1', 'HISTOGRAM', [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]],
    ])
  })

  it('count tokens of input, with what the cache gave and took, and of output', async () => {
    const recorded = startMetrics()
    await drain(miniRun({ use: otel(), model, modelStep: () => answering(resultOf({ usage })) }))
    expect(await recorded.series('gen_ai.client.token.usage')).toEqual([
      [{ ...answered, 'gen_ai.token.type': 'input' }, 40],
      [{ ...answered, 'gen_ai.token.type': 'output' }, 5],
    ])
    expect(await recorded.series('x.model.cache_hit_ratio')).toEqual([[answered, 0.5]])
  })

  it('say nothing of a cache that the service does not speak of', async () => {
    const recorded = startMetrics()
    const plain = { inputTokens: 10, outputTokens: 5, totalTokens: 15 }
    await drain(miniRun({ use: otel(), model, modelStep: () => answering(resultOf({ usage: plain })) }))
    expect(await recorded.series('x.model.cache_hit_ratio')).toEqual([])
  })

  it('give each operation its duration, and each failure its code', async () => {
    const recorded = startMetrics()
    const broken = toolStep(({ call }) => ({ ...textResult(call.id, 'no', true), errorCode: 'timeout' }))
    const calls = [[toolCall('1', 'quiet'), toolCall('2', 'broken'), toolCall('3', 'made-up')]]
    await drain(miniRun({ use: otel(), model, name: 'clerk', calls, tools: { quiet, broken } }))
    const modelStep = () => failing(new AgentError('throttled', 'Too many.', { partial: { usage } }))
    await expect(drain(miniRun({ use: otel(), model, name: 'clerk', modelStep }))).rejects.toThrow('Too many')
    const tool = { 'gen_ai.operation.name': 'execute_tool', 'gen_ai.provider.name': 'acme' }
    const run = { ...chat, 'gen_ai.operation.name': 'invoke_agent', 'gen_ai.agent.name': 'clerk' }
    const series = await recorded.series('gen_ai.client.operation.duration')
    expect(series.map(([attributes]) => attributes)).toEqual([
      { ...chat, 'gen_ai.response.model': 'nova' },
      { ...tool, 'gen_ai.tool.name': 'quiet' },
      { ...tool, 'gen_ai.tool.name': 'broken', 'error.type': 'timeout' },
      { ...tool, 'error.type': 'tool-failed' },
      run,
      { ...chat, 'error.type': 'throttled' },
      { ...run, 'error.type': 'throttled' },
    ])
    for (const [, seconds] of series) expect(seconds).toBeGreaterThanOrEqual(0)
    expect(await recorded.series('gen_ai.client.token.usage')).toContainEqual([
      { ...chat, 'gen_ai.token.type': 'input' },
      40,
    ])
  })

  it('leave out how long an aborted operation took until then', async () => {
    const recorded = startMetrics()
    const modelStep = () => failing(new AgentError('aborted', 'The run was aborted.', { scope: 'run' }))
    await expect(drain(miniRun({ use: otel(), model, modelStep }))).rejects.toThrow('aborted')
    expect(await recorded.series('gen_ai.client.operation.duration')).toEqual([])
  })

  it('time the chunks of a streamed answer, and not those of one that came whole', async () => {
    const recorded = startMetrics()
    const times = () =>
      Promise.all(
        ['first_chunk', 'output_chunk'].map((what) =>
          recorded.series(`gen_ai.client.operation.time_${what === 'first_chunk' ? 'to' : 'per'}_${what}`),
        ),
      )
    const modelStep = () => paced(resultOf({}))
    await drain(miniRun({ use: otel(), model, modelStep, config: { streaming: false } }))
    expect(await times()).toEqual([[], []])
    await drain(miniRun({ use: otel(), model, modelStep }))
    const [first, further] = await times()
    expect(first?.[0]?.[0]).toEqual(answered)
    expect(further?.[0]?.[0]).toEqual(chat)
    expect(first?.[0]?.[1]).toBeGreaterThan(0.01)
    expect(further?.[0]?.[1]).toBeGreaterThan(0.01)
  })

  it('count retries by what led to them', async () => {
    const recorded = startMetrics()
    await drain(miniRun({ use: otel(), model, modelStep: () => retried(resultOf({})) }))
    expect(await recorded.series('x.model.retries')).toEqual([
      [{ ...chat, 'error.type': 'throttled' }, 2],
      [{ ...chat, 'error.type': 'network' }, 1],
    ])
  })

  it('add up what calls cost, and say nothing where there is no price', async () => {
    const recorded = startMetrics()
    const spans = startRecording()
    const price = { input: 1_000_000, output: 2_000_000, cacheRead: 100_000, cacheWrite: 3_000_000 }
    const use = otel({ prices: { 'scripted-1': price } })
    await drain(miniRun({ use, model, calls: [[]], modelStep: () => answering(resultOf({ usage })) }))
    expect(await recorded.series('x.model.cost')).toEqual([[answered, 104]])
    const chats = spans.spans().filter(({ name }) => name === 'chat nova')
    expect(chats.map(({ attributes }) => attributes['x.usage.cost'])).toEqual([52, 52])
    expect(spans.named('invoke_agent agent').attributes['x.usage.cost']).toBe(104)

    await drain(miniRun({ use, model, modelStep: () => answering(resultOf({ usage }, 'unknown')) }))
    expect(await recorded.series('x.model.cost')).toEqual([[answered, 104]])
    expect(spans.spans().at(-1)?.attributes).not.toHaveProperty('x.usage.cost')
  })

  it('multiply the price by that of the tier that answered', async () => {
    const recorded = startMetrics()
    const price = { input: 1_000_000, output: 0, tiers: { flex: 0.5 } }
    const result = resultOf({
      usage: { inputTokens: 10, outputTokens: 5, totalTokens: 15 },
      metadata: { serviceTier: { type: 'flex' } },
    })
    const use = otel({ prices: { 'scripted-1': price } })
    await drain(miniRun({ use, model, modelStep: () => answering(result) }))
    expect(await recorded.series('x.model.cost')).toEqual([[answered, 5]])
  })
})

describe('without a tracer', () => {
  it('metrics come all the same, from a provider that is given as well', async () => {
    const recorded = startMetrics({ isGlobal: false })
    await drain(miniRun({ use: otel({ meterProvider: recorded.provider }), model }))
    expect((await recorded.series('gen_ai.client.operation.duration')).length).toBe(2)
  })
})

async function* paced(result: ModelResult): AsyncGenerator<AgentEvent, ModelResult, void> {
  for (const text of ['a', 'b', 'c']) {
    await new Promise((resolve) => setTimeout(resolve, 15))
    yield { type: 'text-delta', text }
  }
  return result
}

async function* retried(result: ModelResult): AsyncGenerator<AgentEvent, ModelResult, void> {
  for (const [index, code] of ['throttled', 'network', 'throttled'].entries()) {
    yield { type: 'model-retry', attempt: index + 2, delayMs: 100, code, reason: 'secret reason' }
  }
  return result
}
