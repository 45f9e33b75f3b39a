import { quirksOf } from './quirks.js'
import { readModelId } from './read-model-id.js'
import type { Refusal } from './refusal.js'
import { invalid } from './refusal.js'
import type { LocalRequest } from './reply.js'
import { converseShape, countedShape } from './request-shape.js'
import type { CheckedRequest, Rule, RuleContext } from './rule.js'
import { cacheRules } from './rules-of-caching.js'
import { contextRules } from './rules-of-context.js'
import { mediaRules } from './rules-of-media.js'
import { messageRules } from './rules-of-messages.js'
import { modelIdRules, modelPlaceRules } from './rules-of-model-ids.js'
import { outputRules } from './rules-of-output.js'
import { reasoningRules } from './rules-of-reasoning.js'
import { requestRules } from './rules-of-request.js'
import { shapeRefusal } from './rules-of-shape.js'
import { toolBlockRules } from './rules-of-tool-blocks.js'
import { toolRules } from './rules-of-tools.js'
import type { ConverseBody } from './wire.js'

/** What Converse and CountTokens look at alike, in the order of the service as far as it shows. */
const sharedRules: readonly Rule[] = [
  ...modelIdRules,
  ...toolRules,
  ...toolBlockRules,
  ...messageRules,
  ...mediaRules,
  ...cacheRules,
]

const converseRules: readonly Rule[] = [
  ...sharedRules,
  ...requestRules,
  ...outputRules,
  ...reasoningRules,
  ...modelPlaceRules,
  ...contextRules,
]

const countRules: readonly Rule[] = [countsTokens, ...sharedRules, ...modelPlaceRules]

/** The service's first objection to a Converse request, in its own words where they are known. */
export function checkRequest(request: LocalRequest, context: RuleContext = {}): Refusal | undefined {
  const { operation, modelId, body } = request
  return shapeRefusal(converseShape, body) ?? firstRefusal(converseRules, checked(operation, modelId, body, context))
}

/** The same for CountTokens; `body` is what stands under `input.converse`. */
export function checkCountTokens(
  { modelId, body }: Pick<LocalRequest, 'modelId' | 'body'>,
  context: RuleContext = {},
): Refusal | undefined {
  return shapeRefusal(countedShape, body) ?? firstRefusal(countRules, checked('CountTokens', modelId, body, context))
}

function checked(
  operation: CheckedRequest['operation'],
  modelId: string,
  body: ConverseBody,
  { region = 'us-east-1', now, usesLegacyModels = true }: RuleContext,
): CheckedRequest {
  const model = readModelId(modelId) ?? { kind: 'own' }
  const quirks = model.baseId === undefined ? {} : quirksOf(model.baseId)
  return { operation, modelId, model, quirks, body, region, usesLegacyModels, ...(now && { now }) }
}

function firstRefusal(rules: readonly Rule[], request: CheckedRequest): Refusal | undefined {
  for (const rule of rules) {
    const refusal = rule(request)
    if (refusal) return refusal
  }
  return undefined
}

/** Recorded for a profile's id; models of other vendors are refused alike. */
function countsTokens({ model, quirks }: CheckedRequest): Refusal | undefined {
  const counts = model.kind === 'foundation-model' && (quirks.countsTokens || quirks.family === undefined)
  return counts ? undefined : invalid("The provided model doesn't support counting tokens.")
}
