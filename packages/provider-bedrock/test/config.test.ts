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
      additionalArgs: { brandNew: 1 },
      serviceTier: 'reserved',
      performance: { latency: 'optimized' },
      effort: 'max',
      requestMetadata: { 'team:a': 'maps + more' },
      strictTools: true,
      guardrail: {
        id: 'arn:aws:bedrock:us-east-1:123456789012:guardrail/abc1',
        version: '3',
        trace: 'enabled_full',
        streamProcessingMode: 'async',
        redactInput: 'Gone.',
        redactOutput: true,
        latestUserMessageOnly: true,
        mode: 'buffer',
      },
      connectTimeoutMs: 1,
      requestTimeoutMs: 2_147_483_647,
      firstEventTimeoutMs: 1,
      idleTimeoutMs: 1,
      userAgent: 'my-app/1.2 (test)',
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
    [{ additionalArgs: { modelId: 'c.d' } }, 'additionalArgs of a Bedrock model must be an object without modelId'],
    [{ serviceTier: 'fast' }, 'serviceTier of a Bedrock model must be default, flex, priority or reserved.'],
    [{ performance: { latency: 'fast' } }, 'performance of a Bedrock model must be'],
    [{ effort: 'most' }, 'effort of a Bedrock model must be'],
    [{ requestMetadata: { a: '%' } }, 'requestMetadata of a Bedrock model must be at most 16 texts'],
    [
      { requestMetadata: Object.fromEntries(Array.from({ length: 17 }, (_, key) => [`k${key}`, ''])) },
      'requestMetadata of a Bedrock model must be at most 16 texts',
    ],
    [{ promptVariables: { a: 1 } }, 'promptVariables of a Bedrock model must be texts by name.'],
    [{ strictTools: 'yes' }, 'strictTools of a Bedrock model must be true or false.'],
    [{ idleTimeoutMs: 0 }, 'idleTimeoutMs of a Bedrock model must be a whole number of milliseconds'],
    [{ requestTimeoutMs: 2 ** 31 }, 'requestTimeoutMs of a Bedrock model must be'],
    [{ userAgent: 'a\nb' }, 'userAgent of a Bedrock model must be text of printable ASCII.'],
    [{ guardrail: 'gr1' }, 'guardrail of a Bedrock model must be an object'],
    [{ guardrail: { id: 'gr1' } }, 'guardrail.version must be "DRAFT" or a number, as text.'],
    [{ guardrail: { version: '1' } }, 'guardrail.id must be the id or ARN of a guardrail.'],
    [{ guardrail: { id: 'gr1', version: 1 } }, 'guardrail.version must be'],
    [{ guardrail: { id: 'gr1', version: '1', trace: 'on' } }, 'guardrail.trace must be enabled, disabled or'],
    [{ guardrail: { id: 'gr1', version: '1', redactInput: ' ' } }, 'guardrail.redactInput must be true, false or'],
    [{ guardrail: { id: 'gr1', version: '1', mode: 'wait' } }, 'guardrail.mode must be stream or buffer.'],
    [{ guardrail: { id: 'gr1', version: '1', redact: true } }, 'guardrail has no member "redact": known are id,'],
    [
      { connectTimeoutMs: 1, clientConfig: { requestHandler: {} } },
      'A Bedrock model takes connectTimeoutMs or a requestHandler, not both.',
    ],
    [{ client, connectTimeoutMs: 1 }, 'A Bedrock model takes client or connectTimeoutMs, not both.'],
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
