import type { ModelEvent } from '@x/types'
import { AgentError } from '@x/types'
import type { Quirks } from './quirks.js'

/** What the conversion of a request needs to know, and what it has to tell. */
export interface ToContext {
  readonly quirks: Quirks
  /** {@link Model.provider} of the model that is asked: parts of other providers are not for it. */
  readonly provider: string
  readonly modelId: string
  /** Told once the request is under way. */
  readonly warnings: ModelEvent[]
}

/** A part that Chat Completions has no place for. */
export function unsupported(what: string, path: string, hint: string): AgentError {
  return new AgentError('unsupported', `${what} at ${path} cannot be sent over Chat Completions.`, { hint })
}

/** Says once for the whole request that its cache points do nothing. */
export function ignoreCachePoint({ warnings }: ToContext, path: string): void {
  const code = 'cache-point-ignored'
  if (warnings.some((event) => event.type === 'warning' && event.code === code)) return
  warnings.push({
    type: 'warning',
    code,
    path,
    message:
      'Cache points are not sent: Chat Completions has no place for them, and servers cache prefixes by themselves.',
  })
}
