import type { GuardrailSide, LocalGuardrail } from './guardrail.js'
import { arnOf, versionOf } from './guardrail.js'
import type { Verdict } from './judge-texts.js'

/** What an assessment says beside the verdict. */
export interface AssessmentFacts {
  /** Entries without a detection too. Words and patterns have none, as in the service. */
  readonly full: boolean
  readonly coverage: GuardrailCoverage
  readonly latencyMs: number
  /** Characters of the source, the query and the answer, when these were compared. */
  readonly groundingCharacters?: number
}

export interface GuardrailCoverage {
  readonly textCharacters: Covered
  readonly images?: Covered
}

interface Covered {
  readonly guarded: number
  readonly total: number
}

/** One assessment as traces and ApplyGuardrail carry it; a policy that has nothing to say is left out. */
export function toAssessment(guardrail: LocalGuardrail, verdict: Verdict, facts: AssessmentFacts): object {
  const shown = <Entry extends { readonly detected: boolean }>(entries: readonly Entry[]) =>
    facts.full ? entries : entries.filter(({ detected }) => detected)
  const topics = shown(verdict.topics)
  const filters = shown(verdict.filters)
  const piiEntities = shown(verdict.piiEntities)
  const { customWords, regexes, groundingFilters } = verdict
  // Both scores stand together as soon as one of them is too low.
  const ungrounded = facts.full || groundingFilters.some(({ detected }) => detected)
  return {
    ...(topics.length > 0 && { topicPolicy: { topics } }),
    ...(filters.length > 0 && { contentPolicy: { filters } }),
    ...(customWords.length > 0 && { wordPolicy: { customWords, managedWordLists: [] } }),
    ...(piiEntities.length + regexes.length > 0 && { sensitiveInformationPolicy: { piiEntities, regexes } }),
    ...(groundingFilters.length > 0 && ungrounded && { contextualGroundingPolicy: { filters: groundingFilters } }),
    invocationMetrics: {
      guardrailProcessingLatency: Math.max(1, Math.round(facts.latencyMs)),
      usage: toGuardrailUsage(guardrail, facts),
      guardrailCoverage: facts.coverage,
    },
    appliedGuardrailDetails: {
      guardrailId: guardrail.id,
      guardrailVersion: versionOf(guardrail),
      guardrailArn: arnOf(guardrail),
      guardrailOrigin: ['REQUEST'],
      guardrailOwnership: 'SELF',
    },
  }
}

const charactersPerUnit = 1000

/** A text unit is a thousand characters begun; every policy that the guardrail has is charged for all of them. */
export function toGuardrailUsage(guardrail: LocalGuardrail, facts: AssessmentFacts): object {
  const units = Math.ceil(facts.coverage.textCharacters.guarded / charactersPerUnit)
  const charged = (policies: readonly unknown[] = []) => (policies.length > 0 ? units : 0)
  return {
    topicPolicyUnits: charged(guardrail.topics),
    contentPolicyUnits: charged(guardrail.contentFilters),
    wordPolicyUnits: charged(guardrail.words),
    sensitiveInformationPolicyUnits: charged(guardrail.pii),
    sensitiveInformationPolicyFreeUnits: charged(guardrail.regexes),
    contextualGroundingPolicyUnits: Math.ceil((facts.groundingCharacters ?? 0) / charactersPerUnit),
    contentPolicyImageUnits: 0,
    automatedReasoningPolicyUnits: 0,
    automatedReasoningPolicies: 0,
  }
}

/** The service's own message unless the guardrail has one. */
export function blockedMessage(guardrail: LocalGuardrail, side: GuardrailSide): string {
  const own = side === 'input' ? guardrail.blockedInputMessaging : guardrail.blockedOutputsMessaging
  return own ?? 'Sorry, the model cannot answer this question.'
}

/** Why, for each side that was judged; the same words are said once. */
export function toActionReason(actions: readonly Verdict['action'][]): string {
  return [...new Set(actions.map((action) => reasons[action]))].join('\n')
}

const reasons: Readonly<Record<Verdict['action'], string>> = {
  none: 'No action.',
  masked: 'Guardrail masked.',
  blocked: 'Guardrail blocked.',
}
