import { isAgentError } from '@x/types'
import type { ExtractMode } from './extract-mode.js'

/** What a service may refuse of the way an answer is asked for: a mode, the forcing of a tool, a system prompt. */
export type Feature = Exclude<ExtractMode, 'prompted'> | 'forced-tool' | 'system'

export interface Refusal {
  readonly feature: Feature
  /** What it holds for: the model, this schema on this model, or this request alone. */
  readonly scope: 'model' | 'schema' | 'request'
  readonly reason: string
}

/** Reads an error as the refusal of what `mode` asks with; `undefined` when it speaks of something else. */
export function toRefusal(error: unknown, mode: ExtractMode): Refusal | undefined {
  if (!isAgentError(error)) return undefined
  const { code, message } = error
  if (code !== 'invalid-request' && code !== 'unsupported' && !grammar.test(message)) return undefined
  const row = rows.find(({ modes, says }) => modes.includes(mode) && says.test(message))
  if (!row) return undefined
  const feature = row.feature === 'mode' ? (mode as Exclude<ExtractMode, 'prompted'>) : row.feature
  const reason = message.length <= maxReason ? message : `${message.slice(0, maxReason - 1)}…`
  return { feature, scope: scopeOf(message), reason }
}

const maxReason = 300

/** Compiling it fails or takes too long, which also comes as a timeout. */
const grammar = /grammar/i

/*
 * Words of refusals that are published in issues of clients of Bedrock, and of the request check of this house's own
 * providers. The first row that fits decides.
 */
const rows: readonly {
  readonly modes: readonly ExtractMode[]
  readonly feature: Feature | 'mode'
  readonly says: RegExp
}[] = [
  {
    modes: ['strict-tool', 'tool'],
    feature: 'forced-tool',
    says: /tool_?choice|forces? tool use|made to call|no tool can be forced/i,
  },
  {
    modes: ['native'],
    feature: 'mode',
    says: /output_?config|text_?format|json_?schema|response_?format|structured output|schema|additionalProperties|grammar/i,
  },
  {
    modes: ['strict-tool'],
    feature: 'mode',
    says: /strict|schema|additionalProperties|optional param|grammar|tool/i,
  },
  { modes: ['tool'], feature: 'mode', says: /tool|schema|additionalProperties/i },
  { modes: ['prompted'], feature: 'system', says: /system (prompt|message|field|instruction)|the system field/i },
]

/** What is wrong with one schema, or excluded by another setting of the request, says nothing about the next one. */
function scopeOf(message: string): Refusal['scope'] {
  if (/citation|thinking|reasoning/i.test(message)) return 'request'
  const ofSchema =
    /grammar|For '|Schema type|param|recursive|reference|too (large|complex|many|deep)|nested|additionalProperties|definition|valid JSON schema|It takes no|schema holds|minItems/i
  return ofSchema.test(message) ? 'schema' : 'model'
}
