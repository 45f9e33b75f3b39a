import { bedrock } from '@x/provider-bedrock'
import type { Model } from '@x/types'
import { AgentError } from '@x/types'

/** Makes a model of a provider from its id. */
export type Provider = (modelId: string) => Model

export interface ResolveOptions {
  /** Providers by the name that stands before the `/`. `bedrock` is there unless given. */
  readonly providers?: { readonly [name: string]: Provider }
}

/**
 * The model that an id names. Without a `/`, or with a `:` before it (an ARN), it is a Bedrock id; `name/id` is looked
 * up in `providers` when `name` is lower-case letters, digits and `-`. Nothing is ever imported by a name in an id.
 * @throws AgentError `invalid-model`
 */
export function resolveModel(id: string, { providers = {} }: ResolveOptions = {}): Model {
  const [, name, modelId] = /^([a-z][a-z0-9-]*)\/(.+)$/s.exec(id) ?? []
  if (name === undefined || modelId === undefined) return bedrock(id)
  if (Object.hasOwn(providers, name)) return (providers[name] as Provider)(modelId)
  if (name === 'bedrock') return bedrock(modelId)
  const known = [...new Set(['bedrock', ...Object.keys(providers)])].join(', ')
  throw new AgentError('invalid-model', `There is no provider "${name}" for the model "${id}".`, {
    hint: `Known: ${known}. Pass others as providers: { "${name}": (modelId) => … }.`,
  })
}
