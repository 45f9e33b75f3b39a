import { NodeHttpHandler } from '@smithy/node-http-handler'
import type { BedrockLocal, BedrockLocalOptions } from '@x/bedrock-local'
import { startBedrockLocal } from '@x/bedrock-local'
import type { BedrockConfig } from '@x/provider-bedrock'
import { bedrock } from '@x/provider-bedrock'
import type { Message, ModelEvent, ModelRequest } from '@x/types'
import { checkModel, formatReport } from '@x/types/testing'
import { afterEach, describe, expect, it } from 'vitest'
import { ask, collect, textOf } from '../src/collect.js'
import { credentials } from '../src/recorded.js'

const claude = 'us.anthropic.claude-sonnet-4-5-20250929-v1:0'
const usage = { inputTokens: 7, outputTokens: 3, totalTokens: 10 }

const started: BedrockLocal[] = []
afterEach(() => Promise.all(started.splice(0).map((local) => local.close())))

async function serve(options: BedrockLocalOptions): Promise<BedrockLocal> {
  const local = await startBedrockLocal(options)
  started.push(local)
  return local
}

const handlers = { 'HTTP/2': () => ({}), 'HTTP/1.1': () => ({ requestHandler: new NodeHttpHandler() }) }

/** A model at one endpoint whose model is a model at another endpoint, which answers as it is told. */
async function chain(
  reply: NonNullable<BedrockLocalOptions['reply']>,
  version: keyof typeof handlers,
  streaming = true,
) {
  const modelAt = (local: BedrockLocal, config: Partial<BedrockConfig> = {}) =>
    bedrock(claude, {
      region: 'us-east-1',
      endpoint: local.url,
      credentials,
      clientConfig: { ...handlers[version](), maxAttempts: 1 },
      ...config,
    })
  const far = await serve({ reply })
  const farModel = modelAt(far)
  const near = await serve({ model: farModel })
  return { far, near, farModel, model: modelAt(near, { streaming }) }
}

/** Without what each endpoint measures or makes up for itself. */
function comparable(events: readonly ModelEvent[]): unknown {
  return events.map((event) => {
    if (event.type !== 'model-end') return event
    const { latencyMs: _latencyMs, metadata, ...end } = event
    const { requestId: _requestId, ...fields } = metadata ?? {}
    return { ...end, fields }
  })
}

for (const version of ['HTTP/2', 'HTTP/1.1'] as const) {
  describe(`a Bedrock model behind an endpoint behind a Bedrock model, over ${version}`, () => {
    it.each([true, false])('passes the conformance kit (streaming: %s)', async (streaming) => {
      const { model } = await chain(
        ({ body }) => ({
          content: body.toolConfig
            ? [{ toolUse: { toolUseId: 't1', name: 'echo', input: { text: 'ping' } } }]
            : [{ text: 'Hello there' }],
          deltaLength: 4,
        }),
        version,
        streaming,
      )

      const report = await checkModel(model)

      expect(formatReport(report)).not.toContain('FAILED')
      expect(report.passed).toBe(true)
    })

    it('hands each event through as it was', async () => {
      const citation = { title: 'T', sourceContent: [{ text: 'q' }], location: { web: { url: 'https://example.com' } } }
      const { model, farModel } = await chain(
        () => ({
          content: [
            { reasoningContent: { reasoningText: { text: 'I think so', signature: 'c2ln' } } },
            { reasoningContent: { redactedContent: 'aGlkZGVu' } },
            { citationsContent: { content: [{ text: 'It is so' }], citations: [citation] } },
            { toolUse: { toolUseId: 's1', name: 'search', input: { q: 'x' }, type: 'server_tool_use' } },
            { toolResult: { toolUseId: 's1', content: [{ text: 'found' }], type: 'search_result' } },
            { image: { format: 'png', source: { bytes: 'aGk=' } } },
            { toolUse: { toolUseId: 't1', name: 'add', input: { a: 1, b: { c: [2] } } } },
            { toolUse: { toolUseId: 't2', name: 'add', inputText: '{"a": 1' } },
          ],
          usage: { ...usage, totalTokens: 15, cacheReadInputTokens: 5, cacheDetails: [{ ttl: '1h', inputTokens: 0 }] },
          deltaLength: 5,
          trace: { guardrail: { actionReason: 'No action.' } },
          additionalModelResponseFields: { stop_sequence: null },
        }),
        version,
      )

      const [through, direct] = [await collect(model, ask('Is it?')), await collect(farModel, ask('Is it?'))]

      expect(through.error).toBeUndefined()
      expect(comparable(through.events)).toEqual(comparable(direct.events))
      expect(through.result?.message.content.map(({ type }) => type)).toEqual([
        'reasoning',
        'reasoning',
        'text',
        'provider',
        'provider',
        'image',
        'tool-call',
        'tool-call',
      ])
    })

    it('asks the far endpoint what the near one was asked', async () => {
      const { model, far, near } = await chain(() => 'Yes.', version)
      const media = { type: 'base64', base64: 'aGk=' } as const
      const assistant = { provider: 'aws.bedrock', modelId: claude }
      const messages: readonly Message[] = [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'Look' },
            { type: 'image', format: 'png', source: media },
            { type: 'document', name: 'Notes', format: 'txt', source: media, context: 'c' },
            { type: 'cache-point', ttl: '1h' },
          ],
        },
        {
          role: 'assistant',
          model: assistant,
          content: [
            { type: 'reasoning', text: 'hm', signature: 'c2ln' },
            { type: 'tool-call', id: 't1', name: 'add', input: { a: 1 } },
          ],
        },
        {
          role: 'tool',
          content: [{ type: 'tool-result', id: 't1', isError: true, content: [{ type: 'text', text: 'no' }] }],
        },
      ]
      const request: ModelRequest = {
        messages,
        system: [{ type: 'text', text: 'Be brief.' }, { type: 'cache-point' }],
        tools: [{ name: 'add', description: 'Adds', inputSchema: { type: 'object' } }, { type: 'cache-point' }],
        toolChoice: { tool: 'add' },
        output: { name: 'sum', schema: { type: 'object', additionalProperties: false } },
      }
      const config = {
        temperature: 0.5,
        maxTokens: 50,
        stopSequences: ['END'],
        additionalRequestFields: { top_k: 5 },
      }

      const { error } = await collect(model, request, { config })

      expect(error).toBeUndefined()
      expect(near.requests[0]?.body.inferenceConfig).toEqual({
        maxTokens: 50,
        temperature: 0.5,
        stopSequences: ['END'],
      })
      expect(far.requests[0]?.body).toEqual(near.requests[0]?.body)
    })

    it.each([
      ['throttled', { type: 'http', status: 429, error: 'ThrottlingException', message: 'Too many requests' }],
      ['quota', { type: 'http', status: 400, error: 'ServiceQuotaExceededException', message: 'No more' }],
      ['access-denied', { type: 'http', status: 403, error: 'AccessDeniedException', message: 'Not you' }],
      ['context-overflow', { type: 'http', status: 400, error: 'ValidationException', message: 'prompt is too long' }],
      ['credentials', { type: 'http', status: 403, error: 'ExpiredTokenException', message: 'The token is expired' }],
      ['unavailable', { type: 'http', status: 503, error: 'ServiceUnavailableException', message: 'Later' }],
      ['model-failed', { type: 'http', status: 424, error: 'ModelErrorException', message: 'It fell over' }],
    ] as const)('says %s at both ends', async (code, fault) => {
      const { model, farModel } = await chain(() => ({ fault }), version)
      expect((await collect(farModel, ask('Hello'))).error?.code).toBe(code)
      expect((await collect(model, ask('Hello'))).error).toMatchObject({
        code,
        message: expect.stringContaining(fault.message),
      })
    })

    it('keeps what had arrived when the far stream fails or is cut', async () => {
      const faults = [
        ['throttled', { type: 'exception', error: 'ThrottlingException', message: 'Too many', afterFrames: 3 }],
        // Inside a frame over HTTP/2, and as a connection that is gone over HTTP/1.1.
        [version === 'HTTP/2' ? 'model-failed' : 'unavailable', { type: 'cut', afterFrames: 3 }],
      ] as const
      for (const [code, fault] of faults) {
        const { model } = await chain(() => ({ content: [{ text: 'one two three four' }], fault }), version)
        const { error } = await collect(model, ask('Count'))
        expect(error?.code).toBe(code)
        expect(textOf(error?.partial?.message)).toBe('one two')
      }
    })

    it('carries an abort to the far end', async () => {
      const { model, far, near } = await chain(
        () => ({ content: [{ text: 'a long answer that takes its time' }], delayMs: 50 }),
        version,
      )
      const controller = new AbortController()
      for await (const event of model.stream(ask('Go'), { signal: controller.signal })) {
        if (event.type === 'text-delta') break
      }
      await expect
        .poll(() => [near.requests[0]?.outcome, far.requests[0]?.outcome])
        .toEqual(['client-left', 'client-left'])
    })
  })
}
