import {
  BedrockClient,
  GetFoundationModelCommand,
  GetInferenceProfileCommand,
  ListFoundationModelsCommand,
  ListInferenceProfilesCommand,
} from '@aws-sdk/client-bedrock'
import type { ConverseTokensRequest } from '@aws-sdk/client-bedrock-runtime'
import { ApplyGuardrailCommand, CountTokensCommand } from '@aws-sdk/client-bedrock-runtime'
import { describe, expect, it } from 'vitest'
import type { BedrockLocal } from '../src/index.js'
import { fixture, fixturesNote, haveFixtures } from './fixtures.js'
import { clientOf, converse, withLocal } from './helpers.js'

const claude = 'anthropic.claude-sonnet-4-5-20250929-v1:0'
const hello: ConverseTokensRequest = { messages: [{ role: 'user', content: [{ text: 'Hello, world!' }] }] }

interface RecordedRequest {
  readonly kind: string
  readonly input: { readonly modelId: string; readonly body: object }
}

function controlClientOf(local: BedrockLocal, region = 'us-east-1'): BedrockClient {
  return new BedrockClient({
    endpoint: local.url,
    region,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  })
}

const countTokens = (local: BedrockLocal, modelId: string, input: object) =>
  clientOf(local).send(new CountTokensCommand({ modelId, input: input as never }))

describe('CountTokens', () => {
  it('counts what the usage of the same request says', async () => {
    await withLocal({ reply: () => 'hi', rules: false }, async (local) => {
      const { inputTokens } = await countTokens(local, claude, { converse: hello })
      const { usage } = await converse(clientOf(local), { ...hello, modelId: claude })
      expect(inputTokens).toBe(usage?.inputTokens)
      expect(local.requests[0]).toMatchObject({ operation: 'CountTokens', modelId: claude, status: 200 })
    })
  })

  it('counts the body of InvokeModel, tools among it', async () => {
    await withLocal({}, async (local) => {
      const body = (value: object) => ({ invokeModel: { body: Buffer.from(JSON.stringify(value)) } })
      const plain = await countTokens(local, claude, body({ messages: hello.messages }))
      const tools = [{ name: 'get_weather', description: 'Tells the weather', input_schema: { type: 'object' } }]
      const more = await countTokens(local, claude, body({ messages: hello.messages, tools }))
      expect(plain.inputTokens).toBeGreaterThan(0)
      expect(more.inputTokens).toBeGreaterThan(plain.inputTokens ?? 0)
    })
  })

  it.each([
    `us.${claude}`,
    'amazon.nova-lite-v1:0',
    `arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.${claude}`,
  ])('refuses %s, unless rules are off', async (modelId) => {
    await withLocal({}, async (local) => {
      await expect(countTokens(local, modelId, { converse: hello })).rejects.toMatchObject({
        name: 'ValidationException',
        message: "The provided model doesn't support counting tokens.",
        $metadata: { httpStatusCode: 400 },
      })
    })
    await withLocal({ rules: false }, async (local) => {
      expect((await countTokens(local, modelId, { converse: hello })).inputTokens).toBeGreaterThan(0)
    })
  })

  it.each([{}, { converse: {} }, { converse: { messages: [] } }, { invokeModel: { body: 'no JSON' } }])(
    'refuses the input %j',
    async (input) => {
      await withLocal({}, async (local) => {
        const response = await fetch(`${local.url}/model/${claude}/count-tokens`, {
          method: 'POST',
          body: JSON.stringify({ input }),
        })
        expect(response.status).toBe(400)
        expect(response.headers.get('x-amzn-errortype')).toMatch(/^ValidationException:/)
      })
    },
  )

  const recorded = fixture<RecordedRequest>('requests-accepted.json').filter(
    ({ kind }) => kind === 'count-tokens-accepted',
  )

  it.skipIf(!haveFixtures)(`takes what the service was recorded to take${fixturesNote}`, async () => {
    expect(recorded.length).toBeGreaterThan(0)
    await withLocal({}, async (local) => {
      for (const { input } of recorded) {
        const path = `/model/${encodeURIComponent(input.modelId)}/count-tokens`
        const response = await fetch(local.url + path, { method: 'POST', body: JSON.stringify(input.body) })
        expect(response.status).toBe(200)
        expect(await response.json()).toEqual({ inputTokens: expect.any(Number) })
      }
    })
  })
})

describe('ApplyGuardrail', () => {
  const command = new ApplyGuardrailCommand({
    guardrailIdentifier: 'gr1',
    guardrailVersion: '1',
    source: 'INPUT',
    content: [{ text: { text: 'Tell me a secret.' } }],
  })

  it('finds the guardrails of the endpoint', async () => {
    await withLocal({ guardrails: [{ id: 'gr1', version: '1', words: ['secret'] }] }, async (local) => {
      const { action } = await clientOf(local).send(command)
      expect(action).toBe('GUARDRAIL_INTERVENED')
      expect(local.requests[0]).toMatchObject({ operation: 'ApplyGuardrail', status: 200 })
    })
  })

  it('knows none without any', async () => {
    await withLocal({}, async (local) => {
      await expect(clientOf(local).send(command)).rejects.toMatchObject({
        message: 'The guardrail identifier or version provided in the request does not exist.',
      })
    })
  })
})

describe('the control plane', () => {
  it('lists models, as they are asked for', async () => {
    await withLocal({}, async (local) => {
      const client = controlClientOf(local, 'eu-west-1')
      const { modelSummaries = [] } = await client.send(new ListFoundationModelsCommand({}))
      const nova = modelSummaries.find(({ modelId }) => modelId === 'amazon.nova-lite-v1:0')
      expect(nova).toMatchObject({
        modelArn: 'arn:aws:bedrock:eu-west-1::foundation-model/amazon.nova-lite-v1:0',
        providerName: 'Amazon',
        inputModalities: ['TEXT', 'IMAGE', 'VIDEO'],
        responseStreamingSupported: true,
        inferenceTypesSupported: ['ON_DEMAND', 'INFERENCE_PROFILE'],
        modelLifecycle: { status: 'ACTIVE' },
      })
      const byProvider = await client.send(new ListFoundationModelsCommand({ byProvider: 'anthropic' }))
      const providers = new Set(byProvider.modelSummaries?.map(({ providerName }) => providerName))
      expect(providers).toEqual(new Set(['Anthropic']))
      const onDemand = await client.send(new ListFoundationModelsCommand({ byInferenceType: 'ON_DEMAND' }))
      const ids = onDemand.modelSummaries?.map(({ modelId }) => modelId)
      expect(ids).toContain('amazon.nova-lite-v1:0')
      expect(ids).not.toContain(claude)
      const images = await client.send(new ListFoundationModelsCommand({ byOutputModality: 'IMAGE' }))
      expect(images.modelSummaries).toEqual([])
    })
  })

  it('tells of one model, by id and by ARN', async () => {
    await withLocal({}, async (local) => {
      const client = controlClientOf(local)
      for (const modelIdentifier of [claude, `arn:aws:bedrock:us-east-1::foundation-model/${claude}`]) {
        const { modelDetails } = await client.send(new GetFoundationModelCommand({ modelIdentifier }))
        expect(modelDetails).toMatchObject({ modelId: claude, inferenceTypesSupported: ['INFERENCE_PROFILE'] })
      }
      await expect(client.send(new GetFoundationModelCommand({ modelIdentifier: 'no.model' }))).rejects.toMatchObject({
        name: 'ValidationException',
        message: 'The provided model identifier is invalid.',
      })
    })
  })

  it('tells until when a model lives, and nothing of those that are gone', async () => {
    await withLocal({}, async (local) => {
      const client = controlClientOf(local)
      const { modelSummaries = [] } = await client.send(new ListFoundationModelsCommand({}))
      const ends = modelSummaries.flatMap(({ modelLifecycle }) => modelLifecycle?.endOfLifeTime ?? [])
      expect(ends.every((end) => end instanceof Date && end > new Date())).toBe(true)
      await expect(
        client.send(new GetFoundationModelCommand({ modelIdentifier: 'anthropic.claude-3-sonnet-20240229-v1:0' })),
      ).rejects.toMatchObject({ name: 'ValidationException' })
    })
  })

  it('lists the inference profiles of a region, page by page', async () => {
    await withLocal({}, async (local) => {
      const client = controlClientOf(local, 'eu-west-1')
      const ids: (string | undefined)[] = []
      let nextToken: string | undefined
      do {
        const page = await client.send(
          new ListInferenceProfilesCommand({ maxResults: 7, ...(nextToken && { nextToken }) }),
        )
        expect(page.inferenceProfileSummaries?.length).toBeLessThanOrEqual(7)
        ids.push(...(page.inferenceProfileSummaries ?? []).map(({ inferenceProfileId }) => inferenceProfileId))
        nextToken = page.nextToken
      } while (nextToken)
      const all = await client.send(new ListInferenceProfilesCommand({ maxResults: 1000 }))
      expect(ids).toEqual(all.inferenceProfileSummaries?.map(({ inferenceProfileId }) => inferenceProfileId))
      expect(ids).toContain(`eu.${claude}`)
      expect(ids).toContain(`global.${claude}`)
      expect(ids).not.toContain(`us.${claude}`)
      const own = await client.send(new ListInferenceProfilesCommand({ typeEquals: 'APPLICATION' }))
      expect(own.inferenceProfileSummaries).toEqual([])
    })
  })

  it('tells of one inference profile', async () => {
    await withLocal({}, async (local) => {
      const client = controlClientOf(local)
      const inferenceProfileIdentifier = `us.${claude}`
      const profile = await client.send(new GetInferenceProfileCommand({ inferenceProfileIdentifier }))
      expect(profile).toMatchObject({
        inferenceProfileId: inferenceProfileIdentifier,
        inferenceProfileArn: `arn:aws:bedrock:us-east-1:123456789012:inference-profile/${inferenceProfileIdentifier}`,
        models: [{ modelArn: expect.stringContaining(claude) }],
        status: 'ACTIVE',
        type: 'SYSTEM_DEFINED',
      })
      await expect(
        client.send(new GetInferenceProfileCommand({ inferenceProfileIdentifier: `jp.${claude}` })),
      ).rejects.toMatchObject({ name: 'ResourceNotFoundException', $metadata: { httpStatusCode: 404 } })
    })
  })

  it('has faults and authorization like the others', async () => {
    const credentials = { accessKeyId: 'local', secretAccessKey: 'other' }
    await withLocal({ credentials }, async (local) => {
      await expect(controlClientOf(local).send(new ListFoundationModelsCommand({}))).rejects.toMatchObject({
        name: 'InvalidSignatureException',
      })
    })
    const signed = { credentials: { accessKeyId: 'local', secretAccessKey: 'local' } }
    await withLocal(
      { ...signed, faults: [{ fault: 'ThrottlingException', times: 1 }, { fault: 'end@0' }] },
      async (local) => {
        const client = controlClientOf(local)
        await expect(client.send(new ListFoundationModelsCommand({ byProvider: 'a b/é' }))).rejects.toMatchObject({
          name: 'ThrottlingException',
        })
        await expect(client.send(new ListFoundationModelsCommand({}))).rejects.toMatchObject({ name: 'SyntaxError' })
      },
    )
  })
})
