import { isAgentError } from '@x/types'
import { ERROR_TYPE_VALUE_OTHER } from './attributes.js'

/**
 * The code of an {@link AgentError}, else the error's class: few values, as the conventions ask. Nothing else of an
 * error is ever told, as its text may quote a prompt, an answer or a key.
 */
export function errorType(error: unknown): string {
  if (isAgentError(error)) return error.code
  return error instanceof Error ? error.name : ERROR_TYPE_VALUE_OTHER
}

/** Aborting is what the caller wanted, so it is no error. Code that is told to stop throws whatever it likes. */
export function isAbort(signal: AbortSignal | undefined, error: unknown): boolean {
  return isAgentError(error) ? error.code === 'aborted' : (signal?.aborted ?? false)
}
