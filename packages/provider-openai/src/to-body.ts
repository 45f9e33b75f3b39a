import type { JsonObject, ModelRequest } from '@x/types'
import type { OpenAIConfig } from './config.js'
import type { ToContext } from './to-context.js'
import { toMessages } from './to-messages.js'
import { toTools } from './to-tools.js'

/**
 * The body of a request to `/chat/completions`. What the caller gave raw comes last and wins.
 * @throws AgentError `unsupported`, `invalid-messages`
 */
export function toBody(request: ModelRequest, config: OpenAIConfig, context: ToContext): JsonObject {
  const { quirks } = context
  const { streaming = true, streamUsage = quirks.streamUsage, parallelToolCalls, stopSequences = [] } = config
  const tools = toTools(request, context)
  return {
    model: config.modelId,
    messages: toMessages(request, context),
    ...(streaming && { stream: true, ...(streamUsage && { stream_options: { include_usage: true } }) }),
    ...given('temperature', config.temperature),
    ...given('top_p', config.topP),
    ...given(quirks.maxTokensField, config.maxTokens),
    ...given('stop', stopSequences.length > 0 ? stopSequences : undefined),
    ...given('seed', config.seed),
    ...given('reasoning_effort', config.reasoningEffort),
    ...tools,
    ...given('parallel_tool_calls', 'tools' in tools ? parallelToolCalls : undefined),
    ...given('response_format', toResponseFormat(request, context)),
    ...config.additionalBody,
  }
}

function toResponseFormat({ output }: ModelRequest, { quirks }: ToContext): JsonObject | undefined {
  if (!output) return undefined
  const { name, description, schema } = output
  const strict = quirks.strictOutput ? { strict: true } : {}
  return { type: 'json_schema', json_schema: { name, ...(description && { description }), schema, ...strict } }
}

function given(name: string, value: JsonObject[string]): JsonObject {
  return value === undefined ? {} : { [name]: value }
}
