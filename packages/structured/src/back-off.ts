import type { Middleware } from '@x/types'
import { AgentError, addUsage, isAgentError, layerOrder, noUsage } from '@x/types'
import { SharedPace, sleep } from './shared-pace.js'

export interface BackOffOptions {
  /** Attempts of each model call in all, the first included. Default 8. */
  readonly maxAttempts?: number
  /** The wait before the second attempt, half of it by chance; it doubles with each further one. Default 1,000. */
  readonly baseDelayMs?: number
  /** Upper bound of a wait, but for one that the service asked for. Default 60,000. */
  readonly maxDelayMs?: number
  /** From 0 to 1; for tests. Default `Math.random`. */
  readonly random?: () => number
}

/**
 * Retries the model calls of a whole batch. Throttling of one call slows down all of them; after a lost connection only
 * the call itself waits. One of these is for one batch: what it keeps is meant to be shared by its runs.
 * @throws AgentError `invalid-config`
 */
export function sharedBackOff(concurrency: number, options: BackOffOptions = {}): Middleware {
  const { maxAttempts = 8, baseDelayMs = 1000, maxDelayMs = 60_000, random = Math.random } = options
  for (const [name, value] of Object.entries({ maxAttempts, baseDelayMs, maxDelayMs })) {
    if (Number.isFinite(value) && value >= (name === 'maxAttempts' ? 1 : 0)) continue
    throw new AgentError('invalid-config', `${name} of backOff is ${value}.`, { hint: 'Leave it out for the default.' })
  }
  const pace = new SharedPace({ limit: concurrency, baseDelayMs, maxDelayMs, random })
  return {
    name: 'batch-back-off',
    order: layerOrder.retry,
    async *model(call, next) {
      const { signal } = call.run
      let spent = noUsage
      for (let attempt = 1; ; attempt++) {
        await pace.enter(signal)
        const startedMs = performance.now()
        let failed: AgentError
        try {
          const result = yield* next(call)
          pace.succeeded()
          return spent === noUsage ? result : { ...result, usage: addUsage(spent, result.usage) }
        } catch (error) {
          if (!isAgentError(error)) throw error
          failed = error
        } finally {
          pace.leave()
        }
        spent = addUsage(spent, failed.partial?.usage ?? noUsage)
        const isShared = isOfAll(failed)
        const { retryAfterMs: leastMs = 0 } = failed
        const ownDelayMs = Math.max(leastMs, pace.delayMs(attempt))
        const delayMs = isShared ? pace.slowDown(startedMs, leastMs) : ownDelayMs
        if (signal.aborted || !failed.retryable || attempt >= maxAttempts) {
          if (spent !== noUsage) failed.partial = { ...failed.partial, usage: spent }
          throw failed
        }
        yield { type: 'model-retry', attempt: attempt + 1, delayMs, code: failed.code, reason: failed.message }
        if (!isShared) await sleep(delayMs, signal)
      }
    },
  }
}

/** What the service says of itself or of the account, and not of this call. */
function isOfAll({ code, retryable, retryAfterMs }: AgentError): boolean {
  return code === 'throttled' || (retryable && (code === 'unavailable' || retryAfterMs !== undefined))
}
