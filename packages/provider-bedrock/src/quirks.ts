import type { Capabilities } from '@x/types'
import { baseModelId, inferenceProfileId } from './models.js'
import { quirkRows } from './quirk-rows.js'
import type { ReasoningForm } from './reasoning-forms.js'

/*
 * What one model family does differently, as rows of one table (quirk-rows.ts). The service changes: a row is a
 * default, and what a caller asks for in so many words is sent even where a row does not know that it is taken.
 * A missing member means "not known" unless it says otherwise.
 */

export interface Quirks {
  /** Families understand each other's reasoning and citations only within themselves. */
  readonly family: string
  /** `toolResult.status` is taken (default); where it is not, a failure is told in words. */
  readonly toolResultStatus: boolean
  /** Wire blocks that may not share a user turn with tool results. Missing: not known, and sent together. */
  readonly apartFromToolResults?: 'all' | readonly string[]
  /** Documents that a tool result may hold, where not every format is taken. */
  readonly toolResultDocumentFormats?: readonly string[]
  /** Signed or redacted reasoning goes back with the history (default). */
  readonly replaysReasoning: boolean
  /** Refused by its bare id: to be called by an inference profile. Default false. */
  readonly profileOnly: boolean
  /** Whatever format an image is said to have, its bytes count. */
  readonly readsImageBytes?: true
  /** A conversation may begin with an assistant message. */
  readonly leadingAssistant?: boolean
  /** How it is asked to think. `none`: it does not; `always`: it does, and takes no setting. */
  readonly reasoning?: ReasoningForm | 'none' | 'always'
  readonly cache?: CacheQuirks
  /** What the request check looks for before anything is sent. */
  readonly refuses: Refusals
  /** `cachePoints` stands here too, from {@link cache}. */
  readonly capabilities: Capabilities
}

export type CacheSection = 'tools' | 'system' | 'messages'
export type CacheTtl = '5m' | '1h'

export interface CacheQuirks {
  /** Where cache points are taken; empty: nowhere. */
  readonly sections: readonly CacheSection[]
  /** Tokens before a point below which it does nothing. */
  readonly minimumTokens?: number
  /** Times to live that a point may name; empty: the field itself is refused. */
  readonly ttls: readonly CacheTtl[]
}

/** What the service answers with an error for some families. A missing member: taken, or not known. */
interface Refusals {
  /** A conversation that ends with an assistant message. */
  readonly assistantLast?: true
  /** Asking for citations. */
  readonly citations?: true
  readonly system?: true
  /** `temperature` and `topP` in one request. */
  readonly bothSamplingKnobs?: true
  /** `temperature` and `topP` at all. */
  readonly sampling?: true
  /** `thinking` with a budget: it thinks adaptively. */
  readonly thinkingBudget?: true
  /** Kinds of media, wherever they stand. Other kinds: see `capabilities.media`. */
  readonly media?: readonly string[]
  /** Media by reference to S3. */
  readonly s3Sources?: true
  /** Images of more bytes than this. */
  readonly imageBytesOver?: number
  /** `anyOf`, `oneOf` and `allOf` at the root of a tool's schema. */
  readonly unionRoots?: true
  /** Cache points in a turn with tool calls or results. */
  readonly cacheBesideTools?: true
}

/** One row: cells that hold for every base id that `match` finds. The first row of a family names it. */
export interface QuirkRow extends Partial<Omit<Quirks, 'cache'>> {
  readonly match: RegExp
  readonly cache?: Partial<CacheQuirks>
}

export interface BedrockCapabilities extends Capabilities {
  readonly family: string
  /** What to call the model by from the region asked for, if it is refused by its bare id. */
  readonly inferenceProfileId?: string
  /** What the `cache` option works with. */
  readonly cache?: CacheQuirks
  /** What the `reasoning` option takes. `none`: no reasoning; `always`: it reasons, and takes no setting. */
  readonly reasoning?: 'none' | 'always' | { readonly efforts: readonly string[]; readonly budgetTokens: boolean }
}

/**
 * What is known of a model; a missing member means "not known". The name of a family (`claude`) stands for what all of
 * it has in common. `region` adds the inference profile of that region.
 */
export function capabilitiesOf(modelId: string, region?: string): BedrockCapabilities {
  const { family, profileOnly, capabilities, cache, reasoning } = quirksOf(modelId)
  const profile = profileOnly && region !== undefined && { inferenceProfileId: inferenceProfileId(modelId, region) }
  const { effort, budget } = typeof reasoning === 'object' ? reasoning : {}
  const told = typeof reasoning === 'object' ? { efforts: effort?.levels ?? [], budgetTokens: !!budget } : reasoning
  return { family, ...capabilities, ...(cache && { cache }), ...(told && { reasoning: told }), ...profile }
}

/**
 * By an id, or by `family` where the id does not tell: the name of a family or the id of a model. An id that no row
 * knows is a family of its own with the defaults.
 */
export function quirksOf(modelId: string, family?: string): Quirks {
  const baseId = baseModelId(family ?? modelId)
  const found = known.get(baseId)
  if (found) return found
  const quirks = merge(baseId, rowsOf(baseId))
  if (known.size < maxKnown) known.set(baseId, quirks)
  return quirks
}

/** Whether any row knows this name of a family or id of a model. */
export function isKnownFamily(family: string): boolean {
  return rowsOf(baseModelId(family)).length > 0
}

export function familyNames(): readonly string[] {
  return [...new Set(quirkRows.flatMap(({ family }) => family ?? []))]
}

/** Read once for each id, as every request asks for it. */
const known = new Map<string, Quirks>()
const maxKnown = 1000

function rowsOf(baseId: string): readonly QuirkRow[] {
  const matching = quirkRows.filter(({ match }) => match.test(baseId))
  if (matching.length > 0) return matching
  const common = quirkRows.find(({ family }) => family === baseId)
  return common ? [common] : []
}

function merge(baseId: string, rows: readonly QuirkRow[]): Quirks {
  const merged = <Key extends 'capabilities' | 'refuses' | 'cache'>(key: Key) =>
    Object.assign({}, ...rows.map((row) => row[key]))
  const cache = rows.some((row) => row.cache) ? (merged('cache') as CacheQuirks) : undefined
  const { match: _match, ...cells } = Object.assign({}, ...rows) as QuirkRow
  return {
    toolResultStatus: true,
    replaysReasoning: true,
    profileOnly: false,
    ...cells,
    family: cells.family ?? baseId,
    ...(cache && { cache }),
    refuses: merged('refuses'),
    capabilities: { ...merged('capabilities'), ...(cache && { cachePoints: cache.sections }) },
  } as Quirks
}
