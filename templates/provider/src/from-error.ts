import type { AssistantMessage } from '@x/types'
import { AgentError, isAgentError } from '@x/types'

/** Whatever was thrown as the one error class, with what had arrived until then. */
export function fromError(error: unknown, signal: AbortSignal, message: AssistantMessage | undefined): AgentError {
  const failure = toFailure(error, signal)
  if (message) failure.partial = { ...failure.partial, message }
  return failure
}

/** No answer at all. */
export function networkError(cause: unknown): AgentError {
  return new AgentError('network', 'Acme Cloud could not be reached.', {
    retryable: true,
    hint: 'Check baseUrl and the network.',
    cause,
  })
}

/** Half an answer: it must never be taken for a whole one. */
export function truncated(cause?: unknown): AgentError {
  return new AgentError('stream-truncated', 'The answer of Acme Cloud ended before it was complete.', {
    retryable: true,
    hint: 'The connection was lost; the same call may work when it is sent again.',
    cause,
  })
}

function toFailure(error: unknown, signal: AbortSignal): AgentError {
  // First, because an abort also breaks the connection: how that looks is of no interest.
  if (signal.aborted) return new AgentError('aborted', 'The call to Acme Cloud was aborted.', { cause: signal.reason })
  if (isAgentError(error)) return error
  return new AgentError('internal', 'The answer of Acme Cloud could not be read.', { cause: error })
}
