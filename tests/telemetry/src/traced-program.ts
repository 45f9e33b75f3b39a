import { trace } from '@opentelemetry/api'
import type { SetupOptions } from '@x/telemetry/setup'
import { startTelemetry } from '@x/telemetry/setup'

/*
 * A program that makes one span and ends as its argument says: `return` (by itself), `wait` (until a signal comes),
 * `handle` (until a signal comes, which it handles itself). The options of the set-up are JSON in its environment.
 */

const options = JSON.parse(process.env.SETUP_OPTIONS ?? '{}') as SetupOptions

await startTelemetry(options)
trace.getTracer('program').startSpan('work').end()
const [, , how] = process.argv
let signals = 0
if (how === 'handle') {
  process.on('SIGTERM', () => {
    signals += 1
    if (signals === 1) setTimeout(() => process.exit(6 + signals), 500)
  })
}
if (how !== 'return') setInterval(() => {}, 60_000)
process.stdout.write('ready\n')
