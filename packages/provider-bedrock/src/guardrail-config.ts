/** A guardrail for each call, and what becomes of what it blocks. JSON. */
export interface GuardrailConfig {
  /** Id or ARN. */
  readonly id: string
  /** `DRAFT` or a number. */
  readonly version: string
  /**
   * Default `enabled`. The trace says which side was blocked: without it (`disabled`) every intervention counts as one
   * against the input.
   */
  readonly trace?: 'enabled' | 'disabled' | 'enabled_full'
  /** `sync` (the service's default) holds text back until it is judged; `async` lets it out at once. Streams only. */
  readonly streamProcessingMode?: 'sync' | 'async'
  /**
   * What a blocked question is replaced by in the history, so that it does not block all later turns as well. Default
   * true: `[User input redacted.]`.
   */
  readonly redactInput?: boolean | string
  /** What a blocked answer is replaced by. Default false: it stays as it came. True: `[Assistant output redacted.]`. */
  readonly redactOutput?: boolean | string
  /** Only the last user message is looked at, tool results aside. Default false: the whole conversation. */
  readonly latestUserMessageOnly?: boolean
  /**
   * `stream` (default): events go out as they come, before the verdict. `buffer`: they wait for it and then come at
   * once; a blocked answer is never seen, and the text of `redactOutput` (or its default) stands in its place.
   */
  readonly mode?: 'stream' | 'buffer'
}

export const inputRedaction = '[User input redacted.]'
export const outputRedaction = '[Assistant output redacted.]'

/** What is wrong with a guardrail's config, in the words of `invalid-config`; undefined when nothing is. */
export function guardrailProblem(guardrail: object): string | undefined {
  const given = guardrail as { readonly [member: string]: unknown }
  const unknown = Object.keys(given).find((name) => !Object.hasOwn(members, name))
  if (unknown !== undefined)
    return `guardrail has no member "${unknown}": known are ${Object.keys(members).join(', ')}.`
  for (const [name, [must, holds]] of Object.entries(members)) {
    const isMissing = given[name] === undefined
    if (isMissing ? name === 'id' || name === 'version' : !holds(given[name])) {
      // Half a guardrail must never become a call without one.
      return `guardrail.${name} must be ${must}.`
    }
  }
  return undefined
}

type Rule = readonly [must: string, holds: (value: unknown) => boolean]

const matches = (pattern: RegExp) => (value: unknown) => typeof value === 'string' && pattern.test(value)
const isBoolean = (value: unknown) => typeof value === 'boolean'
const redaction: Rule = [
  'true, false or the text to put in its place',
  (value) => isBoolean(value) || matches(/\S/)(value),
]

const members: Readonly<Record<keyof GuardrailConfig, Rule>> = {
  id: ['the id or ARN of a guardrail', matches(/^([a-z0-9]+|arn:aws[^:]*:bedrock:.+:guardrail\/[a-z0-9]+)$/)],
  version: ['"DRAFT" or a number, as text', matches(/^(DRAFT|[1-9]\d{0,7})$/)],
  trace: ['enabled, disabled or enabled_full', matches(/^(enabled|disabled|enabled_full)$/)],
  streamProcessingMode: ['sync or async', matches(/^a?sync$/)],
  redactInput: redaction,
  redactOutput: redaction,
  latestUserMessageOnly: ['true or false', isBoolean],
  mode: ['stream or buffer', matches(/^(stream|buffer)$/)],
}
