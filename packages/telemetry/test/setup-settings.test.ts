import { isAgentError } from '@x/types'
import { describe, expect, it } from 'vitest'
import type { Environment } from '../src/setup-settings.js'
import { isDisabled, readSettings } from '../src/setup-settings.js'

const read = (environment: Environment, options = {}) => readSettings(options, environment)

describe('readSettings', () => {
  it('has the defaults of the specification', () => {
    expect(read({})).toEqual({
      ...{ traces: ['otlp'], metrics: ['otlp'], sampler: { name: 'parentbased_always_on', ratio: 1 } },
      ...{ batch: {}, spanLimits: {}, metricIntervalMs: 60_000, metricTimeoutMs: 30_000 },
    })
  })

  it('reads the environment', () => {
    const settings = read({
      OTEL_TRACES_EXPORTER: 'console, otlp',
      OTEL_METRICS_EXPORTER: 'none',
      OTEL_TRACES_SAMPLER: 'traceidratio',
      OTEL_TRACES_SAMPLER_ARG: '0.25',
      OTEL_BSP_SCHEDULE_DELAY: '100',
      OTEL_BSP_MAX_QUEUE_SIZE: '64',
      OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '32',
      OTEL_BSP_EXPORT_TIMEOUT: '200',
      OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT: '10',
      OTEL_ATTRIBUTE_COUNT_LIMIT: '20',
      OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT: '30',
      OTEL_SPAN_EVENT_COUNT_LIMIT: '',
      OTEL_METRIC_EXPORT_INTERVAL: '1000',
    })
    expect(settings).toEqual({
      ...{ traces: ['console', 'otlp'], metrics: [], sampler: { name: 'traceidratio', ratio: 0.25 } },
      batch: { scheduledDelayMillis: 100, maxQueueSize: 64, maxExportBatchSize: 32, exportTimeoutMillis: 200 },
      spanLimits: { attributeValueLengthLimit: 10, attributeCountLimit: 30 },
      ...{ metricIntervalMs: 1000, metricTimeoutMs: 1000 },
    })
  })

  it('lets options win', () => {
    const environment = { OTEL_TRACES_EXPORTER: 'none', OTEL_METRIC_EXPORT_INTERVAL: '1' }
    expect(read(environment, { exporter: 'memory', metricIntervalMs: 500 })).toMatchObject({
      ...{ traces: ['memory'], metrics: ['memory'], metricIntervalMs: 500 },
    })
    expect(read(environment, { metrics: false })).toMatchObject({ traces: [], metrics: [] })
  })

  it.each<[Environment, string]>([
    [{ OTEL_TRACES_EXPORTER: 'zipkin' }, 'OTEL_TRACES_EXPORTER asks for: "zipkin". It takes otlp, console, none.'],
    [{ OTEL_METRICS_EXPORTER: 'prometheus' }, 'OTEL_METRICS_EXPORTER'],
    [{ OTEL_TRACES_SAMPLER: 'xray' }, 'OTEL_TRACES_SAMPLER'],
    [{ OTEL_TRACES_SAMPLER_ARG: '2' }, 'OTEL_TRACES_SAMPLER_ARG'],
    [{ OTEL_BSP_SCHEDULE_DELAY: 'soon' }, 'OTEL_BSP_SCHEDULE_DELAY asks for: "soon"'],
    [{ OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }, 'OTEL_EXPORTER_OTLP_PROTOCOL'],
    [{ OTEL_EXPORTER_OTLP_METRICS_PROTOCOL: 'grpc' }, 'OTEL_EXPORTER_OTLP_METRICS_PROTOCOL'],
  ])('does not pass over %j in silence', (environment, text) => {
    expect(() => read(environment)).toThrow(text)
    try {
      read(environment)
    } catch (error) {
      expect(isAgentError(error, 'invalid-config')).toBe(true)
    }
  })

  it('asks about the protocol only where it is used', () => {
    const grpc = { OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }
    expect(read(grpc, { exporter: 'memory' }).traces).toEqual(['memory'])
    expect(read({ ...grpc, OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'http/json' }, { metrics: false }).traces).toEqual([
      'otlp',
    ])
  })
})

it('isDisabled: true in any case, and nothing else', () => {
  const answers = ['true', ' True', '1', '', undefined].map((value) => isDisabled({ OTEL_SDK_DISABLED: value }))
  expect(answers).toEqual([true, true, false, false, false])
})
