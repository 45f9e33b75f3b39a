import type { BedrockConfig } from '@x/provider-bedrock'
import { bedrock } from '@x/provider-bedrock'
import type { ClientOptions, StructuredClient } from '@x/structured/client'
import { fromModel } from '@x/structured/client'
import { AgentError } from '@x/types'
import type { Providers } from './find-provider.js'
import { findProvider } from './find-provider.js'

export interface FromProviderOptions extends ClientOptions, Omit<Partial<BedrockConfig>, 'modelId'> {
  /** Other providers, by the name that stands before the `/`. */
  readonly providers?: Providers
}

/**
 * The Instructor-shaped client of a model by name: `bedrock/<id of a model or a profile, or an ARN>`. The options are
 * those of the client and of the Bedrock model. Region: `region`, `AWS_REGION`, `AWS_DEFAULT_REGION`, that of a `profile`
 * or `client` that is given, else `us-east-1`.
 * @throws AgentError `invalid-model`, `invalid-config`
 */
export function fromProvider(id: string, options: FromProviderOptions = {}): StructuredClient {
  const [, name, modelId] = /^([^/]+)\/(.+)$/s.exec(id) ?? []
  if (name === undefined || modelId === undefined) {
    throw new AgentError('invalid-model', `"${id}" does not name a provider and a model.`, {
      hint: 'Write provider/model, for example bedrock/us.amazon.nova-pro-v1:0.',
    })
  }
  const { providers = {}, mode, maxRetries, use, ...config } = options
  const client = { ...(mode && { mode }), ...(maxRetries !== undefined && { maxRetries }), ...(use && { use }) }
  const provider = findProvider(name, id, providers)
  if (provider === bedrock) return fromModel(bedrock(modelId, withRegion(config)), client)
  const [setting] = Object.keys(config)
  if (setting === undefined) return fromModel(provider(modelId), client)
  throw new AgentError('invalid-config', `"${setting}" is not passed on to the provider "${name}".`, {
    hint: 'Set it where that provider makes its model.',
  })
}

/**
 * The Instructor-shaped client on an AWS client of the caller's own.
 * @param options `model`: the id of the model where a call names none; default: the default model of `bedrock()`
 * @throws AgentError `invalid-config`
 */
export function fromBedrock(
  awsClient: NonNullable<BedrockConfig['client']>,
  { model, ...options }: ClientOptions & { readonly model?: string } = {},
): StructuredClient {
  return fromModel(bedrock({ client: awsClient, ...(model !== undefined && { modelId: model }) }), options)
}

function withRegion(config: Omit<Partial<BedrockConfig>, 'modelId'>): typeof config {
  const { AWS_REGION, AWS_DEFAULT_REGION } = process.env
  const { region, profile, client, clientConfig } = config
  if (region ?? profile ?? client ?? clientConfig?.region) return config
  return { ...config, region: AWS_REGION || AWS_DEFAULT_REGION || 'us-east-1' }
}
