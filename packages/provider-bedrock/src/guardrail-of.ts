import type { JsonObject, JsonValue } from '@x/types'

export type GuardrailAction = 'none' | 'anonymized' | 'blocked'
export type GuardrailSide = 'input' | 'output'

/** What a guardrail made of one call. */
export interface GuardrailAssessment {
  /** The strongest action taken: `blocked` before `anonymized`. */
  readonly action: GuardrailAction
  /** The sides that were blocked. */
  readonly blocked: readonly GuardrailSide[]
  /** What was detected; entries of a full trace that detected nothing are left out. */
  readonly findings: readonly GuardrailFinding[]
  /** In the service's words. */
  readonly reason?: string
}

export interface GuardrailFinding {
  readonly side: GuardrailSide
  readonly guardrailId: string
  /** `topic`, `content`, `word`, `sensitive-information`, `contextual-grounding`, or a policy of a later day. */
  readonly policy: string
  /** `none`: detected, and let through because the guardrail only watches. */
  readonly action: GuardrailAction
  /** The topic's or pattern's name, or else the type: `VIOLENCE`, `EMAIL`, `PROFANITY`, `GROUNDING`. */
  readonly name?: string
  /** The very words: what the guardrail was to keep back. Mind where you log it. */
  readonly match?: string
  /** `LOW`, `MEDIUM` or `HIGH`. */
  readonly confidence?: string
  /** 0 to 1, of contextual grounding; detected below `threshold`. */
  readonly score?: number
  readonly threshold?: number
}

/**
 * The guardrail's part of a `trace`, typed: of `model-end`, or of a `ModelResult`. Undefined when the trace holds none,
 * because there was no guardrail or because its trace is disabled.
 */
export function guardrailOf(trace: JsonValue | undefined): GuardrailAssessment | undefined {
  const guardrail = isObject(trace) ? trace.guardrail : undefined
  if (!isObject(guardrail)) return undefined
  const { inputAssessment, outputAssessments, actionReason } = guardrail
  const assessed = (side: GuardrailSide, assessments: JsonValue | undefined) =>
    Object.entries(isObject(assessments) ? assessments : {}).flatMap(([id, one]) =>
      [one].flat().flatMap((assessment) => fromAssessment(assessment as JsonValue, side, id)),
    )
  const findings = [...assessed('input', inputAssessment), ...assessed('output', outputAssessments)]
  return summaryOf(findings, actionReason)
}

export function summaryOf(findings: readonly GuardrailFinding[], reason?: JsonValue): GuardrailAssessment {
  const sides = (['input', 'output'] as const).filter((side) =>
    findings.some((finding) => finding.side === side && finding.action === 'blocked'),
  )
  const anonymized = findings.some(({ action }) => action === 'anonymized')
  return {
    action: sides.length > 0 ? 'blocked' : anonymized ? 'anonymized' : 'none',
    blocked: sides,
    findings,
    ...(typeof reason === 'string' && { reason }),
  }
}

/**
 * All policies have one form: lists of entries that carry an action. So a policy that is not known yet is read as well,
 * and what it blocks is not missed.
 */
export function fromAssessment(assessment: JsonValue, side: GuardrailSide, guardrailId: string): GuardrailFinding[] {
  if (!isObject(assessment)) return []
  return Object.entries(assessment).flatMap(([name, policy]) => {
    if (!isObject(policy)) return []
    const entries = Object.values(policy).filter(Array.isArray).flat().filter(isObject)
    const context = { side, guardrailId, policy: kebab(name.replace(/Policy$/, '')) }
    return entries.flatMap((entry) => fromEntry(entry, context))
  })
}

type Place = Pick<GuardrailFinding, 'side' | 'guardrailId' | 'policy'>

function fromEntry(entry: JsonObject, place: Place): GuardrailFinding[] {
  const { action, detected, match, confidence, score, threshold } = entry
  const taken = actions[String(action)]
  // Older traces do not say `detected`: there an action is the sign.
  if (taken === undefined || !(detected ?? taken !== 'none')) return []
  const name = [entry.name, entry.type].find((value) => typeof value === 'string')
  return [
    {
      ...place,
      action: taken,
      ...(typeof name === 'string' && { name }),
      ...(typeof match === 'string' && { match }),
      ...(typeof confidence === 'string' && { confidence }),
      ...(typeof score === 'number' && { score }),
      ...(typeof threshold === 'number' && { threshold }),
    },
  ]
}

const actions: Readonly<Record<string, GuardrailAction>> = {
  BLOCKED: 'blocked',
  ANONYMIZED: 'anonymized',
  NONE: 'none',
}

function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
