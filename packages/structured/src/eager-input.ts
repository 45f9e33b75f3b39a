import type { JsonObject, Model } from '@x/types'
import { isAgentError } from '@x/types'
import type { Rung } from './rung.js'

/**
 * The config of a call whose answer is watched in the arguments of a tool: some services hold arguments back unless they
 * are asked not to. What the caller says about the same members wins.
 */
export function eagerConfig(
  model: Model,
  { ask, mode }: Pick<Rung<unknown>, 'ask' | 'mode'>,
  config: JsonObject | undefined,
): JsonObject | undefined {
  // Strict arguments are checked while they are written, so there is nothing to hold back for.
  if (!ask.tool || mode === 'strict-tool') return undefined
  const { eagerToolInput } = model.capabilities?.(config && { config }) ?? {}
  return eagerToolInput && { ...eagerToolInput, ...config }
}

/** Whether the service refused the asking for it, and not the answer. */
export function refusesEager(error: unknown): boolean {
  const isRefusal = isAgentError(error, 'invalid-request') || isAgentError(error, 'unsupported')
  return isRefusal && /\bbeta|fine-grained|eager/i.test(error.message)
}
