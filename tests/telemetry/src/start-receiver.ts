import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { bundleProgram } from './bundle-program.js'
import type { OtlpMetric, OtlpSpan, Received } from './otlp.js'

export interface Receiver extends AsyncDisposable {
  readonly url: string
  received(): Promise<Received>
  spans(): Promise<readonly OtlpSpan[]>
  /** As last reported. */
  metrics(): Promise<readonly OtlpMetric[]>
}

export async function startReceiver(...args: readonly string[]): Promise<Receiver> {
  const program = await bundleProgram('otlp-receiver')
  const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [url] = (await once(createInterface({ input: child.stdout }), 'line')) as [string]
  const received = async () => (await (await fetch(`${url}/received`)).json()) as Received
  return {
    url,
    received,
    async spans() {
      const { traces } = await received()
      return traces.flatMap(({ resourceSpans }) =>
        resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans)),
      )
    },
    async metrics() {
      const { metrics } = await received()
      return (metrics.at(-1)?.resourceMetrics ?? []).flatMap(({ scopeMetrics }) =>
        scopeMetrics.flatMap((scope) => scope.metrics),
      )
    },
    async [Symbol.asyncDispose]() {
      const ended = once(child, 'exit')
      child.kill()
      await ended
    },
  }
}
