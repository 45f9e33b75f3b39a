import type { AgentErrorOptions, ErrorCode } from '@x/types'
import { AgentError } from '@x/types'
import type { WireError } from './wire.js'

/** A refusal, from its HTTP status and its body, `{ "error": { "code", "message" } }`. */
export async function fromResponse(response: Response): Promise<AgentError> {
  const { status, headers } = response
  const error = await readError(response)
  const seconds = Number(headers.get('retry-after') ?? Number.NaN)
  const requestId = headers.get('x-request-id')
  return fromWireError(error, {
    status,
    ...(Number.isFinite(seconds) && { retryAfterMs: seconds * 1000 }),
    ...(requestId !== null && { requestId }),
  })
}

/** What the service reports, before an answer or in the middle of one. */
export function fromWireError({ code, message }: WireError, options: AgentErrorOptions = {}): AgentError {
  const row = errorTable[code] ?? { code: options.status && options.status < 500 ? 'invalid-request' : 'unavailable' }
  const retryable = row.code === 'throttled' || row.code === 'unavailable'
  const { hint } = row
  return new AgentError(row.code, `Acme Cloud: ${message}`, {
    retryable,
    ...(hint !== undefined && { hint }),
    ...options,
  })
}

/** The service's codes in ours. A hint says what to do next; the message has said what happened. */
const errorTable: Readonly<Record<string, { readonly code: ErrorCode; readonly hint?: string }>> = {
  bad_request: { code: 'invalid-request' },
  too_long: { code: 'context-overflow', hint: 'Shorten the conversation, or take a model with a larger context.' },
  unauthorized: { code: 'credentials', hint: 'Set ACME_CLOUD_API_KEY, or pass apiKey.' },
  forbidden: { code: 'access-denied', hint: 'Ask the owner of the account for access to this model.' },
  no_such_model: { code: 'invalid-model', hint: 'Check modelId.' },
  rate_limited: { code: 'throttled' },
  out_of_quota: { code: 'quota', hint: 'Raise the quota of the account, or wait until it is renewed.' },
  overloaded: { code: 'unavailable' },
}

/** Proxies answer with pages of their own, so the body may be anything; its words may be long and are cut. */
async function readError(response: Response): Promise<WireError> {
  const text = await response.text()
  try {
    const { error } = JSON.parse(text) as { error: WireError }
    return { code: String(error.code), message: String(error.message) }
  } catch {
    return { code: 'unknown', message: `status ${response.status}: ${text.slice(0, 200)}` }
  }
}
