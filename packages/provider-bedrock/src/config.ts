import type { BedrockRuntimeClient, BedrockRuntimeClientConfig } from '@aws-sdk/client-bedrock-runtime'
import type { JsonObject } from '@x/types'
import { AgentError } from '@x/types'
import type { GuardrailConfig } from './guardrail-config.js'
import { guardrailProblem } from './guardrail-config.js'
import { checkManagedPrompt } from './managed-prompt.js'
import type { ModelOptions } from './model-options.js'
import { checkModelOptions, modelOptionKeys } from './model-options.js'

/** OpenTelemetry's name for Amazon Bedrock; messages and provider parts that came from it carry it. */
export const provider = 'aws.bedrock'

export interface BedrockConfig extends ModelOptions {
  /** Id of a model or inference profile, or the ARN of a profile, a provisioned, custom or imported model. */
  readonly modelId: string
  /** Default: `AWS_REGION`, `AWS_DEFAULT_REGION`, the profile's, then `us-west-2`. */
  readonly region?: string
  /** `ConverseStream` (default) or `Converse`; the events are the same. Tools of families that cannot stream them use `Converse`. */
  readonly streaming?: boolean
  readonly maxTokens?: number
  /** 0 to 1. */
  readonly temperature?: number
  /** 0 to 1. */
  readonly topP?: number
  readonly stopSequences?: readonly string[]
  /** Sent as `additionalModelRequestFields`: reasoning, `top_k` and whatever else only one family knows. */
  readonly additionalRequestFields?: JsonObject
  /** JSON Pointers into the model's own reply; what they find is in `metadata` of `model-end`. At most 10. */
  readonly additionalResponseFieldPaths?: readonly string[]
  /**
   * What becomes of a request that the service would refuse. `repair` (default): mended where that is safe, with a
   * `warning` event, and thrown before anything is sent where it is not. `error`: always thrown. `off`: sent as it is.
   */
  readonly check?: 'repair' | 'error' | 'off'
  /**
   * Raw members of the Converse request, for what has no member here yet. Each takes the place of the whole member of
   * that name, but `guardrail` wins over a `guardrailConfig`.
   */
  readonly additionalArgs?: JsonObject
  readonly serviceTier?: 'default' | 'flex' | 'priority' | 'reserved'
  /** `optimized` asks for the faster variant that some models have in some regions. */
  readonly performance?: { readonly latency: 'standard' | 'optimized' }
  /** How hard the model tries, for those that know levels. Not the same as reasoning. */
  readonly effort?: 'low' | 'medium' | 'high' | 'xhigh' | 'max'
  /** Noted down with the call in the invocation log: at most 16 entries. */
  readonly requestMetadata?: { readonly [key: string]: string }
  /** Values for the variables of a managed prompt, whose ARN is `modelId`. */
  readonly promptVariables?: { readonly [name: string]: string }
  /** Holds the model to the schemas of all tools that do not say `strict` themselves, and closes their objects. */
  readonly strictTools?: boolean
  /**
   * `eager`: Claude's arguments of tools come as they are written, and not checked piece by piece; cut at a token limit
   * they may be no JSON. Default: as the service does it. Needs a family that knows it (`capabilities().eagerToolInput`).
   */
  readonly toolInput?: 'eager'
  readonly guardrail?: GuardrailConfig
  /** For the connection to stand, at each attempt. Default 10,000. */
  readonly connectTimeoutMs?: number
  /** For the whole call, as far as somebody waits for it. Default: none. */
  readonly requestTimeoutMs?: number
  /** Until the answer begins, or without streaming is there; all attempts of the SDK together. Default 3,600,000. */
  readonly firstEventTimeoutMs?: number
  /** Between two events, while somebody waits for the next one. Default 600,000. */
  readonly idleTimeoutMs?: number
  /** Appended to the `user-agent` of the AWS SDK, to tell callers apart: `my-app/1.2`. */
  readonly userAgent?: string
  /** URL in place of `https://bedrock-runtime.<region>.amazonaws.com`. */
  readonly endpoint?: string
  /** Keys or a provider of keys. Default: the AWS SDK's own chain. */
  readonly credentials?: NonNullable<BedrockRuntimeClientConfig['credentials']>
  /** Profile of the shared AWS files for credentials and region. Default: `AWS_PROFILE`. */
  readonly profile?: string
  /** A Bedrock API key. Default: `AWS_BEARER_TOKEN_BEDROCK`. */
  readonly apiKey?: string
  /** A client of your own, used as it is; it brings region, endpoint and credentials with it. */
  readonly client?: BedrockRuntimeClient
  /** Any other option of the AWS client: `maxAttempts`, `retryMode`, `requestHandler` ... Reuse the object to share the client. */
  readonly clientConfig?: BedrockRuntimeClientConfig
}

/** Secrets, functions and clients: never part of `model.config`. */
export type BedrockPrivateKey = 'credentials' | 'profile' | 'apiKey' | 'client' | 'clientConfig'

export const keys: readonly Exclude<keyof BedrockConfig, BedrockPrivateKey>[] = [
  'modelId',
  'region',
  'streaming',
  'maxTokens',
  'temperature',
  'topP',
  'stopSequences',
  'additionalRequestFields',
  'additionalResponseFieldPaths',
  'check',
  'endpoint',
  'additionalArgs',
  'serviceTier',
  'performance',
  'effort',
  'requestMetadata',
  'promptVariables',
  'strictTools',
  'toolInput',
  'guardrail',
  'connectTimeoutMs',
  'requestTimeoutMs',
  'firstEventTimeoutMs',
  'idleTimeoutMs',
  'userAgent',
  ...modelOptionKeys,
]

export const privateKeys: readonly BedrockPrivateKey[] = ['credentials', 'profile', 'apiKey', 'client', 'clientConfig']

/** @throws AgentError `invalid-config`, naming the member and what it must be. */
export function checkConfig(config: BedrockConfig): void {
  for (const [key, must, holds] of rules) {
    const value = config[key]
    if (value !== undefined && !holds(value)) {
      throw new AgentError('invalid-config', `${key} of a Bedrock model must be ${must}.`)
    }
  }
  for (const [key, others, hint] of conflicts) {
    const other = config[key] !== undefined && others.find((name) => config[name] !== undefined)
    if (other) throw new AgentError('invalid-config', `A Bedrock model takes ${key} or ${other}, not both.`, { hint })
  }
  if (config.connectTimeoutMs !== undefined && config.clientConfig?.requestHandler) {
    const hint = 'The handler makes its connections itself: set the time there.'
    throw new AgentError('invalid-config', 'A Bedrock model takes connectTimeoutMs or a requestHandler, not both.', {
      hint,
    })
  }
  const problem = config.guardrail && guardrailProblem(config.guardrail)
  if (problem) throw new AgentError('invalid-config', problem)
  checkManagedPrompt(config)
  checkModelOptions(config)
}

const isShare = (value: unknown) => typeof value === 'number' && value >= 0 && value <= 1
const isText = (value: unknown) => typeof value === 'string' && value !== ''
const isObject = (value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value)
const isOneOf =
  (...words: readonly string[]) =>
  (value: unknown) =>
    words.includes(value as string)
const isTextMap = (key: RegExp, text: RegExp) => (value: unknown) =>
  isObject(value) &&
  Object.entries(value as object).every(([name, item]) => key.test(name) && typeof item === 'string' && text.test(item))
const isMetadata = isTextMap(/^[a-zA-Z0-9\s:_@$#=/+,.-]{1,256}$/, /^[a-zA-Z0-9\s:_@$#=/+,.-]{0,256}$/)
// The longest that a timer of Node.js takes.
const isDuration = (value: unknown) => Number.isInteger(value) && Number(value) > 0 && Number(value) < 2 ** 31
const milliseconds = 'a whole number of milliseconds of at least 1'

// Limits of the service model; values are never repeated in the message, as some of them are secrets.
const rules: readonly (readonly [keyof BedrockConfig, must: string, holds: (value: unknown) => boolean])[] = [
  ['region', 'the name of an AWS region such as us-east-1', (value) => /^[a-z0-9-]+$/.test(String(value))],
  ['streaming', 'true or false', (value) => typeof value === 'boolean'],
  ['maxTokens', 'a whole number of at least 1', (value) => Number.isInteger(value) && Number(value) >= 1],
  ['temperature', 'a number from 0 to 1', isShare],
  ['topP', 'a number from 0 to 1', isShare],
  [
    'stopSequences',
    'a list of at most 2500 non-empty strings',
    (value) => Array.isArray(value) && value.length <= 2500 && value.every(isText),
  ],
  ['additionalRequestFields', 'an object', isObject],
  [
    'additionalResponseFieldPaths',
    'a list of at most 10 JSON Pointers such as /stop_sequence',
    (value) => Array.isArray(value) && value.length <= 10 && value.every((path) => /^\/.{1,255}$/.test(String(path))),
  ],
  ['check', 'repair, error or off', (value) => ['repair', 'error', 'off'].includes(String(value))],
  ['endpoint', 'an http or https URL', (value) => /^https?:\/\//.test(String(value)) && URL.canParse(String(value))],
  [
    'additionalArgs',
    'an object without modelId and messages',
    (value) => isObject(value) && !('modelId' in Object(value)) && !('messages' in Object(value)),
  ],
  ['toolInput', 'eager', isOneOf('eager')],
  ['serviceTier', 'default, flex, priority or reserved', isOneOf('default', 'flex', 'priority', 'reserved')],
  [
    'performance',
    '{ latency: "standard" } or { latency: "optimized" }',
    (value) => isObject(value) && isOneOf('standard', 'optimized')(Object(value).latency),
  ],
  ['effort', 'low, medium, high, xhigh or max', isOneOf('low', 'medium', 'high', 'xhigh', 'max')],
  [
    'requestMetadata',
    'at most 16 texts by name, of at most 256 letters, digits, spaces and :_@$#=/+,-. each',
    (value) => isMetadata(value) && Object.keys(Object(value)).length <= 16,
  ],
  ['promptVariables', 'texts by name', isTextMap(/^/, /^/)],
  ['strictTools', 'true or false', (value) => typeof value === 'boolean'],
  ['guardrail', 'an object with id and version', isObject],
  ['connectTimeoutMs', milliseconds, isDuration],
  ['requestTimeoutMs', milliseconds, isDuration],
  ['firstEventTimeoutMs', milliseconds, isDuration],
  ['idleTimeoutMs', milliseconds, isDuration],
  ['userAgent', 'text of printable ASCII', (value) => typeof value === 'string' && /^[\x20-\x7e]+$/.test(value)],
  ['profile', 'the name of a profile', isText],
  ['apiKey', 'a non-empty string', isText],
  ['client', 'a BedrockRuntimeClient', (value) => isObject(value) && typeof Object(value).send === 'function'],
  ['clientConfig', 'an object', isObject],
]

const conflicts: readonly (readonly [keyof BedrockConfig, others: readonly (keyof BedrockConfig)[], hint: string])[] = [
  [
    'client',
    ['apiKey', 'credentials', 'profile', 'region', 'endpoint', 'clientConfig', 'connectTimeoutMs', 'userAgent'],
    'A client of your own brings them with it: set them where the client is made.',
  ],
  ['apiKey', ['credentials', 'profile'], 'An API key takes the place of all other credentials.'],
]
