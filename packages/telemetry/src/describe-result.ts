import type { Attributes } from '@opentelemetry/api'
import type { JsonObject, JsonValue, ModelResult, RunResult, Usage } from '@x/types'
import { isAgentError } from '@x/types'
import { serviceTierOf } from '@x/types/cost'
import * as names from './attributes.js'
import { describeRegion } from './describe-place.js'

/* What spans say about results. No text of an answer, a tool or an error is read here. */

export function describeRunResult({ status, turns, usage }: Pick<RunResult, 'status' | 'turns' | 'usage'>): Attributes {
  return {
    [names.ownAttributes.runStatus]: status,
    [names.ownAttributes.runTurns]: turns,
    ...describeUsage(usage),
  }
}

export function describeModelResult(result: ModelResult, provider: string): Attributes {
  const { providerStopReason, usage, metadata = {} } = result
  const isBedrock = provider === names.GEN_AI_PROVIDER_NAME_VALUE_AWS_BEDROCK
  const { requestId, responseId, region } = metadata
  return {
    [names.ATTR_GEN_AI_RESPONSE_MODEL]: respondingModel(result),
    [names.ATTR_GEN_AI_RESPONSE_FINISH_REASONS]: [providerStopReason],
    ...(typeof responseId === 'string' && { [names.ATTR_GEN_AI_RESPONSE_ID]: responseId }),
    ...(isBedrock && typeof requestId === 'string' && { [names.ATTR_AWS_REQUEST_ID]: requestId }),
    ...(isBedrock && describeTier(metadata)),
    ...describeRegion(region),
    ...describeUsage(usage),
  }
}

/**
 * The model that answered: what the service names (a prompt router chooses one), else the one that wrote the message,
 * as a fallback layer may have asked another.
 */
export function respondingModel({ message, metadata, trace }: ModelResult): string | undefined {
  const router = member(trace, 'promptRouter')
  const named = [member(router, 'invokedModelId'), metadata?.responseModel].find((id) => typeof id === 'string')
  return (named as string | undefined) ?? message.model?.modelId
}

/** What was used up to a failure, as far as it is known, and the service's id of the request. */
export function describeFailure(error: unknown, provider: string): Attributes {
  if (!isAgentError(error)) return {}
  const { partial, requestId } = error
  const isBedrock = provider === names.GEN_AI_PROVIDER_NAME_VALUE_AWS_BEDROCK
  return {
    ...(partial?.usage && describeUsage(partial.usage)),
    ...(isBedrock && requestId !== undefined && { [names.ATTR_AWS_REQUEST_ID]: requestId }),
  }
}

/** The conventions count what the cache gave and took into the input tokens; `Usage` keeps the three apart. */
export function promptTokens({ inputTokens, cacheReadTokens = 0, cacheWriteTokens = 0 }: Usage): number {
  return inputTokens + cacheReadTokens + cacheWriteTokens
}

function describeUsage(usage: Usage): Attributes {
  const { outputTokens, cacheReadTokens, cacheWriteTokens, cacheDetails = [] } = usage
  const attributes: Attributes = {
    [names.ATTR_GEN_AI_USAGE_INPUT_TOKENS]: promptTokens(usage),
    [names.ATTR_GEN_AI_USAGE_OUTPUT_TOKENS]: outputTokens,
  }
  if (cacheReadTokens !== undefined) attributes[names.ATTR_GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS] = cacheReadTokens
  if (cacheWriteTokens !== undefined) attributes[names.ATTR_GEN_AI_USAGE_CACHE_CREATION_INPUT_TOKENS] = cacheWriteTokens
  for (const { ttl, inputTokens } of cacheDetails) {
    const attribute = cacheWrites.get(ttl)
    if (attribute !== undefined) attributes[attribute] = inputTokens
  }
  return attributes
}

// The times to live that Bedrock has. Names of attributes must not come from an answer.
const cacheWrites: ReadonlyMap<string, string> = new Map([
  ['5m', names.ownAttributes.cacheWrites5m],
  ['1h', names.ownAttributes.cacheWrites1h],
])

function describeTier(metadata: JsonObject): Attributes {
  const tier = serviceTierOf(metadata)
  return tier === undefined ? {} : { [names.ownAttributes.serviceTier]: tier }
}

function member(value: JsonValue | undefined, name: string): JsonValue | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject)[name] : undefined
}
