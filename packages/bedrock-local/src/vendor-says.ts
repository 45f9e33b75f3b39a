import type { Refusal } from './refusal.js'
import { invalid } from './refusal.js'

/** What the model behind the API objected to, as the service hands it on. */
export function vendorSays(message: string): Refusal {
  return invalid(`The model returned the following errors: ${message}`)
}

/** Nova's form for members that its own API does not know. */
export function extraneousKey(path: string, key: string): Refusal {
  return malformedRequest(`#${path}: extraneous key [${key}] is not permitted`)
}

/** Nova's form for all else. */
export function malformedRequest(problem: string): Refusal {
  return vendorSays(`Malformed input request: ${problem}, please reformat your input and try again.`)
}

/** The service's form for a member that a family of models does not take. */
export function unsupportedField(field: string): Refusal {
  return invalid(`This model doesn't support the ${field} field. Remove ${field} and try again.`)
}

/** The service's form for a content block that a family of models does not take. */
export function unsupportedBlock(kind: string): Refusal {
  return invalid(
    `This model doesn't support the ${kind} content block that you provided. Update the content block and try again.`,
  )
}
