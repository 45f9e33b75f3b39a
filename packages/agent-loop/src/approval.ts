import type { JsonObject, JsonValue, Middleware, Step, Tool, ToolCall, ToolOutcome } from '@x/types'
import { AgentError, layerOrder } from '@x/types'
import { isSignedCall, signCall } from './sign-call.js'

/** The answer to a call that waits. */
export type ApprovalAnswer =
  | {
      readonly approved: true
      /** Run with this instead of what the model wrote; the model is told. */
      readonly input?: JsonValue
      /** `state.token` of the pending call; needed when the layer has a `secret`. */
      readonly token?: string
    }
  | {
      readonly approved: false
      /** The model reads it. */
      readonly reason?: string
    }

export interface ApprovalOptions {
  /** Calls that wait beside those of tools that say `needsApproval`. A text is the reason that people see. */
  readonly needsApproval?: (call: ToolCall) => boolean | string
  /** Answers at once, where the person is at hand (a terminal); the run is not suspended then. `undefined` suspends it. */
  readonly ask?: (call: ToolCall, reason: string) => Promise<ApprovalAnswer | undefined> | ApprovalAnswer | undefined
  /**
   * At least 16 characters. With it, each pending call carries a token in `state.token` that is bound to this very call
   * (message, call id, tool and input), and an approval without the right token is refused: whoever passes
   * messages and answers through a browser needs it, as both could be changed there.
   */
  readonly secret?: string
  /** Whether an answer may change the input. Default: only without a `secret`. */
  readonly edits?: boolean
}

/**
 * Suspends calls that need a yes from a person; all others of the turn finish first. The run ends as `suspended` with
 * the calls in `pending`, which is plain JSON: store it, and go on later, in any process, with
 * `agent.resume({ [callId]: { approved: true } })`. Calls inside sub-agents wait the same way, one level down:
 * `{ [callId]: { [childCallId]: { approved: true } } }`.
 * @throws AgentError `invalid-config` for a secret that is too short
 */
export function approval(options: ApprovalOptions = {}): Middleware {
  const { ask, secret, edits = secret === undefined } = options
  if (secret !== undefined && secret.length < 16) {
    throw new AgentError('invalid-config', 'The secret of approval() is shorter than 16 characters.', {
      hint: 'Take a random one, for example from `openssl rand -base64 32`.',
    })
  }
  return {
    name: 'approval',
    order: layerOrder.approval,
    inherited: 'unless-replaced',
    async *tool(call, next) {
      const granted = await grantOf(call, secret)
      // It was approved before and waits for something of its own, as a sub-agent does: the answer is for that.
      if (granted) return yield* perform(withoutGrant(call, granted), granted, next)
      const reason = reasonOf(call, options)
      if (reason instanceof AgentError) return yield* next(refused(call, reason))
      if (reason === undefined) return yield* next(call)
      const given =
        (call.answer as ApprovalAnswer | undefined) ?? (await unlessAborted(call, () => ask?.(call, reason)))
      if (given === undefined) {
        const state = secret === undefined ? undefined : { token: await signCall(secret, call) }
        return { type: 'suspended', reason, ...(state && { state }) }
      }
      // What `ask` gave did not travel, so it needs no token.
      const isForged = call.answer !== undefined && secret !== undefined && !(await isSigned(secret, call, given))
      const refusal = refusalOf(given, { call, edits, isForged })
      if (refusal !== undefined || !given.approved) {
        return yield* next(refused(call, new AgentError('not-approved', refusal ?? '')))
      }
      const edited = given.input === undefined ? [] : [given.input]
      const token = secret === undefined ? '' : await signCall(secret, call, approvedClaim, edited)
      const { answer: _answer, state: _state, ...rest } = call
      return yield* perform(rest, { token, edited }, next)
    },
  }
}

/** What is kept of a yes in the state of a call that goes on to wait for something else. */
interface Grant {
  readonly token: string
  /** The changed input, if there is one. */
  readonly edited: readonly JsonValue[]
  /** What the call itself left, where a member cannot be added to it. */
  readonly state?: JsonValue
}

const approvedClaim = 'approved'
const grantMember = 'approval'

/** The grant is one more member, so that whoever reads what a sub-agent waits for finds it where it always is. */
function withGrant(state: JsonValue | undefined, { token, edited }: Grant): JsonObject {
  if (isObject(state)) return { ...state, [grantMember]: { token, edited } }
  return { [grantMember]: { token, edited, ...(state !== undefined && { state }) } }
}

async function* perform(call: ToolCall, grant: Grant, next: Step<ToolCall, ToolOutcome>) {
  const [input] = grant.edited
  const asked = input === undefined ? call : { ...call, call: { ...call.call, input } }
  const outcome = yield* next({ ...asked, approved: true })
  if (outcome.type === 'suspended') {
    return { ...outcome, state: withGrant(outcome.state, grant) }
  }
  return input === undefined ? outcome : withNote(outcome, input)
}

async function grantOf({ state, ...call }: ToolCall, secret: string | undefined): Promise<Grant | undefined> {
  const grant = isObject(state) ? state[grantMember] : undefined
  if (!isObject(grant) || !Array.isArray(grant.edited)) return undefined
  const edited = grant.edited as readonly JsonValue[]
  const isReal = secret === undefined || (await isSignedCall(secret, call, grant.token, approvedClaim, edited))
  if (!isReal) return undefined
  const { state: own } = grant
  return { token: String(grant.token), edited, ...(own !== undefined && { state: own }) }
}

function withoutGrant({ state, ...call }: ToolCall, grant: Grant): ToolCall {
  const { [grantMember]: _grant, ...rest } = state as JsonObject
  const own = Object.keys(rest).length > 0 ? rest : grant.state
  return { ...call, ...(own !== undefined && { state: own }) }
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A person may take for ever, and a run that was aborted does not wait for that. */
async function unlessAborted<Answer>({ run }: ToolCall, ask: () => Answer | Promise<Answer>): Promise<Answer> {
  const { signal } = run
  let onAbort = () => {}
  const aborted = new Promise<never>((_resolve, reject) => {
    onAbort = () => reject(new AgentError('aborted', 'The run was aborted while a person was asked.', { scope: 'run' }))
    if (signal.aborted) onAbort()
    else signal.addEventListener('abort', onAbort, { once: true })
  })
  try {
    return await Promise.race([aborted, ask()])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}

/**
 * `undefined` when the call may run, or cannot run anyway. A rule reads what a model wrote; when it fails at that, the
 * call is not run and the model reads why.
 */
function reasonOf(call: ToolCall, { needsApproval }: ApprovalOptions): string | AgentError | undefined {
  const { tool } = call
  if (!tool || call.approved || call.call.malformedInput !== undefined) return undefined
  try {
    const asked = needsApproval?.(call) ?? false
    if (asked !== false) return asked === true ? 'approval' : asked
    const rule = tool.needsApproval ?? false
    return (typeof rule === 'function' ? rule(call.call.input) : rule) ? 'approval' : undefined
  } catch (cause) {
    const text = `${call.call.name} was not run: the rule that says whether it needs an approval failed.`
    return new AgentError('tool-failed', text, { cause })
  }
}

interface Judged {
  readonly call: ToolCall
  readonly edits: boolean
  readonly isForged: boolean
}

/** What the model reads when the call is not run. Whatever is not clearly a yes is a no. */
function refusalOf(answer: ApprovalAnswer, { call, edits, isForged }: Judged): string | undefined {
  const { name } = call.call
  if (typeof answer !== 'object' || answer === null || typeof answer.approved !== 'boolean') {
    return `${name} was not run: the answer to it was not understood.`
  }
  if (!answer.approved) {
    const { reason } = answer
    return typeof reason === 'string' ? `${name} was not run. A person refused it: ${reason}` : deniedText(name)
  }
  if (isForged) return `${name} was not run: the approval was not given for this call.`
  if (answer.input !== undefined && !edits) return `${name} was not run: its input was changed, which is not allowed.`
  return undefined
}

function deniedText(name: string): string {
  return `${name} was not run. A person refused it.`
}

/** The call with a tool that only says no, so that its events are those of any call. */
function refused(call: ToolCall, error: AgentError): ToolCall {
  const { step: _step, ...tool } = call.tool as Tool
  const execute = () => {
    throw error
  }
  return { ...call, tool: { ...tool, execute }, approved: true }
}

async function isSigned(secret: string, call: ToolCall, answer: ApprovalAnswer): Promise<boolean> {
  return 'token' in answer && (await isSignedCall(secret, call, answer.token))
}

function withNote(outcome: ToolOutcome, input: JsonValue): ToolOutcome {
  if (outcome.type !== 'result') return outcome
  const note = { type: 'text', text: `A person changed the input to ${JSON.stringify(input)}.` } as const
  return { ...outcome, result: { ...outcome.result, content: [note, ...outcome.result.content] } }
}
