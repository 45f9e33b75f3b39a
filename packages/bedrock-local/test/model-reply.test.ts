import type { Message, ModelEvent, ModelRequest } from '@x/types'
import { AgentError, defineModel } from '@x/types'
import { scriptedModel } from '@x/types/testing'
import { describe, expect, it } from 'vitest'
import { clientOf, converse, converseStream, httpVersions, modelId, textOf, until, withLocal } from './helpers.js'

const usage = { inputTokens: 9, outputTokens: 4, totalTokens: 16, cacheReadTokens: 2, cacheWriteTokens: 1 }
const wireUsage = {
  inputTokens: 9,
  outputTokens: 4,
  totalTokens: 16,
  cacheReadInputTokens: 2,
  cacheWriteInputTokens: 1,
}
const citation = {
  title: 'Atlas',
  source: 'https://example.com',
  citedText: ['Oslo is cold'],
  location: { type: 'document-char', documentIndex: 0, start: 1, end: 13 },
} as const
const wireCitation = {
  title: 'Atlas',
  source: 'https://example.com',
  sourceContent: [{ text: 'Oslo is cold' }],
  location: { documentChar: { documentIndex: 0, start: 1, end: 13 } },
}
const answer = {
  content: [
    { type: 'reasoning', text: 'Hm, Oslo', signature: 'c2ln' },
    { type: 'reasoning', redacted: 'aGlkZGVu' },
    { type: 'text', text: 'Let me see', citations: [citation] },
    { type: 'tool-call', id: 't1', name: 'get_weather', input: { city: 'Oslo' } },
    { type: 'tool-call', id: 't2', name: 'get_time', input: {} },
  ],
  usage,
} as const
const tools = { tools: [{ toolSpec: { name: 'get_weather', inputSchema: { json: { type: 'object' } } } }] }

describe('a model behind the endpoint', () => {
  it.each(httpVersions)('answers ConverseStream with frames for all that it says over %s', async (version) => {
    await withLocal({ model: scriptedModel([answer], { deltaLength: 5 }) }, async (local) => {
      const { events, error } = await converseStream(clientOf(local, version), { toolConfig: tools })
      expect(error).toBeUndefined()
      const delta = (contentBlockIndex: number, value: object) => ({
        contentBlockDelta: { contentBlockIndex, delta: value },
      })
      const start = (contentBlockIndex: number, toolUse: object) => ({
        contentBlockStart: { contentBlockIndex, start: { toolUse } },
      })
      const stop = (contentBlockIndex: number) => ({ contentBlockStop: { contentBlockIndex } })
      expect(events).toEqual([
        { messageStart: { role: 'assistant' } },
        delta(0, { reasoningContent: { text: 'Hm, O' } }),
        delta(0, { reasoningContent: { text: 'slo' } }),
        delta(0, { reasoningContent: { signature: 'c2ln' } }),
        stop(0),
        delta(1, { reasoningContent: { redactedContent: new Uint8Array(Buffer.from('hidden')) } }),
        stop(1),
        delta(2, { text: 'Let m' }),
        delta(2, { text: 'e see' }),
        delta(2, { citation: wireCitation }),
        stop(2),
        start(3, { toolUseId: 't1', name: 'get_weather' }),
        ...['{"cit', 'y":"O', 'slo"}'].map((input) => delta(3, { toolUse: { input } })),
        stop(3),
        start(4, { toolUseId: 't2', name: 'get_time' }),
        delta(4, { toolUse: { input: '{}' } }),
        stop(4),
        { messageStop: { stopReason: 'tool_use' } },
        { metadata: { usage: wireUsage, metrics: { latencyMs: expect.any(Number) } } },
      ])
      await until(() => local.requests[0]?.outcome === 'whole')
      expect(local.requests[0]).toMatchObject({ status: 200, usage: wireUsage })
    })
  })

  it('answers Converse with the whole of it', async () => {
    await withLocal({ model: scriptedModel([answer]) }, async (local) => {
      const { output, stopReason, usage: counted } = await converse(clientOf(local), { toolConfig: tools })
      expect(output?.message?.content).toEqual([
        { reasoningContent: { reasoningText: { text: 'Hm, Oslo', signature: 'c2ln' } } },
        { reasoningContent: { redactedContent: new Uint8Array(Buffer.from('hidden')) } },
        { citationsContent: { content: [{ text: 'Let me see' }], citations: [wireCitation] } },
        { toolUse: { toolUseId: 't1', name: 'get_weather', input: { city: 'Oslo' } } },
        { toolUse: { toolUseId: 't2', name: 'get_time', input: {} } },
      ])
      expect({ stopReason, counted }).toEqual({ stopReason: 'tool_use', counted: wireUsage })
    })
  })

  it.each(httpVersions)('streams an event on before the model has made the next one over %s', async (version) => {
    let goOn = () => {}
    const gate = new Promise<void>((resolve) => {
      goOn = resolve
    })
    const model = modelOf(async function* () {
      yield { type: 'text-delta', text: 'early ' }
      await gate
      yield { type: 'text-delta', text: 'late' }
      yield* ending
    })
    await withLocal({ model }, async (local) => {
      const seen: string[] = []
      const { ConverseStreamCommand } = await import('@aws-sdk/client-bedrock-runtime')
      const messages = [{ role: 'user' as const, content: [{ text: 'Hello' }] }]
      const { stream } = await clientOf(local, version).send(new ConverseStreamCommand({ modelId, messages }))
      for await (const event of stream ?? []) {
        const text = event.contentBlockDelta?.delta?.text
        if (text) seen.push(text)
        // If the first text waited for the second, this would wait for ever.
        if (text === 'early ') goOn()
      }
      expect(seen).toEqual(['early ', 'late'])
    })
  })

  it.each(httpVersions)('aborts the model when the client leaves over %s', async (version) => {
    const aborted: string[] = []
    const model = modelOf(async function* (_request, signal) {
      yield { type: 'text-delta', text: 'one' }
      await new Promise((resolve) => signal.addEventListener('abort', resolve))
      aborted.push('yes')
      throw new AgentError('aborted', 'The call was aborted.')
    })
    await withLocal({ model }, async (local) => {
      const abort = new AbortController()
      const streamed = converseStream(clientOf(local, version), 'Hello', abort.signal)
      await until(() => local.requests[0]?.status === 200)
      abort.abort()
      await streamed
      await until(() => aborted.length === 1)
      await until(() => local.requests[0]?.outcome === 'client-left')
    })
  })

  it.each([
    ['throttled', 'ThrottlingException', 429],
    ['quota', 'ServiceQuotaExceededException', 400],
    ['unavailable', 'ServiceUnavailableException', 503],
    ['timeout', 'ModelTimeoutException', 408],
    ['model-failed', 'ModelErrorException', 424],
    ['context-overflow', 'ValidationException', 400],
    ['access-denied', 'AccessDeniedException', 403],
    ['credentials', 'UnrecognizedClientException', 403],
    ['invalid-model', 'ResourceNotFoundException', 404],
    ['a-code-of-a-plugin', 'InternalServerException', 500],
  ])('tells %s before the answer as %s over HTTP', async (code, name, httpStatusCode) => {
    const fails = () => new AgentError(code, 'It went wrong.')
    await withLocal({ model: scriptedModel(fails) }, async (local) => {
      const expected = { name, message: 'It went wrong.', $metadata: { httpStatusCode } }
      await expect(converse(clientOf(local))).rejects.toMatchObject(expected)
      expect((await converseStream(clientOf(local))).error).toMatchObject(expected)
    })
  })

  it.each([
    ['throttled', 'ThrottlingException'],
    ['unavailable', 'ServiceUnavailableException'],
    ['context-overflow', 'ValidationException'],
    ['model-failed', 'ModelStreamErrorException'],
    ['internal', 'InternalServerException'],
  ])('tells %s in the middle as %s in the stream', async (code, name) => {
    const turn = { content: [{ type: 'text', text: 'So far' }], error: new AgentError(code, 'It broke.') } as const
    await withLocal({ model: scriptedModel(() => turn) }, async (local) => {
      const { events, error } = await converseStream(clientOf(local))
      expect(textOf(events)).toBe('So far')
      expect(error).toMatchObject({ name, message: 'It broke.' })
      await until(() => local.requests[0]?.outcome === 'fault')
      await expect(converse(clientOf(local))).rejects.toMatchObject({ message: 'It broke.' })
    })
  })

  it('ends a stream with an exception when the model stops without model-end, or its events are out of order', async () => {
    const cut = modelOf(async function* () {
      yield { type: 'text-delta', text: 'half' }
      yield { type: 'part-end' }
    })
    const mixed = modelOf(async function* () {
      yield { type: 'text-delta', text: 'half' }
      yield { type: 'tool-call-start', id: '1', name: 'x' }
    })
    for (const [model, message] of [
      [cut, 'The model stopped before'],
      [mixed, 'out of order'],
    ] as const) {
      await withLocal({ model }, async (local) => {
        const { events, error } = await converseStream(clientOf(local))
        expect(textOf(events)).toBe('half')
        expect(error).toMatchObject({ name: 'ModelStreamErrorException', message: expect.stringContaining(message) })
      })
    }
  })

  it("says whose fault it is when the model throws what is no model's failure", async () => {
    await withLocal({ model: scriptedModel(() => new Error('a bug')) }, async (local) => {
      await expect(converse(clientOf(local))).rejects.toMatchObject({ name: 'LocalReplyError' })
    })
  })

  it.each(httpVersions)('is left by the client before it has said a word over %s', async (version) => {
    const model = modelOf(async function* (_request, signal) {
      await new Promise((resolve) => signal.addEventListener('abort', resolve))
      yield* ending
      throw new AgentError('aborted', 'The call was aborted.')
    })
    await withLocal({ model }, async (local) => {
      const abort = new AbortController()
      const streamed = converseStream(clientOf(local, version), 'Hello', abort.signal)
      await until(() => local.requests.length === 1)
      abort.abort()
      expect((await streamed).error?.name).toBe('AbortError')
      await until(() => local.requests[0]?.outcome === 'client-left')
    })
  })

  it('has no reply when a scripted model is at its end, which no client tries again', async () => {
    await withLocal({ model: scriptedModel(['only']) }, async (local) => {
      const client = clientOf(local, 'HTTP/2', 3)
      await converse(client)
      await expect(converse(client)).rejects.toMatchObject({ name: 'LocalReplyError', $metadata: { attempts: 1 } })
    })
  })

  it('says each way to stop in the words of the service', async () => {
    const words = {
      end: 'end_turn',
      length: 'max_tokens',
      'stop-sequence': 'stop_sequence',
      guardrail: 'guardrail_intervened',
      filtered: 'content_filtered',
      'context-window': 'model_context_window_exceeded',
      malformed: 'malformed_model_output',
    } as const
    const reasons = Object.keys(words) as (keyof typeof words)[]
    const model = scriptedModel(reasons.map((stopReason) => ({ content: [{ type: 'text', text: 'x' }], stopReason })))
    await withLocal({ model }, async (local) => {
      for (const reason of reasons) expect((await converse(clientOf(local))).stopReason).toBe(words[reason])
    })
  })

  it('passes sampling settings on to a model that takes them, and does without for one that does not', async () => {
    const model = scriptedModel(['one', 'two'])
    await withLocal({ model }, async (local) => {
      await converse(clientOf(local), { inferenceConfig: { temperature: 0.5, maxTokens: 7 } })
      // A scripted model has no topP.
      await converse(clientOf(local), { inferenceConfig: { topP: 0.5 } })
    })
    expect(model.calls.map(({ config }) => config)).toEqual([
      { modelId: 'scripted-1', temperature: 0.5, maxTokens: 7 },
      { modelId: 'scripted-1' },
    ])
  })

  it('takes the model that a function chooses for the request', async () => {
    const model = (request: { readonly modelId: string }) => scriptedModel([`I play ${request.modelId}`])
    await withLocal({ model }, async (local) => {
      expect((await converse(clientOf(local))).output?.message?.content).toEqual([{ text: `I play ${modelId}` }])
    })
  })

  it('sends a replacing text behind the text that it replaces, and alone in a whole answer', async () => {
    const turn = {
      content: [{ type: 'text', text: 'secret' }],
      events: [{ type: 'redaction', side: 'output', text: 'Sorry.' }],
      stopReason: 'guardrail',
    } as const
    await withLocal({ model: scriptedModel(() => turn) }, async (local) => {
      expect(textOf((await converseStream(clientOf(local))).events)).toBe('secretSorry.')
      expect((await converse(clientOf(local))).output?.message?.content).toEqual([{ text: 'Sorry.' }])
    })
  })

  it('refuses to be one of two that answer', async () => {
    await expect(withLocal({ model: scriptedModel([]), reply: [] }, async () => {})).rejects.toThrow(
      'startBedrockLocal takes one of reply and model',
    )
  })

  it('asks the model what the client asked', async () => {
    const model = scriptedModel(['yes'])
    await withLocal({ model }, async (local) => {
      await converse(clientOf(local), {
        system: [{ text: 'Be brief.' }, { cachePoint: { type: 'default', ttl: '1h' } }],
        messages: [
          { role: 'user', content: [{ text: 'Weather?' }] },
          {
            role: 'assistant',
            content: [{ toolUse: { toolUseId: 't1', name: 'get_weather', input: { city: 'Oslo' } } }],
          },
          {
            role: 'user',
            content: [{ toolResult: { toolUseId: 't1', content: [{ json: { celsius: 3 } }] } }, { text: 'Well?' }],
          },
        ],
        toolConfig: { ...tools, toolChoice: { any: {} } },
      })
    })
    const messages: readonly Message[] = [
      { role: 'user', content: [{ type: 'text', text: 'Weather?' }] },
      {
        role: 'assistant',
        model: { provider: 'scripted', modelId: 'scripted-1' },
        content: [{ type: 'tool-call', id: 't1', name: 'get_weather', input: { city: 'Oslo' } }],
      },
      {
        role: 'tool',
        content: [{ type: 'tool-result', id: 't1', content: [{ type: 'json', value: { celsius: 3 } }] }],
      },
      { role: 'user', content: [{ type: 'text', text: 'Well?' }] },
    ]
    expect(model.calls[0]?.request).toEqual({
      messages,
      system: [
        { type: 'text', text: 'Be brief.' },
        { type: 'cache-point', ttl: '1h' },
      ],
      tools: [{ name: 'get_weather', inputSchema: { type: 'object' } }],
      toolChoice: 'any',
    })
  })
})

const ending: readonly ModelEvent[] = [
  { type: 'part-end' },
  { type: 'model-end', stopReason: 'end', providerStopReason: 'end', usage },
]

function modelOf(stream: (request: ModelRequest, signal: AbortSignal) => AsyncIterable<ModelEvent>) {
  return defineModel({
    provider: 'test',
    config: { modelId: 'test-1' },
    keys: ['modelId'],
    stream: (request, { signal }) => stream(request, signal),
  })
}
