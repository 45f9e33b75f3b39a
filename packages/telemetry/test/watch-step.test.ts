import { SpanStatusCode, trace } from '@opentelemetry/api'
import type { ToolCall } from '@x/types'
import { AgentError } from '@x/types'
import { afterEach, describe, expect, it } from 'vitest'
import { otel } from '../src/index.js'
import { miniRun, textResult, toolCall } from './mini-loop.js'
import { startRecording, stopRecording } from './recorded-spans.js'
import type { ModelSteps, ToolSteps } from './steps.js'
import { drain, failing, resultOf, toolStep } from './steps.js'

afterEach(stopRecording)

describe('status', () => {
  it('is an error with its code for every span that an AgentError passes through', async () => {
    const recorded = startRecording()
    const usage = { inputTokens: 3, outputTokens: 4, totalTokens: 7 }
    const modelStep = () => failing(new AgentError('throttled', 'Too many requests.', { partial: { usage } }))
    await expect(drain(miniRun({ use: otel(), modelStep }))).rejects.toThrow('Too many')
    expect(recorded.tree()).toEqual([
      'invoke_agent agent | ERROR throttled',
      '  chat scripted-1 | CLIENT | ERROR throttled',
    ])
    const used = { 'gen_ai.usage.input_tokens': 3, 'gen_ai.usage.output_tokens': 4 }
    expect(recorded.named('chat scripted-1').attributes).toMatchObject(used)
    expect(recorded.named('invoke_agent agent').attributes).toMatchObject(used)
    expect(recorded.named('invoke_agent agent').attributes).not.toHaveProperty('x.run.status')
  })

  it("is an error with the class's name for other errors, and _OTHER for what is no error", async () => {
    const recorded = startRecording()
    await expect(drain(miniRun({ use: otel(), modelStep: () => failing(new RangeError('no')) }))).rejects.toThrow('no')
    await expect(drain(miniRun({ use: otel(), modelStep: () => failing('no') }))).rejects.toBe('no')
    expect(recorded.tree()).toEqual([
      'invoke_agent agent | ERROR RangeError',
      '  chat scripted-1 | CLIENT | ERROR RangeError',
      'invoke_agent agent | ERROR _OTHER',
      '  chat scripted-1 | CLIENT | ERROR _OTHER',
    ])
  })

  it('is an error for a tool whose result says so, and for that tool alone', async () => {
    const recorded = startRecording()
    const broken = toolStep(({ call }) => textResult(call.id, 'It did not work.', true))
    const late = toolStep(({ call }) => ({ ...textResult(call.id, 'Too late.', true), errorCode: 'timeout' }))
    const fine = toolStep(({ call }) => textResult(call.id, 'It worked.'))
    const calls = [toolCall('1', 'broken'), toolCall('2', 'late'), toolCall('3', 'fine')]
    await drain(miniRun({ use: otel(), calls: [calls], tools: { broken, late, fine } }))
    expect(recorded.tree()).toEqual([
      'invoke_agent agent',
      '  chat scripted-1 | CLIENT',
      '  execute_tool broken | ERROR tool-failed',
      '  execute_tool late | ERROR timeout',
      '  execute_tool fine',
      '  chat scripted-1 | CLIENT',
    ])
  })

  it.each([
    ['that says so', () => new AgentError('aborted', 'The run was aborted.', { scope: 'run' })],
    ["of a client's own", () => new DOMException('The operation was aborted.', 'AbortError')],
  ])('is no error for a tool that stops by an error %s once the run is aborted', async (_, thrown) => {
    const recorded = startRecording()
    const controller = new AbortController()
    const stop = toolStep(() => {
      controller.abort()
      throw thrown()
    })
    const { signal } = controller
    const run = miniRun({ use: otel(), calls: [[toolCall('1', 'stop')]], tools: { stop }, signal })
    await expect(drain(run)).rejects.toThrow('aborted')
    expect(recorded.named('execute_tool stop').status).toEqual({ code: SpanStatusCode.UNSET })
  })

  it('is no error for a tool whose result says that it failed once the run is aborted', async () => {
    const recorded = startRecording()
    const tools = { stop: toolStep(({ call }) => textResult(call.id, 'aborted', true)) }
    const signal = AbortSignal.abort()
    await drain(miniRun({ use: otel(), calls: [[toolCall('1', 'stop')]], tools, signal }))
    expect(recorded.named('execute_tool stop').status).toEqual({ code: SpanStatusCode.UNSET })
  })

  it('is no error for a run that was aborted, by its result or by an error', async () => {
    const recorded = startRecording()
    await drain(miniRun({ use: otel(), name: 'ann', status: 'aborted' }))
    const modelStep = () => failing(new AgentError('aborted', 'The run was aborted.', { scope: 'run' }))
    await expect(drain(miniRun({ use: otel(), name: 'bob', modelStep }))).rejects.toThrow('aborted')
    expect(recorded.tree()).toEqual([
      'invoke_agent ann',
      '  chat scripted-1 | CLIENT',
      'invoke_agent bob',
      '  chat scripted-1 | CLIENT',
    ])
    expect(recorded.named('invoke_agent ann').attributes['x.run.status']).toBe('aborted')
    expect(recorded.named('invoke_agent bob').attributes['x.run.status']).toBe('aborted')
  })

  it('is an error for the run that failed although its signal is aborted by then', async () => {
    const recorded = startRecording()
    const controller = new AbortController()
    const broken = toolStep(() => {
      controller.abort()
      throw new AgentError('budget', 'The budget is used up.', { scope: 'run' })
    })
    const calls = [[toolCall('1', 'broken')]]
    const run = miniRun({ use: otel(), calls, tools: { broken }, signal: controller.signal })
    await expect(drain(run)).rejects.toThrow('used up')
    expect(recorded.tree()).toEqual([
      'invoke_agent agent | ERROR budget',
      '  chat scripted-1 | CLIENT',
      '  execute_tool broken | ERROR budget',
    ])
  })

  it('is no error when the consumer leaves, and every open span ends', async () => {
    const recorded = startRecording()
    const cleanedUpUnder: (string | undefined)[] = []
    const slow = async function* ({ call }: ToolCall): ToolSteps {
      try {
        for (let count = 0; ; count++) yield { type: 'tool-progress', callId: call.id, progress: count }
      } finally {
        const under = trace.getActiveSpan()?.spanContext().spanId
        cleanedUpUnder.push(under)
      }
    }
    const run = miniRun({ use: otel(), calls: [[toolCall('1', 'slow'), toolCall('2', 'slow')]], tools: { slow } })
    let progress = 0
    for await (const event of run) {
      if (event.type === 'tool-progress' && ++progress === 3) break
    }
    expect(recorded.tree()).toEqual([
      'invoke_agent agent',
      '  chat scripted-1 | CLIENT',
      '  execute_tool slow',
      '  execute_tool slow',
    ])
    const toolSpans = recorded.spans().filter((span) => span.name === 'execute_tool slow')
    expect(new Set(cleanedUpUnder)).toEqual(new Set(toolSpans.map((span) => span.spanContext().spanId)))
    expect(recorded.named('invoke_agent agent').attributes['x.run.status']).toBe('aborted')
  })

  it('is an error when leaving fails', async () => {
    const recorded = startRecording()
    const close = () => Promise.reject(new AgentError('network', 'The connection could not be closed.'))
    const sticky = async function* (): ModelSteps {
      try {
        yield { type: 'text-delta', text: 'a' }
        return resultOf({})
      } finally {
        await close()
      }
    }
    const run = miniRun({ use: otel(), modelStep: sticky })
    await run.next()
    await run.next()
    await expect(run.return(undefined as never)).rejects.toThrow('could not be closed')
    expect(recorded.tree()).toEqual([
      'invoke_agent agent | ERROR network',
      '  chat scripted-1 | CLIENT | ERROR network',
    ])
  })
})
