import { context, metrics, ROOT_CONTEXT, trace } from '@opentelemetry/api'
import { isAgentError } from '@x/types'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { SetupOptions, StartedTelemetry } from '../src/setup.js'
import { startTelemetry } from '../src/setup.js'

const started: StartedTelemetry[] = []

async function start(options: SetupOptions = {}): Promise<StartedTelemetry> {
  const telemetry = await startTelemetry({ flushAtExit: false, ...options })
  started.push(telemetry)
  return telemetry
}

async function problemOf(work: Promise<unknown>) {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  return isAgentError(error) ? { code: error.code, message: error.message } : error
}

afterEach(async () => {
  for (const telemetry of started.splice(0)) await telemetry.shutdown()
  for (const part of [trace, metrics, context]) part.disable()
  vi.unstubAllEnvs()
})

describe('startTelemetry', () => {
  it('keeps spans and metrics in memory', async () => {
    const telemetry = await start({ exporter: 'memory' })
    trace.getTracer('test').startSpan('work').end()
    metrics.getMeter('test').createCounter('things', { unit: '{thing}' }).add(3, { size: 'big' })
    expect(telemetry.spans.map(({ name }) => name)).toEqual(['work'])
    expect(telemetry.metrics).toEqual([])
    await telemetry.flush()
    expect(telemetry.metrics).toMatchObject([
      { descriptor: { name: 'things', unit: '{thing}' }, dataPoints: [{ attributes: { size: 'big' }, value: 3 }] },
    ])
  })

  it('says whose spans they are: the name given, else the one of the environment', async () => {
    vi.stubEnv('OTEL_SERVICE_NAME', 'from-env')
    vi.stubEnv('OTEL_RESOURCE_ATTRIBUTES', 'team=blue')
    const resourceOf = async (options: SetupOptions) => {
      await using telemetry = await start({ exporter: 'memory', ...options })
      trace.getTracer('test').startSpan('work').end()
      const [span] = telemetry.spans as unknown as { resource: { attributes: object } }[]
      return span?.resource.attributes
    }
    expect(await resourceOf({})).toMatchObject({ 'service.name': 'from-env', team: 'blue' })
    expect(await resourceOf({ serviceName: 'given', resource: { team: 'red' } })).toMatchObject({
      ...{ 'service.name': 'given', team: 'red' },
    })
  })

  it('nests spans across awaits', async () => {
    const telemetry = await start({ exporter: 'memory' })
    const tracer = trace.getTracer('test')
    await tracer.startActiveSpan('outer', async (outer) => {
      await new Promise((resolve) => setTimeout(resolve, 1))
      tracer.startSpan('inner').end()
      outer.end()
    })
    const [inner, outer] = telemetry.spans
    expect(inner?.parentSpanContext?.spanId).toBe(outer?.spanContext().spanId)
  })

  it('refuses a second start, and can start anew after a shutdown, which keeps what was in memory', async () => {
    const first = await start({ exporter: 'memory' })
    trace.getTracer('test').startSpan('work').end()
    expect(await problemOf(startTelemetry())).toMatchObject({ code: 'busy' })
    await Promise.all([first.shutdown(), first.shutdown()])
    expect(first.spans).toHaveLength(1)
    trace.getTracer('test').startSpan('late').end()
    const second = await start({ exporter: 'memory' })
    expect([first.spans.length, second.spans.length]).toEqual([1, 0])
  })

  it('does not start twice when two starts overlap', async () => {
    const results = await Promise.allSettled([start({ exporter: 'memory' }), start({ exporter: 'memory' })])
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected'])
  })

  it('leaves an SDK that is registered where it is, unless it is told to take its place', async () => {
    const own = { getTracer: vi.fn(() => trace.getTracer('own')) }
    trace.setGlobalTracerProvider(own)
    const problem = await problemOf(start({ exporter: 'memory' }))
    expect(problem).toMatchObject({ code: 'busy', message: expect.stringContaining('replace: true') })
    const telemetry = await start({ exporter: 'memory', replace: true })
    trace.getTracer('test').startSpan('work').end()
    expect(telemetry.spans).toHaveLength(1)
    expect(own.getTracer).not.toHaveBeenCalled()
  })

  it('takes nothing when only the metrics are taken already', async () => {
    metrics.setGlobalMeterProvider({ getMeter: () => metrics.getMeter('own') })
    expect(await problemOf(start({ exporter: 'memory' }))).toMatchObject({
      ...{ code: 'busy', message: expect.stringContaining('metrics: false') },
    })
    const telemetry = await start({ exporter: 'memory', metrics: false })
    trace.getTracer('test').startSpan('work').end()
    expect(telemetry.spans).toHaveLength(1)
  })

  it('keeps a context manager that is there', async () => {
    const manager = {
      ...{ active: () => ROOT_CONTEXT, bind: <T>(_: unknown, target: T) => target },
      with: <A extends unknown[], R>(_: unknown, run: (...args: A) => R, that?: unknown, ...args: A) =>
        run.call(that, ...args),
      enable: () => manager,
      disable: vi.fn(() => manager),
    }
    context.setGlobalContextManager(manager)
    const telemetry = await start({ exporter: 'memory' })
    await telemetry.shutdown()
    expect(manager.disable).not.toHaveBeenCalled()
  })

  it('does nothing at all when OTEL_SDK_DISABLED says so', async () => {
    vi.stubEnv('OTEL_SDK_DISABLED', 'TRUE')
    const telemetry = await start({ exporter: 'memory' })
    trace.getTracer('test').startSpan('work').end()
    await telemetry.flush()
    expect([telemetry.spans, telemetry.metrics]).toEqual([[], []])
    expect(trace.getTracer('test').startSpan('work').isRecording()).toBe(false)
  })

  it('registers no spans where none are to be exported', async () => {
    vi.stubEnv('OTEL_TRACES_EXPORTER', 'none')
    vi.stubEnv('OTEL_METRICS_EXPORTER', 'none')
    await start()
    expect(trace.getTracer('test').startSpan('work').isRecording()).toBe(false)
  })

  it('says so when it cannot send, without the address or its secrets; a shutdown does not fail for it', async () => {
    vi.stubEnv('OTEL_EXPORTER_OTLP_TIMEOUT', '100')
    const telemetry = await start({ endpoint: 'http://user:hush@127.0.0.1:1', headers: { apikey: 'hush' } })
    trace.getTracer('test').startSpan('work').end()
    const problem = await problemOf(telemetry.flush())
    expect(problem).toMatchObject({ code: 'unavailable', message: expect.stringContaining('collector') })
    expect(JSON.stringify(problem)).not.toContain('hush')
    trace.getTracer('test').startSpan('more').end()
    await telemetry.shutdown()
  })

  it('adds no listeners to the process when it shall not flush at the end, and takes its own away', async () => {
    const count = () => ['beforeExit', 'SIGTERM', 'SIGINT'].map((event) => process.listenerCount(event))
    const before = count()
    await (await start({ exporter: 'memory' })).shutdown()
    expect(count()).toEqual(before)
    const telemetry = await start({ exporter: 'memory', flushAtExit: true })
    expect(count()).toEqual(before.map((listeners) => listeners + 1))
    await telemetry.shutdown()
    expect(count()).toEqual(before)
  })

  it('takes an address that is none for a mistake', async () => {
    expect(await problemOf(start({ endpoint: 'localhost' }))).toMatchObject({ code: 'invalid-config' })
    await start({ exporter: 'memory' })
  })
})
