import type { StopReason } from '@x/types'
import type { Checked, CheckOptions } from './check-answer.js'
import { checkAnswer } from './check-answer.js'
import type { Rung } from './rung.js'
import type { Answer } from './to-attempt.js'

/** The stop reason comes first: what may have been cut is not an answer, even if it happens to fit the schema. */
export async function checkUsable<Output>(
  rung: Rung<Output>,
  { message, stopReason }: Pick<Answer, 'message' | 'stopReason'>,
  options: CheckOptions<Output>,
): Promise<Checked<Output>> {
  if (!unusable.has(stopReason)) return checkAnswer(rung, message, options)
  const problem = `The answer was not usable (${stopReason}).`
  const faults = rung
    .read(message, false)
    .map(({ callId }) => ({ ...(callId !== undefined && { callId }), fault: problem }))
  return { right: false, problem, faults, problems: [], repairs: [] }
}

const unusable: ReadonlySet<StopReason> = new Set(['length', 'context-window', 'filtered', 'malformed'])
