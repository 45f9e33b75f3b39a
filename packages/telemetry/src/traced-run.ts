import type { Attributes, Context } from '@opentelemetry/api'
import { context, createContextKey } from '@opentelemetry/api'
import type { Middleware, RunContext } from '@x/types'
import { layerOrder } from '@x/types'
import type { PullRelay } from './pull-relay.js'
import type { Telemetry } from './telemetry.js'

/** What a run keeps in `run.state`, under the layer itself. */
export interface TracedRun {
  readonly telemetry: Telemetry
  /** Holds the run's span. */
  readonly context: Context
  /** Attributes that all spans of the run carry: its agent and its conversation. */
  readonly attributes: Attributes
  readonly above: TracedRun | undefined
  readonly relay: PullRelay
  /** Of all calls so far, those of sub-agents included; `undefined` once one of them had no price. */
  cost: number | undefined
}

/** The run as this layer traces it, or the layer of that name that the run has in its place. */
export function tracedRun(run: RunContext | undefined, layer: Middleware): TracedRun | undefined {
  const own = run?.state.get(layer)
  const other = () => run?.state.get(run.layers.find(({ name }) => name === layer.name))
  return (own ?? other()) as TracedRun | undefined
}

/**
 * The active context if it was made inside `run`: it may hold a span of another layer, or of the tool that started a
 * sub-agent. Otherwise the run's own, so that the tree also holds without an OpenTelemetry context manager.
 */
export function contextWithin(run: RunContext, traced: TracedRun): Context {
  const active = context.active()
  return active.getValue(runIdKey) === run.id ? active : traced.context
}

/** Whether no other layer stands between the run and its model calls. Only a layer or a tool could make a span there. */
export function isAlone({ layers }: RunContext, layer: Middleware): boolean {
  const { order: own = layerOrder.telemetry } = layer
  return layers.every(({ run, turn, model, order = layerOrder.user }, index) => {
    if (layers[index] === layer) return true
    return !run && !turn && (!model || order > own)
  })
}

export function ofRun(within: Context, run: RunContext): Context {
  return within.setValue(runIdKey, run.id)
}

/** Adds to the run and to all runs above it. */
export function spend(traced: TracedRun | undefined, cost: number | undefined): void {
  for (let run = traced; run; run = run.above) {
    run.cost = run.cost === undefined || cost === undefined ? undefined : run.cost + cost
  }
}

// In a context: the id of the run that the context was made in.
const runIdKey = createContextKey('@x/telemetry run id')
