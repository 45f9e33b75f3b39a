import type { JsonValue, Middleware, Tool, ToolCall, ToolOutcome } from '@x/types'
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
   * (run, message, call id, tool and input), and an approval without the right token is refused: whoever passes
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
      const reason = reasonOf(call, options)
      if (reason === undefined) return yield* next(call)
      const given = (call.answer as ApprovalAnswer | undefined) ?? (await ask?.(call, reason))
      if (given === undefined) {
        const state = secret === undefined ? undefined : { token: await signCall(secret, call) }
        return { type: 'suspended', reason, ...(state && { state }) }
      }
      // What `ask` gave did not travel, so it needs no token.
      const isForged = call.answer !== undefined && secret !== undefined && !(await isSigned(secret, call, given))
      const refusal = refusalOf(given, { call, edits, isForged })
      if (refusal !== undefined || !given.approved) return yield* next(refused(call, refusal ?? ''))
      if (given.input === undefined) return yield* next({ ...call, approved: true })
      const outcome = yield* next({ ...call, call: { ...call.call, input: given.input }, approved: true })
      return withNote(outcome, given.input)
    },
  }
}

/** `undefined` when the call may run, or cannot run anyway. */
function reasonOf(call: ToolCall, { needsApproval }: ApprovalOptions): string | undefined {
  const { tool } = call
  if (!tool || call.approved || call.call.malformedInput !== undefined) return undefined
  const asked = needsApproval?.(call) ?? false
  if (asked !== false) return asked === true ? 'approval' : asked
  const rule = tool.needsApproval ?? false
  return (typeof rule === 'function' ? rule(call.call.input) : rule) ? 'approval' : undefined
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
function refused(call: ToolCall, text: string): ToolCall {
  const { step: _step, ...tool } = call.tool as Tool
  const execute = () => {
    throw new AgentError('not-approved', text)
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
