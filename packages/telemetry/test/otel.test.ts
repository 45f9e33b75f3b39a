import { context, trace } from '@opentelemetry/api'
import { AlwaysOffSampler, ParentBasedSampler } from '@opentelemetry/sdk-trace-base'
import type { Middleware, ToolCall } from '@x/types'
import { layerOrder } from '@x/types'
import { afterEach, describe, expect, it } from 'vitest'
import { otel } from '../src/index.js'
import type { MiniAgent } from './mini-loop.js'
import { miniRun, textResult, toolCall } from './mini-loop.js'
import { startRecording, stopRecording } from './recorded-spans.js'
import type { ModelSteps, ToolSteps } from './steps.js'
import { drain, ownSpans, quiet, toolStep } from './steps.js'

afterEach(stopRecording)

describe('the tree of spans', () => {
  it('has a span for the run, and one in it for each model call and each tool call', async () => {
    const recorded = startRecording()
    await drain(miniRun({ use: otel(), name: 'clerk', calls: [[toolCall('1', 'look')]], tools: { look: ownSpans() } }))
    expect(recorded.tree()).toEqual([
      'invoke_agent clerk',
      '  chat scripted-1 | CLIENT',
      '  execute_tool look',
      '    look 1 before',
      '    look 1 after',
      '  chat scripted-1 | CLIENT',
    ])
  })

  it("keeps tools' own spans under their own tool when two tools are pulled in turn", async () => {
    const recorded = startRecording()
    await drain(miniRun(twoTools()))
    expect(recorded.tree()).toEqual([
      'invoke_agent agent',
      '  chat scripted-1 | CLIENT',
      '  execute_tool left',
      '    left 1 before',
      '    left 1 after',
      '  execute_tool right',
      '    right 2 before',
      '    right 2 after',
      '  chat scripted-1 | CLIENT',
    ])
  })

  it('stands under the span that was active at the first pull, whatever is active at the others', async () => {
    const recorded = startRecording()
    const tracer = recorded.provider.getTracer('application')
    const run = miniRun(twoTools())
    let done = false
    for (let pull = 0; !done; pull++) {
      await tracer.startActiveSpan(`pull ${pull}`, async (span) => {
        done = (await run.next()).done === true
        span.end()
      })
    }
    const later = recorded.spans().filter(({ name }) => name.startsWith('pull') && name !== 'pull 0')
    expect(later.length).toBeGreaterThan(10)
    expect(recorded.tree()).toEqual([
      'pull 0',
      '  invoke_agent agent',
      '    chat scripted-1 | CLIENT',
      '    execute_tool left',
      '      left 1 before',
      '      left 1 after',
      '    execute_tool right',
      '      right 2 before',
      '      right 2 after',
      '    chat scripted-1 | CLIENT',
      ...later.map(({ name }) => name),
    ])
  })

  it('has the run of a sub-agent under the tool that started it, also beside another', async () => {
    const recorded = startRecording()
    const child = (name: string) =>
      async function* ({ call, run }: ToolCall): ToolSteps {
        const inner = { calls: [[toolCall('c', 'dig')]], tools: { dig: ownSpans() } }
        for await (const event of miniRun({ ...inner, use: otel(), id: `child-${name}`, name, parent: run })) {
          yield { type: 'child', callId: call.id, path: [name], event }
        }
        return textResult(call.id, 'done')
      }
    const tools = { left: child('ann'), right: child('bob') }
    await drain(miniRun({ use: otel(), calls: [[toolCall('1', 'left'), toolCall('2', 'right')]], tools }))
    const under = (tool: string, name: string) => [
      `  execute_tool ${tool}`,
      `    invoke_agent ${name}`,
      '      chat scripted-1 | CLIENT',
      '      execute_tool dig',
      '        dig c before',
      '        dig c after',
      '      chat scripted-1 | CLIENT',
    ]
    expect(recorded.tree()).toEqual([
      'invoke_agent agent',
      '  chat scripted-1 | CLIENT',
      ...under('left', 'ann'),
      ...under('right', 'bob'),
      '  chat scripted-1 | CLIENT',
    ])
  })

  it('is one for each run when one middleware serves two at once', async () => {
    const recorded = startRecording()
    const use = otel()
    const runs = ['ann', 'bob'].map((name) => {
      return miniRun({ use, id: name, name, calls: [[toolCall(name, 'look')]], tools: { look: ownSpans() } })
    })
    await Promise.all(runs.map(drain))
    const tree = (name: string) => [
      `invoke_agent ${name}`,
      '  chat scripted-1 | CLIENT',
      '  execute_tool look',
      `    look ${name} before`,
      `    look ${name} after`,
      '  chat scripted-1 | CLIENT',
    ]
    expect(recorded.tree()).toEqual([...tree('ann'), ...tree('bob')])
    expect(new Set(recorded.spans().map((span) => span.spanContext().traceId)).size).toBe(2)
  })

  it('keeps spans of other layers between the run and its steps', async () => {
    const recorded = startRecording()
    const use = otel()
    const model: Middleware['model'] = async function* (call, next) {
      const span = recorded.provider.getTracer('layer').startSpan('a layer')
      const inner = use.model?.(call, next) ?? next(call)
      const pull = () => context.with(trace.setSpan(context.active(), span), () => inner.next())
      let step = await pull()
      for (; !step.done; step = await pull()) yield step.value
      span.end()
      return step.value
    }
    await drain(miniRun({ use: { ...use, model } }))
    expect(recorded.tree()).toEqual(['invoke_agent agent', '  a layer', '    chat scripted-1 | CLIENT'])
  })

  it('holds without a context manager', async () => {
    const recorded = startRecording({ withContext: false })
    await drain(miniRun({ use: otel(), calls: [[toolCall('1', 'look')]], tools: { look: quiet } }))
    expect(recorded.tree()).toEqual([
      'invoke_agent agent',
      '  chat scripted-1 | CLIENT',
      '  execute_tool look',
      '  chat scripted-1 | CLIENT',
    ])
  })

  it('does not begin anew inside a run that was not sampled', async () => {
    const sampler = new ParentBasedSampler({ root: new AlwaysOffSampler() })
    const recorded = startRecording({ sampler })
    const seen: unknown[] = []
    const look = toolStep(({ call }) => {
      seen.push(trace.getActiveSpan()?.spanContext().traceFlags)
      return textResult(call.id, 'seen')
    })
    await drain(miniRun({ use: otel(), calls: [[toolCall('1', 'look')]], tools: { look } }))
    expect(recorded.tree()).toEqual([])
    expect(seen).toEqual([0])
  })
})

describe('without an OpenTelemetry SDK', () => {
  it('a run gives the same events and result', async () => {
    const agent = (use: Middleware) => ({ use, calls: [[toolCall('1', 'look')]], tools: { look: quiet } })
    expect(await drain(miniRun(agent(otel())))).toEqual(await drain(miniRun(agent({ name: 'nothing' }))))
  })

  it('model and tool steps are handed on as they are', async () => {
    const use = otel()
    let inner: unknown
    let outer: unknown
    const model: Middleware['model'] = (call, next) => {
      outer = use.model?.(call, (call) => {
        const steps = next(call)
        inner = steps
        return steps
      })
      return outer as ModelSteps
    }
    await drain(miniRun({ use: { ...use, model } }))
    expect(outer).toBe(inner)
  })

  it('one that is registered later is found by the next run', async () => {
    const use = otel()
    await drain(miniRun({ use }))
    const recorded = startRecording()
    await drain(miniRun({ use }))
    expect(recorded.tree()).toEqual(['invoke_agent agent', '  chat scripted-1 | CLIENT'])
  })

  it('one that is given is used', async () => {
    const { provider: tracerProvider, tree } = startRecording()
    stopRecording()
    await drain(miniRun({ use: otel({ tracerProvider }) }))
    expect(tree()).toEqual(['invoke_agent agent', '  chat scripted-1 | CLIENT'])
  })
})

it('stands in the place of telemetry among the layers, those of sub-agents too', () => {
  expect(otel()).toMatchObject({ name: 'telemetry', order: layerOrder.telemetry, inherited: 'unless-replaced' })
})

function twoTools(): MiniAgent {
  const calls = [[toolCall('1', 'left'), toolCall('2', 'right')]]
  return { use: otel(), calls, tools: { left: ownSpans(), right: ownSpans() } }
}
