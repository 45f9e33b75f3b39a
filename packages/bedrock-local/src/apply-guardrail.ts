import { findGuardrail } from './find-guardrail.js'
import type { QualifiedText } from './guarded-texts.js'
import { groundingOf, isJudged } from './guarded-texts.js'
import type { LocalGuardrail } from './guardrail.js'
import { judgeTexts } from './judge-texts.js'
import type { Refusal } from './refusal.js'
import { invalid } from './refusal.js'
import { constraint } from './rules-of-shape.js'
import type { GuardrailCoverage } from './to-assessment.js'
import { blockedMessage, toActionReason, toAssessment, toGuardrailUsage } from './to-assessment.js'

/** What ApplyGuardrail is asked: the labels of its path, and its body. */
export interface ApplyGuardrailRequest {
  /** Id or ARN. */
  readonly guardrailIdentifier: string
  readonly guardrailVersion: string
  readonly body: { readonly [member: string]: unknown }
}

/** The body of its answer, in the service's shape. */
export interface ApplyGuardrailResponse {
  readonly usage: object
  readonly action: 'NONE' | 'GUARDRAIL_INTERVENED'
  readonly actionReason: string
  /** The blocked message, or the texts with what is anonymized replaced; empty when nothing was done. */
  readonly outputs: readonly { readonly text: string }[]
  readonly assessments: readonly object[]
  readonly guardrailCoverage: GuardrailCoverage
}

/**
 * The ApplyGuardrail operation: judges texts without asking a model. Images are counted and never judged.
 * @throws Error when a pattern of the guardrail takes too long.
 */
export function applyGuardrail(
  guardrails: readonly LocalGuardrail[],
  { guardrailIdentifier, guardrailVersion, body }: ApplyGuardrailRequest,
): ApplyGuardrailResponse | Refusal {
  const guardrail = findGuardrail(guardrails, guardrailIdentifier, guardrailVersion)
  if ('error' in guardrail) return guardrail
  const refusal = checkBody(body)
  if (refusal) return refusal

  const started = performance.now()
  const side = body.source === 'INPUT' ? 'input' : 'output'
  const content = body.content as readonly GuardrailContent[]
  const texts = content.flatMap(({ text }) => (text ? [text] : []))
  const judged = texts.filter(isJudged).map(({ text }) => text)
  const grounding = guardrail.grounding && side === 'output' ? groundingOf(texts) : undefined
  if (guardrail.grounding && side === 'output' && !grounding) return invalid(noSource)

  const verdict = judgeTexts(guardrail, side, judged, grounding)
  const images = content.filter(({ image }) => image).length
  const facts = {
    full: body.outputScope === 'FULL',
    coverage: {
      textCharacters: { guarded: lengthOf(judged), total: lengthOf(texts.map(({ text }) => text)) },
      ...(images > 0 && { images: { guarded: 0, total: images } }),
    },
    latencyMs: performance.now() - started,
    groundingCharacters: grounding ? lengthOf([grounding.source, grounding.query, ...judged]) : 0,
  }
  const outputs = { none: [], masked: verdict.texts, blocked: [blockedMessage(guardrail, side)] }[verdict.action]
  return {
    usage: toGuardrailUsage(guardrail, facts),
    action: verdict.action === 'none' ? 'NONE' : 'GUARDRAIL_INTERVENED',
    actionReason: toActionReason([verdict.action]),
    outputs: outputs.map((text) => ({ text })),
    assessments: [toAssessment(guardrail, verdict, facts)],
    guardrailCoverage: facts.coverage,
  }
}

interface GuardrailContent {
  readonly text?: QualifiedText
  readonly image?: object
}

/** The service's own words. */
const noSource =
  'The provided request does not contain the grounding source. Grounding source, query and content to guard are ' +
  'required for Guardrails contextual grounding policy evaluation.'

function checkBody({ source, content, outputScope }: ApplyGuardrailRequest['body']): Refusal | undefined {
  const oneOf = (path: string, values: readonly string[]) =>
    constraint(path, `Member must satisfy enum value set: [${values.join(', ')}]`)
  if (source !== 'INPUT' && source !== 'OUTPUT') return oneOf('source', ['INPUT', 'OUTPUT'])
  if (outputScope !== undefined && outputScope !== 'INTERVENTIONS' && outputScope !== 'FULL') {
    return oneOf('outputScope', ['INTERVENTIONS', 'FULL'])
  }
  if (!Array.isArray(content)) return constraint('content', 'Member must not be null')
  const bad = content.findIndex((item: unknown) => !isContent(item))
  return bad < 0 ? undefined : constraint(`content.${bad + 1}.member`, 'Member must hold a text or an image')
}

function isContent(item: unknown): boolean {
  if (typeof item !== 'object' || item === null) return false
  const { text, image } = item as { readonly text?: unknown; readonly image?: unknown }
  if (typeof image === 'object' && image !== null) return true
  return typeof text === 'object' && text !== null && typeof (text as QualifiedText).text === 'string'
}

function lengthOf(texts: readonly string[]): number {
  return texts.reduce((sum, text) => sum + text.length, 0)
}
