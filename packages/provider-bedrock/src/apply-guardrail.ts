import type { ApplyGuardrailCommandOutput, GuardrailContentBlock } from '@aws-sdk/client-bedrock-runtime'
import type { GuardContentPart, ImagePart, JsonValue, TextPart } from '@x/types'
import { AgentError } from '@x/types'
import { callService } from './call-service.js'
import type { BedrockConfig } from './config.js'
import { checkConfig } from './config.js'
import type { GuardrailConfig } from './guardrail-config.js'
import { guardrailProblem } from './guardrail-config.js'
import type { GuardrailAction, GuardrailAssessment, GuardrailSide } from './guardrail-of.js'
import { fromAssessment, summaryOf } from './guardrail-of.js'
import { toGuardContent } from './to-block.js'
import { fromWireValue } from './wire-json.js'

/** How the service is reached: as for a model. */
export type ServiceOptions = Pick<
  BedrockConfig,
  | ('region' | 'endpoint' | 'credentials' | 'profile' | 'apiKey' | 'client' | 'clientConfig')
  | ('connectTimeoutMs' | 'requestTimeoutMs' | 'userAgent')
>

export interface ApplyGuardrailOptions extends ServiceOptions {
  readonly guardrail: Pick<GuardrailConfig, 'id' | 'version'>
  /** Which of the guardrail's rules hold: those for what goes into a model, or for what comes out of it. */
  readonly source: GuardrailSide
  /** Text, png and jpeg bytes; with qualifiers for contextual grounding. */
  readonly content: string | readonly (TextPart | ImagePart | GuardContentPart)[]
  readonly signal?: AbortSignal
}

export interface AppliedGuardrail {
  readonly action: GuardrailAction
  /** What to show instead: the guardrail's own message, or the anonymized text. Empty when nothing was done. */
  readonly outputs: readonly string[]
  readonly assessment: GuardrailAssessment
  /** Text units charged, by policy. */
  readonly usage: { readonly [policyUnits: string]: number }
}

/**
 * Puts a text before a guardrail, without any model.
 * @throws AgentError; a guardrail that could not be asked has not let anything pass.
 */
export async function applyGuardrail(options: ApplyGuardrailOptions): Promise<AppliedGuardrail> {
  const { guardrail, source, content, signal, ...config } = options
  const problem = guardrailProblem(guardrail)
  if (problem) throw new AgentError('invalid-config', problem)
  const whole = { ...config, modelId: guardrail.id }
  checkConfig(whole)
  const input = {
    guardrailIdentifier: guardrail.id,
    guardrailVersion: guardrail.version,
    source: source === 'input' ? ('INPUT' as const) : ('OUTPUT' as const),
    content: toContent(content),
  }
  const names = { operation: 'ApplyGuardrail', subject: guardrail.id, signal }
  const output = await callService(whole, names, (client, sdk, sending) =>
    client.send(new sdk.ApplyGuardrailCommand(input), sending),
  )
  return fromOutput(output, guardrail.id, source)
}

function toContent(content: ApplyGuardrailOptions['content']): GuardrailContentBlock[] {
  const parts = typeof content === 'string' ? [{ type: 'text', text: content } as const] : content
  return parts.map((part, index): GuardrailContentBlock => {
    const guarded = part.type === 'guard-content' ? part : ({ type: 'guard-content', content: part } as const)
    return toGuardContent(guarded, `content.${index}`).guardContent as GuardrailContentBlock
  })
}

function fromOutput(output: ApplyGuardrailCommandOutput, id: string, side: GuardrailSide): AppliedGuardrail {
  const { action, actionReason, outputs = [], assessments = [], usage = {} } = output
  const findings = assessments.flatMap((one) => fromAssessment(fromWireValue(one), side, id))
  const assessment = summaryOf(findings, actionReason as JsonValue | undefined)
  const intervened = action === 'GUARDRAIL_INTERVENED'
  const units = Object.entries(usage).filter((entry): entry is [string, number] => typeof entry[1] === 'number')
  return {
    // An intervention that no finding explains is taken for the stricter kind.
    action: !intervened ? 'none' : assessment.action === 'anonymized' ? 'anonymized' : 'blocked',
    outputs: outputs.flatMap(({ text }) => (text === undefined ? [] : [text])),
    assessment,
    usage: Object.fromEntries(units),
  }
}
