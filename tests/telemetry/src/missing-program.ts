import { startTelemetry } from '@x/telemetry/setup'
import { isAgentError } from '@x/types'

/* A program that has installed nothing of OpenTelemetry. */

try {
  await startTelemetry()
} catch (error) {
  if (!isAgentError(error)) throw error
  process.stdout.write(`${error.code}: ${error.message}\n`)
}
