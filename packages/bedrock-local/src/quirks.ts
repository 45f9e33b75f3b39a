import { splitProfileId } from './geographies.js'

/** What one family of models does not take, and how its vendor says so. What no row names is refused nothing. */
export interface Quirks {
  /** Missing: no family has a model of this name. */
  readonly family?: string
  /** Whose words and paths the errors of the model behind the API come in. */
  readonly dialect?: 'anthropic' | 'nova'

  /** Not to be had by its bare id: an inference profile is needed. */
  readonly needsProfile?: true
  /** Makes pictures, vectors or speech. */
  readonly refusesConverse?: true
  readonly refusesStreams?: true
  /** CountTokens takes it. */
  readonly countsTokens?: true

  /** The conversation may not begin with an assistant message. */
  readonly refusesAssistantStart?: true
  /** Nor end with one: the service says so, or the vendor. */
  readonly refusesAssistantEnd?: 'service' | 'vendor'
  readonly refusesSystem?: true
  /** Content blocks that neither a message nor a tool result may hold. */
  readonly refusedBlocks?: readonly string[]
  /** Media by address instead of bytes. */
  readonly refusesS3?: true
  readonly refusesCitations?: true
  /** Images that one request may hold, documents counted too. */
  readonly maxImages?: number
  /** Whether an image's bytes are compared with its format. */
  readonly checksImageFormat?: true

  readonly refusesTools?: true
  /** No tools in streams. */
  readonly refusesStreamedTools?: true
  /** Kinds of `toolChoice` that it does not know. */
  readonly refusedToolChoices?: readonly string[]
  /** Has tools that the service runs by itself. */
  readonly takesSystemTools?: true
  /** No `status` in tool results. */
  readonly refusesResultStatus?: true
  /** Blocks that a tool result may not hold. */
  readonly refusedResultBlocks?: readonly string[]
  /** Nothing but results in a turn with tool results. */
  readonly wantsResultsAlone?: true
  /** Blocks that may not share a turn with tool results. */
  readonly refusedBesideResults?: readonly string[]
  /** No video in tool results; the vendor says so in words of its own. */
  readonly refusesVideoResults?: true

  readonly refusesCachePoints?: true
  /** No cache points among tools, beside tool blocks, or with a time to live. */
  readonly hasPlainCachePoints?: true
  /** A cache point with fewer tokens before it keeps nothing, and is no error. */
  readonly minCacheTokens?: number
  /** A cache point also finds what was kept up to so many blocks before it. */
  readonly cacheLookbackBlocks?: number
  /** Usage does not say which time to live was written. */
  readonly hidesCacheDetails?: true

  readonly contextTokens?: number
  /** Who refuses too long a prompt: Claude, or Nova or the model's server while the answer streams. Missing: the service. */
  readonly overflow?: 'claude' | 'nova' | 'maximum-context'
  /** Prompt and `maxTokens` together must fit the context. */
  readonly reservesOutput?: true
  readonly maxOutputTokens?: number

  /** `temperature` or `topP`, not both. */
  readonly oneSamplingKnob?: true
  /** Neither of them, nor `top_k`. */
  readonly refusesSampling?: true
  /** Kinds of Claude's `thinking`. */
  readonly thinking?: readonly ('enabled' | 'adaptive')[]
  /** Of Claude's `output_config.effort`. */
  readonly efforts?: readonly string[]
  /** Nova's `reasoningConfig`. */
  readonly reasons?: true
  /** Reasoning in the history: only with its signature, or not at all. */
  readonly reasoningHistory?: 'signed' | 'refused'
  /** No `outputConfig.textFormat` and no strict tools. */
  readonly refusesOutputSchema?: true
  /** Members of `additionalModelRequestFields`; others are refused. */
  readonly extraFields?: readonly string[]
}

const media = ['image', 'video', 'audio']
const noChoice = ['any', 'tool']
const claudeFields = (
  'anthropic_beta anthropic_version cache_control container context_management inference_geo mcp_servers metadata ' +
  'output_config output_format service_tier speed stop_sequences thinking tool_choice tools top_k top_p temperature'
).split(' ')

/**
 * All rows that match are laid over each other, the last on top. Ids stand without their geography (`us.`, `eu.` …).
 * Sources: recorded traffic, tables that langchain-aws and pydantic-ai checked against live calls in summer 2026,
 * AWS's model cards, and public issues.
 */
const rows: readonly (readonly [ids: RegExp, quirks: Quirks])[] = [
  [/^anthropic\.claude/, { family: 'claude', dialect: 'anthropic' }],
  [/^amazon\.nova/, { family: 'nova', dialect: 'nova' }],
  [/^amazon\.titan-text/, { family: 'titan-text' }],
  [/^meta\.llama/, { family: 'llama' }],
  [/^mistral\.(mistral|mixtral|ministral|magistral|voxtral|pixtral|devstral|codestral)/, { family: 'mistral' }],
  [/^deepseek\.(r|v)\d/, { family: 'deepseek' }],
  [/^openai\.(gpt|o\d)/, { family: 'gpt' }],
  [/^qwen\.qwen/, { family: 'qwen' }],
  [/^moonshot(ai)?\.kimi/, { family: 'kimi' }],
  [/^zai\.glm/, { family: 'glm' }],
  [/^google\.gemma/, { family: 'gemma' }],
  [/^minimax\.minimax/, { family: 'minimax' }],
  [/^nvidia\.nemotron/, { family: 'nemotron' }],
  [/^writer\.palmyra/, { family: 'palmyra' }],
  [/^cohere\.command/, { family: 'command' }],
  [/^ai21\.(jamba|j2)/, { family: 'jamba' }],
  [
    /^(amazon\.(titan-(embed|image)|nova-(canvas|reel|sonic|2-sonic|2-multimodal-embed)|rerank)|cohere\.(embed|rerank)|stability|twelvelabs|luma)/,
    { family: 'other', refusesConverse: true },
  ],

  // Ids
  [/^anthropic\.claude-(3-7|(sonnet|opus|haiku|fable)-[4-9])/, { needsProfile: true }],
  [/^(amazon\.nova-(2|premier)|meta\.llama4|mistral\.pixtral|deepseek\.r1|writer\.)/, { needsProfile: true }],
  [/^anthropic\.claude-(3-[57]|(sonnet|opus|haiku|fable)-[4-9])/, { countsTokens: true }],
  [/^ai21\.j2/, { refusesStreams: true }],

  // Conversation
  [/^(amazon|meta|mistral|deepseek|writer|cohere|ai21|openai)\./, { refusesAssistantStart: true }],
  [/^(meta|mistral|cohere|ai21)\./, { refusesAssistantEnd: 'service' }],
  [/^anthropic\.claude-((sonnet|opus)-4-[6-9]|(sonnet|opus|haiku|fable)-[5-9])/, { refusesAssistantEnd: 'vendor' }],
  [/^(amazon\.titan-text|mistral\.(mistral-7b|mixtral))/, { refusesSystem: true }],
  [
    /^(amazon\.titan-text|meta\.llama3|mistral|deepseek|openai\.gpt-oss|qwen|writer|cohere|ai21)/,
    { refusedBlocks: media },
  ],
  [/^(meta\.llama(3-2-(11|90)b|4)|mistral\.pixtral)/, { refusedBlocks: ['video', 'audio'] }],
  [/^mistral\.(mistral-(large-3|small-3|medium)|ministral|magistral|devstral)/, { refusedBlocks: ['video', 'audio'] }],
  [/^mistral\.voxtral/, { refusedBlocks: ['image', 'video'] }],
  [/^moonshot(ai)?\.kimi-k2-thinking/, { refusedBlocks: media }],
  [/^anthropic\.claude/, { refusedBlocks: ['video', 'audio'], refusesS3: true }],
  [/^amazon\.nova/, { refusedBlocks: ['audio'] }],
  [/^amazon\.nova-micro/, { refusedBlocks: [...media, 'document'] }],
  [/^(amazon|meta|mistral|deepseek|writer|cohere|ai21|openai|qwen)\./, { refusesCitations: true }],
  [/^anthropic\.claude-(3|(sonnet|opus)-4-(1-)?20)/, { maxImages: 20 }],
  [/^anthropic\.claude-((sonnet|opus|haiku)-4-[5-9]|(sonnet|opus|haiku|fable)-[5-9])/, { maxImages: 100 }],
  // A PNG under the name of a JPEG is recorded as taken by Claude 3.5.
  [/^(anthropic\.claude-(3-7|(sonnet|opus|haiku|fable)-)|meta\.llama)/, { checksImageFormat: true }],

  // Tools
  [
    /^(amazon\.titan-text|mistral\.(mistral-7b|mixtral)|deepseek\.r1|ai21\.(jamba-instruct|j2))/,
    { refusesTools: true },
  ],
  [/^(cohere\.command-(text|light)|anthropic\.claude-(v2|instant)|meta\.llama3-(8|70)b)/, { refusesTools: true }],
  [/^meta\.llama3-2-(1|3)b/, { refusesTools: true }],
  [/^meta\.llama/, { refusesStreamedTools: true, refusedToolChoices: noChoice, wantsResultsAlone: true }],
  [
    /^mistral\.(mistral-large-24|mistral-small-24|pixtral)/,
    { refusesStreamedTools: true, refusedToolChoices: ['tool'] },
  ],
  [/^mistral\./, { wantsResultsAlone: true, refusedResultBlocks: media }],
  [/^writer\./, { refusesStreamedTools: true, refusesResultStatus: true, refusedToolChoices: noChoice }],
  [/^writer\./, { wantsResultsAlone: true }],
  [/^(cohere|ai21)\./, { refusedToolChoices: noChoice }],
  [/^deepseek\.v3-v1/, { refusedToolChoices: ['tool'] }],
  [/^anthropic\.claude-fable/, { refusedToolChoices: noChoice }],
  [/^(qwen|moonshot(ai)?)\./, { refusedResultBlocks: [...media, 'document'] }],
  [/^anthropic\.claude/, { refusedBesideResults: ['document'] }],
  [/^amazon\.nova/, { refusesVideoResults: true }],
  [/^amazon\.nova-2/, { takesSystemTools: true }],

  // Prompt caching
  [
    /^(meta|mistral|deepseek|writer|cohere|ai21|openai|qwen|google|nvidia|minimax|zai|moonshot(ai)?)\./,
    { refusesCachePoints: true },
  ],
  [
    /^(amazon\.titan|anthropic\.claude-(v2|instant|3-(sonnet|haiku|opus)|3-5-sonnet-20240620))/,
    { refusesCachePoints: true },
  ],
  // Sonnet 4.5 stands at 4,096 in the documents, but writes of 1,322 tokens are recorded.
  [/^anthropic\.claude/, { minCacheTokens: 1024, cacheLookbackBlocks: 20 }],
  [/^anthropic\.claude-((opus|haiku)-4-5|opus-4-6)/, { minCacheTokens: 4096 }],
  [/^anthropic\.claude-opus-4-7/, { minCacheTokens: 2048 }],
  [/^anthropic\.claude-(opus|fable)-5/, { minCacheTokens: 512 }],
  [/^amazon\.nova/, { hasPlainCachePoints: true, minCacheTokens: 1000, hidesCacheDetails: true }],

  // Lengths
  [/^anthropic\.claude-(v2|instant)/, { contextTokens: 100_000 }],
  [/^anthropic\.claude-(\d|[a-z]+-\d)/, { contextTokens: 200_000, overflow: 'claude' }],
  [/^anthropic\.claude-((sonnet|opus)-4-[6-9]|(sonnet|opus|haiku|fable)-[5-9])/, { contextTokens: 1_000_000 }],
  [/^anthropic\.claude-(3-7|(sonnet|opus)-4-(1-)?20)/, { reservesOutput: true }],
  [/^anthropic\.claude-3-((sonnet|haiku|opus)|5-sonnet-20240620)/, { maxOutputTokens: 4096 }],
  [/^anthropic\.claude-3-5-(haiku|sonnet-20241022)/, { maxOutputTokens: 8192 }],
  [/^anthropic\.claude-opus-4-(1-)?20/, { maxOutputTokens: 32_000 }],
  [/^anthropic\.claude-(sonnet-4-20|(sonnet|haiku|opus)-4-5)/, { maxOutputTokens: 64_000 }],
  [/^amazon\.nova-micro/, { contextTokens: 128_000, overflow: 'nova', maxOutputTokens: 10_000 }],
  [/^amazon\.nova-(lite|pro)/, { contextTokens: 300_000, overflow: 'nova', maxOutputTokens: 10_000 }],
  [/^amazon\.nova-(premier|2-lite)/, { contextTokens: 1_000_000, overflow: 'nova' }],
  [/^amazon\.titan-text-premier/, { maxOutputTokens: 3000 }],
  [/^meta\.llama3-(8|70)b/, { contextTokens: 8192, overflow: 'maximum-context', maxOutputTokens: 2048 }],
  [/^(meta\.llama3-[123]-|openai\.gpt-oss)/, { contextTokens: 131_072, overflow: 'maximum-context' }],
  [/^(deepseek\.r1|mistral\.(pixtral|mistral-large-3))/, { contextTokens: 131_072, overflow: 'maximum-context' }],

  // Sampling, reasoning, structured output
  [/^anthropic\.claude-(opus-4-1|(sonnet|opus|haiku)-4-[5-9])/, { oneSamplingKnob: true }],
  [/^anthropic\.claude-(opus-4-[7-9]|(sonnet|opus|haiku|fable)-[5-9])/, { refusesSampling: true }],
  [/^anthropic\.claude/, { thinking: [], efforts: [], extraFields: claudeFields }],
  [/^anthropic\.claude-(3-7|(sonnet|opus|haiku)-4)/, { thinking: ['enabled'] }],
  [/^anthropic\.claude-(sonnet|opus)-4-6/, { thinking: ['enabled', 'adaptive'] }],
  [/^anthropic\.claude-(opus-4-[7-9]|(sonnet|opus|haiku|fable)-[5-9])/, { thinking: ['adaptive'] }],
  [/^anthropic\.claude-(opus-4-5|(sonnet|opus)-4-6)/, { efforts: ['low', 'medium', 'high', 'max'] }],
  [
    /^anthropic\.claude-(opus-4-[7-9]|(sonnet|opus|haiku|fable)-[5-9])/,
    { efforts: ['low', 'medium', 'high', 'xhigh', 'max'] },
  ],
  [/^anthropic\.claude/, { reasoningHistory: 'signed' }],
  [/^(anthropic\.claude-(v2|instant|3-(sonnet|haiku|opus|5))|deepseek\.r1)/, { reasoningHistory: 'refused' }],
  [/^amazon\.nova/, { extraFields: ['inferenceConfig', 'reasoningConfig'] }],
  [/^amazon\.nova-2/, { reasons: true }],
  [/^anthropic\.claude-(v2|instant|3|(sonnet|opus)-4-(1-)?20)/, { refusesOutputSchema: true }],
  [/^(amazon|meta|writer|cohere|ai21)\./, { refusesOutputSchema: true }],
  [/^(deepseek\.r1|mistral\.(mistral-7b|mixtral|pixtral|mistral-(large|small)-2))/, { refusesOutputSchema: true }],
]

/** Read once for each id: every request asks for it. */
const known = new Map<string, Quirks>()
const maxKnown = 1000

/** By any form of id that tells the model; nothing for those that do not. */
export function quirksOf(modelId: string): Quirks {
  const id = baseModelId(modelId)
  const found = known.get(id)
  if (found) return found
  const quirks: Quirks = Object.assign({}, ...rows.filter(([ids]) => ids.test(id)).map(([, row]) => row))
  if (known.size < maxKnown) known.set(id, quirks)
  return quirks
}

/** Without ARN and geography: `anthropic.claude-…`. An application inference profile does not tell, and gives its own id. */
function baseModelId(modelId: string): string {
  const name = modelId.startsWith('arn:') ? modelId.slice(modelId.lastIndexOf('/') + 1) : modelId
  return splitProfileId(name).baseId
}
