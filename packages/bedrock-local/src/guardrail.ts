/**
 * A guardrail that this endpoint plays. It works with lists, keywords and patterns where the service asks models, so it
 * finds what a test writes into it and nothing else. Everything holds on both sides unless `side` says otherwise.
 */
export interface LocalGuardrail {
  /** Lower-case letters and digits, as the service makes them. */
  readonly id: string
  /** `DRAFT` (the default) or a number. */
  readonly version?: string
  /** Default: made from the id, in `us-east-1` of account 123456789012. */
  readonly arn?: string
  /** Words and phrases that block, in whole words and whatever their case. */
  readonly words?: readonly (string | GuardrailWord)[]
  readonly topics?: readonly GuardrailTopic[]
  readonly contentFilters?: readonly GuardrailContentFilter[]
  readonly pii?: readonly GuardrailPii[]
  readonly regexes?: readonly GuardrailRegex[]
  readonly grounding?: GuardrailGrounding
  /** What is said in place of the answer. Default: the service's own. */
  readonly blockedInputMessaging?: string
  readonly blockedOutputsMessaging?: string
  /**
   * Characters of a streamed answer that are judged at once: in `sync` mode they are held back until then. Default 200;
   * what the service takes is not published.
   */
  readonly chunkCharacters?: number
}

export type GuardrailSide = 'input' | 'output'

interface OneSided {
  /** Default: both. */
  readonly side?: GuardrailSide
}

export interface GuardrailWord extends OneSided {
  readonly text: string
}

/** A denied topic: blocks on a keyword, or on a text that says about what an example says. */
export interface GuardrailTopic extends OneSided {
  readonly name: string
  readonly keywords?: readonly string[]
  readonly examples?: readonly string[]
}

export type GuardrailContentType = 'INSULTS' | 'HATE' | 'SEXUAL' | 'VIOLENCE' | 'MISCONDUCT' | 'PROMPT_ATTACK'
export type GuardrailLevel = 'LOW' | 'MEDIUM' | 'HIGH'

/** `PROMPT_ATTACK` looks at input alone. */
export interface GuardrailContentFilter extends OneSided {
  readonly type: GuardrailContentType
  readonly keywords: readonly string[]
  /** How sure the filter is when it meets a keyword. Default `HIGH`. */
  readonly confidence?: GuardrailLevel
  /** `HIGH` (the default) blocks from confidence `LOW` on, `MEDIUM` from `MEDIUM` on, `LOW` at `HIGH` alone. */
  readonly strength?: GuardrailLevel
}

export type GuardrailAction = 'BLOCK' | 'ANONYMIZE'

export interface GuardrailPii extends OneSided {
  /** A type of the service, such as `EMAIL`; its name in braces takes the place of what is anonymized. */
  readonly type: string
  readonly action: GuardrailAction
  /** Texts that count as this type: names, addresses. Needed for types that no pattern can tell. */
  readonly values?: readonly string[]
}

export interface GuardrailRegex extends OneSided {
  /** In braces it takes the place of what is anonymized. */
  readonly name: string
  /** In JavaScript's syntax. It sees the first 100,000 characters of a text and may take 500 ms for it. */
  readonly pattern: string
  readonly action: GuardrailAction
}

/**
 * Contextual grounding: output whose score is below a threshold is blocked. The scores are shares of words: of those of
 * the answer that stand in the source, and of those of the query that stand in the answer.
 */
export interface GuardrailGrounding {
  /** Each from 0 to 0.99; one that is missing is not judged. */
  readonly groundingThreshold?: number
  readonly relevanceThreshold?: number
}

export function arnOf({ id, arn }: LocalGuardrail): string {
  return arn ?? `arn:aws:bedrock:us-east-1:123456789012:guardrail/${id}`
}

export function versionOf({ version = 'DRAFT' }: LocalGuardrail): string {
  return version
}
