import type { GuardrailStreamConfiguration } from '@aws-sdk/client-bedrock-runtime'
import type { GuardrailConfig } from './guardrail-config.js'

/** `streams`: `Converse` has no processing mode and refuses one. */
export function toGuardrailConfig(guardrail: GuardrailConfig, streams: boolean): GuardrailStreamConfiguration {
  const { id, version, trace = 'enabled', streamProcessingMode } = guardrail
  return {
    guardrailIdentifier: id,
    guardrailVersion: version,
    trace,
    ...(streams && streamProcessingMode && { streamProcessingMode }),
  }
}
