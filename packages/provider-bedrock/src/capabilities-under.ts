import type { BedrockConfig } from './config.js'
import type { BedrockCapabilities } from './quirks.js'
import { capabilitiesOf } from './quirks.js'
import { resolvedFamily } from './resolve-profile.js'
import { toRequestFields } from './to-request-fields.js'

/** What the model of a config can do beside the rest of that config: Claude cannot be made to call a tool while it thinks. */
export function capabilitiesUnder(config: BedrockConfig): BedrockCapabilities {
  const { modelId, region, family } = config
  const capabilities = capabilitiesOf(family ?? resolvedFamily(modelId) ?? modelId, region)
  if (!thinks(config)) return capabilities
  const free = (capabilities.toolChoice ?? []).filter((choice) => choice === 'none')
  return { ...capabilities, toolChoice: free }
}

/** A budget rules a forced tool out; for adaptive thinking clients disagree, and only some of the models take both. */
function thinks(config: BedrockConfig): boolean {
  const thinking = fieldsOf(config)?.thinking
  const type = typeof thinking === 'object' && thinking !== null && 'type' in thinking ? thinking.type : undefined
  return type === 'enabled' || type === 'adaptive'
}

function fieldsOf(config: BedrockConfig) {
  try {
    return toRequestFields(config)
  } catch {
    // Reasoning that cannot be asked for is the call's to report.
    return config.additionalRequestFields
  }
}
