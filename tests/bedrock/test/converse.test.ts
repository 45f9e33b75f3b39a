import { Agent } from 'node:http'
import { NodeHttpHandler } from '@smithy/node-http-handler'
import type { BedrockLocal, BedrockLocalOptions } from '@x/bedrock-local'
import { startBedrockLocal } from '@x/bedrock-local'
import type { BedrockConfig, BedrockModel } from '@x/provider-bedrock'
import { bedrock } from '@x/provider-bedrock'
import type { ModelEvent, ModelRequest } from '@x/types'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { ask, collect, textOf } from '../src/collect.js'
import { credentials } from '../src/recorded.js'

const claude = 'us.anthropic.claude-sonnet-4-5-20250929-v1:0'
const usage = { inputTokens: 7, outputTokens: 3, totalTokens: 10 }
const addTool = {
  name: 'add',
  description: 'Adds numbers',
  inputSchema: { type: 'object', properties: { a: { type: 'number' } }, required: ['a'] },
}
const reasoning = { reasoningContent: { reasoningText: { text: 'hm', signature: 'c2ln' } } }
const call = (toolUseId: string, input: { a: number }) => ({ toolUse: { toolUseId, name: 'add', input } })

const started: BedrockLocal[] = []
afterEach(() => Promise.all(started.splice(0).map((local) => local.close())))

async function serve(reply: NonNullable<BedrockLocalOptions['reply']>): Promise<BedrockLocal> {
  const local = await startBedrockLocal({ reply })
  started.push(local)
  return local
}

const transports = [
  ['HTTP/2', () => ({})],
  ['HTTP/1.1', () => ({ requestHandler: new NodeHttpHandler() })],
] as const

for (const [transport, handler] of transports) {
  for (const streaming of [true, false]) {
    const operation = streaming ? 'ConverseStream' : 'Converse'

    const modelAt = (local: BedrockLocal, config: Partial<BedrockConfig> = {}): BedrockModel =>
      bedrock(claude, {
        region: 'us-east-1',
        endpoint: local.url,
        credentials,
        streaming,
        clientConfig: { ...handler(), maxAttempts: 1 },
        ...config,
      })

    const ended = (stopReason: string, providerStopReason: string) => ({
      type: 'model-end',
      stopReason,
      providerStopReason,
      usage,
      latencyMs: 12,
      metadata: { requestId: expect.any(String) },
    })

    describe(`${operation} over ${transport}`, () => {
      it('streams a text as events and asks for just what was given', async () => {
        const local = await serve([{ content: [{ text: 'One two' }], usage, latencyMs: 12, deltaLength: 4 }])

        const { events } = await collect(modelAt(local), ask('Count'))

        const deltas = streaming
          ? [
              { type: 'text-delta', text: 'One ' },
              { type: 'text-delta', text: 'two' },
            ]
          : [{ type: 'text-delta', text: 'One two' }]
        expect(events).toEqual([...deltas, { type: 'part-end' }, ended('end', 'end_turn')])
        expect(local.requests).toMatchObject([{ operation, modelId: claude }])
        expect(local.requests[0]?.body).toEqual({ messages: [{ role: 'user', content: [{ text: 'Count' }] }] })
      })

      it('gives reasoning with its signature, redacted reasoning and parallel tool calls one after another', async () => {
        const redacted = { reasoningContent: { redactedContent: 'c2VjcmV0' } }
        const content = [reasoning, redacted, { text: 'Adding.' }, call('t1', { a: 1 }), call('t2', { a: 2 })]
        const local = await serve([{ content, usage, latencyMs: 12, deltaLength: 1000 }])

        const { events } = await collect(modelAt(local), { ...ask('Add'), tools: [addTool] })

        const thought: ModelEvent[] = streaming
          ? [
              { type: 'reasoning-delta', text: 'hm' },
              { type: 'reasoning-delta', signature: 'c2ln' },
            ]
          : [{ type: 'reasoning-delta', text: 'hm', signature: 'c2ln' }]
        expect(events).toEqual([
          ...thought,
          { type: 'part-end' },
          { type: 'reasoning-delta', redacted: 'c2VjcmV0' },
          { type: 'part-end' },
          { type: 'text-delta', text: 'Adding.' },
          { type: 'part-end' },
          { type: 'tool-call-start', id: 't1', name: 'add' },
          { type: 'tool-call-delta', inputText: '{"a":1}' },
          { type: 'part-end' },
          { type: 'tool-call-start', id: 't2', name: 'add' },
          { type: 'tool-call-delta', inputText: '{"a":2}' },
          { type: 'part-end' },
          ended('tool-use', 'tool_use'),
        ])
      })

      it('carries on a conversation with what the first answer held', async () => {
        const local = await serve([{ content: [reasoning, call('t1', { a: 1 })] }, 'Done'])
        const model = modelAt(local)
        const request: ModelRequest = {
          ...ask('Add'),
          system: [{ type: 'text', text: 'Be brief.' }],
          tools: [addTool],
          toolChoice: 'any',
        }
        const first = await collect(model, request)
        const answered = [{ type: 'tool-result', id: 't1', content: [{ type: 'text', text: '3' }] }] as const
        const message = first.result?.message
        if (!message) throw first.error

        const second = await collect(model, {
          ...request,
          messages: [...request.messages, message, { role: 'tool', content: answered }],
        })

        expect(textOf(second.result?.message)).toBe('Done')
        expect(local.requests[1]?.body).toEqual({
          messages: [
            { role: 'user', content: [{ text: 'Add' }] },
            { role: 'assistant', content: [reasoning, call('t1', { a: 1 })] },
            { role: 'user', content: [{ toolResult: { toolUseId: 't1', content: [{ text: '3' }] } }] },
          ],
          system: [{ text: 'Be brief.' }],
          toolConfig: {
            tools: [
              {
                toolSpec: {
                  name: addTool.name,
                  description: addTool.description,
                  inputSchema: { json: addTool.inputSchema },
                },
              },
            ],
            toolChoice: { any: {} },
          },
        })
      })

      it('takes a changed config at the next call, and a patch for one call alone', async () => {
        const local = await serve(['a', 'b', 'c'])
        const model = modelAt(local, { temperature: 0.1, maxTokens: 5 })

        await collect(model, ask('1'))
        model.updateConfig({ temperature: 0.9, stopSequences: ['END'] })
        await collect(model, ask('2'), { config: { maxTokens: 9 } })
        await collect(model, ask('3'))

        expect(local.requests.map(({ body }) => body.inferenceConfig)).toEqual([
          { temperature: 0.1, maxTokens: 5 },
          { temperature: 0.9, maxTokens: 9, stopSequences: ['END'] },
          { temperature: 0.9, maxTokens: 5, stopSequences: ['END'] },
        ])
      })

      it('counts what the cache gave and took, and gives out trace and response fields', async () => {
        const cached = { ...usage, totalTokens: 30, cacheReadInputTokens: 15, cacheWriteInputTokens: 5 }
        const local = await serve([
          {
            content: [{ text: 'a' }],
            usage: cached,
            trace: { guardrail: {} },
            additionalModelResponseFields: { x: 1 },
          },
        ])

        const { result } = await collect(modelAt(local, { additionalResponseFieldPaths: ['/x'] }), ask('1'))

        expect(result).toMatchObject({
          usage: { inputTokens: 7, outputTokens: 3, totalTokens: 30, cacheReadTokens: 15, cacheWriteTokens: 5 },
          trace: { guardrail: {} },
          metadata: { additionalModelResponseFields: { x: 1 } },
        })
      })

      it('sends nothing when the signal is aborted already', async () => {
        const local = await serve(['never'])

        const { events, error } = await collect(modelAt(local), ask('1'), { signal: AbortSignal.abort('no') })

        expect(events).toEqual([])
        expect(error).toMatchObject({ code: 'aborted', retryable: false })
        expect(local.requests).toEqual([])
      })

      it('ends the call and releases the connection when the signal is aborted before the answer', async () => {
        const local = await serve([{ content: [{ text: 'late' }], firstDelayMs: 60_000 }])
        const controller = new AbortController()
        const collected = collect(modelAt(local), ask('1'), { signal: controller.signal })
        await vi.waitFor(() => expect(local.requests).toHaveLength(1))

        controller.abort()

        expect((await collected).error).toMatchObject({ code: 'aborted' })
        await vi.waitFor(() => expect(local.connections).toBe(0))
      })

      it('is refused with the words of the service and a hint', async () => {
        const message = 'The provided model identifier is invalid.'
        const local = await serve([{ fault: { type: 'http', status: 400, error: 'ValidationException', message } }])

        const { error } = await collect(modelAt(local), ask('1'))

        expect(error).toMatchObject({ code: 'invalid-model', status: 400, retryable: false })
        expect(error?.message).toMatch(`${operation} of ${claude} in us-east-1 failed: ${message}`)
        expect(error?.hint).toContain('anthropic.claude-sonnet-4-5-20250929-v1:0')
      })

      it('says that it was throttled once the attempts of the SDK are used up', async () => {
        const fault = { type: 'http', status: 429, error: 'ThrottlingException', message: 'Too many requests' } as const
        const local = await serve([{ fault }, { fault }, 'at last', { fault }])
        const twoAttempts = modelAt(local, { clientConfig: { ...handler(), maxAttempts: 2 } })

        const failed = await collect(twoAttempts, ask('1'))
        const answered = await collect(twoAttempts, ask('1'))

        expect(failed.error).toMatchObject({ code: 'throttled', status: 429, retryable: true })
        expect(textOf(answered.result?.message)).toBe('at last')
      })

      it('never takes an answer for whole that the connection cut off', async () => {
        const content = [{ text: 'One two three four' }]
        for (const type of ['cut', 'reset', 'end'] as const) {
          const local = await serve([{ content, deltaLength: 4, fault: { type, afterFrames: 3 } }])

          const { events, error } = await collect(modelAt(local), ask('1'))

          expect(['stream-truncated', 'network'], type).toContain(error?.code)
          expect(error?.retryable, type).toBe(true)
          expect(
            events.every((event) => event.type === 'text-delta'),
            type,
          ).toBe(true)
          expect(textOf(error?.partial?.message), type).toBe(streaming ? 'One two ' : '')
        }
      })
    })
  }

  describe(`ConverseStream over ${transport}`, () => {
    const modelAt = (local: BedrockLocal): BedrockModel =>
      bedrock(claude, {
        region: 'us-east-1',
        endpoint: local.url,
        credentials,
        clientConfig: { ...handler(), maxAttempts: 1 },
      })
    const slow = { content: [{ text: 'One two three four' }], deltaLength: 4, delayMs: 20 }
    const stalled = { ...slow, delayMs: 0, fault: { type: 'stall', afterFrames: 3 } } as const

    it('gives the deltas out while the answer is being written', async () => {
      const local = await serve([stalled])
      const events = modelAt(local).stream(ask('1'))[Symbol.asyncIterator]()

      expect([await events.next(), await events.next()]).toEqual([
        { done: false, value: { type: 'text-delta', text: 'One ' } },
        { done: false, value: { type: 'text-delta', text: 'two ' } },
      ])
      await events.return?.()
    })

    it('keeps what had arrived when the signal is aborted in the middle, and releases the connection', async () => {
      const local = await serve([stalled])
      const controller = new AbortController()
      const collected: ModelEvent[] = []
      const reading = (async () => {
        for await (const event of modelAt(local).stream(ask('1'), { signal: controller.signal })) collected.push(event)
      })()
      await vi.waitFor(() => expect(collected).toHaveLength(2))

      controller.abort(new Error('enough'))

      await expect(reading).rejects.toMatchObject({
        code: 'aborted',
        partial: { message: { content: [{ type: 'text', text: 'One two ' }] } },
      })
      await vi.waitFor(() => expect(local.connections).toBe(0))
    })

    it('releases the connection when the consumer leaves early', async () => {
      const local = await serve([slow])
      for await (const event of modelAt(local).stream(ask('1'))) {
        expect(event).toEqual({ type: 'text-delta', text: 'One ' })
        break
      }
      await vi.waitFor(() => expect(local.connections).toBe(0))
    })

    it('releases the connection when the consumer leaves while it waits for the next event', async () => {
      const local = await serve([stalled])
      const events = modelAt(local).stream(ask('1'))[Symbol.asyncIterator]()
      await events.next()
      await events.next()
      const pending = events.next().catch((error: unknown) => error)

      await events.return?.()

      expect(await pending).toMatchObject({ code: 'aborted' })
      await vi.waitFor(() => expect(local.connections).toBe(0))
    })

    it('tells an exception in the middle of the stream from a broken connection', async () => {
      const fault = { type: 'exception', error: 'ThrottlingException', message: 'Slow down', afterFrames: 3 } as const
      const local = await serve([{ ...slow, delayMs: 0, fault }])

      const { error } = await collect(modelAt(local), ask('1'))

      expect(error).toMatchObject({ code: 'throttled', retryable: true, requestId: expect.any(String) })
      expect(textOf(error?.partial?.message)).toBe('One two ')
    })

    it('notices bytes that were damaged on the way, and releases the connection at once', async () => {
      // The rest of this answer would take 20 seconds.
      const content = [{ text: `One two ${'more'.repeat(1000)}` }]
      const fault = { type: 'corrupt', afterFrames: 3 } as const
      const local = await serve([{ content, deltaLength: 4, delayMs: 20, fault }])

      const { error } = await collect(modelAt(local), ask('1'))

      expect(error).toMatchObject({ code: 'stream-truncated', retryable: true })
      expect(textOf(error?.partial?.message)).toBe('One two ')
      await vi.waitFor(() => expect(local.connections).toBe(0))
    })
  })
}

describe('an HTTP/1.1 connection', () => {
  it.each([true, false])(
    'serves the next call, too, once an answer was read to its end (streaming: %s)',
    async (streaming) => {
      const local = await serve(() => 'hello')
      const agent = new Agent({ keepAlive: true })
      const connect = vi.spyOn(agent, 'createConnection')
      const clientConfig = { requestHandler: new NodeHttpHandler({ httpAgent: agent }) }
      const model = bedrock(claude, { region: 'us-east-1', endpoint: local.url, credentials, streaming, clientConfig })

      for (const text of ['1', '2', '3']) await collect(model, ask(text))

      expect(local.requests).toHaveLength(3)
      expect(connect).toHaveBeenCalledTimes(1)
    },
  )
})

describe('a family that cannot stream tool calls', () => {
  it('is asked over Converse when there are tools, and over ConverseStream when there are none', async () => {
    const local = await serve([{ content: [call('t1', { a: 1 })] }, 'plain'])
    const model = bedrock('us.meta.llama3-3-70b-instruct-v1:0', {
      region: 'us-east-1',
      endpoint: local.url,
      credentials,
    })

    const { result } = await collect(model, { ...ask('Add'), tools: [addTool] })
    await collect(model, ask('Hello'))

    expect(result?.message.content).toEqual([{ type: 'tool-call', id: 't1', name: 'add', input: { a: 1 } }])
    expect(local.requests.map(({ operation }) => operation)).toEqual(['Converse', 'ConverseStream'])
  })
})
