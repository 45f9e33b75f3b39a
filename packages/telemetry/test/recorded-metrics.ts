import type { MeterProvider as Provider } from '@opentelemetry/api'
import { metrics } from '@opentelemetry/api'
import type { DataPoint, Histogram, MetricData } from '@opentelemetry/sdk-metrics'
import { MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics'

export interface RecordedMetrics {
  readonly provider: Provider
  /** All metrics so far, by name. */
  all(): Promise<ReadonlyMap<string, MetricData>>
  /** Attributes and value of each series of a metric: a histogram's sum, a counter's count. */
  series(name: string): Promise<readonly (readonly [attributes: object, value: number])[]>
}

/** A real SDK that is asked for what it has; `metrics.disable()` takes it away. */
export function startMetrics({ isGlobal = true } = {}): RecordedMetrics {
  const reader = new AskedReader()
  const provider = new MeterProvider({ readers: [reader] })
  if (isGlobal) metrics.setGlobalMeterProvider(provider)
  const all = async () => {
    const { resourceMetrics } = await reader.collect()
    const found = resourceMetrics.scopeMetrics.flatMap(({ metrics }) => metrics)
    return new Map(found.map((metric) => [metric.descriptor.name, metric]))
  }
  return {
    provider,
    all,
    async series(name) {
      const points = (await all()).get(name)?.dataPoints ?? []
      return (points as readonly DataPoint<number | Histogram>[]).map(({ attributes, value }) => [
        attributes,
        typeof value === 'number' ? value : (value.sum ?? Number.NaN),
      ])
    },
  }
}

class AskedReader extends MetricReader {
  protected override async onForceFlush(): Promise<void> {}
  protected override async onShutdown(): Promise<void> {}
}
