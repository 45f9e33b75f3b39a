import type { ConfigurableModel } from '@x/types'
import { defineModel } from '@x/types'
import { capabilitiesOf } from './capabilities-of.js'
import { chat } from './chat.js'
import type { OpenAIConfig, OpenAIPrivateKey } from './config.js'
import { checkConfig, keys, privateKeys } from './config.js'

export type OpenAIModel = ConfigurableModel<OpenAIConfig, OpenAIPrivateKey>

/**
 * A model behind any endpoint that speaks OpenAI's Chat Completions: OpenAI, Amazon Bedrock, Ollama, vLLM, llama.cpp.
 * Nothing is sent before the first call, and nothing but `fetch` is needed to send it.
 * @throws AgentError `invalid-config`
 */
export function openai(modelId: string, config?: Omit<Partial<OpenAIConfig>, 'modelId'>): OpenAIModel
export function openai(config: OpenAIConfig): OpenAIModel
export function openai(modelIdOrConfig: string | OpenAIConfig, rest?: Partial<OpenAIConfig>): OpenAIModel {
  const config = typeof modelIdOrConfig === 'string' ? { ...rest, modelId: modelIdOrConfig } : modelIdOrConfig
  // The contract fixes a model's provider when it is made, so this member cannot follow a later change.
  const provider = config.provider ?? 'openai'
  return defineModel<OpenAIConfig, OpenAIPrivateKey>({
    provider,
    config,
    keys,
    privateKeys,
    checkConfig: (changed) => checkConfig(changed, provider),
    stream: (request, call) => chat(provider, request, call),
    capabilities: capabilitiesOf,
  })
}
