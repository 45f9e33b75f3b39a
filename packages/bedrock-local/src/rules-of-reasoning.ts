import type { Refusal } from './refusal.js'
import type { CheckedRequest, Rule } from './rule.js'
import { malformedRequest, vendorSays } from './vendor-says.js'

/** Reasoning that is asked for, and what else of the request it rules out. */
export const reasoningRules: readonly Rule[] = [
  thinkingKind,
  thinkingBudget,
  thinkingSampling,
  thinkingForcedTool,
  effort,
  novaReasoning,
  novaTopK,
]

interface Thinking {
  readonly type?: unknown
  readonly budget_tokens?: unknown
}

/** Claude's; `undefined` where another family's own member has the name, or nothing asks for thought. */
function thinkingOf({ quirks, body }: CheckedRequest): Thinking | undefined {
  const thinking = body.additionalModelRequestFields?.thinking as Thinking | null | undefined
  const isAsked = typeof thinking === 'object' && thinking !== null && thinking.type !== 'disabled'
  return quirks.thinking && isAsked ? thinking : undefined
}

/** Quoted in public issues, but for the last, which has Anthropic's form. */
function thinkingKind(request: CheckedRequest): Refusal | undefined {
  const { type } = thinkingOf(request) ?? { type: 'none' }
  const { thinking: kinds = [] } = request.quirks
  if (type === 'none' || kinds.some((kind) => kind === type)) return undefined
  if (kinds.length === 0) return vendorSays('thinking: Extra inputs are not permitted')
  if (type === 'adaptive') return vendorSays('adaptive thinking is not supported on this model')
  if (type === 'enabled') {
    const instead = 'Use "thinking.type.adaptive" and "output_config.effort" to control thinking behavior.'
    return vendorSays(`"thinking.type.enabled" is not supported for this model. ${instead}`)
  }
  return vendorSays("thinking: Input tag found using 'type' does not match any of the expected tags")
}

function thinkingBudget(request: CheckedRequest): Refusal | undefined {
  const { type, budget_tokens: budget } = thinkingOf(request) ?? {}
  if (type !== 'enabled') return undefined
  const path = 'thinking.enabled.budget_tokens'
  if (budget === undefined || budget === null) return vendorSays(`${path}: Field required`)
  if (typeof budget !== 'number' || !Number.isInteger(budget)) {
    return vendorSays(`${path}: Input should be a valid integer`)
  }
  if (budget < 1024) return vendorSays(`${path}: Input should be greater than or equal to 1024`)
  const { maxTokens } = request.body.inferenceConfig ?? {}
  if (typeof maxTokens !== 'number' || maxTokens > budget) return undefined
  return vendorSays(
    '`max_tokens` must be greater than `thinking.budget_tokens`. Please consult our documentation at ' +
      'https://docs.anthropic.com/en/docs/build-with-claude/extended-thinking#max-tokens-and-context-window-size',
  )
}

/** The first is quoted in public issues, the others are Anthropic's own. */
function thinkingSampling(request: CheckedRequest): Refusal | undefined {
  const { inferenceConfig, additionalModelRequestFields: fields } = request.body
  if (thinkingOf(request)?.type !== 'enabled') return undefined
  const { temperature, topP } = inferenceConfig ?? {}
  if (typeof temperature === 'number' && temperature !== 1) {
    return vendorSays('`temperature` may only be set to 1 when thinking is enabled.')
  }
  if (typeof topP === 'number' && topP < 0.95) {
    return vendorSays('`top_p` must be greater than or equal to 0.95 or unset when thinking is enabled.')
  }
  const hasTopK = (fields?.top_k ?? undefined) !== undefined
  return hasTopK ? vendorSays('`top_k` must be unset when thinking is enabled.') : undefined
}

/** Adaptive thought beside a forced tool is disputed, and let through. */
function thinkingForcedTool(request: CheckedRequest): Refusal | undefined {
  const { any, tool } = request.body.toolConfig?.toolChoice ?? {}
  if (thinkingOf(request)?.type !== 'enabled' || !(any || tool)) return undefined
  return vendorSays('Thinking may not be enabled when tool_choice forces tool use.')
}

/** Anthropic's own texts. */
function effort({ quirks, body }: CheckedRequest): Refusal | undefined {
  const config = body.additionalModelRequestFields?.output_config as { readonly effort?: unknown } | null | undefined
  const level = config?.effort ?? body.outputConfig?.effort ?? undefined
  const { efforts } = quirks
  if (!efforts || level === undefined || efforts.some((known) => known === level)) return undefined
  if (efforts.length === 0) return vendorSays('This model does not support the effort parameter.')
  const words = efforts.map((known) => `'${known}'`)
  return vendorSays(`output_config.effort: Input should be ${words.slice(0, -1).join(', ')} or ${words.at(-1)}`)
}

/** Of models that do not reason: quoted in a public issue. The others: documented, in the same form. */
function novaReasoning({ quirks, body }: CheckedRequest): Refusal | undefined {
  const config = body.additionalModelRequestFields?.reasoningConfig as
    | { readonly type?: unknown; readonly maxReasoningEffort?: unknown }
    | null
    | undefined
  if (quirks.dialect !== 'nova' || !config || config.type === 'disabled') return undefined
  const level = config.maxReasoningEffort
  const isKnown = config.type === 'enabled' && ['low', 'medium', 'high'].some((known) => known === level)
  if (!quirks.reasons || !isKnown) return malformedRequest('the provided reasoning config value is invalid')
  const { maxTokens, temperature, topP } = body.inferenceConfig ?? {}
  const knob = Object.entries({ maxTokens, temperature, topP }).find(([, value]) => typeof value === 'number')
  if (level !== 'high' || !knob) return undefined
  return malformedRequest(`${knob[0]} must be unset when maxReasoningEffort is high`)
}

/** Documented, in Nova's form. */
function novaTopK({ quirks, body }: CheckedRequest): Refusal | undefined {
  const config = body.additionalModelRequestFields?.inferenceConfig as { readonly topK?: unknown } | null | undefined
  const topK = config?.topK ?? undefined
  if (quirks.dialect !== 'nova' || topK === undefined) return undefined
  if (typeof topK !== 'number') return malformedRequest('#/inferenceConfig/topK: expected type: Number')
  return topK >= 0 && topK <= 128
    ? undefined
    : malformedRequest(
        `#/inferenceConfig/topK: ${topK} is not ${topK < 0 ? 'greater or equal to 0' : 'less or equal to 128'}`,
      )
}
