import type { Capabilities } from '@x/types'
import { baseModelId, inferenceProfileId } from './models.js'

/*
 * What one model family does differently, as rows. The service changes: a row is a default, and what a caller asks for
 * in so many words (a tool choice, a cache point) is sent even where a row says that it is not taken.
 */

export interface Quirks {
  /** Families understand each other's reasoning and citations only within themselves. */
  readonly family: string
  /** `toolResult.status` is taken; where it is not, a failure is told in words. */
  readonly toolResultStatus: boolean
  /** A user turn with tool results may hold nothing else. */
  readonly toolResultsAlone: boolean
  /** Signed or redacted reasoning goes back with the history. */
  readonly replaysReasoning: boolean
  /** Refused by its bare id: to be called by an inference profile. */
  readonly profileOnly: boolean
  readonly capabilities: Capabilities
}

export interface BedrockCapabilities extends Capabilities {
  readonly family: string
  /** What to call the model by from the region asked for, if it is refused by its bare id. */
  readonly inferenceProfileId?: string
}

/** What is known of a model; a missing member means "not known". `region` adds the inference profile of that region. */
export function capabilitiesOf(modelId: string, region?: string): BedrockCapabilities {
  const { family, profileOnly, capabilities } = quirksOf(modelId)
  const profile = profileOnly && region !== undefined && { inferenceProfileId: inferenceProfileId(modelId, region) }
  return { family, ...capabilities, ...profile }
}

/** An id that no row knows is a family of its own with the defaults. */
export function quirksOf(modelId: string): Quirks {
  const baseId = baseModelId(modelId)
  const row = rows.find(({ match }) => match.test(baseId))
  return { family: baseId, ...defaults, ...row }
}

const defaults = {
  toolResultStatus: true,
  toolResultsAlone: false,
  replaysReasoning: true,
  profileOnly: false,
  capabilities: {},
} satisfies Partial<Quirks>

const claude: Capabilities = {
  contextTokens: 200_000,
  tools: true,
  streamsTools: true,
  toolChoice: ['any', 'tool'],
  media: { user: ['image', 'document'], toolResult: ['image', 'document'] },
}
const cached: Capabilities = { ...claude, cachePoints: ['tools', 'system', 'messages'] }
const native = { outputSchema: true, strictTools: true, schemaDialect: 'bedrock' } satisfies Capabilities

const nova: Capabilities = {
  tools: true,
  streamsTools: true,
  toolChoice: ['any', 'tool'],
  cachePoints: ['system', 'messages'],
  media: { user: ['image', 'document', 'video'], toolResult: ['image', 'document'] },
}

const streamsTools: Capabilities = { tools: true, streamsTools: true }
const noStreamedTools: Capabilities = { tools: true, streamsTools: false, toolChoice: [] }
const noTools: Capabilities = { tools: false, streamsTools: false, toolChoice: [] }

/** The first row that matches the base id holds. Sources: AWS's model cards, tables of other clients, recorded traffic. */
const rows: readonly (Partial<Quirks> & { readonly match: RegExp; readonly family: string })[] = [
  {
    match: /^anthropic\.claude-((haiku|sonnet|opus)-4-5|(sonnet|opus)-4-6)/,
    family: 'claude',
    profileOnly: true,
    capabilities: { ...cached, ...native },
  },
  {
    match: /^anthropic\.claude-(sonnet-4|opus-4)-(1-)?2025/,
    family: 'claude',
    profileOnly: true,
    capabilities: cached,
  },
  { match: /^anthropic\.claude-3-7/, family: 'claude', profileOnly: true, capabilities: cached },
  { match: /^anthropic\.claude-3/, family: 'claude', capabilities: claude },
  { match: /^anthropic\.claude-(v\d|instant)/, family: 'claude', capabilities: { ...noTools, media: {} } },
  {
    // Newer ones: their windows and what they take natively are not known for sure.
    match: /^anthropic\.claude/,
    family: 'claude',
    profileOnly: true,
    capabilities: { ...streamsTools, toolChoice: ['any', 'tool'], cachePoints: ['tools', 'system', 'messages'] },
  },
  {
    match: /^amazon\.nova-micro/,
    family: 'nova',
    capabilities: { ...nova, contextTokens: 128_000, media: { user: [], toolResult: [] } },
  },
  { match: /^amazon\.nova-(lite|pro)/, family: 'nova', capabilities: { ...nova, contextTokens: 300_000 } },
  { match: /^amazon\.nova-2/, family: 'nova', profileOnly: true, capabilities: nova },
  { match: /^amazon\.nova/, family: 'nova', capabilities: nova },
  { match: /^amazon\.titan/, family: 'titan', capabilities: noTools },
  {
    match: /^meta\.llama4/,
    family: 'llama',
    toolResultsAlone: true,
    profileOnly: true,
    capabilities: { ...noStreamedTools, media: { user: ['image', 'document'], toolResult: ['image', 'document'] } },
  },
  { match: /^meta\.llama/, family: 'llama', toolResultsAlone: true, capabilities: noStreamedTools },
  {
    match: /^mistral\.(mistral-large|ministral|magistral|voxtral)/,
    family: 'mistral',
    toolResultsAlone: true,
    capabilities: { ...noStreamedTools, toolChoice: ['any'], media: { toolResult: ['document'] } },
  },
  {
    match: /^mistral\.pixtral/,
    family: 'mistral',
    toolResultsAlone: true,
    profileOnly: true,
    capabilities: { ...noStreamedTools, media: { user: ['image', 'document'], toolResult: ['document'] } },
  },
  { match: /^mistral\.(mistral-7b|mixtral)/, family: 'mistral', capabilities: noTools },
  { match: /^mistral\./, family: 'mistral', toolResultsAlone: true, capabilities: noStreamedTools },
  // R1 answers "User messages cannot contain reasoning content" to its own reasoning.
  {
    match: /^deepseek\.r1/,
    family: 'deepseek',
    replaysReasoning: false,
    profileOnly: true,
    capabilities: { ...noTools, contextTokens: 128_000 },
  },
  {
    match: /^deepseek\.v3-v1/,
    family: 'deepseek',
    replaysReasoning: false,
    capabilities: { ...streamsTools, toolChoice: ['any'] },
  },
  {
    match: /^deepseek\./,
    family: 'deepseek',
    replaysReasoning: false,
    capabilities: { ...streamsTools, toolChoice: ['any', 'tool'] },
  },
  {
    match: /^qwen\./,
    family: 'qwen',
    capabilities: { ...streamsTools, toolChoice: [], media: { toolResult: [] }, outputSchema: true },
  },
  { match: /^openai\.gpt-oss/, family: 'gpt-oss', capabilities: { ...streamsTools, contextTokens: 128_000 } },
  {
    match: /^moonshot(ai)?\./,
    family: 'kimi',
    capabilities: { ...streamsTools, toolChoice: ['any', 'tool'], outputSchema: true, media: { toolResult: [] } },
  },
  {
    match: /^(zai|z-ai)\./,
    family: 'glm',
    capabilities: { tools: true, toolChoice: ['any', 'tool'], outputSchema: true },
  },
  {
    match: /^writer\./,
    family: 'palmyra',
    toolResultStatus: false,
    toolResultsAlone: true,
    capabilities: noStreamedTools,
  },
  { match: /^cohere\.command-r/, family: 'command-r', capabilities: { ...streamsTools, toolChoice: [] } },
  { match: /^cohere\.command/, family: 'command', capabilities: noTools },
  { match: /^ai21\.jamba-1-5/, family: 'jamba', capabilities: { ...streamsTools, toolChoice: [] } },
  { match: /^ai21\./, family: 'jamba', capabilities: noTools },
]
