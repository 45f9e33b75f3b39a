import type { ErrorCode } from '@x/types'
import { AgentError, isAgentError } from '@x/types'

interface Failure {
  readonly name: string
  readonly message: string
  readonly code: string
  readonly status: number | undefined
}

interface ErrorRow {
  readonly code: ErrorCode
  readonly when: (failure: Failure) => boolean
  readonly retryable?: boolean
  readonly hint?: string
  /** Wrong in the set-up: no other call of the model mends it, so the run ends. */
  readonly endsRun?: boolean
}

const named = (pattern: RegExp) => (failure: Failure) => pattern.test(failure.name)

/** The first row that fits decides. */
const rows: readonly ErrorRow[] = [
  {
    code: 'throttled',
    when: ({ name, status }) => /Throttl|TooManyRequests/.test(name) || status === 429,
    retryable: true,
  },
  { code: 'quota', when: named(/^ServiceQuotaExceeded/), hint: 'Raise the quota under Service Quotas in AWS.' },
  {
    code: 'credentials',
    when: named(/ExpiredToken|UnrecognizedClient|InvalidSignature|CredentialsProvider|TokenProvider|^SSO/),
    hint: 'Check what the call signs with: credentials in the environment, or the profile (aws sso login).',
    endsRun: true,
  },
  {
    code: 'region',
    when: ({ message }) => /Region is missing|Region not accepted/.test(message),
    hint: 'Give `region` to retrieve, or set AWS_REGION.',
    endsRun: true,
  },
  {
    code: 'access-denied',
    when: ({ name, status }) => /^AccessDenied/.test(name) || status === 401 || status === 403,
    hint: 'Allow the IAM action bedrock:Retrieve on this knowledge base.',
  },
  {
    code: 'invalid-config',
    when: ({ name, status }) => /^ResourceNotFound/.test(name) || status === 404,
    hint: 'Check its id, and that the region is the one it lives in.',
    endsRun: true,
  },
  { code: 'invalid-request', when: ({ name, status }) => /^Validation/.test(name) || status === 400 },
  { code: 'timeout', when: ({ name, code }) => /^Timeout/.test(name) || /TIMEDOUT/.test(code), retryable: true },
  {
    code: 'unavailable',
    when: ({ name, status = 0 }) =>
      /^(InternalServer|BadGateway|DependencyFailed|Conflict|ServiceUnavailable)/.test(name) || status >= 500,
    retryable: true,
  },
  { code: 'network', when: ({ code }) => /^(E[A-Z_]+|ERR_HTTP2_[A-Z_]+)$/.test(code), retryable: true },
]

/** Whatever the SDK throws, as the one error class. */
export function fromRetrieveError(error: unknown, knowledgeBaseId: string, signal: AbortSignal): AgentError {
  const where = `Retrieve from the knowledge base ${knowledgeBaseId}`
  if (signal.aborted) return new AgentError('aborted', `${where} was aborted.`, { cause: error })
  if (isAgentError(error)) return error
  const { name = '', message = String(error), code = '', $metadata } = Object(error)
  const { requestId, httpStatusCode: status } = Object($metadata)
  const failure: Failure = { name, message, code: String(code), status }
  const row = rows.find(({ when }) => when(failure))
  const said = /[.!?]$/.test(message) ? message : `${message || name}.`
  return new AgentError(row?.code ?? 'internal', `${where} failed: ${said}`, {
    retryable: row?.retryable ?? false,
    scope: row?.endsRun ? 'run' : 'step',
    cause: error,
    ...(row?.hint !== undefined && { hint: row.hint }),
    ...(requestId !== undefined && { requestId }),
    ...(typeof status === 'number' && { status }),
  })
}
