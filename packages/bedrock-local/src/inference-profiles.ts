import { geographies } from './geographies.js'
import type { FoundationModel } from './models.js'
import { foundationModels } from './models.js'

/** One of the service's own inference profiles. */
export interface InferenceProfile {
  readonly inferenceProfileId: string
  readonly inferenceProfileName: string
  readonly model: FoundationModel
}

/** What an endpoint in this region has profiles for, models at the end of their life included. */
export function inferenceProfilesIn(region: string): readonly InferenceProfile[] {
  const served = geographies.filter(({ sources }) => sources.test(region))
  return foundationModels.flatMap((model) =>
    served
      .filter(({ prefix }) => model.geographies.includes(prefix))
      .map(({ prefix, name }) => ({
        inferenceProfileId: `${prefix}.${model.modelId}`,
        inferenceProfileName: `${name} ${model.providerName} ${model.modelName}`,
        model,
      })),
  )
}
