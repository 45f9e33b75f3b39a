import type { ErrorCode, StopReason, Usage } from '@x/types'
import { AgentError, addUsage, isAgentError, noUsage } from '@x/types'
import type { ExtractAttempt, ExtractFailure } from './extraction.js'

// Holds across copies of this package, as the marker of AgentError does.
const key = Symbol.for('@x/structured/failure')

/** What was tried before this error of `extract`, `extractStream` or `runStructured`; errors of the model included. */
export function failureOf(error: unknown): ExtractFailure | undefined {
  return (Object(error) as { readonly [key]?: ExtractFailure })[key]
}

/** Notes down with an error what was tried, the last answer, and the usage of all of it. */
export function withFailure(error: unknown, failure: ExtractFailure): AgentError {
  const found = isAgentError(error)
    ? error
    : new AgentError('internal', `The extraction failed: ${wordsOf(error)}`, { cause: error })
  Object.defineProperty(found, key, { value: failure, configurable: true })
  const { attempts, usage } = failure
  const last = attempts.at(-1)
  found.partial = { ...(last && { message: last.message }), ...found.partial, usage }
  return found
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** The error for an answer that was not usable; `withFailure` notes down the rest. */
export function toError({ code, message, hint }: FinalFault): AgentError {
  return new AgentError(code, message, { hint })
}

export interface FinalFault {
  readonly code: ErrorCode
  readonly message: string
  readonly hint: string
}

/** Why asking again in the same way would not help. */
export function finalFault(modelId: string, stopReason: StopReason): FinalFault | undefined {
  switch (stopReason) {
    case 'length':
      return {
        code: 'incomplete',
        message: `The answer of ${modelId} was cut at its token limit.`,
        hint: 'Raise maxTokens (or give `onLength`), or ask for less.',
      }
    case 'context-window':
      return {
        code: 'context-overflow',
        message: `The answer of ${modelId} was cut because the context window is full.`,
        hint: 'Send a shorter conversation.',
      }
    case 'guardrail':
    case 'filtered':
      return {
        code: 'guardrail',
        message: `The answer of ${modelId} was withheld (${stopReason}).`,
        hint: 'The last message in `partial` and the trace of the service say more.',
      }
    default:
      return undefined
  }
}

/** For the last of too many wrong answers. */
export function exhausted(modelId: string, attempts: readonly ExtractAttempt[]): FinalFault {
  const times = attempts.length === 1 ? 'attempt' : `${attempts.length} attempts`
  return {
    code: 'invalid-output',
    message: `${modelId} gave no right answer in ${times}. ${attempts.at(-1)?.problem ?? ''}`.trim(),
    hint: 'failureOf(error) has every attempt. Say more in the descriptions of the schema, or take a stronger model.',
  }
}

export function totalUsage(attempts: readonly ExtractAttempt[]): Usage {
  return attempts.map(({ usage }) => usage).reduce(addUsage, noUsage)
}
