import { isServedIn } from './geographies.js'
import { findModel, statusOn } from './models.js'
import { readModelId } from './read-model-id.js'
import type { Refusal } from './refusal.js'
import { invalid } from './refusal.js'
import type { CheckedRequest, Rule } from './rule.js'

/** Whether the id can be one at all. */
export const modelIdRules: readonly Rule[] = [idForm, familyKnown, takesConverse]

/** Whether the model is to be had under this id, here and today. */
export const modelPlaceRules: readonly Rule[] = [variantAtHand, needsProfile, servedInRegion, stillAlive]

/** Recorded. */
const unknownId: Refusal = invalid('The provided model identifier is invalid.')

function idForm({ modelId }: CheckedRequest): Refusal | undefined {
  return modelId.length <= 2048 && readModelId(modelId) ? undefined : unknownId
}

/** New models of known families pass; a slip of the pen in the family's name does not. */
function familyKnown({ model, quirks }: CheckedRequest): Refusal | undefined {
  return model.baseId === undefined || quirks.family !== undefined ? undefined : unknownId
}

/** Text from public issues. */
function takesConverse({ operation, quirks }: CheckedRequest): Refusal | undefined {
  if (quirks.refusesConverse) {
    return invalid(
      "This action doesn't support the model that you provided. Try again with a supported text or chat model.",
    )
  }
  const isRefused = operation === 'ConverseStream' && quirks.refusesStreams
  return isRefused ? invalid('The model is unsupported for streaming.') : undefined
}

/** `:24k` and the like are only for provisioned throughput. Texts from public issues. */
function variantAtHand({ model, quirks }: CheckedRequest): Refusal | undefined {
  if (!/:\d+[km]$/.test(model.baseId ?? '')) return undefined
  if (quirks.needsProfile) return invalid("The provided model doesn't support on-demand throughput.")
  return { status: 404, error: 'ResourceNotFoundException', message: 'Model not found.' }
}

function needsProfile({ operation, modelId, model, quirks }: CheckedRequest): Refusal | undefined {
  if (operation === 'CountTokens' || model.kind !== 'foundation-model' || !quirks.needsProfile) return undefined
  // Quoted in public issues; the apostrophe is the service's own, U+2019.
  const where = `Invocation of model ID ${modelId} with on-demand throughput isn’t supported.`
  return invalid(`${where} Retry your request with the ID or ARN of an inference profile that contains this model.`)
}

/** Documented as not possible; seen with the text for unknown ids. */
function servedInRegion({ model, region }: CheckedRequest): Refusal | undefined {
  if (model.region !== undefined && model.region !== region) return unknownId
  if (model.prefix === undefined || model.baseId === undefined) return undefined
  const listed = findModel(model.baseId)
  const exists = !listed || listed.geographies.includes(model.prefix)
  return exists && isServedIn(model.prefix, region) ? undefined : unknownId
}

/** Both texts are quoted in public issues. */
function stillAlive({ model, now, usesLegacyModels }: CheckedRequest): Refusal | undefined {
  const listed = model.baseId === undefined ? undefined : findModel(model.baseId)
  const status = listed && now ? statusOn(listed, now) : 'ACTIVE'
  if (status === 'gone') {
    return notFound(
      'This model version has reached the end of its life. Please refer to the AWS documentation for more details.',
    )
  }
  if (status !== 'LEGACY' || usesLegacyModels) return undefined
  return notFound(
    'Access denied. This Model is marked by provider as Legacy and you have not been actively using the model in the ' +
      'last 30 days. Please upgrade to an active model on Amazon Bedrock',
  )
}

function notFound(message: string): Refusal {
  return { status: 404, error: 'ResourceNotFoundException', message }
}
