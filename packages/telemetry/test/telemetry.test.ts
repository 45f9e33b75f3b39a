import type { Meter, MeterProvider, TracerProvider } from '@opentelemetry/api'
import { createNoopMeter, metrics, trace } from '@opentelemetry/api'
import { MeterProvider as SdkMeterProvider } from '@opentelemetry/sdk-metrics'
import { AlwaysOffSampler, BasicTracerProvider } from '@opentelemetry/sdk-trace-base'
import { afterEach, describe, expect, it } from 'vitest'
import { otel } from '../src/index.js'
import { telemetryOf } from '../src/telemetry.js'
import { miniRun } from './mini-loop.js'
import { startRecording, stopRecording } from './recorded-spans.js'
import { drain } from './steps.js'

afterEach(() => {
  metrics.disable()
  stopRecording()
})

describe('where telemetry goes', () => {
  it('is nowhere while no SDK is registered', () => {
    expect(telemetryOf({})).toBeUndefined()
    trace.setGlobalTracerProvider(new BasicTracerProvider())
    expect(telemetryOf({})).toMatchObject({ tracer: expect.anything(), instruments: undefined })
    trace.disable()
    expect(telemetryOf({})).toBeUndefined()
    metrics.setGlobalMeterProvider(new SdkMeterProvider())
    expect(telemetryOf({})).toMatchObject({ tracer: undefined, instruments: expect.anything() })
    metrics.disable()
    expect(telemetryOf({})).toBeUndefined()
  })

  it('makes its instruments once for each provider', () => {
    let meters = 0
    const meter = new SdkMeterProvider().getMeter('test')
    const meterProvider: MeterProvider = {
      getMeter: () => {
        meters += 1
        return meter
      },
    }
    const { instruments } = telemetryOf({ meterProvider }) ?? {}
    expect(telemetryOf({ meterProvider })?.instruments).toBe(instruments)
    expect(meters).toBe(1)
  })

  it('is asked for at the start of each run, and by that alone', async () => {
    let asked = 0
    const count = <Value>(value: Value): Value => {
      asked += 1
      return value
    }
    const noTracer = trace.getTracerProvider()
    const tracerProvider: TracerProvider = { getTracer: (name) => count(noTracer.getTracer(name)) }
    const meterProvider: MeterProvider = { getMeter: () => count<Meter>(createNoopMeter()) }
    const use = otel({ tracerProvider, meterProvider })
    await drain(miniRun({ use, calls: [[], [], []] }))
    expect(asked).toBe(2)
  })
})

it('spans that are not sampled cost no attributes and no content', async () => {
  const recorded = startRecording({ sampler: new AlwaysOffSampler() })
  let redacted = 0
  const redact = (text: string) => {
    redacted += 1
    return text
  }
  await drain(miniRun({ use: otel({ content: { redact } }) }))
  expect(recorded.spans()).toEqual([])
  expect(redacted).toBe(0)
})

it('a span processor that throws ends neither the run nor the process', async () => {
  const provider = new BasicTracerProvider({
    spanProcessors: [
      {
        onStart() {},
        onEnd() {
          throw new Error('broken processor')
        },
        forceFlush: async () => {},
        shutdown: async () => {},
      },
    ],
  })
  const { result } = await drain(miniRun({ use: otel({ tracerProvider: provider }) }))
  expect(result.status).toBe('done')
})

it("a conversationId that throws is the caller's to find, and no failure of the run", async () => {
  const recorded = startRecording()
  const conversationId = () => {
    throw new Error('no session')
  }
  await drain(miniRun({ use: otel({ conversationId }) }))
  expect(recorded.named('invoke_agent agent').attributes).not.toHaveProperty('gen_ai.conversation.id')
})
