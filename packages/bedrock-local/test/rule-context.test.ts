import type { ConverseCommandOutput } from '@aws-sdk/client-bedrock-runtime'
import { BedrockRuntimeClient } from '@aws-sdk/client-bedrock-runtime'
import { describe, expect, it } from 'vitest'
import type { BedrockLocal } from '../src/index.js'
import { clientOf, converse, httpVersions, withLocal } from './helpers.js'

const sonnet4 = 'us.anthropic.claude-sonnet-4-20250514-v1:0'
const eu = 'eu.anthropic.claude-sonnet-4-5-20250929-v1:0'
const unknown = { name: 'ValidationException', message: 'The provided model identifier is invalid.' }

function from(region: string, local: BedrockLocal, modelId: string): Promise<ConverseCommandOutput> {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' }
  return converse(new BedrockRuntimeClient({ endpoint: local.url, region, credentials, maxAttempts: 1 }), { modelId })
}

describe('the region of an endpoint', () => {
  it('is the one that a request is signed for', async () => {
    await withLocal({ reply: () => 'Yes' }, async (local) => {
      expect((await from('eu-west-1', local, eu)).stopReason).toBe('end_turn')
      await expect(from('us-east-1', local, eu)).rejects.toMatchObject(unknown)
      expect(local.env.AWS_REGION).toBe('us-east-1')
    })
  })

  it('is the one that it was started with', async () => {
    await withLocal({ reply: () => 'Yes', region: 'eu-west-1' }, async (local) => {
      expect((await from('us-east-1', local, eu)).stopReason).toBe('end_turn')
      await expect(from('us-east-1', local, sonnet4)).rejects.toMatchObject(unknown)
      expect(local.env.AWS_REGION).toBe('eu-west-1')
    })
  })
})

describe.each(httpVersions)('retired models over %s', (version) => {
  const retired = { name: 'ResourceNotFoundException', $metadata: { httpStatusCode: 404 } }
  const now = (day: string) => () => Date.parse(day)

  it('are answered until somebody wants to know', async () => {
    await withLocal({ reply: () => 'Yes' }, async (local) => {
      expect((await converse(clientOf(local, version), { modelId: sonnet4 })).stopReason).toBe('end_turn')
    })
  })

  it('are refused by the clock', async () => {
    await withLocal({ reply: () => 'Yes', retiredModels: 'refuse', now: now('2026-10-14') }, async (local) => {
      await expect(converse(clientOf(local, version), { modelId: sonnet4 })).rejects.toMatchObject(retired)
    })
    await withLocal({ reply: () => 'Yes', retiredModels: 'refuse', now: now('2026-10-13') }, async (local) => {
      expect((await converse(clientOf(local, version), { modelId: sonnet4 })).stopReason).toBe('end_turn')
    })
  })

  it('are refused while they are Legacy, if that is asked for', async () => {
    await withLocal({ reply: () => 'Yes', retiredModels: 'refuse-legacy', now: now('2026-05-01') }, async (local) => {
      const refused = converse(clientOf(local, version), { modelId: sonnet4 })
      await expect(refused).rejects.toMatchObject({
        ...retired,
        message: expect.stringContaining('marked by provider as Legacy'),
      })
    })
  })
})
