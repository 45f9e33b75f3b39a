/** Seconds and nanoseconds. */
type HighResolutionTime = readonly [number, number]

/** What the tree takes of a finished span: OpenTelemetry's `ReadableSpan` has it, of every version of the SDK. */
export interface TraceSpan {
  readonly name: string
  spanContext(): { readonly traceId: string; readonly spanId: string }
  readonly parentSpanContext?: { readonly traceId: string; readonly spanId: string }
  readonly startTime: HighResolutionTime
  readonly duration: HighResolutionTime
  /** Code 2 is an error. */
  readonly status: { readonly code: number }
  readonly attributes: { readonly [name: string]: unknown }
  readonly events: readonly {
    readonly name: string
    readonly time: HighResolutionTime
    readonly attributes?: { readonly [name: string]: unknown }
  }[]
}
