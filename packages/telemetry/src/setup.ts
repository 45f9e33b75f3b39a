import type { Attributes, MeterProvider, TracerProvider } from '@opentelemetry/api'
import { AgentError } from '@x/types'
import { flushAtExit } from './setup-exit.js'
import type { SdkPackage } from './setup-load.js'
import { loadPackages } from './setup-load.js'
import { makeMetering, makeTracing } from './setup-providers.js'
import type { Settings } from './setup-settings.js'
import { isDisabled, processEnvironment, readSettings } from './setup-settings.js'
import type { TraceSpan } from './trace-span.js'

export interface SetupOptions {
  /**
   * Where spans and metrics go: to a collector over OTLP/HTTP, to the console, or nowhere but into `spans` and
   * `metrics`. Default: as `OTEL_TRACES_EXPORTER` and `OTEL_METRICS_EXPORTER` say, else `otlp`.
   */
  readonly exporter?: 'otlp' | 'console' | 'memory'
  /** Default true; false exports spans alone. */
  readonly metrics?: boolean
  /** Default: `OTEL_SERVICE_NAME`, else a name that says it is unknown. */
  readonly serviceName?: string
  /** More attributes of what runs here, for example `deployment.environment.name`. */
  readonly resource?: Attributes
  /** Base of `/v1/traces` and `/v1/metrics`. Default: `OTEL_EXPORTER_OTLP_ENDPOINT`, else `http://localhost:4318`. */
  readonly endpoint?: string
  /** Of requests to the collector, an API key for example. Default: `OTEL_EXPORTER_OTLP_HEADERS`. */
  readonly headers?: Readonly<Record<string, string>>
  /** Default: `OTEL_METRIC_EXPORT_INTERVAL`, else 60,000. */
  readonly metricIntervalMs?: number
  /** Send what is left when the process ends by itself, by SIGTERM or by SIGINT. Default true. */
  readonly flushAtExit?: boolean
  /** How long that may hold the process. Default 3000. */
  readonly exitTimeoutMs?: number
  /** Take the place of an OpenTelemetry SDK that is registered already. Default false: that is an error. */
  readonly replace?: boolean
}

/** A metric as the memory exporter holds it. */
export interface MemoryMetric {
  readonly descriptor: { readonly name: string; readonly unit: string }
  /** Values of histograms are objects with `count`, `sum` and `buckets`. */
  readonly dataPoints: readonly { readonly attributes: Attributes; readonly value: unknown }[]
}

export interface StartedTelemetry extends AsyncDisposable {
  /** Spans that have ended, in that order; only with the exporter `memory`. */
  readonly spans: readonly TraceSpan[]
  /** As they stood at the last `flush()`; only with the exporter `memory`. */
  readonly metrics: readonly MemoryMetric[]
  /**
   * Sends what there is now.
   * @throws AgentError `unavailable` when it could not be sent
   */
  flush(): Promise<void>
  /** Sends what there is, as far as it can be sent, and steps down; telemetry can then be started anew. */
  shutdown(): Promise<void>
}

const disabled: StartedTelemetry = {
  spans: [],
  metrics: [],
  flush: async () => {},
  shutdown: async () => {},
  [Symbol.asyncDispose]: async () => {},
}

let isStarted = false

/**
 * Registers an OpenTelemetry SDK for this process: `otel()` and every other instrumentation finds it. It reads the
 * standard environment variables, keeps no process alive and prints nothing unless asked to. With
 * `OTEL_SDK_DISABLED=true` it does nothing at all.
 * @throws AgentError `invalid-config` when a package is not installed or an option is no good; `busy` when telemetry
 *   has been started, or another SDK registered
 */
export async function startTelemetry(options: SetupOptions = {}): Promise<StartedTelemetry> {
  const environment = processEnvironment()
  if (isDisabled(environment)) return disabled
  if (isStarted) {
    throw new AgentError('busy', 'Telemetry has been started already.', {
      hint: 'Start it once, where the program starts; shutdown() makes room for another start.',
    })
  }
  isStarted = true
  try {
    return await start(options, readSettings(options, environment))
  } catch (error) {
    isStarted = false
    throw error
  }
}

async function start(options: SetupOptions, settings: Settings): Promise<StartedTelemetry> {
  // All at once, so that the error names all that is missing.
  await loadPackages(packagesFor(settings))
  const tracing = await makeTracing(options, settings)
  const metering = await makeMetering(options, settings)
  const providers = [tracing?.provider, metering?.provider].filter((provider) => provider !== undefined)
  const unregister = await register(options, tracing?.provider, metering?.provider).catch((error: unknown) => {
    // Or its timers would go on. Nobody waits for a collector to hear of a start that failed.
    for (const provider of providers) void provider.shutdown().catch(() => {})
    throw error
  })
  const flush = async () => {
    const results = await Promise.allSettled(providers.map((provider) => provider.forceFlush()))
    const failure = results.find((result) => result.status === 'rejected')
    if (failure) throw notSent(failure.reason)
  }
  const stopFlushing = options.flushAtExit === false ? undefined : flushAtExit(flush, options.exitTimeoutMs ?? 3000)

  let kept: { spans: readonly TraceSpan[]; metrics: readonly MemoryMetric[] } | undefined
  let ending: Promise<void> | undefined
  const end = async () => {
    stopFlushing?.()
    await flush().catch(() => {})
    // Shutting down empties the memory.
    kept = { spans: tracing?.kept() ?? [], metrics: metering?.kept() ?? [] }
    await Promise.allSettled(providers.map((provider) => provider.shutdown()))
    unregister()
    isStarted = false
  }
  const shutdown = () => (ending ??= end())
  return {
    get spans() {
      return kept?.spans ?? tracing?.kept() ?? []
    },
    get metrics() {
      return kept?.metrics ?? metering?.kept() ?? []
    },
    flush,
    shutdown,
    [Symbol.asyncDispose]: shutdown,
  }
}

function packagesFor({ traces, metrics }: Settings): SdkPackage[] {
  return [
    '@opentelemetry/api',
    '@opentelemetry/resources',
    ...(traces.length > 0 ? (['@opentelemetry/sdk-trace', '@opentelemetry/context-async-hooks'] as const) : []),
    ...(traces.includes('otlp') ? (['@opentelemetry/exporter-trace-otlp-http'] as const) : []),
    ...(metrics.length > 0 ? (['@opentelemetry/sdk-metrics'] as const) : []),
    ...(metrics.includes('otlp') ? (['@opentelemetry/exporter-metrics-otlp-http'] as const) : []),
  ]
}

/** @returns how to take everything away again */
async function register(
  { replace = false }: SetupOptions,
  tracerProvider: TracerProvider | undefined,
  meterProvider: MeterProvider | undefined,
): Promise<() => void> {
  const { '@opentelemetry/api': api } = await loadPackages(['@opentelemetry/api'])
  const { context, metrics, trace } = api
  const registered: { disable(): void }[] = []
  const unregister = () => {
    for (const part of registered) part.disable()
  }
  if (tracerProvider) {
    if (replace) trace.disable()
    if (!trace.setGlobalTracerProvider(tracerProvider)) throw taken('tracer')
    registered.push(trace)
    const { AsyncLocalStorageContextManager } = (await loadPackages(['@opentelemetry/context-async-hooks']))[
      '@opentelemetry/context-async-hooks'
    ]
    // One that is there already does as well.
    if (context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())) registered.push(context)
  }
  if (meterProvider) {
    if (replace) metrics.disable()
    if (!metrics.setGlobalMeterProvider(meterProvider)) {
      unregister()
      throw taken('meter')
    }
    registered.push(metrics)
  }
  return unregister
}

function taken(kind: 'tracer' | 'meter'): AgentError {
  const hint =
    kind === 'tracer'
      ? 'otel() uses that one, so there is nothing to start here; or take its place with `replace: true`.'
      : 'Start without metrics (`metrics: false`), or take its place with `replace: true`.'
  return new AgentError('busy', `Another OpenTelemetry ${kind} provider is registered already.`, { hint })
}

/** The reason may hold an answer of the collector, so it is only the cause. */
function notSent(reason: unknown): AgentError {
  return new AgentError('unavailable', 'Telemetry could not be sent.', {
    hint: 'Is a collector listening at `endpoint` (or OTEL_EXPORTER_OTLP_ENDPOINT)? The cause says more.',
    retryable: true,
    cause: reason,
  })
}
