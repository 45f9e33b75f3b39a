import type { ConverseCommandInput, InferenceConfiguration, OutputConfig } from '@aws-sdk/client-bedrock-runtime'
import type { ModelRequest, OutputSpec } from '@x/types'
import type { BedrockConfig } from './config.js'
import { toMessages } from './to-messages.js'
import { toSystem } from './to-system.js'
import { toToolConfig } from './to-tool-config.js'

/**
 * What Bedrock is sent: the input of `Converse` and of `ConverseStream` alike. Pure.
 * @throws AgentError `invalid-messages` for what could only be refused.
 */
export function toConverse(config: BedrockConfig, request: ModelRequest): ConverseCommandInput {
  const { modelId, additionalRequestFields, additionalResponseFieldPaths } = config
  const system = toSystem(request.system ?? [])
  const toolConfig = toToolConfig(request)
  const inferenceConfig = toInferenceConfig(config)
  return {
    modelId,
    messages: toMessages(request.messages, modelId),
    ...(system.length > 0 && { system }),
    ...(toolConfig && { toolConfig }),
    ...(Object.keys(inferenceConfig).length > 0 && { inferenceConfig }),
    ...(request.output && { outputConfig: toOutputConfig(request.output) }),
    // The SDK's document types are mutable in name only.
    ...(additionalRequestFields && { additionalModelRequestFields: additionalRequestFields as Document }),
    ...(additionalResponseFieldPaths?.length && {
      additionalModelResponseFieldPaths: [...additionalResponseFieldPaths],
    }),
  }
}

type Document = NonNullable<ConverseCommandInput['additionalModelRequestFields']>

function toInferenceConfig(config: BedrockConfig): InferenceConfiguration {
  const { maxTokens, temperature, topP, stopSequences } = config
  return {
    ...(maxTokens !== undefined && { maxTokens }),
    ...(temperature !== undefined && { temperature }),
    ...(topP !== undefined && { topP }),
    ...(stopSequences?.length && { stopSequences: [...stopSequences] }),
  }
}

function toOutputConfig({ name, schema, description }: OutputSpec): OutputConfig {
  const jsonSchema = { schema: JSON.stringify(schema), name, ...(description && { description }) }
  return { textFormat: { type: 'json_schema', structure: { jsonSchema } } }
}
