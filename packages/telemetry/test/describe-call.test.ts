import { scriptedModel } from '@x/types/testing'
import { afterEach, describe, expect, it } from 'vitest'
import { otel } from '../src/index.js'
import type { MiniAgent } from './mini-loop.js'
import { miniRun, textResult, toolCall } from './mini-loop.js'
import { startRecording, stopRecording } from './recorded-spans.js'
import { answering, drain, quiet, resultOf, toolStep } from './steps.js'

afterEach(stopRecording)

describe('attributes', () => {
  it('of a run are its agent, its model, how it ended and what it used', async () => {
    const recorded = startRecording()
    await drain(miniRun({ use: otel(), name: 'clerk', status: 'limit' }))
    expect(recorded.named('invoke_agent clerk').attributes).toEqual({
      'gen_ai.operation.name': 'invoke_agent',
      'gen_ai.provider.name': 'scripted',
      'gen_ai.request.model': 'scripted-1',
      'gen_ai.agent.name': 'clerk',
      'gen_ai.agent.id': 'clerk',
      'gen_ai.usage.input_tokens': 0,
      'gen_ai.usage.output_tokens': 0,
      'x.run.id': 'run-1',
      'x.run.status': 'limit',
      'x.run.turns': 1,
    })
  })

  it('of a model call are its request parameters, who answered, why it stopped, and tokens with the cache', async () => {
    const recorded = startRecording()
    const model = scriptedModel([], { provider: 'acme', modelId: 'nova' })
    model.updateConfig({ temperature: 0.7 })
    const usage = { inputTokens: 10, outputTokens: 5, totalTokens: 47, cacheReadTokens: 30, cacheWriteTokens: 2 }
    await drain(
      miniRun({
        use: otel(),
        model,
        modelStep: () => answering(resultOf({ providerStopReason: 'max_tokens', usage }, 'claude')),
        config: { temperature: 0, topP: 0.9, topK: 40, stopSequences: ['END'], seed: 7, maxTokens: 10 },
        request: { output: { name: 'answer', schema: {} } },
      }),
    )
    expect(recorded.named('chat nova').attributes).toEqual({
      'gen_ai.agent.name': 'agent',
      'gen_ai.agent.id': 'agent',
      'gen_ai.response.time_to_first_chunk': expect.any(Number),
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'acme',
      'gen_ai.request.model': 'nova',
      'gen_ai.request.temperature': 0,
      'gen_ai.request.max_tokens': 10,
      'gen_ai.request.top_p': 0.9,
      'gen_ai.request.top_k': 40,
      'gen_ai.request.stop_sequences': ['END'],
      'gen_ai.request.seed': 7,
      'gen_ai.request.stream': true,
      'gen_ai.output.type': 'json',
      'gen_ai.response.model': 'claude',
      'gen_ai.response.finish_reasons': ['max_tokens'],
      'gen_ai.usage.input_tokens': 42,
      'gen_ai.usage.output_tokens': 5,
      'gen_ai.usage.cache_read.input_tokens': 30,
      'gen_ai.usage.cache_creation.input_tokens': 2,
    })
  })

  it("of a model call name the model that the call's own config asks for", async () => {
    const recorded = startRecording()
    await drain(miniRun({ use: otel(), config: { modelId: 'other' } }))
    expect(recorded.named('chat other').attributes['gen_ai.request.model']).toBe('other')
  })

  it('of a tool call are its name, its id and how it ended', async () => {
    const recorded = startRecording()
    const ask = toolStep(() => ({ type: 'suspended', reason: 'a person must agree' }))
    await drain(miniRun({ use: otel(), calls: [[toolCall('call-7', 'ask')]], tools: { ask } }))
    expect(recorded.named('execute_tool ask').attributes).toEqual({
      'gen_ai.agent.name': 'agent',
      'gen_ai.agent.id': 'agent',
      'gen_ai.operation.name': 'execute_tool',
      'gen_ai.tool.name': 'ask',
      'gen_ai.tool.call.id': 'call-7',
      'gen_ai.tool.type': 'function',
      'x.tool.outcome': 'suspended',
    })
  })

  it('name the conversation on every span when it is known', async () => {
    const recorded = startRecording()
    const use = otel({ conversationId: ({ env }) => (env as { session: string }).session })
    const agent = { calls: [[toolCall('1', 'look')]], tools: { look: quiet }, env: { session: 'thread-9' } }
    await drain(miniRun({ ...agent, use }))
    const ids = recorded.spans().map((span) => span.attributes['gen_ai.conversation.id'])
    expect(ids).toEqual(['thread-9', 'thread-9', 'thread-9', 'thread-9'])
  })

  it('and everything else in a span say nothing of what was written, given or failed', async () => {
    const recorded = startRecording()
    const secret = 'secret'
    const look = toolStep(({ call }) => {
      if (call.id === '2') throw new TypeError(`${secret} in an error`)
      return textResult(call.id, `${secret} result`, true)
    })
    const call = { ...toolCall('1', 'look'), input: { secret }, malformedInput: secret }
    const agent: MiniAgent = {
      use: otel(),
      calls: [[call], [{ ...call, id: '2' }]],
      tools: { look },
      request: {
        system: [{ type: 'text', text: secret }],
        messages: [{ role: 'user', content: [{ type: 'text', text: secret }] }],
      },
      env: { secret },
    }
    await expect(drain(miniRun(agent))).rejects.toThrow(TypeError)
    expect(recorded.spans()).toHaveLength(5)
    const shown = recorded.spans().map(({ name, attributes, events, status }) => ({ name, attributes, events, status }))
    expect(JSON.stringify(shown)).not.toContain(secret)
  })
})
