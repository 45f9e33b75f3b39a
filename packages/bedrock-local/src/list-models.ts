import type { JsonObject } from '@x/types'
import type { InferenceProfile } from './inference-profiles.js'
import { inferenceProfilesIn } from './inference-profiles.js'
import type { FoundationModel } from './models.js'
import { findModel, foundationModels, statusOn } from './models.js'
import type { Refusal } from './refusal.js'
import { invalid } from './refusal.js'

// The read-only part of the control plane, whose host is another one in AWS. Shapes: @aws-sdk/client-bedrock.

/** ListFoundationModels: by provider, output modality, inference type and kind of customization. */
export function listFoundationModels(query: URLSearchParams, region: string, now: Date): JsonObject {
  const wanted = (name: string) => query.get(name)?.toLowerCase()
  const holds = (name: string, values: readonly string[]) =>
    query.get(name) === null || values.some((value) => value.toLowerCase() === wanted(name))
  const models = foundationModels.filter(
    (model) =>
      statusOn(model, now) !== 'gone' &&
      holds('byProvider', [model.providerName]) &&
      holds('byOutputModality', model.outputModalities) &&
      holds('byInferenceType', model.inferenceTypesSupported) &&
      // No model of the table can be customized.
      holds('byCustomizationType', []),
  )
  return { modelSummaries: models.map((model) => toModel(model, region, now)) }
}

/** GetFoundationModel, by id or ARN. */
export function getFoundationModel(identifier: string, region: string, now: Date): JsonObject | Refusal {
  const model = findModel(lastPart(identifier))
  if (!model || statusOn(model, now) === 'gone') return invalid('The provided model identifier is invalid.')
  return { modelDetails: toModel(model, region, now) }
}

/** ListInferenceProfiles: a page of the service's own profiles; it has none that an application made. */
export function listInferenceProfiles(query: URLSearchParams, region: string, now: Date): JsonObject | Refusal {
  const size = Number(query.get('maxResults') ?? 100)
  const start = Number(query.get('nextToken') ?? 0)
  if (!Number.isInteger(size) || size < 1 || size > 1000) return invalid('maxResults is a number from 1 to 1000.')
  if (!Number.isInteger(start) || start < 0) return invalid('The nextToken is not valid.')
  const profiles = (query.get('type') ?? systemDefined) === systemDefined ? profilesOn(region, now) : []
  const page = profiles.slice(start, start + size)
  return {
    inferenceProfileSummaries: page.map((profile) => toProfile(profile, region)),
    ...(start + size < profiles.length && { nextToken: String(start + size) }),
  }
}

/** GetInferenceProfile, by id or ARN. */
export function getInferenceProfile(identifier: string, region: string, now: Date): JsonObject | Refusal {
  const id = lastPart(identifier)
  const found = profilesOn(region, now).find(({ inferenceProfileId }) => inferenceProfileId === id)
  if (found) return toProfile(found, region)
  return { status: 404, error: 'ResourceNotFoundException', message: 'The inference profile is not found.' }
}

const systemDefined = 'SYSTEM_DEFINED'
const account = '123456789012'

function profilesOn(region: string, now: Date): readonly InferenceProfile[] {
  return inferenceProfilesIn(region).filter(({ model }) => statusOn(model, now) !== 'gone')
}

/** What the service also says `INFERENCE_PROFILE` of is missing in the client's types, and comes through. */
function toModel(model: FoundationModel, region: string, now: Date): JsonObject {
  const { geographies: _, legacyTime, endOfLifeTime, ...rest } = model
  return {
    ...rest,
    modelArn: modelArn(model, region),
    customizationsSupported: [],
    modelLifecycle: {
      status: statusOn(model, now),
      ...(legacyTime && { legacyTime: toTimestamp(legacyTime) }),
      ...(endOfLifeTime && { endOfLifeTime: toTimestamp(endOfLifeTime) }),
    },
  }
}

function toProfile({ inferenceProfileId, inferenceProfileName, model }: InferenceProfile, region: string): JsonObject {
  return {
    inferenceProfileId,
    inferenceProfileName,
    inferenceProfileArn: `arn:aws:bedrock:${region}:${account}:inference-profile/${inferenceProfileId}`,
    description: `Routes requests to ${model.modelName} in the regions of its geography.`,
    models: [{ modelArn: modelArn(model, region) }],
    status: 'ACTIVE',
    type: systemDefined,
  }
}

function modelArn({ modelId }: FoundationModel, region: string): string {
  return `arn:aws:bedrock:${region}::foundation-model/${modelId}`
}

function toTimestamp(day: string): string {
  return new Date(day).toISOString()
}

function lastPart(identifier: string): string {
  return identifier.slice(identifier.lastIndexOf('/') + 1)
}
