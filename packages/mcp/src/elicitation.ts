import type { Client } from '@modelcontextprotocol/sdk/client/index.js'
import type { ElicitResult } from '@modelcontextprotocol/sdk/types.js'
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js'
import type { JsonObject, JsonValue } from '@x/types'
import { asObject, canonical } from './json.js'

/** What a server asks the person at the other end while one of its tools runs. */
export interface Elicitation {
  readonly message: string
  /** JSON Schema of the answer: a flat object of texts, numbers, booleans and choices. */
  readonly schema: JsonObject
}

export type ElicitationAnswer =
  | { readonly action: 'accept'; readonly content?: JsonObject }
  | { readonly action: 'decline' | 'cancel' }

export interface ElicitationContext {
  /** The call that the server asks about, when only one is under way; the protocol does not say which. */
  readonly call?: { readonly name: string; readonly input: JsonValue }
  /** Aborted when the server no longer waits. */
  readonly signal: AbortSignal
}

/**
 * How questions are answered: by a function, at once; or by `suspend`, which ends the run as suspended and calls the
 * tool again, with the answer at hand, once the run is resumed.
 */
export type OnElicitation =
  | 'suspend'
  | ((question: Elicitation, context: ElicitationContext) => ElicitationAnswer | Promise<ElicitationAnswer>)

/** A call under way, as far as questions go. */
export interface AskedCall {
  readonly name: string
  readonly input: JsonValue
  /** Answers given to earlier attempts of this call. */
  readonly answers: readonly Answered[]
  /** Ends the attempt: the run is to be suspended with this question. */
  suspend(question: Elicitation): void
}

export interface Answered {
  readonly question: Elicitation
  readonly answer: JsonValue
}

/** How often one call may be suspended before further questions are declined. */
const maxQuestions = 10

/** Answers what the server asks; `calls` are those under way now. */
export function answerElicitations(client: Client, onElicitation: OnElicitation, calls: ReadonlySet<AskedCall>): void {
  client.setRequestHandler(ElicitRequestSchema, async ({ params }, { signal }): Promise<ElicitResult> => {
    if (params.mode === 'url') return { action: 'decline' }
    const question = { message: params.message, schema: params.requestedSchema as unknown as JsonObject }
    const [call, other] = calls
    const about = other ? undefined : call
    if (onElicitation === 'suspend') return about ? answerOrSuspend(about, question) : { action: 'decline' }
    try {
      const context = { ...(about && { call: { name: about.name, input: about.input } }), signal }
      return toElicitResult({ ...(await onElicitation(question, context)) } as JsonObject)
    } catch {
      // What went wrong here is not for the server to read.
      return { action: 'cancel' }
    }
  })
}

function answerOrSuspend(call: AskedCall, question: Elicitation): ElicitResult {
  const given = call.answers.find((answered) => canonical(answered.question) === canonical(question))
  if (given) return toElicitResult(given.answer)
  if (call.answers.length >= maxQuestions) return { action: 'decline' }
  call.suspend(question)
  return { action: 'cancel' }
}

/** `true` and `{ approved: true }` say yes to a question that wants no values; what is none of these says no. */
function toElicitResult(answer: JsonValue): ElicitResult {
  const { action, content, approved } = asObject(answer) ?? {}
  if (action === 'accept') return { action, content: (asObject(content) ?? {}) as NonNullable<ElicitResult['content']> }
  if (action === 'cancel') return { action }
  return answer === true || approved === true ? { action: 'accept', content: {} } : { action: 'decline' }
}
