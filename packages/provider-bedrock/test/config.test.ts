import { BedrockRuntimeClient } from '@aws-sdk/client-bedrock-runtime'
import { describe, expect, it } from 'vitest'
import type { BedrockConfig } from '../src/config.js'
import { checkConfig } from '../src/config.js'

const credentials = { accessKeyId: 'id', secretAccessKey: 'TOP-SECRET' }
const client = new BedrockRuntimeClient({ region: 'us-east-1', credentials })

describe('checkConfig', () => {
  it('takes everything within its limits', () => {
    const config: Omit<BedrockConfig, 'modelId'> = {
      region: 'us-gov-west-1',
      streaming: false,
      maxTokens: 1,
      temperature: 0,
      topP: 1,
      stopSequences: ['END'],
      additionalRequestFields: { top_k: 5 },
      additionalResponseFieldPaths: ['/stop_sequence'],
      endpoint: 'http://127.0.0.1:8080/proxy',
      credentials: async () => credentials,
      profile: 'work',
      clientConfig: {},
    }
    expect(() => checkConfig({ modelId: 'a.b', ...config })).not.toThrow()
    expect(() => checkConfig({ modelId: 'a.b', client })).not.toThrow()
  })

  it.each([
    [{ temperature: 1.1 }, 'temperature of a Bedrock model must be a number from 0 to 1.'],
    [{ temperature: Number.NaN }, 'temperature of a Bedrock model must be'],
    [{ topP: -1 }, 'topP of a Bedrock model must be a number from 0 to 1.'],
    [{ maxTokens: 0 }, 'maxTokens of a Bedrock model must be a whole number of at least 1.'],
    [{ maxTokens: 1.5 }, 'maxTokens of a Bedrock model must be'],
    [{ stopSequences: [''] }, 'stopSequences of a Bedrock model must be a list of at most 2500 non-empty strings.'],
    [{ stopSequences: 'END' }, 'stopSequences of a Bedrock model must be'],
    [{ region: 'us east 1' }, 'region of a Bedrock model must be'],
    [{ streaming: 'no' }, 'streaming of a Bedrock model must be true or false.'],
    [{ endpoint: 'localhost:1' }, 'endpoint of a Bedrock model must be an http or https URL.'],
    [{ additionalRequestFields: [] }, 'additionalRequestFields of a Bedrock model must be an object.'],
    [{ additionalResponseFieldPaths: ['x'] }, 'additionalResponseFieldPaths of a Bedrock model must be'],
    [{ apiKey: '' }, 'apiKey of a Bedrock model must be'],
    [{ client: {} }, 'client of a Bedrock model must be a BedrockRuntimeClient.'],
    [{ client, apiKey: 'key' }, 'A Bedrock model takes client or apiKey, not both.'],
    [{ client, region: 'us-east-1' }, 'A Bedrock model takes client or region, not both.'],
    [{ apiKey: 'key', credentials }, 'A Bedrock model takes apiKey or credentials, not both.'],
  ])('refuses %j', (members, message) => {
    expect(() => checkConfig({ modelId: 'a.b', ...members } as BedrockConfig)).toThrow(
      expect.objectContaining({ code: 'invalid-config', message: expect.stringContaining(message) }),
    )
  })

  it('never repeats a secret', () => {
    const config = { modelId: 'a.b', apiKey: 'TOP-SECRET', credentials }

    expect(() => checkConfig(config)).not.toThrow('TOP-SECRET')
    expect(() => checkConfig(config)).toThrow('not both')
  })
})
