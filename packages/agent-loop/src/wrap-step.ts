import type { AgentConfig, Middleware, Step, Wrap } from '@x/types'
import { layerOrder } from '@x/types'

/** A step inside its layers, the first outermost. */
export function wrapStep<Call, Result>(
  step: Step<Call, Result>,
  wraps: readonly (Wrap<Call, Result> | undefined)[],
): Step<Call, Result> {
  return wraps.reduceRight<Step<Call, Result>>((next, wrap) => (wrap ? (call) => wrap(call, next) : next), step)
}

/** The layers of a run: its own, and those of the run above it that its sub-agents inherit. */
export function layersOf({ use = [], parent }: AgentConfig): readonly Middleware[] {
  const inherited = (parent?.layers ?? []).filter((layer) => {
    if (use.includes(layer)) return false
    return layer.inherited === 'always' || (layer.inherited && !use.some(({ name }) => name === layer.name))
  })
  return sortLayers([...inherited, ...use])
}

/** Known layers by their `order`, the others where user layers stand, in list order. */
function sortLayers(layers: readonly Middleware[]): readonly Middleware[] {
  const orderOf = ({ order = layerOrder.user }: Middleware) => order
  return [...layers].sort((left, right) => orderOf(left) - orderOf(right))
}
