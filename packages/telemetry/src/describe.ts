import type { Attributes, AttributeValue } from '@opentelemetry/api'
import type { JsonObject, JsonValue, ModelCall, ModelResult, RunCall, RunResult, ToolCall, Usage } from '@x/types'
import { isAgentError } from '@x/types'
import * as names from './attributes.js'

/*
 * What spans say about calls and results. Nothing here reads a message, a system prompt, tool arguments, tool results
 * or an error's text: any of them may quote what a user wrote.
 */

export function describeRun({ run, config }: RunCall): Attributes {
  return {
    [names.ATTR_GEN_AI_OPERATION_NAME]: names.GEN_AI_OPERATION_NAME_VALUE_INVOKE_AGENT,
    [names.ATTR_GEN_AI_PROVIDER_NAME]: config.model.provider,
    [names.ATTR_GEN_AI_REQUEST_MODEL]: config.model.modelId,
    [names.ATTR_GEN_AI_AGENT_NAME]: run.path.at(-1),
    [names.ownAttributes.runId]: run.id,
  }
}

export function describeRunResult({ status, turns, usage }: RunResult): Attributes {
  return {
    [names.ownAttributes.runStatus]: status,
    [names.ownAttributes.runTurns]: turns,
    ...describeUsage(usage),
  }
}

export function describeModel({ model, request, config }: ModelCall): Attributes {
  return {
    [names.ATTR_GEN_AI_OPERATION_NAME]: names.GEN_AI_OPERATION_NAME_VALUE_CHAT,
    [names.ATTR_GEN_AI_PROVIDER_NAME]: model.provider,
    [names.ATTR_GEN_AI_REQUEST_MODEL]: requestedModel(model.modelId, config),
    ...(request.output && { [names.ATTR_GEN_AI_OUTPUT_TYPE]: names.GEN_AI_OUTPUT_TYPE_VALUE_JSON }),
    ...describeConfig({ ...model.config, ...config }),
  }
}

/** A call's config patch may name another model. */
export function requestedModel(modelId: string, patch: JsonObject | undefined): string {
  return typeof patch?.modelId === 'string' ? patch.modelId : modelId
}

/** The response's model is the one that wrote the message: a fallback layer may have asked another. */
export function describeModelResult({ message, providerStopReason, usage }: ModelResult): Attributes {
  return {
    [names.ATTR_GEN_AI_RESPONSE_MODEL]: message.model?.modelId,
    [names.ATTR_GEN_AI_RESPONSE_FINISH_REASONS]: [providerStopReason],
    ...describeUsage(usage),
  }
}

export function describeTool({ call }: ToolCall): Attributes {
  return {
    [names.ATTR_GEN_AI_OPERATION_NAME]: names.GEN_AI_OPERATION_NAME_VALUE_EXECUTE_TOOL,
    [names.ATTR_GEN_AI_TOOL_NAME]: call.name,
    [names.ATTR_GEN_AI_TOOL_CALL_ID]: call.id,
    [names.ATTR_GEN_AI_TOOL_TYPE]: 'function',
  }
}

/** The conventions count what the cache gave and took into the input tokens; `Usage` keeps the three apart. */
function describeUsage({ inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens }: Usage): Attributes {
  return {
    [names.ATTR_GEN_AI_USAGE_INPUT_TOKENS]: inputTokens + (cacheReadTokens ?? 0) + (cacheWriteTokens ?? 0),
    [names.ATTR_GEN_AI_USAGE_OUTPUT_TOKENS]: outputTokens,
    [names.ATTR_GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS]: cacheReadTokens,
    [names.ATTR_GEN_AI_USAGE_CACHE_CREATION_INPUT_TOKENS]: cacheWriteTokens,
  }
}

/** The code of an {@link AgentError}, else the error's class: few values, as the conventions ask. */
export function errorType(error: unknown): string {
  if (isAgentError(error)) return error.code
  return error instanceof Error ? error.name : names.ERROR_TYPE_VALUE_OTHER
}

/** What was used up to a failure, as far as it is known. */
export function describePartialUsage(error: unknown): Attributes {
  const usage = isAgentError(error) ? error.partial?.usage : undefined
  return usage ? describeUsage(usage) : {}
}

/** Config members as the providers of this house call them. */
const requestAttributes: Readonly<Record<string, string>> = {
  temperature: names.ATTR_GEN_AI_REQUEST_TEMPERATURE,
  maxTokens: names.ATTR_GEN_AI_REQUEST_MAX_TOKENS,
  topP: names.ATTR_GEN_AI_REQUEST_TOP_P,
  topK: names.ATTR_GEN_AI_REQUEST_TOP_K,
  stopSequences: names.ATTR_GEN_AI_REQUEST_STOP_SEQUENCES,
  seed: names.ATTR_GEN_AI_REQUEST_SEED,
  frequencyPenalty: names.ATTR_GEN_AI_REQUEST_FREQUENCY_PENALTY,
  presencePenalty: names.ATTR_GEN_AI_REQUEST_PRESENCE_PENALTY,
}

function describeConfig(config: JsonObject): Attributes {
  const attributes: Attributes = {}
  for (const [member, attribute] of Object.entries(requestAttributes)) {
    const value = config[member]
    if (isAttributeValue(value)) attributes[attribute] = value
  }
  return attributes
}

function isAttributeValue(value: JsonValue | undefined): value is AttributeValue & JsonValue {
  return typeof value === 'number' || (Array.isArray(value) && value.every((item) => typeof item === 'string'))
}
