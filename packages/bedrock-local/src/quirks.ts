/** What one family of models does not take. A family that no row names is refused nothing. */
export interface Quirks {
  /** The conversation may not begin with an assistant message. */
  readonly refusesAssistantStart?: true
  /** Content blocks that a message may not hold. */
  readonly refusedBlocks?: readonly string[]
  /** Kinds of `toolChoice` that it does not know. */
  readonly refusedToolChoices?: readonly string[]
  /** No tools in streams. */
  readonly refusesStreamedTools?: true
  /** No `status` in tool results. */
  readonly refusesResultStatus?: true
  readonly refusesCachePoints?: true
  /** No video in tool results; the vendor says so in words of its own. */
  readonly refusesVideoResults?: true
  /** Not to be had by its bare id: an inference profile is needed. */
  readonly needsProfile?: true
  /** `temperature` or `topP`, not both. */
  readonly oneSamplingKnob?: true
}

/**
 * All rows that match are laid over each other. Ids stand without their geography (`us.`, `eu.` …). Sources: recorded
 * traffic, tables that langchain-aws and pydantic-ai checked against live calls in summer 2026, and public issues.
 */
const rows: readonly (readonly [ids: RegExp, quirks: Quirks])[] = [
  [/^(amazon|meta|mistral|deepseek|writer|cohere|ai21|openai)\./, { refusesAssistantStart: true }],
  [/^(meta|mistral|deepseek|writer|cohere|ai21|openai|qwen)\./, { refusesCachePoints: true }],
  [/^anthropic\.claude/, { refusedBlocks: ['video'] }],
  [/^anthropic\.claude-(sonnet|opus|haiku)-4-[5-9]/, { needsProfile: true, oneSamplingKnob: true }],
  [/^anthropic\.claude-(sonnet|opus|haiku|fable)-[5-9]/, { needsProfile: true }],
  [/^amazon\.nova/, { refusesVideoResults: true }],
  [/^amazon\.nova-2/, { needsProfile: true }],
  [/^meta\.llama/, { refusesStreamedTools: true, refusedToolChoices: ['any', 'tool'] }],
  [/^mistral\.(mistral-large-24|pixtral)/, { refusesStreamedTools: true, refusedToolChoices: ['tool'] }],
  [/^writer\./, { refusesStreamedTools: true, refusesResultStatus: true, refusedToolChoices: ['any', 'tool'] }],
  [/^(cohere|ai21)\./, { refusedToolChoices: ['any', 'tool'] }],
]

export function quirksOf(modelId: string): Quirks {
  const id = baseModelId(modelId)
  return Object.assign({}, ...rows.filter(([ids]) => ids.test(id)).map(([, quirks]) => quirks)) as Quirks
}

/** Without ARN and geography: `anthropic.claude-…`. An application inference profile does not tell, and gives its own id. */
export function baseModelId(modelId: string): string {
  const name = modelId.startsWith('arn:') ? modelId.slice(modelId.lastIndexOf('/') + 1) : modelId
  return name.replace(/^(us-gov|us|eu|apac|jp|au|ca|in|global)\./, '')
}
