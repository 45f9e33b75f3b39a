import type { AgentEvent, ModelResult } from '@x/types'
import type { Checked } from './check-answer.js'
import type { ExtractMode } from './extract-mode.js'
import type { ExtractAttempt } from './extraction.js'

/** An answer of the model. */
export type Answer = Pick<ModelResult, 'message' | 'stopReason' | 'usage'>

export function toAttempt(
  mode: ExtractMode,
  { message, stopReason, usage }: Answer,
  checked: Checked<unknown>,
  durationMs: number,
): ExtractAttempt {
  const { repairs } = checked
  if (checked.right) return { mode, message, stopReason, usage, durationMs, repairs }
  const { problem, problems } = checked
  return { mode, message, stopReason, usage, durationMs, repairs, problem, ...(problems.length > 0 && { problems }) }
}

/** A listener that fails does not break what it listens to. */
export function* tellAttempt(
  onAttempt: ((attempt: ExtractAttempt) => void) | undefined,
  attempt: ExtractAttempt,
): Generator<AgentEvent, void> {
  try {
    onAttempt?.(attempt)
  } catch (error) {
    const message = `onAttempt failed: ${error instanceof Error ? error.message : String(error)}`
    yield { type: 'warning', code: 'listener-failed', message }
  }
}
