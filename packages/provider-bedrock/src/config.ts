import type { BedrockRuntimeClient, BedrockRuntimeClientConfig } from '@aws-sdk/client-bedrock-runtime'
import type { JsonObject } from '@x/types'
import { AgentError } from '@x/types'

/** OpenTelemetry's name for Amazon Bedrock; messages and provider parts that came from it carry it. */
export const provider = 'aws.bedrock'

export interface BedrockConfig {
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
  'endpoint',
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
}

const isShare = (value: unknown) => typeof value === 'number' && value >= 0 && value <= 1
const isText = (value: unknown) => typeof value === 'string' && value !== ''
const isObject = (value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value)

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
  ['endpoint', 'an http or https URL', (value) => /^https?:\/\//.test(String(value)) && URL.canParse(String(value))],
  ['profile', 'the name of a profile', isText],
  ['apiKey', 'a non-empty string', isText],
  ['client', 'a BedrockRuntimeClient', (value) => isObject(value) && typeof Object(value).send === 'function'],
  ['clientConfig', 'an object', isObject],
]

const conflicts: readonly (readonly [keyof BedrockConfig, others: readonly (keyof BedrockConfig)[], hint: string])[] = [
  [
    'client',
    ['apiKey', 'credentials', 'profile', 'region', 'endpoint', 'clientConfig'],
    'A client of your own brings them with it: set them where the client is made.',
  ],
  ['apiKey', ['credentials', 'profile'], 'An API key takes the place of all other credentials.'],
]
