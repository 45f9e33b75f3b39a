import type { LocalGuardrail } from './guardrail.js'
import { arnOf, versionOf } from './guardrail.js'
import { piiTypes } from './pii.js'
import type { Refusal } from './refusal.js'
import { invalid } from './refusal.js'

/** The guardrail that a request names by id or ARN and version, or the service's refusal. */
export function findGuardrail(
  guardrails: readonly LocalGuardrail[],
  identifier: string,
  version: string,
): LocalGuardrail | Refusal {
  if (!identifierForm.test(identifier)) return invalid('The provided guardrail identifier is invalid.')
  const found = guardrails.find(
    (guardrail) => (guardrail.id === identifier || arnOf(guardrail) === identifier) && versionOf(guardrail) === version,
  )
  return found ?? invalid('The guardrail identifier or version provided in the request does not exist.')
}

/**
 * Looks at guardrails before the endpoint starts.
 * @throws Error for an id or a version that no request could name, two guardrails with the same of both, a type of
 * personal data that can never be found, and a pattern that is none.
 */
export function checkGuardrails(guardrails: readonly LocalGuardrail[]): void {
  const seen = new Set<string>()
  for (const guardrail of guardrails) {
    const version = versionOf(guardrail)
    const key = `${guardrail.id} ${version}`
    if (!identifierForm.test(guardrail.id)) fail(guardrail, 'its id is not made of lower-case letters and digits')
    if (!versionForm.test(version)) fail(guardrail, `its version "${version}" is neither DRAFT nor a number`)
    if (seen.has(key)) fail(guardrail, `there is another with version ${version}`)
    seen.add(key)
    for (const { type, values } of guardrail.pii ?? []) {
      if (!values && !piiTypes.has(type)) fail(guardrail, `${type} cannot be told by a pattern: list its values`)
    }
    for (const { name, pattern } of guardrail.regexes ?? []) {
      const problem = patternProblem(pattern)
      if (problem) fail(guardrail, `its pattern ${name} does not compile: ${problem}`)
    }
  }
}

const identifierForm = /^([a-z0-9]+|arn:aws(-[^:]+)?:bedrock:[a-z0-9-]{1,20}:[0-9]{12}:guardrail\/[a-z0-9]+)$/
const versionForm = /^(DRAFT|[1-9][0-9]{0,7})$/

function patternProblem(pattern: string): string | undefined {
  try {
    new RegExp(pattern, 'gu')
    return undefined
  } catch (error) {
    return (error as Error).message
  }
}

function fail({ id }: LocalGuardrail, problem: string): never {
  throw new Error(`The guardrail ${id} cannot be used: ${problem}.`)
}
