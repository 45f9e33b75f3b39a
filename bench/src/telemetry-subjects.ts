import { context, metrics, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import type { PushMetricExporter } from '@opentelemetry/sdk-metrics'
import { AggregationTemporality, MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics'
import type { SpanExporter } from '@opentelemetry/sdk-trace-base'
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { otel } from '@x/telemetry'
import type { Received, Subject } from './subjects.js'
import { readAgent } from './subjects.js'

/** In the order in which a round takes them. A traced process has an SDK, and the work is done inside a span. */
export const telemetrySubjects = {
  'without otel()': (endpoint) => readAgent(endpoint),
  'otel(), no SDK': (endpoint) => readAgent(endpoint, [otel()]),
  // AsyncLocalStorage alone slows every promise down on Node 20, so a traced process has a base of its own.
  'without otel(), in a traced process': (endpoint) => inSpan(readAgent(endpoint)),
  'otel(), in a traced process': (endpoint) => inSpan(readAgent(endpoint, [otel()])),
  'otel({ content: true }), in a traced process': (endpoint) => inSpan(readAgent(endpoint, [otel({ content: true })])),
} satisfies Record<string, Subject>

const spanExporter: SpanExporter = { export: (_spans, done) => done({ code: 0 }), shutdown: async () => {} }
const metricExporter: PushMetricExporter = {
  export: (_metrics, done) => done({ code: 0 }),
  forceFlush: async () => {},
  shutdown: async () => {},
  selectAggregationTemporality: () => AggregationTemporality.CUMULATIVE,
}

/** A whole SDK whose exporters throw everything away, and a span such as a web framework's round the work. */
function inSpan(readStream: () => Promise<Received>): () => Promise<Received> {
  const spanProcessors = [new BatchSpanProcessor(spanExporter)]
  trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors }))
  const reader = new PeriodicExportingMetricReader({
    exporter: metricExporter,
    exportIntervalMillis: 1000,
    exportTimeoutMillis: 1000,
  })
  metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }))
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  return () =>
    trace.getTracer('bench').startActiveSpan('GET /', async (span) => {
      try {
        return await readStream()
      } finally {
        span.end()
      }
    })
}
