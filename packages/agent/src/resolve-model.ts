import { bedrock } from '@x/provider-bedrock'
import type { Model } from '@x/types'
import type { Providers } from './find-provider.js'
import { findProvider } from './find-provider.js'

export interface ResolveOptions {
  /** Providers by the name that stands before the `/`. `bedrock` is there unless given. */
  readonly providers?: Providers
}

/**
 * The model that an id names. Without a `/`, or with a `:` before it (an ARN), it is a Bedrock id; `name/id` is looked
 * up in `providers` when `name` is lower-case letters, digits and `-`.
 * @throws AgentError `invalid-model`
 */
export function resolveModel(id: string, { providers = {} }: ResolveOptions = {}): Model {
  const [, name, modelId] = /^([a-z][a-z0-9-]*)\/(.+)$/s.exec(id) ?? []
  if (name === undefined || modelId === undefined) return bedrock(id)
  return findProvider(name, id, providers)(modelId)
}
