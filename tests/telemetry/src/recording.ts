import type { AttributeValue } from '@opentelemetry/api'
import { context, metrics, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import type { DataPoint, Histogram } from '@opentelemetry/sdk-metrics'
import { MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics'
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base'
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import type { AttributeType } from './convention-types.js'
import { conventionTypes } from './convention-types.js'

export interface Recording {
  spans(): readonly ReadableSpan[]
  /** Indented lines, siblings in the order of their ends: name, kind unless internal, error or run status. */
  tree(): string[]
  named(name: string): ReadableSpan
  /** Attributes and value of each series of a metric. */
  series(name: string): Promise<readonly (readonly [attributes: object, value: number])[]>
  /** Attributes of ours whose name or type is not as the conventions have it. */
  faults(): string[]
  stop(): void
}

/** A real SDK for spans, metrics and contexts that keeps what it is given. */
export function startRecording(): Recording {
  const exporter = new InMemorySpanExporter()
  const reader = new AskedReader()
  trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }))
  metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }))
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  const spans = () => exporter.getFinishedSpans()
  return {
    spans,
    tree: () => linesUnder(undefined, spans(), 0),
    named(name) {
      const found = spans().find((span) => span.name === name)
      if (!found) throw new Error(`No span is named "${name}": ${spans().map((span) => span.name)}`)
      return found
    },
    async series(name) {
      const { resourceMetrics } = await reader.collect()
      const all = resourceMetrics.scopeMetrics.flatMap(({ metrics }) => metrics)
      const points = all.find(({ descriptor }) => descriptor.name === name)?.dataPoints ?? []
      return (points as readonly DataPoint<number | Histogram>[]).map(({ attributes, value }) => [
        attributes,
        typeof value === 'number' ? value : (value.sum ?? Number.NaN),
      ])
    },
    faults: () => spans().flatMap(faultsOf),
    stop() {
      trace.disable()
      metrics.disable()
      context.disable()
    },
  }
}

class AskedReader extends MetricReader {
  protected override async onForceFlush(): Promise<void> {}
  protected override async onShutdown(): Promise<void> {}
}

function linesUnder(parentId: string | undefined, spans: readonly ReadableSpan[], depth: number): string[] {
  return spans
    .filter(({ parentSpanContext }) => parentSpanContext?.spanId === parentId)
    .flatMap((span) => [
      `${'  '.repeat(depth)}${toLine(span)}`,
      ...linesUnder(span.spanContext().spanId, spans, depth + 1),
    ])
}

function toLine({ name, kind, status, attributes }: ReadableSpan): string {
  const ended = attributes['x.run.status'] ?? attributes['x.tool.outcome']
  return [
    name,
    ...(kind === SpanKind.INTERNAL ? [] : [SpanKind[kind]]),
    ...(status.code === SpanStatusCode.UNSET ? [] : [`${SpanStatusCode[status.code]} ${attributes['error.type']}`]),
    ...(ended === undefined || ended === 'done' || ended === 'result' ? [] : [ended]),
  ].join(' | ')
}

const types = conventionTypes()

function faultsOf({ name, attributes, events, instrumentationScope }: ReadableSpan): string[] {
  if (instrumentationScope.name !== '@x/telemetry') return []
  const all = [attributes, ...events.map((event) => event.attributes ?? {})].flatMap(Object.entries)
  return all.flatMap(([attribute, value]) => {
    if (/^(x|aws\.bedrock)\./.test(attribute) && !types.has(attribute)) return []
    return hasType(value, types.get(attribute)) ? [] : [`${name}: ${attribute} is ${JSON.stringify(value)}`]
  })
}

function hasType(value: AttributeValue | undefined, type: AttributeType | undefined): boolean {
  switch (type) {
    case 'int':
      return Number.isInteger(value)
    case 'double':
      return typeof value === 'number'
    case 'string[]':
      return Array.isArray(value) && value.every((item) => typeof item === 'string')
    case 'structured':
      return typeof value === 'string' && typeof JSON.parse(value) === 'object'
    case undefined:
      return false
    default:
      return typeof value === type
  }
}
