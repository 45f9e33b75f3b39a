import type { AgentError, ErrorCode } from '@x/types'
import type { HttpFault } from './fault.js'
import { statusOf } from './refusal.js'
import type { WireStreamException } from './wire-stream-event.js'

/** A model's failure as the service tells it before an answer begins. */
export function toHttpFault({ code, message }: AgentError): HttpFault {
  const error = rows[code]?.[0] ?? 'InternalServerException'
  return { type: 'http', status: error === 'UnrecognizedClientException' ? 403 : statusOf(error), error, message }
}

/** The same once the answer has begun, where five exceptions are all that the service has. */
export function toStreamException({ code, message }: AgentError): WireStreamException {
  const exception = rows[code]?.[1] ?? 'internalServerException'
  return { [exception]: { message } } as unknown as WireStreamException
}

type StreamExceptionName = WireStreamException extends infer Each ? (Each extends Each ? keyof Each : never) : never

/** What is at fault decides: the request, the quota, the model, or the service. Unknown codes are the service's fault. */
const rows: { readonly [code in ErrorCode]?: readonly [beforeStream: string, inStream: StreamExceptionName] } = {
  throttled: ['ThrottlingException', 'throttlingException'],
  quota: ['ServiceQuotaExceededException', 'throttlingException'],
  unavailable: ['ServiceUnavailableException', 'serviceUnavailableException'],
  network: ['ServiceUnavailableException', 'serviceUnavailableException'],
  busy: ['ServiceUnavailableException', 'serviceUnavailableException'],
  timeout: ['ModelTimeoutException', 'modelStreamErrorException'],
  'stream-truncated': ['ModelErrorException', 'modelStreamErrorException'],
  'invalid-stream': ['ModelErrorException', 'modelStreamErrorException'],
  'model-failed': ['ModelErrorException', 'modelStreamErrorException'],
  'context-overflow': ['ValidationException', 'validationException'],
  'invalid-request': ['ValidationException', 'validationException'],
  'invalid-messages': ['ValidationException', 'validationException'],
  'invalid-config': ['ValidationException', 'validationException'],
  unsupported: ['ValidationException', 'validationException'],
  guardrail: ['ValidationException', 'validationException'],
  'needs-inference-profile': ['ValidationException', 'validationException'],
  'invalid-model': ['ResourceNotFoundException', 'validationException'],
  'model-end-of-life': ['ResourceNotFoundException', 'validationException'],
  'access-denied': ['AccessDeniedException', 'validationException'],
  credentials: ['UnrecognizedClientException', 'validationException'],
}
