import { quirksOf } from './quirks.js'

/** One model as the service lists it. */
export interface FoundationModel {
  readonly modelId: string
  readonly modelName: string
  readonly providerName: string
  readonly inputModalities: readonly ('TEXT' | 'IMAGE' | 'VIDEO' | 'SPEECH')[]
  readonly outputModalities: readonly 'TEXT'[]
  readonly responseStreamingSupported: boolean
  readonly inferenceTypesSupported: readonly ('ON_DEMAND' | 'INFERENCE_PROFILE')[]
  /** Geographies that it has an inference profile for: `us`, `global` … */
  readonly geographies: readonly string[]
  /** Since this day (UTC) accounts that do not use it already are refused. */
  readonly legacyTime?: string
  /** From this day on every request is refused. */
  readonly endOfLifeTime?: string
}

/** Where a model stands in its life on a day; `gone` models are no longer listed. */
export function statusOn(model: FoundationModel, day: Date): 'ACTIVE' | 'LEGACY' | 'gone' {
  if (isPast(model.endOfLifeTime, day)) return 'gone'
  return isPast(model.legacyTime, day) ? 'LEGACY' : 'ACTIVE'
}

function isPast(time: string | undefined, day: Date): boolean {
  return time !== undefined && day.getTime() >= Date.parse(time)
}

type Row = readonly [
  modelId: string,
  modelName: string,
  /** Input beside text: I image, V video, S speech. */
  input: string,
  geographies: string,
  life?: { readonly legacy?: string; readonly end?: string },
]

const everywhere = 'us eu jp au global'

/**
 * Text models that Converse takes, newest first. Not all that there are: an id that stands here is only held to what
 * its row says. Ids and geographies: models.dev and AWS's model cards, July and August 2026. Days of life: AWS's
 * lifecycle page as quoted in public issues and in awslabs/startups, July to September 2026; a missing one is not known.
 */
const rows: Readonly<Record<string, readonly Row[]>> = {
  Anthropic: [
    ['anthropic.claude-fable-5', 'Claude Fable 5', 'I', everywhere],
    ['anthropic.claude-opus-5', 'Claude Opus 5', 'I', everywhere],
    ['anthropic.claude-sonnet-5', 'Claude Sonnet 5', 'I', everywhere],
    ['anthropic.claude-opus-4-8', 'Claude Opus 4.8', 'I', everywhere],
    ['anthropic.claude-opus-4-7', 'Claude Opus 4.7', 'I', everywhere],
    ['anthropic.claude-opus-4-6-v1', 'Claude Opus 4.6', 'I', everywhere],
    ['anthropic.claude-sonnet-4-6', 'Claude Sonnet 4.6', 'I', everywhere],
    ['anthropic.claude-opus-4-5-20251101-v1:0', 'Claude Opus 4.5', 'I', everywhere],
    ['anthropic.claude-haiku-4-5-20251001-v1:0', 'Claude Haiku 4.5', 'I', everywhere],
    ['anthropic.claude-sonnet-4-5-20250929-v1:0', 'Claude Sonnet 4.5', 'I', `${everywhere} us-gov`],
    ['anthropic.claude-opus-4-1-20250805-v1:0', 'Claude Opus 4.1', 'I', 'us', { end: '2027-01-08' }],
    ['anthropic.claude-opus-4-20250514-v1:0', 'Claude Opus 4', 'I', 'us'],
    [
      'anthropic.claude-sonnet-4-20250514-v1:0',
      'Claude Sonnet 4',
      'I',
      'us eu apac global',
      { legacy: '2026-04-14', end: '2026-10-14' },
    ],
    ['anthropic.claude-3-7-sonnet-20250219-v1:0', 'Claude 3.7 Sonnet', 'I', 'us eu apac us-gov', { end: '2026-04-28' }],
    ['anthropic.claude-3-5-haiku-20241022-v1:0', 'Claude 3.5 Haiku', '', 'us', { end: '2026-06-19' }],
    ['anthropic.claude-3-5-sonnet-20241022-v2:0', 'Claude 3.5 Sonnet v2', 'I', 'us apac', { end: '2026-07-30' }],
    ['anthropic.claude-3-5-sonnet-20240620-v1:0', 'Claude 3.5 Sonnet', 'I', 'us eu apac us-gov', { end: '2026-07-30' }],
    ['anthropic.claude-3-haiku-20240307-v1:0', 'Claude 3 Haiku', 'I', 'us eu apac us-gov', { end: '2026-09-10' }],
    ['anthropic.claude-3-sonnet-20240229-v1:0', 'Claude 3 Sonnet', 'I', 'us eu apac', { end: '2026-07-30' }],
  ],
  Amazon: [
    ['amazon.nova-2-lite-v1:0', 'Nova 2 Lite', 'IV', 'us eu jp global'],
    ['amazon.nova-premier-v1:0', 'Nova Premier', 'IV', 'us', { end: '2026-09-14' }],
    ['amazon.nova-pro-v1:0', 'Nova Pro', 'IV', 'us eu apac us-gov'],
    ['amazon.nova-lite-v1:0', 'Nova Lite', 'IV', 'us eu apac us-gov'],
    ['amazon.nova-micro-v1:0', 'Nova Micro', '', 'us eu apac us-gov'],
    ['amazon.titan-text-express-v1', 'Titan Text G1 - Express', '', ''],
    ['amazon.titan-text-lite-v1', 'Titan Text G1 - Lite', '', ''],
  ],
  Meta: [
    ['meta.llama4-maverick-17b-instruct-v1:0', 'Llama 4 Maverick 17B Instruct', 'I', 'us'],
    ['meta.llama4-scout-17b-instruct-v1:0', 'Llama 4 Scout 17B Instruct', 'I', 'us'],
    ['meta.llama3-3-70b-instruct-v1:0', 'Llama 3.3 70B Instruct', '', 'us'],
    ['meta.llama3-2-90b-instruct-v1:0', 'Llama 3.2 90B Instruct', 'I', 'us', { end: '2026-07-07' }],
    ['meta.llama3-2-11b-instruct-v1:0', 'Llama 3.2 11B Instruct', 'I', 'us', { end: '2026-07-07' }],
    ['meta.llama3-2-3b-instruct-v1:0', 'Llama 3.2 3B Instruct', '', 'us eu', { end: '2026-07-07' }],
    ['meta.llama3-2-1b-instruct-v1:0', 'Llama 3.2 1B Instruct', '', 'us eu', { end: '2026-07-07' }],
    ['meta.llama3-1-405b-instruct-v1:0', 'Llama 3.1 405B Instruct', '', 'us', { end: '2026-07-07' }],
    ['meta.llama3-1-70b-instruct-v1:0', 'Llama 3.1 70B Instruct', '', 'us'],
    ['meta.llama3-1-8b-instruct-v1:0', 'Llama 3.1 8B Instruct', '', 'us'],
    ['meta.llama3-70b-instruct-v1:0', 'Llama 3 70B Instruct', '', ''],
    ['meta.llama3-8b-instruct-v1:0', 'Llama 3 8B Instruct', '', ''],
  ],
  'Mistral AI': [
    ['mistral.mistral-large-3-675b-instruct', 'Mistral Large 3', 'I', ''],
    ['mistral.magistral-small-2509', 'Magistral Small 2509', 'I', ''],
    ['mistral.ministral-3-14b-instruct', 'Ministral 3 14B', 'I', ''],
    ['mistral.ministral-3-8b-instruct', 'Ministral 3 8B', 'I', ''],
    ['mistral.voxtral-small-24b-2507', 'Voxtral Small 24B 2507', 'S', ''],
    ['mistral.pixtral-large-2502-v1:0', 'Pixtral Large (25.02)', 'I', 'us eu'],
    ['mistral.mistral-large-2402-v1:0', 'Mistral Large (24.02)', '', ''],
    ['mistral.mistral-small-2402-v1:0', 'Mistral Small (24.02)', '', ''],
    ['mistral.mixtral-8x7b-instruct-v0:1', 'Mixtral 8x7B Instruct', '', ''],
    ['mistral.mistral-7b-instruct-v0:2', 'Mistral 7B Instruct', '', ''],
  ],
  DeepSeek: [
    ['deepseek.v3.2', 'DeepSeek V3.2', '', ''],
    ['deepseek.v3-v1:0', 'DeepSeek-V3.1', '', ''],
    ['deepseek.r1-v1:0', 'DeepSeek-R1', '', 'us'],
  ],
  OpenAI: [
    ['openai.gpt-oss-120b-1:0', 'gpt-oss-120b', '', ''],
    ['openai.gpt-oss-20b-1:0', 'gpt-oss-20b', '', ''],
  ],
  Qwen: [
    ['qwen.qwen3-235b-a22b-2507-v1:0', 'Qwen3 235B A22B 2507', '', ''],
    ['qwen.qwen3-coder-480b-a35b-v1:0', 'Qwen3 Coder 480B A35B', '', ''],
    ['qwen.qwen3-coder-30b-a3b-v1:0', 'Qwen3-Coder-30B-A3B-Instruct', '', ''],
    ['qwen.qwen3-32b-v1:0', 'Qwen3 32B (dense)', '', ''],
  ],
  'Moonshot AI': [
    ['moonshotai.kimi-k2.5', 'Kimi K2.5', 'I', ''],
    ['moonshot.kimi-k2-thinking', 'Kimi K2 Thinking', '', ''],
  ],
  Google: [
    ['google.gemma-3-27b-it', 'Gemma 3 27B PT', 'I', ''],
    ['google.gemma-3-12b-it', 'Gemma 3 12B IT', 'I', ''],
  ],
  MiniMax: [['minimax.minimax-m2', 'MiniMax M2', '', '']],
  NVIDIA: [['nvidia.nemotron-nano-12b-v2', 'NVIDIA Nemotron Nano 12B v2 VL BF16', 'I', '']],
  Writer: [
    ['writer.palmyra-x5-v1:0', 'Palmyra X5', '', 'us'],
    ['writer.palmyra-x4-v1:0', 'Palmyra X4', '', 'us'],
  ],
  Cohere: [
    ['cohere.command-r-plus-v1:0', 'Command R+', '', '', { end: '2026-08-19' }],
    ['cohere.command-r-v1:0', 'Command R', '', '', { end: '2026-08-19' }],
  ],
  'AI21 Labs': [
    ['ai21.jamba-1-5-large-v1:0', 'Jamba 1.5 Large', '', '', { end: '2026-11-26' }],
    ['ai21.jamba-1-5-mini-v1:0', 'Jamba 1.5 Mini', '', '', { end: '2026-11-26' }],
  ],
}

export const foundationModels: readonly FoundationModel[] = Object.entries(rows).flatMap(([providerName, list]) =>
  list.map((row) => toFoundationModel(providerName, row)),
)

const byId = new Map(foundationModels.map((model) => [model.modelId, model]))

/** By its bare id, without a geography. */
export function findModel(baseModelId: string): FoundationModel | undefined {
  return byId.get(baseModelId)
}

function toFoundationModel(providerName: string, [modelId, modelName, input, prefixes, life]: Row): FoundationModel {
  const geographies = prefixes.split(' ').filter(Boolean)
  return {
    modelId,
    modelName,
    providerName,
    inputModalities: [
      'TEXT',
      ...(input.includes('I') ? (['IMAGE'] as const) : []),
      ...(input.includes('V') ? (['VIDEO'] as const) : []),
      ...(input.includes('S') ? (['SPEECH'] as const) : []),
    ],
    outputModalities: ['TEXT'],
    responseStreamingSupported: true,
    inferenceTypesSupported: [
      ...(quirksOf(modelId).needsProfile ? [] : (['ON_DEMAND'] as const)),
      ...(geographies.length > 0 ? (['INFERENCE_PROFILE'] as const) : []),
    ],
    geographies,
    ...(life?.legacy && { legacyTime: life.legacy }),
    ...(life?.end && { endOfLifeTime: life.end }),
  }
}
