import type { Middleware, RunContext } from '@x/types'
import { layerOrder } from '@x/types'
import type { TelemetryOptions } from './telemetry.js'
import { telemetryOf } from './telemetry.js'
import { contextWithin, spend, tracedRun } from './traced-run.js'
import { watchModel } from './watch-model.js'
import { watchRun } from './watch-run.js'
import { watchStep } from './watch-step.js'
import { watchTool } from './watch-tool.js'

export interface OtelOptions extends TelemetryOptions {
  /**
   * Asked once a run: the conversation (session, thread) that it belongs to, from `run.env` for example. Default: that
   * of the run above it.
   */
  readonly conversationId?: (run: RunContext) => string | undefined
}

/**
 * Spans and metrics for every run, model call and tool call, by the OpenTelemetry GenAI semantic conventions; sub-agents
 * are traced without listing it again. Content is recorded only when `content` says so. Without an OpenTelemetry SDK it
 * steps aside: one check a run.
 */
export function otel(options: OtelOptions = {}): Middleware {
  const layer: Middleware = {
    name: 'telemetry',
    order: layerOrder.telemetry,
    inherited: 'unless-replaced',

    run(call, next) {
      const telemetry = telemetryOf(options)
      if (!telemetry) return next(call)
      return watchStep(() => watchRun(call, layer, telemetry, options.conversationId), call, next)
    },

    model(call, next) {
      const traced = own(call.run)
      if (!traced) return next(call)
      const { telemetry, attributes, relay } = traced
      const begin = () =>
        watchModel(call, {
          ...{ telemetry, attributes, relay, parent: contextWithin(call.run, traced), signal: call.run.signal },
          onCost: (cost) => spend(traced, cost),
        })
      return watchStep(begin, call, next)
    },

    tool(call, next) {
      const traced = own(call.run)
      return traced ? watchStep(() => watchTool(call, traced), call, next) : next(call)
    },
  }
  const own = (run: RunContext) => (run.state.has(layer) ? tracedRun(run, layer) : undefined)
  return layer
}
