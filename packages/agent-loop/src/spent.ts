import type { AgentError, ModelResult, Usage } from '@x/types'
import { addUsage, noUsage } from '@x/types'

/** What failed attempts of a model step cost belongs to the step. */
export function withSpent(result: ModelResult, spent: Usage): ModelResult {
  return spent === noUsage ? result : { ...result, usage: addUsage(spent, result.usage) }
}

/** Of all attempts together. */
export function withUsage(error: AgentError, usage: Usage): AgentError {
  if (usage !== noUsage) error.partial = { ...error.partial, usage }
  return error
}
