import type { JsonObject } from '@x/types'
import { estimateUsage } from './estimate-usage.js'
import type { Refusal } from './refusal.js'
import { invalid } from './refusal.js'
import type { RuleContext } from './rule.js'
import { checkCountTokens } from './rules.js'
import type { ConverseBody } from './wire.js'

/**
 * The body of a CountTokens response, or the service's refusal. Counts what Converse's usage would, with the same rule
 * of thumb. `rules` go by this context; without it there are none.
 */
export function countTokens(
  modelId: string,
  body: JsonObject,
  rules: RuleContext | undefined,
): { inputTokens: number } | Refusal {
  const { converse, invokeModel } = (body.input ?? {}) as { readonly [member: string]: JsonObject }
  if ((converse === undefined) === (invokeModel === undefined)) {
    return invalid('CountTokens needs an input with one member: converse or invokeModel.')
  }
  const counted = converse ?? fromInvokeModel(invokeModel)
  if (!counted || !Array.isArray(counted.messages) || counted.messages.length === 0) {
    return invalid('A conversation must start with a user message. Try again with a conversation that starts with one.')
  }
  // The vendor's own body has another shape, and only its model is looked at.
  const checked = (converse ?? { messages: [anyQuestion] }) as ConverseBody
  const refusal = rules && checkCountTokens({ modelId, body: checked }, rules)
  if (refusal) return refusal
  const { inputTokens } = estimateUsage(counted as ConverseBody, [])
  return { inputTokens }
}

const anyQuestion = { role: 'user', content: [{ text: 'Hello' }] }

/** The vendor's own body, in base64; tools stand in another place there. */
function fromInvokeModel(invokeModel: JsonObject | undefined): JsonObject | undefined {
  try {
    const { messages, system, tools } = JSON.parse(Buffer.from(String(invokeModel?.body), 'base64').toString())
    return { messages, ...(system && { system }), ...(tools && { toolConfig: { tools } }) }
  } catch {
    return undefined
  }
}
