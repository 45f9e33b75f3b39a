import type { AgentEvent, ModelResult } from '@x/types'
import { AgentError } from '@x/types'
import { scriptedModel } from '@x/types/testing'
import { afterEach, describe, expect, it } from 'vitest'
import { otel } from '../src/index.js'
import { miniRun } from './mini-loop.js'
import { startRecording, stopRecording } from './recorded-spans.js'
import { answering, drain, failing, resultOf } from './steps.js'

afterEach(stopRecording)

const model = scriptedModel([], { provider: 'aws.bedrock', modelId: 'us.amazon.nova-pro-v1:0' })

describe('a call of Bedrock', () => {
  it('tells its profile, tiers, guardrail, request, region and cache writes', async () => {
    const attributes = await attributesOf({
      config: {
        region: 'eu-west-1',
        serviceTier: 'priority',
        guardrail: { id: 'gr1', version: 'DRAFT' },
      },
      modelStep: () =>
        answering(
          resultOf({
            usage: {
              inputTokens: 1,
              outputTokens: 2,
              totalTokens: 33,
              cacheReadTokens: 0,
              cacheWriteTokens: 30,
              cacheDetails: [
                { ttl: '1h', inputTokens: 10 },
                { ttl: '5m', inputTokens: 20 },
                { ttl: '__proto__', inputTokens: 1 },
              ],
            },
            metadata: { requestId: 'r-1', serviceTier: { type: 'default' }, region: 'eu-west-3' },
          }),
        ),
    })
    expect(attributes).toMatchObject({
      'gen_ai.provider.name': 'aws.bedrock',
      'aws.bedrock.inference_profile.id': 'us.amazon.nova-pro-v1:0',
      'aws.bedrock.request.service_tier': 'priority',
      'aws.bedrock.response.service_tier': 'default',
      'aws.bedrock.guardrail.id': 'gr1',
      'aws.bedrock.guardrail.version': 'DRAFT',
      'aws.request_id': 'r-1',
      'cloud.region': 'eu-west-3',
      'server.address': 'bedrock-runtime.eu-west-1.amazonaws.com',
      'server.port': 443,
      'gen_ai.usage.input_tokens': 31,
      'gen_ai.usage.cache_read.input_tokens': 0,
      'gen_ai.usage.cache_creation.input_tokens': 30,
      'aws.bedrock.usage.cache_creation_5m.input_tokens': 20,
      'aws.bedrock.usage.cache_creation_1h.input_tokens': 10,
    })
    expect(attributes).not.toHaveProperty('aws.bedrock.guardrail.action')
  })

  it('that failed tells the id of its request', async () => {
    const error = new AgentError('throttled', 'Too many.', { requestId: 'r-2' })
    expect(await attributesOf({ modelStep: () => failing(error) })).toMatchObject({
      'aws.request_id': 'r-2',
      'error.type': 'throttled',
    })
  })

  it('through a prompt router tells the model that was chosen', async () => {
    const trace = { promptRouter: { invokedModelId: 'arn:aws:bedrock:us-east-1::foundation-model/x.y' } }
    const attributes = await attributesOf({ modelStep: () => answering(resultOf({ trace })) })
    expect(attributes['gen_ai.response.model']).toBe('arn:aws:bedrock:us-east-1::foundation-model/x.y')
  })

  it('that a guardrail looked at tells what each policy did, and never the words', async () => {
    const recorded = startRecording()
    const trace = {
      guardrail: {
        modelOutput: ['secret answer'],
        inputAssessment: {
          gr1: { wordPolicy: { customWords: [{ match: 'secret', action: 'BLOCKED', detected: true }] } },
        },
      },
    }
    await drain(miniRun({ use: otel(), model, modelStep: () => answering(resultOf({ trace })) }))
    const { attributes, events } = recorded.named('chat us.amazon.nova-pro-v1:0')
    expect(attributes).toMatchObject({
      'aws.bedrock.guardrail.action': 'blocked',
      'aws.bedrock.guardrail.policies': ['word'],
    })
    expect(events.map(({ name, attributes }) => [name, attributes])).toEqual([
      [
        'aws.bedrock.guardrail.assessment',
        {
          'aws.bedrock.guardrail.id': 'gr1',
          'aws.bedrock.guardrail.side': 'input',
          'aws.bedrock.guardrail.policy': 'word',
          'aws.bedrock.guardrail.action': 'blocked',
          'aws.bedrock.guardrail.findings': [],
        },
      ],
    ])
  })
})

describe('a call of another provider', () => {
  it('has nothing of Bedrock, and the ids that the service gives', async () => {
    const other = scriptedModel([], { provider: 'openai', modelId: 'us.some.model' })
    const metadata = { requestId: 'r', responseId: 'chatcmpl-1', responseModel: 'gpt-9-0613', serviceTier: 'flex' }
    const recorded = startRecording()
    const guarded = { guardrail: { inputAssessment: {} } }
    const modelStep = () => answering(resultOf({ metadata, trace: guarded }))
    await drain(
      miniRun({
        use: otel(),
        model: other,
        modelStep,
        config: { baseUrl: 'http://key@[::1]:8080/v1?token=x', serviceTier: 'x' },
      }),
    )
    const { attributes } = recorded.named('chat us.some.model')
    expect(attributes).toMatchObject({
      'gen_ai.response.id': 'chatcmpl-1',
      'gen_ai.response.model': 'gpt-9-0613',
      'server.address': '::1',
      'server.port': 8080,
    })
    expect(Object.keys(attributes).filter((name) => name.startsWith('aws.'))).toEqual([])
  })
})

it('retries are events with number, code and delay, and without words', async () => {
  const recorded = startRecording()
  const modelStep = async function* (): AsyncGenerator<AgentEvent, ModelResult, void> {
    yield { type: 'model-retry', attempt: 2, delayMs: 250, code: 'throttled', reason: 'secret' }
    return resultOf({})
  }
  await drain(miniRun({ use: otel(), modelStep }))
  const { attributes, events, status } = recorded.named('chat scripted-1')
  expect(events.map(({ name, attributes }) => [name, attributes])).toEqual([
    ['x.model.retry', { 'x.retry.attempt': 2, 'x.retry.delay_ms': 250, 'error.type': 'throttled' }],
  ])
  expect(attributes['x.model.retries']).toBe(1)
  expect(attributes).not.toHaveProperty('error.type')
  expect(status.code).toBe(0)
})

async function attributesOf(agent: Omit<Parameters<typeof miniRun>[0], 'use'>) {
  const recorded = startRecording()
  await drain(miniRun({ use: otel(), model, ...agent })).catch(() => undefined)
  return recorded.named('chat us.amazon.nova-pro-v1:0').attributes
}
