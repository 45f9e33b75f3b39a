import type { Attributes } from '@opentelemetry/api'
import type { JsonObject, JsonValue } from '@x/types'
import { ATTR_AWS_BEDROCK_GUARDRAIL_ID, ownAttributes } from './attributes.js'

type Action = 'none' | 'anonymized' | 'blocked'

/** What one policy of a guardrail found on one side. */
export interface PolicyAssessment {
  readonly guardrailId: string
  readonly side: 'input' | 'output'
  /** `content` for `contentPolicy`, and so on. */
  readonly policy: string
  readonly action: Action
  /** Names of topics and patterns, types of filters. */
  readonly findings: readonly string[]
}

/**
 * The assessments in the `trace` of Bedrock's answer, one a side and policy that found something. The words that were
 * found stay where they are: they are what the guardrail was to keep back. All policies have one form, lists of entries
 * that carry an action, so that one of a later day is read as well.
 */
export function assessGuardrail(trace: JsonValue | undefined): readonly PolicyAssessment[] {
  const guardrail = object(object(trace).guardrail)
  return [
    ...assessSide('input', object(guardrail.inputAssessment)),
    ...assessSide('output', object(guardrail.outputAssessments)),
  ]
}

export function describeAssessment({ guardrailId, side, policy, action, findings }: PolicyAssessment): Attributes {
  return {
    [ATTR_AWS_BEDROCK_GUARDRAIL_ID]: guardrailId,
    [ownAttributes.guardrailSide]: side,
    [ownAttributes.guardrailPolicy]: policy,
    [ownAttributes.guardrailAction]: action,
    [ownAttributes.guardrailFindings]: [...findings],
  }
}

/** For the span of the call; nothing when the answer has no trace of a guardrail. */
export function describeGuardrail(trace: JsonValue | undefined): Attributes {
  if (object(trace).guardrail === undefined) return {}
  const found = assessGuardrail(trace)
  return {
    [ownAttributes.guardrailAction]: strongest(found.map(({ action }) => action)),
    [ownAttributes.guardrailPolicies]: [...new Set(found.map(({ policy }) => policy))],
  }
}

function assessSide(side: PolicyAssessment['side'], assessments: JsonObject): PolicyAssessment[] {
  return Object.entries(assessments).flatMap(([guardrailId, given]) => {
    // One assessment of the input, a list of those of the output: one for each piece that was judged.
    const entries = list(given).flatMap((assessment) => Object.entries(object(assessment)))
    const names = [...new Set(entries.map(([name]) => name))]
    return names.flatMap((name) => {
      const found = entries.filter(([other]) => other === name).flatMap(([, policy]) => findingsOf(object(policy)))
      if (found.length === 0) return []
      const action = strongest(found.map((finding) => finding.action))
      const findings = [...new Set(found.flatMap((finding) => finding.name ?? []))]
      return [{ guardrailId, side, policy: kebab(name.replace(/Policy$/, '')), action, findings }]
    })
  })
}

interface Finding {
  readonly action: Action
  readonly name?: string
}

function findingsOf(policy: JsonObject): Finding[] {
  return Object.values(policy)
    .filter(Array.isArray)
    .flat()
    .flatMap((given) => {
      const entry = object(given)
      const action = actions.get(entry.action)
      // Older traces do not say `detected`: there an action is the sign.
      if (action === undefined || !(entry.detected ?? action !== 'none')) return []
      const name = [entry.name, entry.type].find((value) => typeof value === 'string')
      return [{ action, ...(typeof name === 'string' && { name }) }]
    })
}

const actions: ReadonlyMap<unknown, Action> = new Map([
  ['BLOCKED', 'blocked'],
  ['ANONYMIZED', 'anonymized'],
  ['NONE', 'none'],
])

function strongest(taken: readonly Action[]): Action {
  return (['blocked', 'anonymized'] as const).find((action) => taken.includes(action)) ?? 'none'
}

function object(value: JsonValue | undefined): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {}
}

function list(value: JsonValue | undefined): readonly JsonValue[] {
  return Array.isArray(value) ? value : value === undefined ? [] : [value as JsonValue]
}

function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
}
