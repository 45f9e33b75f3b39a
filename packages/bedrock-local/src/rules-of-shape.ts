import type { Refusal } from './refusal.js'
import { invalid } from './refusal.js'
import type { Shape } from './shape.js'
import { findShapeProblems } from './shape.js'

/** As AWS's JSON parser sets it. Rules walk into documents by recursion; nothing deeper gets to them. */
const maxDepth = 1000

/** Why the API refuses a body before it looks at what the request means. */
export function shapeRefusal(shape: Shape, body: unknown): Refusal | undefined {
  if (isTooDeep(body)) return unreadable(`The request body is nested deeper than ${maxDepth} levels.`)
  const { wrongType, constraints, unions } = findShapeProblems(shape, body)
  // The service's own words for a wrong type are not known.
  if (wrongType !== undefined) return unreadable(`The value at '${wrongType}' is of the wrong type.`)
  if (constraints.length > 0) {
    const errors = constraints.length === 1 ? 'error' : 'errors'
    return invalid(`${constraints.length} validation ${errors} detected: ${constraints.join('; ')}`)
  }
  const [union] = unions
  return union === undefined ? undefined : invalid(union)
}

/** One constraint of the service's model that a value breaks. */
export function constraint(path: string, words: string): Refusal {
  return invalid(`1 validation error detected: Value at '${path}' failed to satisfy constraint: ${words}`)
}

function unreadable(message: string): Refusal {
  return { status: 400, error: 'SerializationException', message }
}

/** Level by level, as recursion would not live through what is looked for. */
export function isTooDeep(value: unknown): boolean {
  let level: unknown[] = [value]
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > maxDepth) return true
    level = level.flatMap((item) => (typeof item === 'object' && item !== null ? Object.values(item) : []))
  }
  return false
}
