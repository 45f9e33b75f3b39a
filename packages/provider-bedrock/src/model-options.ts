import { AgentError } from '@x/types'
import { baseModelId } from './models.js'
import type { CacheTtl } from './quirks.js'
import { familyNames, isKnownFamily } from './quirks.js'
import type { ReasoningEffort } from './reasoning-forms.js'
import { reasoningEfforts } from './reasoning-forms.js'

/** What is said once and sent as each family of models wants it. */
export interface ModelOptions {
  /**
   * What an ARN holds that does not tell (application profiles, provisioned, custom and imported models): a model id
   * such as `anthropic.claude-sonnet-4-6`, or a family such as `claude` for what all of it has in common.
   */
  readonly family?: string
  /**
   * Asks the control plane what such an ARN holds, once for each ARN, unless `family` says so. Needs the package
   * `@aws-sdk/client-bedrock` and the action `bedrock:GetInferenceProfile`. Default false.
   */
  readonly resolveProfiles?: boolean | ResolveProfilesOptions
  /** Adds cache points; those of the request are kept. Default `false`: adds none. */
  readonly cache?: 'auto' | CacheOptions | false
  /** @deprecated Say `cache: { system: false, messages: false }`. */
  readonly cacheTools?: boolean | 'default'
  /** @deprecated Say `cache: { tools: false, messages: false }`. */
  readonly cachePrompt?: boolean | 'default'
  /** Asks the model to think before it answers. Default `false`: does not ask; some think anyway. */
  readonly reasoning?: ReasoningOptions | false
}

export interface ResolveProfilesOptions {
  /** URL in place of `https://bedrock.<region of the ARN>.amazonaws.com`. */
  readonly endpoint?: string
}

/** `false` leaves a section alone, a time to live holds for this section. Default of each: `true`. */
export interface CacheOptions {
  readonly tools?: boolean | CacheTtl
  readonly system?: boolean | CacheTtl
  readonly messages?: boolean | CacheTtl
  /** Of the sections that name none. Default `5m`; `1h` becomes `5m` where the family does not know it. */
  readonly ttl?: CacheTtl
}

/** At least one. Of two, a family takes the one it knows, and the budget if it knows both. */
export interface ReasoningOptions {
  readonly effort?: ReasoningEffort
  /** Tokens to think with, at least 1024 and less than `maxTokens`. */
  readonly budgetTokens?: number
}

export const modelOptionKeys = [
  'family',
  'resolveProfiles',
  'cache',
  'cacheTools',
  'cachePrompt',
  'reasoning',
] as const satisfies readonly (keyof ModelOptions)[]

/** @throws AgentError `invalid-config`, naming the member and what it must be. */
export function checkModelOptions(options: ModelOptions): void {
  for (const key of modelOptionKeys) {
    const problem = options[key] !== undefined && checks[key](options[key])
    if (problem) throw invalid(`${key} of a Bedrock model must be ${problem}.`)
  }
  const alias = options.cache !== undefined && aliases.find((name) => options[name] !== undefined)
  if (alias) throw invalid(`A Bedrock model takes cache or ${alias}, not both.`, `${alias} is an older name for it.`)
}

/** The `cache` option, under whichever name it was given; undefined when nothing is to be added. */
export function cacheOptionsOf({ cache, cacheTools, cachePrompt }: ModelOptions): CacheOptions | undefined {
  if (cache === 'auto') return {}
  if (cache) return cache
  return cacheTools || cachePrompt ? { tools: !!cacheTools, system: !!cachePrompt, messages: false } : undefined
}

/** What to say about old names, if any is in use. */
export function deprecationOf(options: ModelOptions): string | undefined {
  const used = aliases.filter((name) => options[name])
  if (used.length === 0) return undefined
  return `${used.join(' and ')} may go: say cache: ${JSON.stringify(cacheOptionsOf(options))}, or cache: 'auto'.`
}

const aliases = ['cacheTools', 'cachePrompt'] as const
const sections = ['tools', 'system', 'messages'] as const
const isOneOf = (list: readonly unknown[], value: unknown) => list.includes(value)
const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const hasOnly = (value: object, keys: readonly string[]) => Object.keys(value).every((key) => keys.includes(key))

/** What a value must be, if it is not. */
const checks: Readonly<Record<keyof ModelOptions, (value: unknown) => string | undefined | false>> = {
  family(value) {
    if (typeof value === 'string' && isKnownFamily(baseModelId(value))) return undefined
    return `the id of a known model or one of ${familyNames().join(', ')}`
  },
  resolveProfiles(value) {
    if (typeof value === 'boolean') return undefined
    const isUrl = (url: unknown) => typeof url === 'string' && /^https?:\/\//.test(url) && URL.canParse(url)
    const holds =
      isObject(value) && hasOnly(value, ['endpoint']) && (value.endpoint === undefined || isUrl(value.endpoint))
    return !holds && 'true, false or { endpoint } with an http or https URL'
  },
  cache(value) {
    if (value === 'auto' || value === false) return undefined
    const isFine = (key: string, member: unknown) =>
      isOneOf(key === 'ttl' ? ['5m', '1h'] : [true, false, '5m', '1h'], member)
    const holds =
      isObject(value) &&
      hasOnly(value, [...sections, 'ttl']) &&
      Object.entries(value).every(([key, member]) => member === undefined || isFine(key, member))
    if (!holds) return "'auto', false or { tools, system, messages, ttl } of true, false, '5m' and '1h'"
    return (
      !isLongestFirst(value as CacheOptions) && 'longest first: tools live no shorter than system, and messages last'
    )
  },
  cacheTools: (value) => !isOneOf([true, false, 'default'], value) && "true, false or 'default'",
  cachePrompt: (value) => !isOneOf([true, false, 'default'], value) && "true, false or 'default'",
  reasoning(value) {
    if (value === false) return undefined
    const { effort, budgetTokens } = isObject(value) ? value : {}
    const holds =
      isObject(value) &&
      hasOnly(value, ['effort', 'budgetTokens']) &&
      (effort === undefined || isOneOf(reasoningEfforts, effort)) &&
      (budgetTokens === undefined || (Number.isInteger(budgetTokens) && Number(budgetTokens) > 0)) &&
      (effort ?? budgetTokens) !== undefined
    return !holds && `false or an effort (${reasoningEfforts.join(', ')}), a whole number of budgetTokens, or both`
  },
}

/** The service refuses a longer time to live behind a shorter one; sections stand in this order. */
function isLongestFirst(options: CacheOptions): boolean {
  const ttls = sections.filter((section) => options[section] !== false).map((section) => ttlOf(options, section))
  return ttls.every((ttl, index) => ttl === '5m' || !ttls.slice(0, index).includes('5m'))
}

/** How long a section's points are to live. */
export function ttlOf({ ttl = '5m', ...wanted }: CacheOptions, section: (typeof sections)[number]): CacheTtl {
  const own = wanted[section]
  return typeof own === 'string' ? own : ttl
}

function invalid(message: string, hint?: string): AgentError {
  return new AgentError('invalid-config', message, { ...(hint && { hint }) })
}
