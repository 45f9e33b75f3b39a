import type { JsonObject, ModelEnd, ModelEvent } from '@x/types'
import type { GuardrailConfig } from './guardrail-config.js'
import { inputRedaction, outputRedaction } from './guardrail-config.js'
import { guardrailOf } from './guardrail-of.js'

/** Carries out a guardrail's verdict on the events of one answer. Fed, not pulled, like the reader before it. */
export interface AnswerGuard {
  push(event: ModelEvent): readonly ModelEvent[]
  /** What has arrived must not be seen yet, not even as part of an error. */
  readonly withholds: boolean
}

/**
 * The trace decides, not the stop reason: `guardrail_intervened` may also be an anonymized answer, which is whole and
 * stays, and only the side that was blocked is rewritten, so that a blocked answer leaves a clean question alone.
 */
export function guardAnswer(guardrail: GuardrailConfig): AnswerGuard {
  const withholds = guardrail.mode === 'buffer'
  const held: ModelEvent[] = []
  let hasCall = false

  return {
    withholds,
    push(event) {
      if (event.type === 'tool-call-start') hasCall = true
      if (event.type === 'model-end') {
        const verdict = verdictOf(event)
        if (verdict === 'passed') return [...held, event]
        if (verdict === 'anonymized')
          return [...held, anonymized, { ...event, stopReason: hasCall ? 'tool-use' : 'end' }]
        const end = { ...event, stopReason: 'guardrail' } as const
        const redacted = redactions(guardrail, verdict)
        if (!withholds || !verdict.hidesOutput) return [...held, ...redacted, end]
        return [...replacement(guardrail), ...redacted, withoutModelOutput(end)]
      }
      if (!withholds || event.type === 'warning') return [event]
      held.push(event)
      return []
    },
  }
}

/** `hidesOutput` is also set when the trace does not say which side it was. */
interface Blocked {
  readonly input: boolean
  readonly output: boolean
  readonly hidesOutput: boolean
}

function verdictOf({ stopReason, trace }: ModelEnd): 'passed' | 'anonymized' | Blocked {
  const { action = 'none', blocked = [] } = guardrailOf(trace) ?? {}
  if (action === 'blocked') {
    const output = blocked.includes('output')
    return { input: blocked.includes('input'), output, hidesOutput: output }
  }
  if (stopReason !== 'guardrail') return 'passed'
  return action === 'anonymized' ? 'anonymized' : { input: true, output: false, hidesOutput: true }
}

const anonymized: ModelEvent = {
  type: 'warning',
  code: 'guardrail-anonymized',
  message: 'The guardrail anonymized what it found; the trace says what. The answer is whole.',
}

function redactions(guardrail: GuardrailConfig, verdict: Blocked): ModelEvent[] {
  const { redactInput = true, redactOutput = false, mode } = guardrail
  const input = verdict.input && textOf(redactInput, inputRedaction)
  // What a buffered answer shows is what the history holds.
  const isReplaced = mode === 'buffer' && verdict.hidesOutput
  const output =
    (verdict.output || isReplaced) && textOf(isReplaced ? redactOutput || true : redactOutput, outputRedaction)
  return [
    ...(input ? [{ type: 'redaction', side: 'input', text: input } as const] : []),
    ...(output ? [{ type: 'redaction', side: 'output', text: output } as const] : []),
  ]
}

/** The text that stands for an answer nobody saw, for consumers that read deltas alone. */
function replacement({ redactOutput }: GuardrailConfig): ModelEvent[] {
  const text = textOf(redactOutput || true, outputRedaction) || outputRedaction
  return [{ type: 'text-delta', text }, { type: 'part-end' }]
}

function textOf(redact: boolean | string, text: string): string | false {
  return redact === true ? text : redact
}

/** The trace repeats what the guardrail kept back. */
function withoutModelOutput(end: ModelEnd): ModelEnd {
  const { guardrail, ...others } = (end.trace ?? {}) as JsonObject
  if (guardrail === undefined) return end
  const { modelOutput: _hidden, ...shown } = guardrail as JsonObject
  return { ...end, trace: { ...others, guardrail: shown } }
}
