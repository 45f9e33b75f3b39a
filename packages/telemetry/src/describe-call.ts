import type { Attributes, AttributeValue } from '@opentelemetry/api'
import type { JsonObject, JsonValue, ModelCall, RunCall, ToolCall } from '@x/types'
import * as names from './attributes.js'
import { describePlace, describeProfile } from './describe-place.js'

/*
 * What spans say about calls before they are made. Nothing here reads a message, a system prompt or tool arguments: any
 * of them may hold what a user wrote.
 */

export function describeRun({ run, config }: RunCall): Attributes {
  return {
    [names.ATTR_GEN_AI_OPERATION_NAME]: names.GEN_AI_OPERATION_NAME_VALUE_INVOKE_AGENT,
    [names.ATTR_GEN_AI_PROVIDER_NAME]: config.model.provider,
    [names.ATTR_GEN_AI_REQUEST_MODEL]: requestedModel({ model: config.model, config: config.config }),
    [names.ownAttributes.runId]: run.id,
  }
}

/** A model call, in a run or not. */
export type AskedCall = Pick<ModelCall, 'model' | 'request'> & { readonly config?: JsonObject | undefined }

export function describeModel(call: AskedCall): Attributes {
  const { model, request } = call
  const config: JsonObject = { ...model.config, ...call.config }
  const modelId = requestedModel(call)
  return {
    [names.ATTR_GEN_AI_OPERATION_NAME]: names.GEN_AI_OPERATION_NAME_VALUE_CHAT,
    [names.ATTR_GEN_AI_PROVIDER_NAME]: model.provider,
    [names.ATTR_GEN_AI_REQUEST_MODEL]: modelId,
    ...(request.output && { [names.ATTR_GEN_AI_OUTPUT_TYPE]: names.GEN_AI_OUTPUT_TYPE_VALUE_JSON }),
    ...(isStreamed(config) && { [names.ATTR_GEN_AI_REQUEST_STREAM]: true }),
    ...describeConfig(config),
    ...describePlace(model.provider, config),
    ...(model.provider === names.GEN_AI_PROVIDER_NAME_VALUE_AWS_BEDROCK && describeBedrock(modelId, config)),
  }
}

/** A call's config patch may name another model. */
export function requestedModel({ model, config }: Pick<AskedCall, 'model' | 'config'>): string {
  return typeof config?.modelId === 'string' ? config.modelId : model.modelId
}

/** Models stream unless they are told not to. */
export function isStreamed(config: JsonObject): boolean {
  return config.streaming !== false
}

export function describeTool({ call, tool }: ToolCall): Attributes {
  return {
    [names.ATTR_GEN_AI_OPERATION_NAME]: names.GEN_AI_OPERATION_NAME_VALUE_EXECUTE_TOOL,
    [names.ATTR_GEN_AI_TOOL_NAME]: call.name,
    [names.ATTR_GEN_AI_TOOL_CALL_ID]: call.id,
    [names.ATTR_GEN_AI_TOOL_TYPE]: 'function',
    ...(tool?.description !== undefined && { [names.ATTR_GEN_AI_TOOL_DESCRIPTION]: tool.description }),
  }
}

/** Config members as the providers of this house call them, with the type that the conventions give to the attribute. */
const requestAttributes: readonly (readonly [
  member: string,
  attribute: string,
  isType: (value: unknown) => boolean,
])[] = [
  ['temperature', names.ATTR_GEN_AI_REQUEST_TEMPERATURE, isNumber],
  ['maxTokens', names.ATTR_GEN_AI_REQUEST_MAX_TOKENS, Number.isInteger],
  ['topP', names.ATTR_GEN_AI_REQUEST_TOP_P, isNumber],
  ['topK', names.ATTR_GEN_AI_REQUEST_TOP_K, isNumber],
  ['stopSequences', names.ATTR_GEN_AI_REQUEST_STOP_SEQUENCES, isTexts],
  ['seed', names.ATTR_GEN_AI_REQUEST_SEED, Number.isInteger],
  ['frequencyPenalty', names.ATTR_GEN_AI_REQUEST_FREQUENCY_PENALTY, isNumber],
  ['presencePenalty', names.ATTR_GEN_AI_REQUEST_PRESENCE_PENALTY, isNumber],
]

function describeConfig(config: JsonObject): Attributes {
  const attributes: Attributes = {}
  for (const [member, attribute, isType] of requestAttributes) {
    const value = config[member]
    if (isType(value)) attributes[attribute] = value as AttributeValue
  }
  return attributes
}

function describeBedrock(modelId: string, config: JsonObject): Attributes {
  const { serviceTier, guardrail } = config
  const { id, version } = isObject(guardrail) ? guardrail : {}
  return {
    ...describeProfile(modelId),
    ...(typeof serviceTier === 'string' && { [names.ownAttributes.requestedServiceTier]: serviceTier }),
    ...(typeof id === 'string' && { [names.ATTR_AWS_BEDROCK_GUARDRAIL_ID]: id }),
    ...(typeof version === 'string' && { [names.ownAttributes.guardrailVersion]: version }),
  }
}

function isNumber(value: unknown): boolean {
  return typeof value === 'number'
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === 'string')
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
