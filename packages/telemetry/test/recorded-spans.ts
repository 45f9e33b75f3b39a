import type { TracerProvider } from '@opentelemetry/api'
import { context, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import type { ReadableSpan, Sampler, SpanProcessor } from '@opentelemetry/sdk-trace-base'
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'

export interface RecordedSpans {
  readonly provider: TracerProvider
  /** Ended spans in the order of their ends. */
  spans(): ReadableSpan[]
  /** Ended spans as indented lines, in the order of their starts: name, kind unless internal, status unless unset. */
  tree(): string[]
  named(name: string): ReadableSpan
}

/** Registers a real SDK that keeps what it is given; `stopRecording` takes it away. */
export function startRecording(options: { sampler?: Sampler; withContext?: boolean } = {}): RecordedSpans {
  const { sampler, withContext = true } = options
  const exporter = new InMemorySpanExporter()
  const started: string[] = []
  const order: SpanProcessor = {
    onStart: (span) => started.push(span.spanContext().spanId),
    onEnd() {},
    forceFlush: async () => {},
    shutdown: async () => {},
  }
  const spanProcessors = [order, new SimpleSpanProcessor(exporter)]
  const provider = new BasicTracerProvider({ spanProcessors, ...(sampler && { sampler }) })
  trace.setGlobalTracerProvider(provider)
  if (withContext) context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  const spans = () => exporter.getFinishedSpans()
  return {
    provider,
    spans,
    tree: () => toTree(spans(), started),
    named(name) {
      const found = spans().filter((span) => span.name === name)
      if (!found[0] || found.length > 1) throw new Error(`${found.length} spans are named "${name}".`)
      return found[0]
    },
  }
}

export function stopRecording(): void {
  trace.disable()
  context.disable()
}

function toTree(spans: readonly ReadableSpan[], started: readonly string[]): string[] {
  const idOf = (span: ReadableSpan) => span.spanContext().spanId
  const ids = new Set(spans.map(idOf))
  const byStart = [...spans].sort((left, right) => started.indexOf(idOf(left)) - started.indexOf(idOf(right)))
  const lines = (parent: string | undefined, depth: number): string[] =>
    byStart
      .filter(({ parentSpanContext }) => {
        const id = parentSpanContext?.spanId
        return parent === undefined ? id === undefined || !ids.has(id) : id === parent
      })
      .flatMap((span) => [`${'  '.repeat(depth)}${toLine(span)}`, ...lines(idOf(span), depth + 1)])
  return lines(undefined, 0)
}

function toLine({ name, kind, status, attributes }: ReadableSpan): string {
  const words = [name]
  if (kind !== SpanKind.INTERNAL) words.push(SpanKind[kind] ?? `kind ${kind}`)
  if (status.code !== SpanStatusCode.UNSET) words.push(`${SpanStatusCode[status.code]} ${attributes['error.type']}`)
  return words.join(' | ')
}
