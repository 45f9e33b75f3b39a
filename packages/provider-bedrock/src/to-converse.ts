import type { ConverseStreamCommandInput, InferenceConfiguration } from '@aws-sdk/client-bedrock-runtime'
import type { ModelRequest } from '@x/types'
import type { BedrockConfig } from './config.js'
import { guardLatest } from './guard-latest.js'
import { checkPromptRequest, isManagedPrompt } from './managed-prompt.js'
import { streamsAnswer } from './streams-answer.js'
import { toCallOptions } from './to-call-options.js'
import { toGuardrailConfig } from './to-guardrail-config.js'
import { toMessages } from './to-messages.js'
import { toRequestFields } from './to-request-fields.js'
import { toSystem } from './to-system.js'
import { toToolConfig } from './to-tool-config.js'

/**
 * What Bedrock is sent: the input of `Converse` and of `ConverseStream` alike. Pure.
 * @throws AgentError `invalid-messages` for what could only be refused, `unsupported` for reasoning that the family lacks.
 */
export function toConverse(config: BedrockConfig, request: ModelRequest): ConverseStreamCommandInput {
  const { modelId, additionalResponseFieldPaths, guardrail } = config
  checkPromptRequest(modelId, request)
  const system = toSystem(request.system ?? [])
  const toolConfig = toToolConfig(request, config.strictTools)
  const inferenceConfig = toInferenceConfig(config)
  const requestFields = toRequestFields(config)
  const messages = guardrail?.latestUserMessageOnly ? guardLatest(request.messages) : request.messages
  return {
    modelId,
    // A managed prompt may be all that there is to say.
    ...(!(messages.length === 0 && isManagedPrompt(modelId)) && {
      messages: toMessages(messages, modelId, config.family),
    }),
    ...(system.length > 0 && { system }),
    ...(toolConfig && { toolConfig }),
    ...(Object.keys(inferenceConfig).length > 0 && { inferenceConfig }),
    ...toCallOptions(config, request.output),
    // The SDK's document types are mutable in name only.
    ...(requestFields && { additionalModelRequestFields: requestFields as Document }),
    ...(additionalResponseFieldPaths?.length && {
      additionalModelResponseFieldPaths: [...additionalResponseFieldPaths],
    }),
    ...config.additionalArgs,
    ...(guardrail && { guardrailConfig: toGuardrailConfig(guardrail, streamsAnswer(config, toolConfig)) }),
  }
}

type Document = NonNullable<ConverseStreamCommandInput['additionalModelRequestFields']>

function toInferenceConfig(config: BedrockConfig): InferenceConfiguration {
  const { maxTokens, temperature, topP, stopSequences } = config
  return {
    ...(maxTokens !== undefined && { maxTokens }),
    ...(temperature !== undefined && { temperature }),
    ...(topP !== undefined && { topP }),
    ...(stopSequences?.length && { stopSequences: [...stopSequences] }),
  }
}
