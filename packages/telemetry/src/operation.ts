import type { Attributes, Context, Span, SpanKind } from '@opentelemetry/api'
import { isSpanContextValid, SpanStatusCode, trace } from '@opentelemetry/api'
import { ATTR_ERROR_TYPE } from './attributes.js'
import type { Content } from './describe-content.js'
import { describeContent } from './describe-content.js'
import type { Telemetry } from './telemetry.js'
import { noSpan } from './telemetry.js'

export interface OperationStart {
  readonly name: string
  readonly kind: SpanKind
  readonly attributes: Attributes
  /** What the duration is counted by: few values. */
  readonly metricAttributes: Attributes
  readonly parent: Context
}

/** One span and one duration. */
export class Operation {
  readonly span: Span
  /** Holds the span. */
  readonly context: Context
  readonly metricAttributes: Attributes
  readonly #telemetry: Telemetry
  readonly #startedMs = performance.now()

  constructor(telemetry: Telemetry, { name, kind, attributes, metricAttributes, parent }: OperationStart) {
    this.#telemetry = telemetry
    this.metricAttributes = metricAttributes
    this.span = telemetry.tracer?.startSpan(name, { kind, attributes }, parent) ?? noSpan
    this.context = isSpanContextValid(this.span.spanContext()) ? trace.setSpan(parent, this.span) : parent
  }

  /** Nothing is made into text for a span that is not sampled. */
  setContent(contents: () => readonly Content[]): void {
    const { content } = this.#telemetry
    if (content && this.span.isRecording()) this.span.setAttributes(describeContent(contents(), content))
  }

  /** The attributes are added to the duration's. */
  succeed(more: Attributes = {}): void {
    this.#end({ ...this.metricAttributes, ...more })
  }

  /** The status has no description: an error's text may quote anything. */
  fail(errorType: string): void {
    this.span.setStatus({ code: SpanStatusCode.ERROR })
    this.span.setAttribute(ATTR_ERROR_TYPE, errorType)
    this.#end({ ...this.metricAttributes, [ATTR_ERROR_TYPE]: errorType })
  }

  /** It was aborted: no error, and how long it took until then is no duration of the operation. */
  stop(): void {
    this.span.end()
  }

  #end(attributes: Attributes): void {
    this.#telemetry.instruments?.duration.record((performance.now() - this.#startedMs) / 1000, attributes, this.context)
    this.span.end()
  }
}
