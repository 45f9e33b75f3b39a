import type { Middleware, Usage } from '@x/types'
import { AgentError, addUsage, isAgentError, layerOrder, noUsage } from '@x/types'
import { withSpent, withUsage } from './spent.js'

export interface RetryOptions {
  /** Attempts in all, the first included. Default 4. */
  readonly maxAttempts?: number
  /** Upper bound of the wait before the second attempt; it doubles with each further one. Default 500. */
  readonly baseDelayMs?: number
  /** Upper bound of any wait. Default 20,000. */
  readonly maxDelayMs?: number
  /** No attempt starts later than this after the first one. Default 120,000. */
  readonly maxTotalMs?: number
  /** Default: what the error itself says. */
  readonly isRetryable?: (error: AgentError) => boolean
  /** From 0 to 1; for tests. Default `Math.random`. */
  readonly random?: () => number
}

/**
 * Asks the model again when a call failed in a way that may pass: throttling, a lost connection, a cut answer. It waits
 * with exponential back-off and full jitter, or for as long as the service asked; the wait ends with the run. Each
 * further attempt is announced by `model-retry`, so that a screen can clear what the failed one showed. Tools are never
 * repeated.
 */
export function retry(options: RetryOptions = {}): Middleware {
  const { maxAttempts = 4, maxTotalMs = 120_000, isRetryable = ({ retryable }) => retryable } = options
  return {
    name: 'retry',
    order: layerOrder.retry,
    inherited: 'unless-replaced',
    async *model(call, next) {
      const startedMs = performance.now()
      let spent = noUsage
      for (let attempt = 1; ; attempt++) {
        try {
          const result = yield* next(call)
          return withSpent(result, spent)
        } catch (error) {
          if (!isAgentError(error)) throw error
          spent = addUsage(spent, error.partial?.usage ?? noUsage)
          const delayMs = delayOf(error, attempt, options)
          const elapsedMs = performance.now() - startedMs
          const given = call.run.signal.aborted || attempt >= maxAttempts || elapsedMs + delayMs > maxTotalMs
          if (given || !isRetryable(error)) throw withUsage(error, spent)
          yield { type: 'model-retry', attempt: attempt + 1, delayMs, code: error.code, reason: error.message }
          await wait(delayMs, call.run.signal, error, spent)
        }
      }
    },
  }
}

function delayOf({ retryAfterMs }: AgentError, attempt: number, options: RetryOptions): number {
  const { baseDelayMs = 500, maxDelayMs = 20_000, random = Math.random } = options
  const jittered = random() * Math.min(maxDelayMs, baseDelayMs * 2 ** (attempt - 1))
  // What the service asks for is the least it will take, however long: `maxTotalMs` decides whether it is worth it.
  return Math.round(Math.max(retryAfterMs ?? 0, jittered))
}

function wait(delayMs: number, signal: AbortSignal, error: AgentError, spent: Usage): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = () => {
      clearTimeout(timer)
      const partial = { ...error.partial, usage: spent }
      const message = `The run was aborted while waiting to ask again: ${error.message}`
      reject(new AgentError('aborted', message, { scope: 'run', cause: signal.reason, partial }))
    }
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', onAbort)
      resolve()
    }, delayMs)
    if (signal.aborted) onAbort()
    else signal.addEventListener('abort', onAbort, { once: true })
  })
}
