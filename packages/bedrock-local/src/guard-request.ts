import type { JsonObject } from '@x/types'
import { findGuardrail } from './find-guardrail.js'
import type { GroundingContext } from './grounding.js'
import { guardedTexts, withGuardedTexts } from './guarded-texts.js'
import type { LocalGuardrail } from './guardrail.js'
import type { Verdict } from './judge-texts.js'
import { judgeTexts } from './judge-texts.js'
import type { Refusal } from './refusal.js'
import type { LocalRequest, ReplyParts } from './reply.js'
import { blockedMessage, toActionReason, toAssessment } from './to-assessment.js'

/** A request that a guardrail has looked at, and what it needs to look at the answer. */
export interface GuardedRequest {
  readonly guardrail: LocalGuardrail
  /** What the model gets: the request with what is anonymized replaced. */
  readonly request: LocalRequest
  readonly inputAction: Verdict['action']
  readonly inputAssessment: object
  readonly grounding?: GroundingContext
  readonly trace: 'disabled' | 'enabled' | 'enabled_full'
  /** Text goes out before it was judged. */
  readonly async: boolean
  /** Set when the model must not be asked: this is the answer. */
  readonly blocked?: ReplyParts
}

/**
 * Applies the guardrail that a request names to its input; `undefined` when it names none, or when the endpoint has no
 * guardrails at all.
 * @throws Error when a pattern of the guardrail takes too long.
 */
export function guardRequest(
  request: LocalRequest,
  guardrails: readonly LocalGuardrail[] | undefined,
): GuardedRequest | Refusal | undefined {
  const config: JsonObject = request.body.guardrailConfig ?? {}
  const { guardrailIdentifier: identifier, guardrailVersion: version, trace } = config
  if (!guardrails || !identifier || !version) return undefined
  const guardrail = findGuardrail(guardrails, String(identifier), String(version))
  if ('error' in guardrail) return guardrail

  const started = performance.now()
  const { texts, totalCharacters, grounding } = guardedTexts(request.body)
  const verdict = judgeTexts(guardrail, 'input', texts)
  const guarded = texts.reduce((sum, text) => sum + text.length, 0)
  const inputAssessment = toAssessment(guardrail, verdict, {
    full: trace === 'enabled_full',
    coverage: { textCharacters: { guarded, total: totalCharacters } },
    latencyMs: performance.now() - started,
  })
  const seen: GuardedRequest = {
    guardrail,
    request:
      verdict.action === 'masked' ? { ...request, body: withGuardedTexts(request.body, verdict.texts) } : request,
    inputAction: verdict.action,
    inputAssessment,
    ...(grounding && { grounding }),
    trace: trace === 'enabled' || trace === 'enabled_full' ? trace : 'disabled',
    async: request.operation === 'ConverseStream' && config.streamProcessingMode === 'async',
  }
  return verdict.action === 'blocked' ? { ...seen, blocked: blockedReply(seen) } : seen
}

/** No model is asked, so no tokens are used. */
function blockedReply(guarded: GuardedRequest): ReplyParts {
  const text = blockedMessage(guarded.guardrail, 'input')
  const trace = toGuardrailTrace(guarded, [])
  return {
    content: [{ text }],
    stopReason: 'guardrail_intervened',
    usage: { inputTokens: 0, outputTokens: 0, totalTokens: 0 },
    deltaLength: text.length,
    ...(trace && { trace }),
  }
}

/** What a guardrail made of one piece of output. */
export interface JudgedOutput {
  readonly action: Verdict['action']
  readonly assessment: object
}

/** The trace of both sides; `undefined` when none is asked for. `modelOutput` only says what was kept from the caller. */
export function toGuardrailTrace(
  { guardrail, trace, inputAction, inputAssessment }: GuardedRequest,
  outputs: readonly JudgedOutput[],
  modelOutput?: string,
): JsonObject | undefined {
  if (trace === 'disabled') return undefined
  const worst = (['blocked', 'masked', 'none'] as const).find((action) => outputs.some((one) => one.action === action))
  const assessment = {
    ...(modelOutput !== undefined && { modelOutput: [modelOutput] }),
    inputAssessment: { [guardrail.id]: inputAssessment },
    ...(outputs.length > 0 && { outputAssessments: { [guardrail.id]: outputs.map((one) => one.assessment) } }),
    actionReason: toActionReason(worst ? [inputAction, worst] : [inputAction]),
  }
  return { guardrail: assessment as unknown as JsonObject }
}
