import type { ErrorCode, JsonValue } from '@x/types'
import { AgentError } from '@x/types'

/** What stands in the place of an answer: `{ "errorCode": 400, "errorMessage": "bad request" }`. */
export function fromRecordError(error: JsonValue | undefined): AgentError {
  const { errorCode, errorMessage } = (Object(error) ?? {}) as { errorCode?: JsonValue; errorMessage?: JsonValue }
  const status = Number(errorCode)
  const said = typeof errorMessage === 'string' ? errorMessage : 'The record has neither an answer nor an error.'
  if (!Number.isInteger(status)) return new AgentError('model-failed', said)
  const { code, retryable } = kindOf(status)
  return new AgentError(code, said, { status, retryable })
}

function kindOf(status: number): { readonly code: ErrorCode; readonly retryable: boolean } {
  if (status === 429) return { code: 'throttled', retryable: true }
  if (status === 403) return { code: 'access-denied', retryable: false }
  if (status >= 500) return { code: 'unavailable', retryable: true }
  return { code: 'invalid-request', retryable: false }
}
