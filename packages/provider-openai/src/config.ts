import type { JsonObject } from '@x/types'
import { AgentError } from '@x/types'
import { baseUrlProblem } from './base-url.js'
import type { Dialect } from './quirks.js'
import { dialects } from './quirks.js'

export interface OpenAIConfig {
  /** As the server names it: `gpt-5.1`, `openai.gpt-oss-120b-1:0`, `qwen3:8b`. */
  readonly modelId: string
  /**
   * Where `/chat/completions` is, usually ending in `/v1`; a query is kept. Default: the environment's `OPENAI_BASE_URL`,
   * then `https://api.openai.com/v1`.
   */
  readonly baseUrl?: string
  /**
   * Which server it is, where the address does not tell. Default: `openai`, `bedrock`, `ollama`, `openrouter` or
   * `deepseek` by the address, and `compatible` for all others.
   */
  readonly dialect?: Dialect
  /**
   * A key, or a function that gives one and is asked before each call. Default: the environment's, under the name that
   * belongs to the server: a key is never sent to a server that it was not meant for. `false`: none at all.
   */
  readonly apiKey?: string | (() => string | Promise<string>) | false
  /** Sent with each request, and treated like keys. */
  readonly headers?: { readonly [name: string]: string }
  /** In place of the global one: a proxy, other timeouts, a test. */
  readonly fetch?: typeof globalThis.fetch
  /** Default true. With `false` the answer comes in one piece of JSON; the events are the same. */
  readonly streaming?: boolean
  /** Asks for token counts at the end of a stream. Default true where the server takes `stream_options`. */
  readonly streamUsage?: boolean
  /** 0 to 2. */
  readonly temperature?: number
  /** 0 to 1. */
  readonly topP?: number
  /** Sent as `max_completion_tokens` or `max_tokens`, whichever the server knows. */
  readonly maxTokens?: number
  readonly stopSequences?: readonly string[]
  readonly seed?: number
  /** `none`, `minimal`, `low`, `medium`, `high` or whatever else the model knows. */
  readonly reasoningEffort?: string
  /** Default: the server's own. Sent only beside tools. */
  readonly parallelToolCalls?: boolean
  /** For the whole call, as far as somebody waits for it. Default: none. */
  readonly timeoutMs?: number
  /** Until something comes, and between two pieces, while somebody waits. Default 600,000. */
  readonly idleTimeoutMs?: number
  /** Raw members of the request body, for what has no member here. Each takes the place of the member of that name. */
  readonly additionalBody?: JsonObject
  /** Allows keys over plain http to other machines. Default false; to this machine they may always go. */
  readonly allowInsecure?: boolean
  /**
   * `gen_ai.provider.name` for traces and messages. Default `openai`. Fixed once the model is made.
   */
  readonly provider?: string
}

/** Secrets and functions: never part of `model.config`. */
export type OpenAIPrivateKey = 'apiKey' | 'headers' | 'fetch'

export const keys: readonly Exclude<keyof OpenAIConfig, OpenAIPrivateKey>[] = [
  'modelId',
  'baseUrl',
  'dialect',
  'streaming',
  'streamUsage',
  'temperature',
  'topP',
  'maxTokens',
  'stopSequences',
  'seed',
  'reasoningEffort',
  'parallelToolCalls',
  'timeoutMs',
  'idleTimeoutMs',
  'additionalBody',
  'allowInsecure',
  'provider',
]

export const privateKeys: readonly OpenAIPrivateKey[] = ['apiKey', 'headers', 'fetch']

/** @throws AgentError `invalid-config`, naming the member and what it must be. Values are not repeated: some are secret. */
export function checkConfig(config: OpenAIConfig, provider: string): void {
  for (const [key, must, holds] of rules) {
    const value = config[key]
    if (value !== undefined && !holds(value)) throw invalid(`${key} of an OpenAI-compatible model must be ${must}.`)
  }
  if ((config.provider ?? 'openai') !== provider) {
    throw invalid('The provider of a model cannot change.', 'Make another model: openai(modelId, { provider }).')
  }
  const problem = config.baseUrl !== undefined && baseUrlProblem(config.baseUrl)
  if (problem) throw invalid(problem)
}

function invalid(message: string, hint?: string): AgentError {
  return new AgentError('invalid-config', message, { ...(hint && { hint }) })
}

const isText = (value: unknown) => typeof value === 'string' && value !== ''
const isFlag = (value: unknown) => typeof value === 'boolean'
const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const isCount = (value: unknown) => Number.isInteger(value) && Number(value) >= 1
const isFrom0To = (most: number) => (value: unknown) => typeof value === 'number' && value >= 0 && value <= most
// The longest that timers take.
const isDuration = (value: unknown) => isCount(value) && Number(value) < 2 ** 31
const milliseconds = 'a whole number of milliseconds of at least 1'
// A line break in a key would end up in the error message of `fetch`, key and all.
const isKey = (value: unknown) => typeof value === 'string' && /^[\x21-\x7e]+$/.test(value)
const isHeaders = (value: unknown) =>
  isObject(value) &&
  Object.entries(value).every(
    ([name, text]) => /^[\w!#$%&'*+.^`|~-]+$/.test(name) && typeof text === 'string' && /^[\x20-\x7e\t]*$/.test(text),
  )

const rules: readonly (readonly [keyof OpenAIConfig, must: string, holds: (value: unknown) => boolean])[] = [
  ['baseUrl', 'an http or https URL', isText],
  ['dialect', `one of ${dialects.join(', ')}`, (value) => (dialects as readonly unknown[]).includes(value)],
  [
    'apiKey',
    'a key of printable ASCII without blanks, a function that gives one, or false',
    (value) => value === false || typeof value === 'function' || isKey(value),
  ],
  ['headers', 'texts of printable ASCII by header name', isHeaders],
  ['fetch', 'a function like the global fetch', (value) => typeof value === 'function'],
  ['streaming', 'true or false', isFlag],
  ['streamUsage', 'true or false', isFlag],
  ['temperature', 'a number from 0 to 2', isFrom0To(2)],
  ['topP', 'a number from 0 to 1', isFrom0To(1)],
  ['maxTokens', 'a whole number of at least 1', isCount],
  ['stopSequences', 'a list of non-empty strings', (value) => Array.isArray(value) && value.every(isText)],
  ['seed', 'a whole number', Number.isSafeInteger],
  ['reasoningEffort', 'a word such as low, medium or high', isText],
  ['parallelToolCalls', 'true or false', isFlag],
  ['timeoutMs', milliseconds, isDuration],
  ['idleTimeoutMs', milliseconds, isDuration],
  [
    'additionalBody',
    'an object without model, messages and stream',
    (value) => isObject(value) && !['model', 'messages', 'stream'].some((name) => name in value),
  ],
  ['allowInsecure', 'true or false', isFlag],
  ['provider', 'a lower-case name such as openai', (value) => /^[a-z][a-z0-9._-]*$/.test(String(value))],
]
