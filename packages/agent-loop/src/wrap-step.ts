import type { Middleware, Step, Wrap } from '@x/types'
import { layerOrder } from '@x/types'

/** A step inside its layers, the first outermost. */
export function wrapStep<Call, Result>(
  step: Step<Call, Result>,
  wraps: readonly (Wrap<Call, Result> | undefined)[],
): Step<Call, Result> {
  return wraps.reduceRight<Step<Call, Result>>((next, wrap) => (wrap ? (call) => wrap(call, next) : next), step)
}

/** Known layers by their `order`, the others where user layers stand, in list order. */
export function sortLayers(layers: readonly Middleware[]): readonly Middleware[] {
  const orderOf = ({ order = layerOrder.user }: Middleware) => order
  return [...layers].sort((left, right) => orderOf(left) - orderOf(right))
}
