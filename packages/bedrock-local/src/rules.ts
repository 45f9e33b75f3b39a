import type { Refusal } from './refusal.js'
import type { LocalRequest } from './reply.js'
import { messageRules } from './rules-of-messages.js'
import { modelRules } from './rules-of-models.js'
import { shapeRules } from './rules-of-shape.js'
import { toolRules } from './rules-of-tools.js'

/** One thing that the service checks: why it refuses the request, or `undefined`. */
export type Rule = (request: LocalRequest) => Refusal | undefined

/** In this order, as later rules rely on earlier ones: a request that is no Converse body goes no further. */
const rules: readonly Rule[] = [...shapeRules, ...toolRules, ...messageRules, ...modelRules]

/** The service's first objection to a request, in its own words where they are known. */
export function checkRequest(request: LocalRequest): Refusal | undefined {
  for (const rule of rules) {
    const refusal = rule(request)
    if (refusal) return refusal
  }
  return undefined
}
