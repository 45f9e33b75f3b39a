import { AgentError } from '@x/types'
import type { SetupOptions } from './setup.js'

export type ExporterName = 'otlp' | 'console' | 'memory'

export type Environment = Readonly<Record<string, string | undefined>>

export interface Settings {
  readonly traces: readonly ExporterName[]
  readonly metrics: readonly ExporterName[]
  readonly sampler: { readonly name: SamplerName; readonly ratio: number }
  /** Missing numbers are left to the SDK's defaults. */
  readonly batch: Numbers
  readonly spanLimits: Numbers
  readonly metricIntervalMs: number
  readonly metricTimeoutMs: number
}

type Numbers = { readonly [member: string]: number }

const samplerNames = [
  ...['always_on', 'always_off', 'traceidratio'],
  ...['parentbased_always_on', 'parentbased_always_off', 'parentbased_traceidratio'],
] as const

type SamplerName = (typeof samplerNames)[number]

/** The SDK's names of what the environment may set; other variables are read by the SDK's packages themselves. */
const batchVariables = {
  maxExportBatchSize: ['OTEL_BSP_MAX_EXPORT_BATCH_SIZE'],
  maxQueueSize: ['OTEL_BSP_MAX_QUEUE_SIZE'],
  scheduledDelayMillis: ['OTEL_BSP_SCHEDULE_DELAY'],
  exportTimeoutMillis: ['OTEL_BSP_EXPORT_TIMEOUT'],
}

const limitVariables = {
  attributeValueLengthLimit: ['OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT', 'OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT'],
  attributeCountLimit: ['OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT', 'OTEL_ATTRIBUTE_COUNT_LIMIT'],
  eventCountLimit: ['OTEL_SPAN_EVENT_COUNT_LIMIT'],
  linkCountLimit: ['OTEL_SPAN_LINK_COUNT_LIMIT'],
  attributePerEventCountLimit: ['OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT'],
  attributePerLinkCountLimit: ['OTEL_LINK_ATTRIBUTE_COUNT_LIMIT'],
}

/** The environment of the process, where there is one. */
export function processEnvironment(): Environment {
  return (globalThis as { process?: { env?: Environment } }).process?.env ?? {}
}

export function isDisabled(environment: Environment): boolean {
  return environment.OTEL_SDK_DISABLED?.trim().toLowerCase() === 'true'
}

/**
 * What the options say, else the environment, else the defaults of the OpenTelemetry specification.
 * @throws AgentError `invalid-config` for a value that would otherwise be passed over in silence
 */
export function readSettings(options: SetupOptions, environment: Environment): Settings {
  const { exporter, metrics = true, endpoint } = options
  if (endpoint !== undefined && !URL.canParse(endpoint)) {
    throw new AgentError('invalid-config', 'The endpoint for telemetry is not a URL.', {
      hint: 'It is the base of /v1/traces and /v1/metrics, for example http://localhost:4318.',
    })
  }
  const metricIntervalMs = options.metricIntervalMs ?? numberOf(environment, ['OTEL_METRIC_EXPORT_INTERVAL']) ?? 60_000
  const metricTimeoutMs = numberOf(environment, ['OTEL_METRIC_EXPORT_TIMEOUT']) ?? 30_000
  const settings = {
    traces: exporter ? [exporter] : exportersOf(environment, 'OTEL_TRACES_EXPORTER'),
    metrics: !metrics ? [] : exporter ? [exporter] : exportersOf(environment, 'OTEL_METRICS_EXPORTER'),
    sampler: samplerOf(environment),
    batch: numbersOf(environment, batchVariables),
    spanLimits: numbersOf(environment, limitVariables),
    metricIntervalMs,
    metricTimeoutMs: Math.min(metricTimeoutMs, metricIntervalMs),
  }
  if (settings.traces.includes('otlp')) checkProtocol(environment, 'TRACES')
  if (settings.metrics.includes('otlp')) checkProtocol(environment, 'METRICS')
  return settings
}

function exportersOf(environment: Environment, variable: string): ExporterName[] {
  const names = textOf(environment, variable)
    ?.split(',')
    .map((name) => name.trim()) ?? ['otlp']
  return names.flatMap((name): ExporterName[] => {
    if (name === 'none' || name === '') return []
    if (name === 'otlp' || name === 'console') return [name]
    throw unknownValue(variable, name, ['otlp', 'console', 'none'])
  })
}

function samplerOf(environment: Environment): Settings['sampler'] {
  const variable = 'OTEL_TRACES_SAMPLER'
  const given = textOf(environment, variable) ?? 'parentbased_always_on'
  const name = samplerNames.find((known) => known === given)
  if (!name) throw unknownValue(variable, given, samplerNames)
  const ratio = numberOf(environment, ['OTEL_TRACES_SAMPLER_ARG']) ?? 1
  if (ratio < 0 || ratio > 1) throw unknownValue('OTEL_TRACES_SAMPLER_ARG', String(ratio), ['a share from 0 to 1'])
  return { name, ratio }
}

/** JSON goes to the same ports and paths as protobuf; gRPC is another protocol on another port. */
function checkProtocol(environment: Environment, signal: string): void {
  const variables = [`OTEL_EXPORTER_OTLP_${signal}_PROTOCOL`, 'OTEL_EXPORTER_OTLP_PROTOCOL']
  const variable = variables.find((name) => textOf(environment, name) !== undefined)
  if (variable && textOf(environment, variable) === 'grpc') throw unknownValue(variable, 'grpc', ['http/json'])
}

function numbersOf(environment: Environment, variables: Readonly<Record<string, readonly string[]>>): Numbers {
  return Object.fromEntries(
    Object.entries(variables).flatMap(([member, names]) => {
      const number = numberOf(environment, names)
      return number === undefined ? [] : [[member, number]]
    }),
  )
}

/** Of the first variable that is set. */
function numberOf(environment: Environment, variables: readonly string[]): number | undefined {
  const variable = variables.find((name) => textOf(environment, name) !== undefined)
  const text = variable && textOf(environment, variable)
  if (!variable || text === undefined) return undefined
  const number = Number(text)
  if (number >= 0) return number
  throw unknownValue(variable, text, ['a number'])
}

/** The specification: an empty variable is as good as none. */
function textOf(environment: Environment, variable: string): string | undefined {
  return environment[variable]?.trim() || undefined
}

function unknownValue(variable: string, value: string, known: readonly string[]): AgentError {
  return new AgentError('invalid-config', `startTelemetry() cannot do what ${variable} asks for: "${value}".`, {
    hint: `It takes ${known.join(', ')}. Or register an OpenTelemetry SDK of your own: otel() finds it.`,
  })
}
