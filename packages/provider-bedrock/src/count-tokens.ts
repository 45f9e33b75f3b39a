import type { BedrockRuntimeClient } from '@aws-sdk/client-bedrock-runtime'
import type { AgentError, ModelRequest, StreamCall } from '@x/types'
import { isAgentError } from '@x/types'
import { callService } from './call-service.js'
import type { BedrockConfig } from './config.js'
import { estimateTokens } from './estimate-tokens.js'
import { baseModelId } from './models.js'
import { toConverse } from './to-converse.js'

/**
 * Input tokens, by the service's own count. The service counts for some models only, by their plain id, and asks for
 * the IAM action `bedrock:CountTokens`: where it does not count, this is an estimate, and the client that was refused
 * does not ask for that model again.
 * @throws AgentError for whatever else fails, so that an estimate never hides that the service is away.
 */
export async function countTokens(request: ModelRequest, call: StreamCall<BedrockConfig>): Promise<number> {
  const { guardrail: _judgesOnly, additionalArgs: _raw, ...config } = call.config
  const { messages, system, toolConfig, additionalModelRequestFields } = toConverse(config, request)
  const modelId = baseModelId(config.modelId)
  const converse = {
    messages,
    ...(system && { system }),
    ...(toolConfig && { toolConfig }),
    ...(additionalModelRequestFields && { additionalModelRequestFields }),
  }
  let refused: Set<string> | undefined
  const names = { operation: 'CountTokens', subject: modelId, signal: call.signal }
  try {
    return await callService(config, names, async (client, sdk, options) => {
      refused = refusedBy(client)
      if (refused.has(modelId)) return estimateTokens(request)
      const { inputTokens } = await client.send(new sdk.CountTokensCommand({ modelId, input: { converse } }), options)
      return inputTokens ?? estimateTokens(request)
    })
  } catch (error) {
    if (!isAgentError(error) || !isNotCounted(error)) throw error
    refused?.add(modelId)
    return estimateTokens(request)
  }
}

const refusedModels = new WeakMap<BedrockRuntimeClient, Set<string>>()

function refusedBy(client: BedrockRuntimeClient): Set<string> {
  const known = refusedModels.get(client) ?? new Set()
  refusedModels.set(client, known)
  return known
}

/** The model cannot be counted, is not known by this id, or must not be asked; proxies may not know the operation. */
function isNotCounted({ code, status, message }: AgentError): boolean {
  const codes: readonly string[] = ['access-denied', 'invalid-model', 'needs-inference-profile', 'model-end-of-life']
  return codes.includes(code) || status === 404 || /support counting tokens|support.*CountTokens/i.test(message)
}
