import { Readable } from 'node:stream'
import type { BedrockRuntimeClientConfig, ConverseCommandInput } from '@aws-sdk/client-bedrock-runtime'
import * as sdk from '@aws-sdk/client-bedrock-runtime'
import { describe, expect, it } from 'vitest'
import type { Sdk } from '../src/client.js'
import { EventBatches } from '../src/event-batches.js'
import { wireProtocol } from '../src/wire-protocol.js'
import { encodeEvent } from './encode-frame.js'

interface Sent {
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
}

interface Reply {
  readonly statusCode?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body: string | Uint8Array
}

/** A client with our protocol or the SDK's, and what it would have sent. */
function clientWith(protocol: BedrockRuntimeClientConfig['protocol'] | undefined, reply: Reply = { body: '{}' }) {
  const sent: Sent[] = []
  const requestHandler = {
    metadata: { handlerProtocol: 'h2' },
    async handle(request: Sent) {
      sent.push(request)
      const { statusCode = 200, headers = { 'x-amzn-requestid': 'req-1' }, body } = reply
      return { response: { statusCode, headers, body: Readable.from([Buffer.from(body)]) } }
    },
    updateHttpClientConfig() {},
    httpHandlerConfigs: () => ({}),
  } as unknown as NonNullable<BedrockRuntimeClientConfig['requestHandler']>
  const client = new sdk.BedrockRuntimeClient({
    region: 'us-east-1',
    endpoint: 'http://127.0.0.1:1/proxy/v1',
    credentials: { accessKeyId: 'id', secretAccessKey: 'secret' },
    maxAttempts: 1,
    requestHandler,
    ...(protocol && { protocol }),
  })
  return { client, sent }
}

function textOf(body: string | Uint8Array = ''): string {
  return typeof body === 'string' ? body : new TextDecoder().decode(body)
}

const input = {
  modelId: 'arn:aws:bedrock:us-east-1:1:inference-profile/us.a.b-v1:0',
  messages: [
    {
      role: 'user',
      content: [
        { text: 'Größe "x" \u2028' },
        { image: { format: 'png', source: { bytes: Buffer.from([0, 1, 255]) } } },
        { toolResult: { toolUseId: 't', content: [{ json: { bytes: 'AA', list: [1, null], gone: undefined } }] } },
        { $unknown: ['hologram', { depth: 3 }] },
        { cachePoint: { type: 'default', ttl: undefined } },
      ],
    },
    { role: 'assistant', content: [{ toolUse: { toolUseId: 't', name: 'n', input: { $unknown: ['a', 1] } } }] },
  ],
  system: [{ text: 'Be brief.' }],
  inferenceConfig: { temperature: 0, stopSequences: ['END'] },
  toolConfig: { tools: [{ toolSpec: { name: 'n', inputSchema: { json: { type: 'object', properties: {} } } } }] },
  additionalModelRequestFields: { top_k: 5, thinking: null },
} as unknown as ConverseCommandInput

describe('a request', () => {
  it('means what the SDK itself would send, to the same path', async () => {
    const ours = clientWith(wireProtocol(sdk))
    const theirs = clientWith(undefined)
    for (const { client } of [ours, theirs]) {
      await client.send(new sdk.ConverseCommand(input))
      await client.send(new sdk.ConverseCommand({ modelId: 'a.b' }))
      await client.send(new sdk.ConverseStreamCommand(input)).catch(() => {})
    }

    expect(ours.sent).toHaveLength(3)
    for (const [index, { path, headers, body = '' }] of ours.sent.entries()) {
      const expected = theirs.sent[index]
      expect(path).toBe(expected?.path)
      expect(JSON.parse(textOf(body))).toEqual(JSON.parse(textOf(expected?.body)))
      expect(headers['content-type']).toBe('application/json')
      expect(headers['content-length']).toBe(String(body.length))
      expect(Object.keys(headers).sort()).toEqual(Object.keys(expected?.headers ?? {}).sort())
    }
  })

  it('of another operation is the SDK’s own', async () => {
    const { client, sent } = clientWith(wireProtocol(sdk), { body: '{"inputTokens":5}' })

    const answer = await client.send(new sdk.CountTokensCommand({ modelId: 'a.b', input: { converse: {} } }))

    expect(answer.inputTokens).toBe(5)
    expect(sent[0]?.path).toMatch(/count-tokens$/)
    expect(JSON.parse(textOf(sent[0]?.body))).toEqual({ input: { converse: {} } })
  })
})

describe('a reply', () => {
  it('comes as the JSON of the wire, with the id of the request', async () => {
    const body = { output: { message: { role: 'assistant', content: [{ hologram: { bytes: 'AAE=' } }] } }, news: 1 }
    const { client } = clientWith(wireProtocol(sdk), { body: JSON.stringify(body) })

    const answer = await client.send(new sdk.ConverseCommand(input))

    expect(answer).toMatchObject({ ...body, $metadata: { requestId: 'req-1', httpStatusCode: 200, attempts: 1 } })
  })

  it('of a stream comes in batches', async () => {
    const { client } = clientWith(wireProtocol(sdk), { body: encodeEvent('messageStart', { role: 'assistant' }) })

    const { stream, $metadata } = await client.send(new sdk.ConverseStreamCommand(input))

    expect(stream).toBeInstanceOf(EventBatches)
    expect($metadata.requestId).toBe('req-1')
  })

  it('that is an error is the SDK’s own', async () => {
    const headers = { 'x-amzn-errortype': 'ValidationException:http://x', 'x-amzn-requestid': 'req-2' }
    const { client } = clientWith(wireProtocol(sdk), { statusCode: 400, headers, body: '{"message":"no"}' })

    const failed = client.send(new sdk.ConverseStreamCommand(input))

    await expect(failed).rejects.toBeInstanceOf(sdk.ValidationException)
    await expect(failed).rejects.toMatchObject({ message: 'no', $metadata: { requestId: 'req-2' } })
  })
})

describe('an SDK that is not the one this was written for', () => {
  const sdkWith = (protocol: object | undefined) =>
    ({
      BedrockRuntimeClient: class {
        config = { protocol }
      },
    }) as unknown as Sdk

  it('keeps its own protocol', () => {
    expect(wireProtocol(sdkWith(undefined))).toBeUndefined()
    expect(wireProtocol(sdkWith({ getShapeId: () => 'smithy.protocols#rpcv2Cbor' }))).toBeUndefined()
    const renamed = { getShapeId: () => 'aws.protocols#restJson1', serialize() {}, deserializeResponse() {} }
    expect(wireProtocol(sdkWith(renamed))).toBeUndefined()
  })

  it('writes the body itself when the path no longer takes the model id out of it', async () => {
    class Base {
      getShapeId() {
        return 'aws.protocols#restJson1'
      }
      async serializeRequest(_operation: object, given: object) {
        return { body: JSON.stringify(given) }
      }
      async deserializeResponse() {
        return {}
      }
    }
    const Ours = wireProtocol(sdkWith(new Base())) as unknown as new () => Base

    const request = await new Ours().serializeRequest({ name: 'Converse' }, { modelId: 'a.b', messages: [] })

    expect(request.body).toBe('{"modelId":"a.b","messages":[]}')
  })
})
