import type { JsonObject } from '@x/types'
import { AgentError } from '@x/types'
import type { BedrockConfig } from './config.js'
import type { ReasoningOptions } from './model-options.js'
import { quirksOf } from './quirks.js'
import { effortBudgets } from './reasoning-forms.js'

/**
 * What goes into `additionalModelRequestFields`: the reasoning option in the family's own words, and over it, member by
 * member, what the caller gave raw.
 * @throws AgentError `unsupported` when the family cannot be asked so.
 */
export function toRequestFields(config: BedrockConfig): JsonObject | undefined {
  const { reasoning, toolInput, additionalRequestFields } = config
  const fields = reasoning
    ? { ...toReasoning(config, reasoning).fields, ...additionalRequestFields }
    : additionalRequestFields
  return toolInput === 'eager' ? withEagerTools(config, fields) : fields
}

/** As `@ai-sdk/amazon-bedrock` asks for it. */
const eagerToolsBeta = 'fine-grained-tool-streaming-2025-05-14'

function withEagerTools({ modelId, family }: BedrockConfig, fields: JsonObject | undefined): JsonObject {
  if (!quirksOf(modelId, family).capabilities.eagerToolInput) {
    throw unsupported(`${modelId} does not know eager arguments of tools.`, 'Take toolInput away.')
  }
  const betas = Array.isArray(fields?.anthropic_beta) ? (fields.anthropic_beta as readonly string[]) : []
  return { ...fields, anthropic_beta: [...new Set([...betas, eagerToolsBeta])] }
}

export interface ReasoningFields {
  /** Which of the two the family was asked with. */
  readonly by: 'budget' | 'effort'
  readonly fields: JsonObject
}

/** @throws AgentError `unsupported` */
export function toReasoning({ modelId, family: stated }: BedrockConfig, options: ReasoningOptions): ReasoningFields {
  const { family, reasoning: form } = quirksOf(modelId, stated)
  const { effort, budgetTokens } = options
  if (form === undefined) {
    throw unsupported(
      `It is not known how ${stated ?? modelId} is asked for reasoning.`,
      'State the id of the model as `family`, or ask in its own words with additionalRequestFields.',
    )
  }
  if (form === 'none') throw unsupported(`${modelId} does not reason.`, 'Take the reasoning option away.')
  if (form === 'always') {
    throw unsupported(`${modelId} always reasons, and takes no setting.`, 'Take the reasoning option away.')
  }
  if (form.budget && budgetTokens !== undefined) return { by: 'budget', fields: form.budget(budgetTokens) }
  if (form.effort && effort !== undefined) {
    if (form.effort.levels.includes(effort)) return { by: 'effort', fields: form.effort.toFields(effort) }
    throw unsupported(`${modelId} takes no effort "${effort}".`, `It takes ${form.effort.levels.join(', ')}.`)
  }
  if (form.budget && effort !== undefined) return { by: 'budget', fields: form.budget(effortBudgets[effort]) }
  throw unsupported(
    `${family} models such as ${modelId} take no budget of tokens to reason with.`,
    `Give an effort: ${form.effort?.levels.join(', ')}.`,
  )
}

function unsupported(message: string, hint: string): AgentError {
  return new AgentError('unsupported', message, { hint })
}
