import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { SetupOptions } from '@x/telemetry/setup'
import { beforeAll, describe, expect, it } from 'vitest'
import { bundleProgram } from '../src/bundle-program.js'
import { plain } from '../src/otlp.js'
import { startReceiver } from '../src/start-receiver.js'

/* What a set-up does to the process that it is in. */

let program: string

beforeAll(async () => {
  program = await bundleProgram('traced-program')
})

interface Start {
  readonly ending: 'return' | 'wait' | 'handle'
  readonly env?: Readonly<Record<string, string>>
  readonly options?: SetupOptions
  readonly file?: string
}

interface Ended {
  readonly code: number | null
  readonly signal: string | null
  readonly printed: string
  readonly tookMs: number
}

/** Starts the program, calls `whenReady` once it has made its span, and waits for its end. */
async function start(
  { ending, env = {}, options = {}, file = program }: Start,
  whenReady?: (kill: () => void) => void,
) {
  const begun = performance.now()
  const child = spawn(process.execPath, [file, ending], {
    env: { PATH: process.env.PATH, SETUP_OPTIONS: JSON.stringify(options), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 30_000,
    killSignal: 'SIGKILL',
  })
  let printed = ''
  createInterface({ input: child.stdout }).on('line', (line) => {
    printed += `${line}\n`
    if (line === 'ready') whenReady?.(() => child.kill('SIGTERM'))
  })
  child.stderr.on('data', (chunk) => (printed += chunk))
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null]
  return { code, signal, printed, tookMs: performance.now() - begun } satisfies Ended
}

describe('a program that is traced by one line', () => {
  it('sends what is left when it ends by itself, as the environment says where and by what name', async () => {
    await using receiver = await startReceiver()
    const env = {
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      OTEL_EXPORTER_OTLP_HEADERS: 'apikey=from-env',
      OTEL_SERVICE_NAME: 'from-env',
      OTEL_RESOURCE_ATTRIBUTES: 'team=blue,service.name=not-this',
    }
    const { code, printed } = await start({ ending: 'return', env })
    expect({ code, printed }).toEqual({ code: 0, printed: 'ready\n' })
    expect((await receiver.spans()).map(({ name }) => name)).toEqual(['work'])
    const { traces, headers } = await receiver.received()
    const resource = plain(traces[0]?.resourceSpans[0]?.resource.attributes ?? [])
    expect(resource).toMatchObject({ 'service.name': 'from-env', team: 'blue', 'telemetry.sdk.language': 'nodejs' })
    expect(Object.keys(resource).filter((name) => name.startsWith('process.'))).toEqual([])
    expect(headers[0]?.apikey).toBe('from-env')
  })

  it('sends what is left at a signal, and then ends by that signal', async () => {
    await using receiver = await startReceiver()
    const options = { endpoint: receiver.url, metrics: false }
    const { code, signal } = await start({ ending: 'wait', options }, (kill) => kill())
    expect({ code, signal }).toEqual({ code: null, signal: 'SIGTERM' })
    expect((await receiver.spans()).map(({ name }) => name)).toEqual(['work'])
  })

  it('leaves the end to a program that handles the signal itself, and raises none again', async () => {
    await using receiver = await startReceiver()
    const options = { endpoint: receiver.url, metrics: false }
    const { code, signal } = await start({ ending: 'handle', options }, (kill) => kill())
    expect({ code, signal }).toEqual({ code: 7, signal: null })
    expect((await receiver.spans()).map(({ name }) => name)).toEqual(['work'])
  })

  it('sends nothing at the end when it is told not to', async () => {
    await using receiver = await startReceiver()
    const options = { endpoint: receiver.url, metrics: false, flushAtExit: false }
    expect((await start({ ending: 'return', options })).code).toBe(0)
    expect(await receiver.spans()).toEqual([])
  })

  it('is not held for long by a collector that is not there, and prints nothing about it', async () => {
    const options = { endpoint: 'http://127.0.0.1:1', exitTimeoutMs: 300 }
    const { code, printed, tookMs } = await start({ ending: 'return', options })
    expect({ code, printed }).toEqual({ code: 0, printed: 'ready\n' })
    // The exporter alone would try for ten seconds.
    expect(tookMs).toBeLessThan(6000)
  })

  it('sends nothing and asks for nothing when OTEL_SDK_DISABLED says so', async () => {
    await using receiver = await startReceiver()
    const options = { endpoint: receiver.url }
    const { printed } = await start({ ending: 'return', options, env: { OTEL_SDK_DISABLED: 'true' } })
    expect(printed).toBe('ready\n')
    expect((await receiver.received()).headers).toEqual([])
  })

  it('takes the sampler from the environment', async () => {
    await using receiver = await startReceiver()
    const options = { endpoint: receiver.url, metrics: false }
    const env = { OTEL_TRACES_SAMPLER: 'parentbased_traceidratio', OTEL_TRACES_SAMPLER_ARG: '0' }
    expect((await start({ ending: 'return', options, env })).code).toBe(0)
    expect(await receiver.spans()).toEqual([])
  })

  it('prints its spans when it is asked to', async () => {
    const env = { OTEL_TRACES_EXPORTER: 'console', OTEL_METRICS_EXPORTER: 'none' }
    const { printed } = await start({ ending: 'return', env })
    expect(printed).toMatch(/name: 'work'/)
  })

  it('is told what to install when packages are missing, all of them at once', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'telemetry-'))
    try {
      const file = await bundleProgram('missing-program', folder)
      const { printed } = await start({ ending: 'return', file })
      expect(printed).toBe(
        'invalid-config: startTelemetry() could not load @opentelemetry/api, @opentelemetry/resources, ' +
          '@opentelemetry/sdk-trace, @opentelemetry/context-async-hooks, @opentelemetry/exporter-trace-otlp-http, ' +
          '@opentelemetry/sdk-metrics, @opentelemetry/exporter-metrics-otlp-http. ' +
          'Install what is missing: npm install @opentelemetry/api @opentelemetry/resources @opentelemetry/sdk-trace ' +
          '@opentelemetry/context-async-hooks @opentelemetry/exporter-trace-otlp-http @opentelemetry/sdk-metrics ' +
          '@opentelemetry/exporter-metrics-otlp-http\n',
      )
    } finally {
      await rm(folder, { recursive: true })
    }
  })
})
