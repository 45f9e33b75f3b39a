import type { ModelRequest } from '@x/types'
import { isAgentError } from '@x/types'
import type { BedrockConfig } from './config.js'
import type { Finding } from './finding.js'
import { finding } from './finding.js'
import type { Quirks } from './quirks.js'
import { toReasoning, toRequestFields } from './to-request-fields.js'

export interface CheckedReasoning {
  /** With the option said in the family's own words, for the checks that look at them. */
  readonly config: BedrockConfig
  /** The tool choice to send in place of the request's. */
  readonly choice?: Pick<ModelRequest, 'toolChoice'>
  readonly findings: readonly Finding[]
}

/**
 * The `reasoning` option beside the rest of the call. It asks in general terms, so it gives way to no setting, and a
 * forced tool choice gives way to it; thinking that was asked for raw is left to the other checks.
 */
export function checkReasoningOption(config: BedrockConfig, request: ModelRequest, quirks: Quirks): CheckedReasoning {
  if (!config.reasoning) return { config, findings: [] }
  try {
    const { by } = toReasoning(config, config.reasoning)
    const said = { ...config, additionalRequestFields: toRequestFields(config) ?? {} }
    const isForced = request.toolChoice === 'any' || typeof request.toolChoice === 'object'
    const refusesForced = typeof quirks.reasoning === 'object' && quirks.reasoning.budgetRefusesForcedTool
    if (by !== 'budget' || !isForced || !refusesForced) return { config: said, findings: [] }
    const message = 'With a budget for thinking no tool can be forced.'
    const findings = [finding('repaired', 'thinking-tool-choice', 'toolChoice', message, 'sent as auto')]
    return { config: said, choice: { toolChoice: 'auto' }, findings }
  } catch (error) {
    if (!isAgentError(error, 'unsupported')) throw error
    return { config, findings: [finding('error', 'reasoning-unsupported', 'config.reasoning', error.message)] }
  }
}
