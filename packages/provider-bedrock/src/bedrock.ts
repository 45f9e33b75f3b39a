import type { ConfigurableModel } from '@x/types'
import { defineModel } from '@x/types'
import { capabilitiesUnder } from './capabilities-under.js'
import type { BedrockConfig, BedrockPrivateKey } from './config.js'
import { checkConfig, keys, privateKeys, provider } from './config.js'
import { converse } from './converse.js'
import { countTokens } from './count-tokens.js'
import { defaultModelId } from './models.js'
import { knownRegion } from './region.js'

export type BedrockModel = ConfigurableModel<BedrockConfig, BedrockPrivateKey>

/**
 * A model on Amazon Bedrock. Nothing is loaded and nothing is sent before the first call; models with the same region,
 * endpoint and credentials share one AWS client.
 *
 * Without a model id it is Claude Sonnet 4.6, under the inference profile of the region that the config or the
 * environment names when the model is made, or under the `global.` one when they name none.
 * @throws AgentError `invalid-config`
 */
export function bedrock(modelId?: string, config?: Omit<Partial<BedrockConfig>, 'modelId'>): BedrockModel
export function bedrock(config: Partial<BedrockConfig>): BedrockModel
export function bedrock(
  modelIdOrConfig?: string | Partial<BedrockConfig>,
  rest?: Partial<BedrockConfig>,
): BedrockModel {
  const config =
    typeof modelIdOrConfig === 'string' ? { ...rest, modelId: modelIdOrConfig } : (modelIdOrConfig ?? rest ?? {})
  return defineModel<BedrockConfig, BedrockPrivateKey>({
    provider,
    config: { ...config, modelId: config.modelId ?? defaultModelId(knownRegion(config)) },
    keys,
    privateKeys,
    checkConfig,
    stream: converse,
    countTokens,
    capabilities: capabilitiesUnder,
  })
}
