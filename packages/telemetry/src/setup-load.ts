import { AgentError } from '@x/types'

interface Packages {
  readonly '@opentelemetry/api': typeof import('@opentelemetry/api')
  readonly '@opentelemetry/context-async-hooks': typeof import('@opentelemetry/context-async-hooks')
  readonly '@opentelemetry/exporter-metrics-otlp-http': typeof import('@opentelemetry/exporter-metrics-otlp-http')
  readonly '@opentelemetry/exporter-trace-otlp-http': typeof import('@opentelemetry/exporter-trace-otlp-http')
  readonly '@opentelemetry/resources': typeof import('@opentelemetry/resources')
  readonly '@opentelemetry/sdk-metrics': typeof import('@opentelemetry/sdk-metrics')
  readonly '@opentelemetry/sdk-trace': typeof import('@opentelemetry/sdk-trace')
}

const loaders: { readonly [Name in keyof Packages]: () => Promise<Packages[Name]> } = {
  '@opentelemetry/api': () => import('@opentelemetry/api'),
  '@opentelemetry/context-async-hooks': () => import('@opentelemetry/context-async-hooks'),
  '@opentelemetry/exporter-metrics-otlp-http': () => import('@opentelemetry/exporter-metrics-otlp-http'),
  '@opentelemetry/exporter-trace-otlp-http': () => import('@opentelemetry/exporter-trace-otlp-http'),
  '@opentelemetry/resources': () => import('@opentelemetry/resources'),
  '@opentelemetry/sdk-metrics': () => import('@opentelemetry/sdk-metrics'),
  '@opentelemetry/sdk-trace': () => import('@opentelemetry/sdk-trace'),
}

export type SdkPackage = keyof Packages

export type Loaded<Name extends SdkPackage> = Packages[Name]

/**
 * The packages, loaded. They are optional peers, so that only who sets telemetry up here installs them.
 * @throws AgentError `invalid-config` that names all that could not be loaded
 */
export async function loadPackages<Name extends SdkPackage>(
  names: readonly Name[],
): Promise<{ [N in Name]: Loaded<N> }> {
  const loads = await Promise.allSettled(names.map((name) => loaders[name]()))
  const failed = loads.flatMap((load, index) =>
    load.status === 'rejected' ? [{ name: names[index] as string, reason: load.reason as unknown }] : [],
  )
  if (failed.length === 0) {
    return Object.fromEntries(
      loads.map((load, index) => [names[index], load.status === 'fulfilled' && load.value]),
    ) as { [N in Name]: Loaded<N> }
  }
  const missing = failed.map(({ name }) => name)
  throw new AgentError('invalid-config', `startTelemetry() could not load ${missing.join(', ')}.`, {
    hint: `Install what is missing: npm install ${missing.join(' ')}`,
    cause: failed[0]?.reason,
  })
}
