import type { ConverseStreamCommandInput } from '@aws-sdk/client-bedrock-runtime'
import type { BedrockConfig } from './config.js'
import { quirksOf } from './quirks.js'

/** Whether the call is made with `ConverseStream`: as the config says, or else unless the family cannot stream tools. */
export function streamsAnswer(config: BedrockConfig, toolConfig: ConverseStreamCommandInput['toolConfig']): boolean {
  if (config.streaming !== undefined) return config.streaming
  return !toolConfig || quirksOf(config.modelId, config.family).capabilities.streamsTools !== false
}
