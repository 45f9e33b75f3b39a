import type { Attributes } from '@opentelemetry/api'
import type { MetricReader } from '@opentelemetry/sdk-metrics'
import type { Sampler, SpanProcessor } from '@opentelemetry/sdk-trace'
import type { MemoryMetric, SetupOptions } from './setup.js'
import type { Loaded, SdkPackage } from './setup-load.js'
import { loadPackages } from './setup-load.js'
import type { ExporterName, Settings } from './setup-settings.js'
import type { TraceSpan } from './trace-span.js'

type Sdk<Name extends SdkPackage> = { readonly [N in Name]: Loaded<N> }

type Resource = ReturnType<Loaded<'@opentelemetry/resources'>['defaultResource']>

/** The provider, and what its memory exporter holds. `undefined` where nothing is to be exported. */
export async function makeTracing(options: SetupOptions, settings: Settings) {
  if (settings.traces.length === 0) return undefined
  const sdk = await loadPackages(['@opentelemetry/resources', '@opentelemetry/sdk-trace'])
  const { TracerProvider, InMemorySpanExporter } = sdk['@opentelemetry/sdk-trace']
  const memory = new InMemorySpanExporter()
  const { sampler, spanLimits } = settings
  const provider = new TracerProvider({
    resource: resourceOf(sdk, options),
    sampler: toSampler(sdk, sampler),
    spanLimits,
    spanProcessors: await Promise.all(settings.traces.map((name) => toProcessor(name, sdk, memory, options, settings))),
  })
  return { provider, kept: (): readonly TraceSpan[] => memory.getFinishedSpans() }
}

async function toProcessor(
  name: ExporterName,
  sdk: Sdk<'@opentelemetry/sdk-trace'>,
  memory: InstanceType<Loaded<'@opentelemetry/sdk-trace'>['InMemorySpanExporter']>,
  options: SetupOptions,
  { batch }: Settings,
): Promise<SpanProcessor> {
  const { BatchSpanProcessor, ConsoleSpanExporter, SimpleSpanProcessor } = sdk['@opentelemetry/sdk-trace']
  if (name === 'memory') return new SimpleSpanProcessor({ exporter: memory })
  if (name === 'console') return new SimpleSpanProcessor({ exporter: new ConsoleSpanExporter() })
  const otlp = await loadPackages(['@opentelemetry/exporter-trace-otlp-http'])
  const { OTLPTraceExporter } = otlp['@opentelemetry/exporter-trace-otlp-http']
  return new BatchSpanProcessor({ ...batch, exporter: new OTLPTraceExporter(toTarget(options, 'traces')) })
}

export async function makeMetering(options: SetupOptions, settings: Settings) {
  if (settings.metrics.length === 0) return undefined
  const sdk = await loadPackages(['@opentelemetry/resources', '@opentelemetry/sdk-metrics'])
  const { AggregationTemporality, InMemoryMetricExporter, MeterProvider } = sdk['@opentelemetry/sdk-metrics']
  const memory = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
  const provider = new MeterProvider({
    resource: resourceOf(sdk, options),
    readers: await Promise.all(settings.metrics.map((name) => toReader(name, sdk, memory, options, settings))),
  })
  // Each collection is cumulative, so that the last one has everything.
  const kept = (): readonly MemoryMetric[] =>
    (memory.getMetrics().at(-1)?.scopeMetrics ?? []).flatMap(({ metrics }) => metrics)
  return { provider, kept }
}

async function toReader(
  name: ExporterName,
  sdk: Sdk<'@opentelemetry/sdk-metrics'>,
  memory: InstanceType<Loaded<'@opentelemetry/sdk-metrics'>['InMemoryMetricExporter']>,
  options: SetupOptions,
  { metricIntervalMs, metricTimeoutMs }: Settings,
): Promise<MetricReader> {
  const { ConsoleMetricExporter, PeriodicExportingMetricReader } = sdk['@opentelemetry/sdk-metrics']
  const times = { exportIntervalMillis: metricIntervalMs, exportTimeoutMillis: metricTimeoutMs }
  if (name === 'memory') return new PeriodicExportingMetricReader({ ...times, exporter: memory })
  if (name === 'console') return new PeriodicExportingMetricReader({ ...times, exporter: new ConsoleMetricExporter() })
  const otlp = await loadPackages(['@opentelemetry/exporter-metrics-otlp-http'])
  const { OTLPMetricExporter } = otlp['@opentelemetry/exporter-metrics-otlp-http']
  return new PeriodicExportingMetricReader({
    ...times,
    exporter: new OTLPMetricExporter(toTarget(options, 'metrics')),
  })
}

/** The process's own description is left out: its arguments may hold secrets. */
function resourceOf(sdk: Sdk<'@opentelemetry/resources'>, { serviceName, resource = {} }: SetupOptions): Resource {
  const { defaultResource, detectResources, envDetector, resourceFromAttributes } = sdk['@opentelemetry/resources']
  const given: Attributes = { ...resource, ...(serviceName !== undefined && { 'service.name': serviceName }) }
  return defaultResource()
    .merge(detectResources({ detectors: [envDetector] }))
    .merge(resourceFromAttributes(given))
}

function toSampler(sdk: Sdk<'@opentelemetry/sdk-trace'>, { name, ratio }: Settings['sampler']): Sampler {
  const { AlwaysOffSampler, AlwaysOnSampler, ParentBasedSampler, TraceIdRatioBasedSampler } =
    sdk['@opentelemetry/sdk-trace']
  const samplers = {
    always_on: () => new AlwaysOnSampler(),
    always_off: () => new AlwaysOffSampler(),
    traceidratio: () => new TraceIdRatioBasedSampler(ratio),
  }
  const base = name.replace('parentbased_', '') as keyof typeof samplers
  const root = samplers[base]()
  return base === name ? root : new ParentBasedSampler({ root })
}

/** What is not given here the exporter takes from the environment. */
function toTarget({ endpoint, headers }: SetupOptions, signal: 'traces' | 'metrics') {
  return {
    ...(endpoint !== undefined && { url: `${endpoint.replace(/\/+$/, '')}/v1/${signal}` }),
    ...(headers && { headers: { ...headers } }),
  }
}
