import { metrics } from '@opentelemetry/api'
import type { Model, ModelEvent, ModelRequest } from '@x/types'
import { AgentError } from '@x/types'
import { scriptedModel } from '@x/types/testing'
import { afterEach, describe, expect, it } from 'vitest'
import { observe, otel } from '../src/index.js'
import { miniRun } from './mini-loop.js'
import { startMetrics } from './recorded-metrics.js'
import { startRecording, stopRecording } from './recorded-spans.js'
import { drain, resultOf } from './steps.js'

afterEach(() => {
  metrics.disable()
  stopRecording()
})

const request: ModelRequest = { messages: [{ role: 'user', content: [{ type: 'text', text: 'Hi' }] }] }

describe('an observed model', () => {
  it('makes a span of each call, under the active one', async () => {
    const recorded = startRecording()
    const metered = startMetrics()
    const model = observe(scriptedModel(['One.', 'Two.']), { conversationId: 'thread-1' })
    await recorded.provider.getTracer('app').startActiveSpan('work', async (span) => {
      await read(model, { config: { temperature: 0.5 } })
      await read(model)
      span.end()
    })
    expect(recorded.tree()).toEqual(['work', '  chat scripted-1 | CLIENT', '  chat scripted-1 | CLIENT'])
    expect(recorded.spans()[0]?.attributes).toEqual({
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'scripted',
      'gen_ai.request.model': 'scripted-1',
      'gen_ai.request.stream': true,
      'gen_ai.request.temperature': 0.5,
      'gen_ai.conversation.id': 'thread-1',
      'gen_ai.response.model': 'scripted-1',
      'gen_ai.response.finish_reasons': ['end'],
      'gen_ai.response.time_to_first_chunk': expect.any(Number),
      'gen_ai.usage.input_tokens': 1,
      'gen_ai.usage.output_tokens': 1,
    })
    const tokens = await metered.series('gen_ai.client.token.usage')
    expect(tokens.map(([, sum]) => sum)).toEqual([2, 2])
  })

  it('gives the same events with an SDK as without', async () => {
    const events = await read(observe(scriptedModel(['One.'])))
    startRecording()
    expect(await read(observe(scriptedModel(['One.'])))).toEqual(events)
    expect(events.at(-1)?.type).toBe('model-end')
  })

  it('is the same model in all else, and so are models derived from it', async () => {
    const recorded = startRecording()
    const scripted = scriptedModel(['One.'])
    const model = observe(scripted)
    model.updateConfig({ temperature: 1 })
    expect(scripted.config).toEqual({ modelId: 'scripted-1', temperature: 1 })
    expect(await model.countTokens?.(request)).toBeGreaterThan(0)
    const other = model.with({ modelId: 'other' })
    await read(other)
    expect(recorded.tree()).toEqual(['chat other | CLIENT'])
    expect(scripted.calls.length).toBe(1)
  })

  it('may be of a class with private members', async () => {
    const recorded = startRecording()
    class Private implements Model {
      readonly specVersion = 1
      readonly provider = 'acme'
      #modelId = 'hidden'
      get modelId() {
        return this.#modelId
      }
      stream() {
        return scriptedModel([this.#modelId]).stream(request)
      }
      capabilities() {
        return { tools: this.#modelId === 'hidden' }
      }
    }
    const model = observe(new Private())
    await read(model)
    expect(model.capabilities()).toEqual({ tools: true })
    expect(recorded.tree()).toEqual(['chat hidden | CLIENT'])
  })

  it('tells failures, aborts and early leaves as a run does', async () => {
    const recorded = startRecording()
    await expect(read(observe(scriptedModel([new AgentError('throttled', 'Too many.')])))).rejects.toThrow('Too many')
    const aborted = new AbortController()
    const slow = observe(scriptedModel([{ content: [{ type: 'text', text: 'Long.' }], delayMs: 10_000 }]))
    const reading = read(slow, { signal: aborted.signal })
    aborted.abort()
    await expect(reading).rejects.toThrow('aborted')
    for await (const _ of observe(scriptedModel(['A long text to leave.'])).stream(request)) break
    expect(recorded.tree()).toEqual([
      'chat scripted-1 | CLIENT | ERROR throttled',
      'chat scripted-1 | CLIENT',
      'chat scripted-1 | CLIENT',
    ])
  })

  it('steps aside in a call that is watched already', async () => {
    const recorded = startRecording()
    const model = observe(scriptedModel(['One.']))
    const modelStep = async function* () {
      yield* model.stream(request)
      return resultOf({})
    }
    await drain(miniRun({ use: otel(), model, modelStep }))
    expect(recorded.tree()).toEqual(['invoke_agent agent', '  chat scripted-1 | CLIENT'])
  })

  it('records content only when asked for', async () => {
    const recorded = startRecording()
    await read(observe(scriptedModel(['Secret.'])))
    await read(observe(scriptedModel(['Secret.']), { content: true }))
    const outputs = recorded.spans().map(({ attributes }) => attributes['gen_ai.output.messages'])
    expect(outputs[0]).toBeUndefined()
    expect(outputs[1]).toContain('Secret.')
  })
})

async function read(model: Model, options?: Parameters<Model['stream']>[1]): Promise<ModelEvent[]> {
  const events: ModelEvent[] = []
  for await (const event of model.stream(request, options)) events.push(event)
  return events
}
