import { bedrock } from '@x/provider-bedrock'
import type { Model } from '@x/types'
import { AgentError } from '@x/types'

/** Makes a model of a provider from its id. */
export type Provider = (modelId: string) => Model

export interface Providers {
  readonly [name: string]: Provider
}

/**
 * The provider of a name: the caller's, else `bedrock`. Nothing is ever imported by a name.
 * @throws AgentError `invalid-model`
 */
export function findProvider(name: string, id: string, providers: Providers): Provider {
  if (Object.hasOwn(providers, name)) return providers[name] as Provider
  if (name === 'bedrock') return bedrock
  const known = [...new Set(['bedrock', ...Object.keys(providers)])].join(', ')
  throw new AgentError('invalid-model', `There is no provider "${name}" for the model "${id}".`, {
    hint: `Known: ${known}. Pass others as providers: { "${name}": (modelId) => … }.`,
  })
}
