import type { Attributes } from '@opentelemetry/api'
import type { JsonObject } from '@x/types'
import {
  ATTR_CLOUD_REGION,
  ATTR_SERVER_ADDRESS,
  ATTR_SERVER_PORT,
  GEN_AI_PROVIDER_NAME_VALUE_AWS_BEDROCK,
  ownAttributes,
} from './attributes.js'

/**
 * Where a call goes: host, port and region, as far as config and environment tell. A client that the caller brought may
 * go elsewhere; the region that a provider reports in `metadata` of its answer is then the true one.
 */
export function describePlace(provider: string, config: JsonObject): Attributes {
  const isBedrock = provider === GEN_AI_PROVIDER_NAME_VALUE_AWS_BEDROCK
  const region = text(config.region) ?? (isBedrock ? environment('AWS_REGION', 'AWS_DEFAULT_REGION') : undefined)
  const endpoint = text(config.endpoint) ?? text(config.baseUrl) ?? (isBedrock ? bedrockEndpoint(region) : undefined)
  return { ...describeServer(endpoint), ...describeRegion(region) }
}

export function describeRegion(region: unknown): Attributes {
  return typeof region === 'string' ? { [ATTR_CLOUD_REGION]: region } : {}
}

/** The id asked for, if it is one of an inference profile: of a geography, or an ARN. */
export function describeProfile(modelId: string): Attributes {
  return isProfile.test(modelId) ? { [ownAttributes.inferenceProfile]: modelId } : {}
}

const isProfile =
  /^(us-gov|us|eu|apac|jp|au|ca|in|global)\.[a-z0-9-]+\.|^arn:[^:]*:bedrock:.*:(application-)?inference-profile\//

/** Host and port alone: the rest of a URL may hold keys. */
function describeServer(endpoint: string | undefined): Attributes {
  if (endpoint === undefined || !URL.canParse(endpoint)) return {}
  const { hostname, port, protocol } = new URL(endpoint)
  return {
    [ATTR_SERVER_ADDRESS]: hostname.replace(/^\[(.*)\]$/, '$1'),
    [ATTR_SERVER_PORT]: port === '' ? (protocol === 'http:' ? 80 : 443) : Number(port),
  }
}

function bedrockEndpoint(region: string | undefined): string | undefined {
  const given = environment('AWS_ENDPOINT_URL_BEDROCK_RUNTIME', 'AWS_ENDPOINT_URL')
  if (given !== undefined || region === undefined) return given
  return `https://bedrock-runtime.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`
}

function environment(...names: readonly string[]): string | undefined {
  const values: { readonly [name: string]: string | undefined } = globalThis.process?.env ?? {}
  return names.map((name) => values[name]).find(Boolean)
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}
