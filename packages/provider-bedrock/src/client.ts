import type { BedrockRuntimeClient, BedrockRuntimeClientConfig } from '@aws-sdk/client-bedrock-runtime'
import type { BedrockConfig } from './config.js'
import { http2Handler } from './http2-handler.js'
import { Http2Pool } from './http2-pool.js'
import { fallbackRegion, knownRegion } from './region.js'
import type { Protocol } from './wire-protocol.js'
import { wireProtocol } from './wire-protocol.js'

export type Sdk = typeof import('@aws-sdk/client-bedrock-runtime')

/** The SDK takes 70 ms and 25 MB to load, so it waits for the first call. */
export function loadSdk(): Promise<Sdk> {
  return import('@aws-sdk/client-bedrock-runtime')
}

/** The caller's own client, or the one that all configs with the same region, endpoint and credentials share. */
export function clientOf(sdk: Sdk, config: BedrockConfig): BedrockRuntimeClient {
  if (config.client) return config.client
  const key = clientKey(config)
  const client = clients.get(key) ?? new sdk.BedrockRuntimeClient(clientOptions(sdk, config))
  // Moving it to the end makes the first key the one that was used longest ago.
  clients.delete(key)
  clients.set(key, client)
  const [oldest] = clients.keys()
  if (clients.size > maxClients && oldest !== undefined) clients.delete(oldest)
  return client
}

/** Where the client sends to; undefined when it does not know, which `send()` then reports. */
export async function regionOf(client: BedrockRuntimeClient): Promise<string | undefined> {
  return client.config.region().catch(() => undefined)
}

// An idle client holds about 19 KB and no connection; the bound is for servers that take other keys for each tenant.
const maxClients = 100
const clients = new Map<string, BedrockRuntimeClient>()

const identities = new WeakMap<object, number>()
let lastIdentity = 0

function clientKey(config: BedrockConfig): string {
  const { endpoint, profile, apiKey, credentials, clientConfig, connectTimeoutMs = 0, userAgent = '' } = config
  // The variables that the SDK reads when the client is made decide which client this is, too.
  const { AWS_PROFILE, AWS_BEARER_TOKEN_BEDROCK } = process.env
  const environment = [AWS_PROFILE, AWS_BEARER_TOKEN_BEDROCK]
  const identity = [identityOf(credentials), identityOf(clientConfig)]
  return JSON.stringify([
    knownRegion(config),
    endpoint,
    profile,
    apiKey,
    ...identity,
    ...environment,
    connectTimeoutMs,
    userAgent,
  ])
}

function identityOf(value: object | undefined): number {
  if (!value) return 0
  const identity = identities.get(value) ?? ++lastIdentity
  identities.set(value, identity)
  return identity
}

function clientOptions(sdk: Sdk, config: BedrockConfig): BedrockRuntimeClientConfig {
  const { endpoint, profile, apiKey, credentials, clientConfig } = config
  const region = knownRegion(config) ?? clientConfig?.region ?? regionOfProfile(sdk, profile)
  return {
    ...ownOptions(sdk, config),
    ...clientConfig,
    region,
    ...(endpoint !== undefined && { endpoint }),
    ...(profile !== undefined && { profile }),
    ...(credentials !== undefined && { credentials }),
    // A token alone loses against SigV4, and AWS_BEARER_TOKEN_BEDROCK wins against credentials given in code: what the
    // config names is meant, so the scheme is named with it.
    ...(apiKey !== undefined && { token: { token: apiKey }, authSchemePreference: ['httpBearerAuth'] }),
    ...((credentials ?? profile) !== undefined && { authSchemePreference: ['sigv4'] }),
  }
}

/** What is ours in the client; an option of the same name in `clientConfig` takes its place. */
function ownOptions(sdk: Sdk, { connectTimeoutMs = 10_000, userAgent }: BedrockConfig): BedrockRuntimeClientConfig {
  protocol ??= { value: wireProtocol(sdk) }
  return {
    requestHandler: http2Handler(pool, { connectTimeoutMs, pingAfterMs: 1000, pingTimeoutMs: 3000 }) as RequestHandler,
    logger: silent,
    ...(userAgent !== undefined && { customUserAgent: userAgent }),
    ...(protocol.value && { protocol: protocol.value }),
  }
}

type RequestHandler = NonNullable<BedrockRuntimeClientConfig['requestHandler']>

let protocol: { readonly value: Protocol | undefined } | undefined

/** One for all clients: requests are signed one by one, so a connection belongs to an endpoint and to no key. */
export const pool = new Http2Pool({ idleTimeoutMs: 60_000, maxIdle: 64 })

// The SDK walks through all of input and output for its log line before it asks whether there is an `info` to take it.
const silent = { debug() {}, warn() {} } as unknown as NonNullable<BedrockRuntimeClientConfig['logger']>

/** Asks the SDK, which reads the shared files and, on EC2, the instance. */
function regionOfProfile(sdk: Sdk, profile: string | undefined): () => Promise<string> {
  let region: Promise<string> | undefined
  return () => {
    region ??= new sdk.BedrockRuntimeClient(profile === undefined ? {} : { profile }).config
      .region()
      .catch(() => fallbackRegion)
    return region
  }
}
