import type { JsonObject, JsonValue, Model } from '@x/types'
import { AgentError } from '@x/types'
import { isFields } from './from-native-block.js'

/** Which model and how it writes, under the names of OpenAI and of Bedrock. `null` is as good as nothing. */
export interface InferenceOptions {
  readonly model?: string | null
  /** Wins over `model`. */
  readonly modelId?: string | null
  readonly temperature?: number | null
  readonly max_tokens?: number | null
  readonly maxTokens?: number | null
  readonly top_p?: number | null
  readonly topP?: number | null
  readonly stop?: string | readonly string[] | null
  readonly stop_sequences?: readonly string[] | null
  readonly stopSequences?: readonly string[] | null
  /** Goes to the model's own fields, as `top_k`. */
  readonly top_k?: number | null
  readonly topK?: number | null
  /** Its members win over those above. */
  readonly inferenceConfig?: {
    readonly temperature?: number | undefined
    readonly maxTokens?: number | undefined
    readonly topP?: number | undefined
    readonly stopSequences?: readonly string[] | undefined
  }
  /** Added to those that the model has; its members win over `top_k`. */
  readonly additionalModelRequestFields?: JsonObject
  /** Patch over the model's live config under its own names, for whatever has none here. Wins over all others. */
  readonly config?: JsonObject
}

/** The names that each member of a model's config goes by; the first one that is given counts. */
const names = {
  modelId: ['modelId', 'model'],
  temperature: ['temperature'],
  maxTokens: ['max_tokens', 'maxTokens'],
  topP: ['top_p', 'topP'],
  stopSequences: ['stop', 'stop_sequences', 'stopSequences'],
} as const satisfies { readonly [member: string]: readonly (keyof InferenceOptions)[] }

export const inferenceNames: readonly string[] = [
  ...Object.values(names).flat(),
  ...['top_k', 'topK', 'inferenceConfig', 'additionalModelRequestFields', 'config'],
]

/**
 * What a call changes in the config of its model, under the names that the providers of this house share. A model that
 * does not know one of them says so before anything is sent.
 * @throws AgentError `invalid-config`
 */
export function toConfigPatch(options: InferenceOptions, model: Model): JsonObject | undefined {
  const patch: { [member: string]: JsonValue | undefined } = {}
  for (const [member, aliases] of Object.entries(names)) {
    const value = firstGiven(options, aliases)
    if (value !== undefined) patch[member] = member === 'stopSequences' && typeof value === 'string' ? [value] : value
  }
  const additionalRequestFields = toRequestFields(options, model)
  const whole = {
    ...patch,
    ...checkInferenceConfig(options.inferenceConfig),
    ...(additionalRequestFields && { additionalRequestFields }),
    ...options.config,
  }
  return Object.keys(whole).length > 0 ? whole : undefined
}

function firstGiven(options: InferenceOptions, aliases: readonly (keyof InferenceOptions)[]): JsonValue | undefined {
  const name = aliases.find((alias) => options[alias] !== undefined && options[alias] !== null)
  return name && (options[name] as JsonValue)
}

/** Only its own names: anything else in it would quietly become some other setting of the model. */
function checkInferenceConfig(given: unknown = {}): JsonObject {
  if (!isFields(given)) throw new AgentError('invalid-config', 'inferenceConfig must be an object.')
  const known = Object.keys(names).filter((name) => name !== 'modelId')
  const other = Object.keys(given).find((name) => !known.includes(name))
  if (other === undefined) return given as JsonObject
  throw new AgentError('invalid-config', `inferenceConfig has no member "${other}".`, {
    hint: `Its members are ${known.join(', ')}. What only one family knows goes into additionalModelRequestFields.`,
  })
}

/** A patch takes the place of the whole member, so what the model has of its own is laid under. */
function toRequestFields(options: InferenceOptions, model: Model): JsonObject | undefined {
  const { additionalModelRequestFields: given } = options
  const topK = firstGiven(options, ['top_k', 'topK'])
  if (given === undefined && topK === undefined) return undefined
  const { additionalRequestFields: live } = model.config ?? {}
  return { ...(isFields(live) && live), ...(topK !== undefined && { top_k: topK }), ...given } as JsonObject
}
