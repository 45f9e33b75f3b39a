import type { ModelEvent, ModelRequest } from '@x/types'
import { AgentError } from '@x/types'
import { checkRequest } from './check-request.js'
import type { BedrockConfig } from './config.js'
import type { Finding } from './finding.js'
import { toRequestFields } from './to-request-fields.js'

type Warning = ModelEvent & { readonly type: 'warning' }

/**
 * The request that is sent, as `config.check` has it, and what the consumer is told about it.
 * @throws AgentError `invalid-messages` when messages are at fault, else `invalid-request`; it names every path.
 * `unsupported` for reasoning that the family cannot be asked for.
 */
export function settleRequest(
  config: BedrockConfig,
  request: ModelRequest,
): { request: ModelRequest; warnings: readonly Warning[] } {
  const mode = config.check ?? 'repair'
  if (mode === 'off') return { request, warnings: [] }
  // Reasoning that the family cannot be asked for has an error and a code of its own.
  toRequestFields(config)
  const checked = checkRequest(config, request)
  const refused = checked.findings.filter(
    ({ severity }) => severity === 'error' || (severity === 'repaired' && mode === 'error'),
  )
  if (refused.length > 0) throw toError(refused)
  const told = checked.findings.filter(({ severity }) => severity === 'repaired' || severity === 'warning')
  return { request: checked.request, warnings: told.map(toWarning) }
}

function toWarning({ rule, path, message, repair }: Finding): Warning {
  return { type: 'warning', code: rule, path, message: repair ? `${message} It is ${repair}.` : message }
}

const maxNamed = 10

function toError(findings: readonly Finding[]): AgentError {
  const isMessages = findings.some(({ path }) => path.startsWith('messages'))
  const named = findings.slice(0, maxNamed).map(({ path, message }) => `${path}: ${message}`)
  const more = findings.length > maxNamed ? ` And ${findings.length - maxNamed} more.` : ''
  const message = `Bedrock would refuse this request. ${named.join(' ')}${more}`
  return new AgentError(isMessages ? 'invalid-messages' : 'invalid-request', message, {
    hint: 'checkRequest() lists all findings; the option check: "off" sends a request as it is.',
  })
}
