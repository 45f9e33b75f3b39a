/*
 * Model ids and inference profiles. The data ages: an id given by the caller is always sent as it is, and only
 * defaults and hints are made from what stands here.
 */

/** Sonnet 4.6 is offered under profiles only. Older defaults (Sonnet 4) have reached their end of life. */
const defaultBaseModelId = 'anthropic.claude-sonnet-4-6'

/** The model to take when nobody named one. `region` undefined: not known yet, so the profile that all regions share. */
export function defaultModelId(region: string | undefined): string {
  return region === undefined ? `global.${defaultBaseModelId}` : inferenceProfileId(defaultBaseModelId, region)
}

/** The id under which a model that takes no on-demand calls is called from `region`. */
export function inferenceProfileId(modelId: string, region: string): string {
  const baseId = baseModelId(modelId)
  if (region.startsWith('us-gov-')) return `us-gov.${baseId}`
  if (region.startsWith('ap-') && hasApacProfile.test(baseId)) return `apac.${baseId}`
  const prefix = Object.entries(regionsByPrefix).find(([, regions]) => regions.includes(region))?.[0]
  return `${prefix ?? 'global'}.${baseId}`
}

/**
 * A model's id without the prefix of an inference profile and without the ARN round it. An ARN that hides the model
 * (application profiles, provisioned throughput, imported models) keeps only its own last part.
 */
export function baseModelId(modelId: string): string {
  const id = modelId.startsWith('arn:') ? modelId.slice(modelId.lastIndexOf('/') + 1) : modelId
  return id.replace(/^(us-gov|us|eu|apac|jp|au|ca|in|global)\./, '')
}

// Source regions by prefix, from the model card of Claude Haiku 4.5; every other commercial region has `global.` only.
const regionsByPrefix: Readonly<Record<string, readonly string[]>> = {
  us: ['us-east-1', 'us-east-2', 'us-west-1', 'us-west-2', 'ca-central-1'],
  eu: ['eu-central-1', 'eu-central-2', 'eu-north-1', 'eu-south-1', 'eu-south-2', 'eu-west-1', 'eu-west-2', 'eu-west-3'],
  jp: ['ap-northeast-1', 'ap-northeast-3'],
  au: ['ap-southeast-2', 'ap-southeast-4', 'ap-southeast-6'],
}

// `apac.` ended with these; from Claude 4.5 on Asia has `jp.`, `au.` and `global.`.
const hasApacProfile = /^(anthropic\.claude-3|anthropic\.claude-sonnet-4-2025|amazon\.nova-(micro|lite|pro)-v1)/
