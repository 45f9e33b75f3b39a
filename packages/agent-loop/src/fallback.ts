import type { AgentEvent, JsonObject, Middleware, Model, ModelCall, ModelResult, Step } from '@x/types'
import { AgentError, addUsage, isAgentError, layerOrder, noUsage } from '@x/types'
import { withSpent, withUsage } from './spent.js'

/** Where to ask instead: another model, or the same one under another config (region, profile, service tier). */
export interface FallbackTarget {
  readonly model?: Model
  /** Patch laid over the target model's config, for example `{ region: 'us-east-1' }` or `{ serviceTier: 'priority' }`. */
  readonly config?: JsonObject
  /** Errors that lead here. Default: the `when` of the layer. */
  readonly when?: FallbackRule
}

/** Codes of errors, or a judgement of one. */
export type FallbackRule = readonly string[] | ((error: AgentError) => boolean)

export interface FallbackOptions {
  /** Errors that lead on. Default: {@link fallbackCodes}. */
  readonly when?: FallbackRule
  /**
   * What to do when part of an answer was already shown: `announce` goes on after a `model-retry` event, so that a
   * screen can clear it; `fail` keeps the error. Default `announce`.
   */
  readonly afterOutput?: 'announce' | 'fail'
  /** Stay for the rest of the run with the target that worked, whenever the same model is asked. Default true. */
  readonly sticky?: boolean
}

/** Failures of one place that another place need not have. */
export const fallbackCodes: readonly string[] = [
  ...['throttled', 'quota', 'unavailable', 'timeout', 'network', 'stream-truncated'],
  ...['access-denied', 'needs-inference-profile', 'invalid-model', 'model-end-of-life', 'model-failed', 'internal'],
]

/**
 * Asks somewhere else when a model cannot answer. It stands outside the retry, which has its attempts with each target
 * first. Tools are never repeated.
 * @throws AgentError `invalid-config` without targets; the last target's error, with the usage of all attempts
 */
export function fallback(targets: readonly FallbackTarget[], options: FallbackOptions = {}): Middleware {
  const { when = fallbackCodes, afterOutput = 'announce', sticky = true } = options
  if (targets.length === 0) {
    throw new AgentError('invalid-config', 'fallback() needs at least one target.', {
      hint: 'Give models or config patches, for example fallback([{ config: { region: "us-east-1" } }]).',
    })
  }
  const layer: Middleware = {
    name: 'fallback',
    order: layerOrder.fallback,
    async *model(call, next) {
      const { state } = call.run
      // By the model that is asked: a summariser of its own is not down because the agent's model is.
      const places = (state.get(layer) as Map<Model, number> | undefined) ?? new Map<Model, number>()
      state.set(layer, places)
      const first = sticky ? (places.get(call.model) ?? 0) : 0
      let spent = noUsage
      for (let place = first; ; place++) {
        const target = targets[place - 1]
        const attempt = watchOutput(target ? aimed(call, target) : call, next)
        try {
          const result = yield* attempt.events
          places.set(call.model, place)
          return withSpent(result, spent)
        } catch (error) {
          if (!isAgentError(error)) throw error
          spent = addUsage(spent, error.partial?.usage ?? noUsage)
          const onward = targets[place]
          const stays = call.run.signal.aborted || (attempt.hasShown() && afterOutput === 'fail')
          if (!onward || stays || !matches(onward.when ?? when, error)) throw withUsage(error, spent)
          const reason = `${error.message} Going on with ${nameOf(onward, call.model)}.`
          yield { type: 'model-retry', attempt: place - first + 2, delayMs: 0, code: error.code, reason }
        }
      }
    },
  }
  return layer
}

function aimed(call: ModelCall, { model = call.model, config }: FallbackTarget): ModelCall {
  // A patch meant for one model may not fit another, so it does not go along.
  const kept = model === call.model ? call.config : undefined
  const { config: _given, ...rest } = call
  return { ...rest, model, ...((kept || config) && { config: { ...kept, ...config } }) }
}

function watchOutput(call: ModelCall, next: Step<ModelCall, ModelResult>) {
  let shown = false
  async function* events(): AsyncGenerator<AgentEvent, ModelResult, void> {
    const step = next(call)
    try {
      for (;;) {
        const { done, value } = await step.next()
        if (done) return value
        if (value.type === 'model-retry') shown = false
        else if (value.type !== 'model-start' && value.type !== 'warning') shown = true
        yield value
      }
    } finally {
      await step.return(undefined as never)
    }
  }
  return { events: events(), hasShown: () => shown }
}

function matches(rule: FallbackRule, error: AgentError): boolean {
  return typeof rule === 'function' ? rule(error) : rule.includes(error.code)
}

function nameOf({ model, config }: FallbackTarget, asked: Model): string {
  const name = typeof config?.modelId === 'string' ? config.modelId : (model ?? asked).modelId
  return config ? `${name} (${Object.keys(config).join(', ')} changed)` : name
}
