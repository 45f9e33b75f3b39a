import type { ModelRequest } from '@x/types'
import { AgentError } from '@x/types'
import type { BedrockConfig } from './config.js'

/** Whether the id is the ARN of a prompt of Prompt management, which brings model, parameters, system and tools itself. */
export function isManagedPrompt(modelId: string): boolean {
  return /^arn:aws[^:]*:bedrock:[^:]*:[^:]*:prompt\//.test(modelId)
}

/**
 * What a managed prompt may not be called with, and what may only be given with one.
 * @throws AgentError `invalid-config`
 */
export function checkManagedPrompt(config: BedrockConfig): void {
  if (!isManagedPrompt(config.modelId)) {
    if (config.promptVariables === undefined) return
    throw new AgentError('invalid-config', 'promptVariables need the ARN of a managed prompt as modelId.')
  }
  const stray = ownMembers.find((name) => config[name] !== undefined)
  if (stray === undefined) return
  throw new AgentError('invalid-config', `A managed prompt as modelId takes no ${stray}.`, { hint })
}

/** @throws AgentError `invalid-messages` for members of a request that a managed prompt brings itself. */
export function checkPromptRequest(modelId: string, { system, tools, output }: ModelRequest): void {
  if (!isManagedPrompt(modelId)) return
  const stray = system?.length ? 'system prompt' : tools?.length ? 'tools' : output && 'output schema'
  if (stray) throw new AgentError('invalid-messages', `A managed prompt as modelId takes no ${stray}.`, { hint })
}

const hint = 'They stand in the prompt itself: leave them out, or name the model and not the prompt.'
const ownMembers = [
  'maxTokens',
  'temperature',
  'topP',
  'stopSequences',
  'additionalRequestFields',
  'strictTools',
] as const satisfies readonly (keyof BedrockConfig)[]
