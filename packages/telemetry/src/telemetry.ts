import type { MeterProvider, Span, Tracer, TracerProvider } from '@opentelemetry/api'
import { INVALID_SPAN_CONTEXT, ProxyTracerProvider, trace } from '@opentelemetry/api'
import type { PriceTable } from '@x/types/cost'
import type { ContentOptions } from './describe-content.js'
import type { Instruments } from './instruments.js'
import { instrumentsOf } from './instruments.js'
import { scopeName } from './scope-name.js'

export interface TelemetryOptions {
  /** Default: the globally registered one, looked up at the start of each run. */
  readonly tracerProvider?: TracerProvider
  /** Default: the globally registered one, looked up at the start of each run. */
  readonly meterProvider?: MeterProvider
  /**
   * Records what was said: messages, system prompts, tool arguments and results. Default false. `true` records all of
   * it within the default limits; give `redact` to keep some of it back.
   */
  readonly content?: boolean | ContentOptions
  /** Adds what model calls and runs cost. */
  readonly prices?: PriceTable
}

/** Where spans and metrics go, and what they may say. */
export interface Telemetry {
  readonly tracer: Tracer | undefined
  readonly instruments: Instruments | undefined
  readonly content: ContentOptions | undefined
  readonly prices: PriceTable | undefined
}

/** `undefined` when no SDK is registered: there is nothing to do then. */
export function telemetryOf(options: TelemetryOptions): Telemetry | undefined {
  const tracer = tracerOf(options.tracerProvider ?? trace.getTracerProvider())
  const instruments = instrumentsOf(options.meterProvider)
  if (!tracer && !instruments) return undefined
  const { content, prices } = options
  return { tracer, instruments, content: content === true ? {} : content || undefined, prices }
}

/** A span that keeps nothing, for when only metrics are wanted. */
export const noSpan: Span = trace.wrapSpanContext(INVALID_SPAN_CONTEXT)

/** The API's own provider hands on to the one that is registered, and has no delegate until then. */
function tracerOf(provider: TracerProvider): Tracer | undefined {
  return provider instanceof ProxyTracerProvider ? provider.getDelegateTracer(scopeName) : provider.getTracer(scopeName)
}
