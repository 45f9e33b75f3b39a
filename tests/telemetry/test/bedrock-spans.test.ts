import { runAgent } from '@x/agent-loop'
import { retry } from '@x/agent-loop/retry'
import type { BedrockLocalOptions } from '@x/bedrock-local'
import { startBedrockLocal } from '@x/bedrock-local'
import type { BedrockConfig } from '@x/provider-bedrock'
import { bedrock } from '@x/provider-bedrock'
import type { OtelOptions } from '@x/telemetry'
import { observe, otel } from '@x/telemetry'
import type { AgentConfig, Message } from '@x/types'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Recording } from '../src/recording.js'
import { startRecording } from '../src/recording.js'

/* Through the real provider and AWS SDK, over the wire, to an endpoint on this machine. */

const modelId = 'us.anthropic.claude-sonnet-4-6'
const chat = `chat ${modelId}`

let recording: Recording
beforeEach(() => {
  recording = startRecording()
})
afterEach(() => {
  expect(recording.faults()).toEqual([])
  recording.stop()
})

describe('a call of Bedrock', () => {
  it('tells what was asked for, who answered and where', async () => {
    const port = await ask(
      'Hi',
      { reply: ['Hello!'] },
      {
        ...{ maxTokens: 100, temperature: 0.5, stopSequences: ['END'], serviceTier: 'priority' },
      },
    )
    expect(recording.named(chat).attributes).toEqual({
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'aws.bedrock',
      'gen_ai.agent.name': 'agent',
      'gen_ai.agent.id': 'agent',
      'gen_ai.request.model': modelId,
      'gen_ai.request.stream': true,
      'gen_ai.request.max_tokens': 100,
      'gen_ai.request.temperature': 0.5,
      'gen_ai.request.stop_sequences': ['END'],
      'aws.bedrock.inference_profile.id': modelId,
      'aws.bedrock.request.service_tier': 'priority',
      'server.address': '127.0.0.1',
      'server.port': port,
      'cloud.region': 'us-east-1',
      'gen_ai.response.model': modelId,
      'gen_ai.response.finish_reasons': ['end_turn'],
      'gen_ai.response.time_to_first_chunk': expect.any(Number),
      'gen_ai.usage.input_tokens': expect.any(Number),
      'gen_ai.usage.output_tokens': expect.any(Number),
      'aws.request_id': expect.stringMatching(/^[0-9a-f-]{36}$/),
    })
  })

  it('tells the tier that answered, and the cache by its time to live', async () => {
    const usage = {
      ...{
        inputTokens: 10,
        outputTokens: 5,
        totalTokens: 1145,
        cacheReadInputTokens: 1000,
        cacheWriteInputTokens: 130,
      },
      cacheDetails: [
        { ttl: '1h', inputTokens: 100 },
        { ttl: '5m', inputTokens: 30 },
      ],
    }
    const prices = {
      'anthropic.claude-sonnet-4-6': { input: 3, output: 15, cacheRead: 0.3, cacheWrite: { '5m': 4, '1h': 6 } },
    }
    await ask('Hi', { reply: [{ content: [{ text: 'Hello!' }], usage }] }, {}, { prices })
    const cost = (10 * 3 + 5 * 15 + 1000 * 0.3 + 30 * 4 + 100 * 6) / 1_000_000
    expect(recording.named(chat).attributes).toMatchObject({
      'gen_ai.usage.input_tokens': 1140,
      'gen_ai.usage.cache_read.input_tokens': 1000,
      'gen_ai.usage.cache_creation.input_tokens': 130,
      'aws.bedrock.usage.cache_creation_5m.input_tokens': 30,
      'aws.bedrock.usage.cache_creation_1h.input_tokens': 100,
      'x.usage.cost': expect.closeTo(cost, 10),
    })
    const [ratio] = await recording.series('x.model.cache_hit_ratio')
    expect(ratio?.[1]).toBeCloseTo(1000 / 1140, 10)
    expect((await recording.series('x.model.cost'))[0]?.[1]).toBeCloseTo(cost, 10)
  })

  it('that is throttled is one span with an event', async () => {
    const faults = [{ fault: 'ThrottlingException', times: 1 }]
    const again = retry({ baseDelayMs: 1, random: () => 1 })
    await ask('Hi', { reply: ['Hello!'], faults }, { clientConfig: { maxAttempts: 1 } }, {}, { use: [again] })
    expect(recording.tree()).toEqual(['invoke_agent agent', `  ${chat} | CLIENT`])
    expect(recording.named(chat).events.map(({ name, attributes }) => [name, attributes])).toEqual([
      ['x.model.retry', { 'x.retry.attempt': 2, 'x.retry.delay_ms': 1, 'error.type': 'throttled' }],
    ])
  })

  it('that is refused tells the code and the id of the request', async () => {
    const faults = [{ fault: 'AccessDeniedException' }]
    await expect(ask('Hi', { reply: ['Hello!'], faults })).rejects.toThrow()
    expect(recording.tree()).toEqual([
      'invoke_agent agent | ERROR access-denied',
      `  ${chat} | CLIENT | ERROR access-denied`,
    ])
    expect(recording.named(chat).attributes['aws.request_id']).toMatch(/^[0-9a-f-]{36}$/)
  })
})

describe('a guardrail', () => {
  const guardrail = { id: 'gr1', version: 'DRAFT' } as const
  const guardrails: BedrockLocalOptions['guardrails'] = [
    {
      id: 'gr1',
      words: ['nightingale'],
      topics: [{ name: 'Investments', keywords: ['stocks'] }],
      pii: [{ type: 'EMAIL', action: 'ANONYMIZE', side: 'output' }],
    },
  ]

  it('that blocks a question tells of each policy what it did, and not the words', async () => {
    const question = 'Is project nightingale about stocks?'
    await ask(question, { reply: ['Hello!'], guardrails }, { guardrail }, { content: true })
    expect(recording.tree()).toEqual(['invoke_agent agent | guardrail', `  ${chat} | CLIENT`])
    const { attributes, events } = recording.named(chat)
    expect(attributes).toMatchObject({
      'aws.bedrock.guardrail.id': 'gr1',
      'aws.bedrock.guardrail.version': 'DRAFT',
      'aws.bedrock.guardrail.action': 'blocked',
      'gen_ai.response.finish_reasons': ['guardrail_intervened'],
    })
    const told = events.map(({ attributes = {} }) => [
      attributes['aws.bedrock.guardrail.side'],
      attributes['aws.bedrock.guardrail.policy'],
      attributes['aws.bedrock.guardrail.action'],
      attributes['aws.bedrock.guardrail.findings'],
    ])
    expect(told.toSorted()).toEqual([
      ['input', 'topic', 'blocked', ['Investments']],
      ['input', 'word', 'blocked', []],
    ])
    const counted = await recording.series('aws.bedrock.guardrail.interventions')
    expect(counted.map(([, count]) => count)).toEqual([1, 1])
    // Not even the content, which is on here: the provider took the question out of the history.
    expect(JSON.stringify(recording.spans().map((span) => [span.attributes, span.events]))).not.toMatch(
      /nightingale|stocks/,
    )
  })

  it('that masks an answer is no error', async () => {
    await ask('Who?', { reply: ['Write to jane@example.org.'], guardrails }, { guardrail })
    expect(recording.tree()).toEqual(['invoke_agent agent', `  ${chat} | CLIENT`])
    expect(recording.named(chat).attributes).toMatchObject({
      'aws.bedrock.guardrail.action': 'anonymized',
      'aws.bedrock.guardrail.policies': ['sensitive-information'],
    })
  })
})

it('an observed model makes the same span without a run', async () => {
  await withBedrock({ reply: ['Hello!'] }, {}, async (model) => {
    for await (const _ of observe(model, { conversationId: 'c' }).stream({ messages: [user('Hi')] })) {
      // To the end.
    }
  })
  expect(recording.tree()).toEqual([`${chat} | CLIENT`])
  expect(recording.named(chat).attributes).toMatchObject({
    'gen_ai.conversation.id': 'c',
    'gen_ai.response.finish_reasons': ['end_turn'],
    'aws.request_id': expect.any(String),
  })
  expect((await recording.series('gen_ai.client.token.usage')).length).toBe(2)
})

it('secrets never get into spans, whatever is recorded and whatever fails', async () => {
  const config = {
    credentials: { accessKeyId: 'secret-key-id', secretAccessKey: 'secret-key', sessionToken: 'secret-token' },
    requestMetadata: { tenant: 'secret-tenant' },
    userAgent: 'secret-agent',
  }
  const env = { password: 'secret-env' }
  const faults = [
    { fault: { type: 'http', status: 400, error: 'ValidationException', message: 'secret-fault' } as const, times: 1 },
  ]
  const reply = [{ content: [{ toolUse: { name: 'fail', input: {} } }] }, 'Done.']
  const fail = () => Promise.reject(new Error('secret-error'))
  const tools = [{ name: 'fail', inputSchema: { type: 'object' }, execute: fail } as const]
  const run = () => ask('Hi', { reply, faults }, config, { content: true }, { env, tools })
  await expect(run()).rejects.toThrow('secret-fault')
  const shown = () =>
    JSON.stringify(recording.spans().map((span) => [span.name, span.attributes, span.events, span.status]))
  expect(recording.spans().length).toBe(2)
  expect(shown()).not.toContain('secret')

  await ask('Hi', { reply }, config, {}, { env, tools })
  expect(recording.named('execute_tool fail').attributes['error.type']).toBe('tool-failed')
  expect(shown()).not.toContain('secret')
})

function user(text: string): Message {
  return { role: 'user', content: [{ type: 'text', text }] }
}

/** Runs an agent; gives the port that it asked at. */
async function ask(
  text: string,
  options: BedrockLocalOptions,
  config: Partial<BedrockConfig> = {},
  telemetry: OtelOptions = {},
  agent: Partial<AgentConfig> = {},
): Promise<number> {
  return withBedrock(options, config, async (model, port) => {
    const use = [otel(telemetry), ...(agent.use ?? [])]
    for await (const _ of runAgent({ ...agent, model, use }, [user(text)])) {
      // To the end.
    }
    return port
  })
}

async function withBedrock<Result>(
  options: BedrockLocalOptions,
  config: Partial<BedrockConfig>,
  work: (model: ReturnType<typeof bedrock>, port: number) => Promise<Result>,
): Promise<Result> {
  await using local = await startBedrockLocal(options)
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' }
  return await work(bedrock(modelId, { region: 'us-east-1', endpoint: local.url, credentials, ...config }), local.port)
}
