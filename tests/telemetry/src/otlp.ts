/* The JSON form of OTLP, as far as it is looked at here, and what a receiver checks of it. */

interface OtlpValue {
  readonly stringValue?: string
  readonly boolValue?: boolean
  readonly intValue?: number | string
  readonly doubleValue?: number
  readonly arrayValue?: { readonly values: readonly OtlpValue[] }
}

export interface OtlpAttribute {
  readonly key: string
  readonly value: OtlpValue
}

export interface OtlpSpan {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly name: string
  /** 1 internal, 3 client. */
  readonly kind: number
  readonly startTimeUnixNano: string
  readonly endTimeUnixNano: string
  readonly attributes: readonly OtlpAttribute[]
  readonly events: readonly {
    readonly name: string
    readonly timeUnixNano: string
    readonly attributes: readonly OtlpAttribute[]
  }[]
  readonly status: { readonly code: number }
}

interface OtlpResource {
  readonly attributes: readonly OtlpAttribute[]
}

export interface OtlpTraces {
  readonly resourceSpans: readonly {
    readonly resource: OtlpResource
    readonly scopeSpans: readonly { readonly scope: { readonly name: string }; readonly spans: readonly OtlpSpan[] }[]
  }[]
}

export interface OtlpPoint {
  readonly attributes: readonly OtlpAttribute[]
  readonly asInt?: number | string
  readonly asDouble?: number
  readonly count?: number | string
  readonly sum?: number
  readonly explicitBounds?: readonly number[]
  readonly bucketCounts?: readonly (number | string)[]
}

export interface OtlpMetric {
  readonly name: string
  readonly unit: string
  readonly sum?: { readonly dataPoints: readonly OtlpPoint[]; readonly isMonotonic: boolean }
  readonly histogram?: { readonly dataPoints: readonly OtlpPoint[] }
  readonly gauge?: { readonly dataPoints: readonly OtlpPoint[] }
}

export interface OtlpMetrics {
  readonly resourceMetrics: readonly {
    readonly resource: OtlpResource
    readonly scopeMetrics: readonly {
      readonly scope: { readonly name: string }
      readonly metrics: readonly OtlpMetric[]
    }[]
  }[]
}

/** What the receiver has got so far. */
export interface Received {
  readonly traces: readonly OtlpTraces[]
  readonly metrics: readonly OtlpMetrics[]
  readonly headers: readonly { readonly path: string; readonly apikey: string; readonly userAgent: string }[]
  /** What was refused, and why. */
  readonly faults: readonly string[]
}

export function checkTraces(json: unknown): OtlpTraces {
  const traces = json as OtlpTraces
  for (const { resource, scopeSpans } of traces.resourceSpans) {
    checkAttributes(resource.attributes)
    for (const span of scopeSpans.flatMap(({ spans }) => spans)) {
      require(/^[0-9a-f]{32}$/.test(span.traceId), 'a trace id is 16 bytes in hex')
      require(/^[0-9a-f]{16}$/.test(span.spanId), 'a span id is 8 bytes in hex')
      require(!span.parentSpanId || /^[0-9a-f]{16}$/.test(span.parentSpanId), 'a span id is 8 bytes in hex')
      for (const time of [span.startTimeUnixNano, span.endTimeUnixNano])
        require(/^\d{19}$/.test(time), 'a time is text')
      require(Number.isInteger(span.kind) && span.name !== '', 'a span has a name and a kind')
      checkAttributes(span.attributes)
      for (const { attributes } of span.events) checkAttributes(attributes)
    }
  }
  return traces
}

export function checkMetrics(json: unknown): OtlpMetrics {
  const metrics = json as OtlpMetrics
  for (const { resource, scopeMetrics } of metrics.resourceMetrics) {
    checkAttributes(resource.attributes)
    for (const metric of scopeMetrics.flatMap((scope) => scope.metrics)) {
      for (const { attributes } of pointsOf(metric)) checkAttributes(attributes)
    }
  }
  return metrics
}

export function pointsOf({ sum, histogram, gauge }: OtlpMetric): readonly OtlpPoint[] {
  return [sum, histogram, gauge].flatMap((data) => data?.dataPoints ?? [])
}

/** Attributes as plain values. */
export function plain(attributes: readonly OtlpAttribute[]): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, plainValue(value)]))
}

function plainValue({ stringValue, boolValue, intValue, doubleValue, arrayValue }: OtlpValue): unknown {
  if (arrayValue) return arrayValue.values.map(plainValue)
  return stringValue ?? boolValue ?? doubleValue ?? Number(intValue)
}

function checkAttributes(attributes: readonly OtlpAttribute[]): void {
  for (const { key, value } of attributes) {
    const members = Object.keys(value).filter((member) =>
      ['stringValue', 'boolValue', 'intValue', 'doubleValue', 'arrayValue'].includes(member),
    )
    require(typeof key === 'string' && members.length === 1, `"${key}" is not one value`)
  }
  require(new Set(attributes.map(({ key }) => key)).size === attributes.length, 'a key stands twice')
}

function require(isRight: boolean, rule: string): void {
  if (!isRight) throw new Error(rule)
}
