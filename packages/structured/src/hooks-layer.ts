import type { AgentEvent, Middleware } from '@x/types'
import { addUsage, noUsage } from '@x/types'
import type { CallHooks, ClientHooks, HookContext, HookName, HookPayloads } from './client-hooks.js'
import type { ExtractAttempt } from './extraction.js'

export interface HooksOfCall {
  readonly layer: Middleware
  readonly onAttempt: (attempt: ExtractAttempt) => void
}

/** What tells the hooks of one call: a layer round its model calls, and a listener to its checked answers. */
export function hooksLayer(
  tellHooks: ClientHooks['tell'],
  ofCall: CallHooks | undefined,
  maxAttempts: number,
): HooksOfCall {
  let now: HookContext | undefined
  let totalUsage = noUsage
  function* tell<Name extends HookName>(name: Name, payload: HookPayloads[Name]): Generator<AgentEvent, void> {
    for (const message of tellHooks(name, payload, ofCall)) yield { type: 'warning', code: 'listener-failed', message }
  }
  const layer: Middleware = {
    name: 'client-hooks',
    // Innermost, so that a request is told as it is sent, and as often.
    order: Number.MAX_SAFE_INTEGER,
    async *run(call, next) {
      try {
        return yield* next(call)
      } catch (error) {
        if (now) yield* tell('completion:last_attempt', { ...now, error })
        throw error
      }
    },
    async *model(call, next) {
      const attempt = attemptOf(call.key)
      // A judge's call, made within the run.
      if (attempt === undefined) return yield* next(call)
      const { config, model, request } = call
      const modelId = typeof config?.modelId === 'string' ? config.modelId : model.modelId
      const at: HookContext = { modelId, attempt, maxAttempts, isLastAttempt: attempt >= maxAttempts }
      now = at
      yield* tell('completion:kwargs', { ...at, request, ...(config && { config }) })
      try {
        const response = yield* next(call)
        const { usage } = response
        totalUsage = addUsage(totalUsage, usage)
        yield* tell('completion:response', { ...at, response })
        yield* tell('completion:usage', { ...at, usage, totalUsage })
        return response
      } catch (error) {
        yield* tell('completion:error', { ...at, error })
        throw error
      }
    },
  }
  return {
    layer,
    onAttempt(failed) {
      if (failed.problem === undefined || !now) return
      const [failure] = tellHooks('parse:error', { ...now, failed }, ofCall)
      if (failure !== undefined) throw new Error(failure)
    },
  }
}

/** Of the calls that ask for the answer; `ask-until-right.ts` and `complete.ts` name them. */
function attemptOf(key: string): number | undefined {
  const attempt = /\/attempt-(\d+)-[^/]*$/.exec(key)?.[1]
  return attempt === undefined ? undefined : Number(attempt)
}
