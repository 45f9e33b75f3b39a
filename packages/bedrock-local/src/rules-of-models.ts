import type { JsonObject } from '@x/types'
import { baseModelId, quirksOf } from './quirks.js'
import type { Refusal } from './refusal.js'
import { invalid } from './refusal.js'
import type { LocalRequest } from './reply.js'
import type { Rule } from './rules.js'

/** What the model behind the API does not take. */
export const modelRules: readonly Rule[] = [
  inferenceProfile,
  streamedTools,
  toolChoiceKnown,
  blocksKnown,
  resultStatus,
  videoResults,
  cachePoints,
  samplingKnobs,
  thinking,
  outputSchema,
]

function inferenceProfile({ modelId }: LocalRequest): Refusal | undefined {
  if (modelId !== baseModelId(modelId) || !quirksOf(modelId).needsProfile) return undefined
  // The apostrophe is the service's own, U+2019.
  const where = `Invocation of model ID ${modelId} with on-demand throughput isn’t supported.`
  return invalid(`${where} Retry your request with the ID or ARN of an inference profile that contains this model.`)
}

function streamedTools({ operation, modelId, body }: LocalRequest): Refusal | undefined {
  if (operation !== 'ConverseStream' || !body.toolConfig || !quirksOf(modelId).refusesStreamedTools) return undefined
  return invalid("This model doesn't support tool use in streaming mode.")
}

function toolChoiceKnown({ modelId, body }: LocalRequest): Refusal | undefined {
  const kind = Object.keys(body.toolConfig?.toolChoice ?? {}).find((name) =>
    quirksOf(modelId).refusedToolChoices?.includes(name),
  )
  if (!kind) return undefined
  const field = `toolConfig.toolChoice.${kind}`
  return invalid(`This model doesn't support the ${field} field. Remove ${field} and try again.`)
}

/** Results count as well as messages. */
function blocksKnown({ modelId, body }: LocalRequest): Refusal | undefined {
  const { refusedBlocks = [] } = quirksOf(modelId)
  const blocks = (body.messages ?? []).flatMap(({ content }) => [
    ...content,
    ...content.flatMap((block) => block.toolResult?.content ?? []),
  ])
  const kind = refusedBlocks.find((name) => blocks.some((block) => block[name] !== undefined))
  if (!kind) return undefined
  const what = `This model doesn't support the ${kind} content block that you provided.`
  return invalid(`${what} Update the content block and try again.`)
}

function resultStatus({ modelId, body }: LocalRequest): Refusal | undefined {
  if (!quirksOf(modelId).refusesResultStatus) return undefined
  const hasStatus = body.messages?.some(({ content }) => content.some((block) => block.toolResult?.status))
  return hasStatus ? invalid("This model doesn't support the status field. Remove status and try again.") : undefined
}

function videoResults({ modelId, body }: LocalRequest): Refusal | undefined {
  if (!quirksOf(modelId).refusesVideoResults) return undefined
  for (const [at, message] of (body.messages ?? []).entries()) {
    const block = message.content.findIndex(({ toolResult }) => toolResult?.content?.some((item) => item.video))
    if (block < 0) continue
    const where = `#/messages/${at}/content/${block}: extraneous key [toolResult] is not permitted`
    return vendorSays(`Malformed input request: ${where}, please reformat your input and try again.`)
  }
  return undefined
}

const maxCachePoints = 4

function cachePoints({ modelId, body }: LocalRequest): Refusal | undefined {
  const lists = [
    body.system ?? [],
    body.toolConfig?.tools ?? [],
    ...(body.messages ?? []).map(({ content }) => content),
  ]
  const count = lists.flat().filter((block) => 'cachePoint' in block).length
  if (count > 0 && quirksOf(modelId).refusesCachePoints) {
    const message = 'You invoked an unsupported model or your request did not allow prompt caching.'
    return { status: 403, error: 'AccessDeniedException', message }
  }
  if (count <= maxCachePoints) return undefined
  return vendorSays(`A maximum of ${maxCachePoints} blocks with cache_control may be provided. Found ${count}.`)
}

function samplingKnobs({ modelId, body }: LocalRequest): Refusal | undefined {
  const { temperature, topP } = body.inferenceConfig ?? {}
  if (temperature === undefined || topP === undefined || !quirksOf(modelId).oneSamplingKnob) return undefined
  return vendorSays('`temperature` and `top_p` cannot both be specified for this model. Please use only one.')
}

/** Claude's reasoning with a budget; no other family has a field of this name. */
function thinking({ body }: LocalRequest): Refusal | undefined {
  const { type, budget_tokens: budget } = (body.additionalModelRequestFields?.thinking ?? {}) as JsonObject
  if (type !== 'enabled' || typeof budget !== 'number') return undefined
  const { maxTokens, temperature } = body.inferenceConfig ?? {}
  if (budget < 1024) {
    return vendorSays('thinking.enabled.budget_tokens: Input should be greater than or equal to 1024')
  }
  if (typeof maxTokens === 'number' && maxTokens <= budget) {
    return vendorSays('`max_tokens` must be greater than `thinking.budget_tokens`.')
  }
  if (temperature !== undefined && temperature !== 1) {
    return vendorSays('`temperature` may only be set to 1 when thinking is enabled.')
  }
  if (body.toolConfig?.toolChoice?.any || body.toolConfig?.toolChoice?.tool) {
    return vendorSays('Thinking may not be enabled when tool_choice forces tool use.')
  }
  return undefined
}

/** The schema travels as a string of JSON. */
function outputSchema({ body }: LocalRequest): Refusal | undefined {
  const format = body.outputConfig?.textFormat as { structure?: { jsonSchema?: { schema?: unknown } } } | undefined
  const text = format?.structure?.jsonSchema?.schema
  if (text === undefined) return undefined
  const problem = schemaProblem(parsed(text))
  return problem ? vendorSays(`output_config.format.schema: ${problem}`) : undefined
}

/** Two of the limits of the subset that models can be held to; looked for at every depth. */
function schemaProblem(schema: unknown): string | undefined {
  if (schema === undefined) return 'Input should be a valid JSON schema'
  if (typeof schema !== 'object' || schema === null) return undefined
  const { type, additionalProperties } = schema as JsonObject
  if (type === 'object' && additionalProperties !== false) {
    return "For 'object' type, 'additionalProperties' must be explicitly set to false"
  }
  if (type === 'integer' || type === 'number') {
    const found = ['maximum', 'minimum', 'multipleOf', 'exclusiveMaximum', 'exclusiveMinimum'].filter(
      (name) => name in schema,
    )
    if (found.length > 0) return `For '${type}' type, properties ${found.join(', ')} are not supported`
  }
  return Object.values(schema)
    .map(schemaProblem)
    .find((problem) => problem !== undefined)
}

function parsed(text: unknown): unknown {
  try {
    return JSON.parse(String(text))
  } catch {
    return undefined
  }
}

function vendorSays(message: string): Refusal {
  return invalid(`The model returned the following errors: ${message}`)
}
