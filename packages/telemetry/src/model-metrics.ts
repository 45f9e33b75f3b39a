import type { Attributes, Context } from '@opentelemetry/api'
import type { ModelResult, Usage } from '@x/types'
import type { PriceTable } from '@x/types/cost'
import { costOf, priceOf, serviceTierOf } from '@x/types/cost'
import type { PolicyAssessment } from './assess-guardrail.js'
import * as names from './attributes.js'
import type { AskedCall } from './describe-call.js'
import { requestedModel } from './describe-call.js'
import { promptTokens } from './describe-result.js'
import type { Instruments } from './instruments.js'

/** What an answer says to the meters. */
export interface Answer {
  readonly usage: Usage
  readonly firstChunkMs: number | undefined
  readonly assessed: readonly PolicyAssessment[]
  readonly cost: number | undefined
}

export function recordAnswer(
  instruments: Instruments | undefined,
  { usage, firstChunkMs, assessed, cost }: Answer,
  attributes: Attributes,
  context: Context,
): void {
  if (!instruments) return
  if (firstChunkMs !== undefined) instruments.timeToFirstChunk.record(firstChunkMs / 1000, attributes, context)
  recordUsage(instruments, { usage, cost }, attributes, context)
  for (const { guardrailId, side, policy, action } of assessed) {
    if (action === 'none') continue
    const intervention = {
      ...attributes,
      [names.ATTR_AWS_BEDROCK_GUARDRAIL_ID]: guardrailId,
      [names.ownAttributes.guardrailSide]: side,
      [names.ownAttributes.guardrailPolicy]: policy,
      [names.ownAttributes.guardrailAction]: action,
    }
    instruments.guardrailInterventions.add(1, intervention, context)
  }
}

/** Also of a failed call, as far as it is known what that used. */
export function recordUsage(
  instruments: Instruments | undefined,
  { usage, cost }: Pick<Answer, 'usage' | 'cost'>,
  attributes: Attributes,
  context: Context,
): void {
  if (!instruments) return
  const { outputTokens, cacheReadTokens, cacheWriteTokens } = usage
  const inputTokens = promptTokens(usage)
  const ofType = (type: string) => ({ ...attributes, [names.ATTR_GEN_AI_TOKEN_TYPE]: type })
  instruments.tokenUsage.record(inputTokens, ofType(names.GEN_AI_TOKEN_TYPE_VALUE_INPUT), context)
  instruments.tokenUsage.record(outputTokens, ofType(names.GEN_AI_TOKEN_TYPE_VALUE_OUTPUT), context)
  // A service that says nothing of its cache has none that counts.
  if (inputTokens > 0 && (cacheReadTokens !== undefined || cacheWriteTokens !== undefined)) {
    instruments.cacheHitRatio.record((cacheReadTokens ?? 0) / inputTokens, attributes, context)
  }
  if (cost !== undefined) instruments.cost.add(cost, attributes, context)
}

/** At the price of the model that answered, for the tier that answered; failed attempts count at the same. */
export function callCost(
  prices: PriceTable | undefined,
  call: AskedCall,
  { usage, message, metadata }: Pick<ModelResult, 'usage'> & Partial<ModelResult>,
): number | undefined {
  const price = prices && priceOf(prices, message?.model?.modelId ?? requestedModel(call))
  return price && costOf(usage, price, serviceTierOf(metadata))
}
