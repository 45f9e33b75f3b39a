import type { AssistantMessage, Message } from './message.js'
import type { Usage } from './model.js'

/** Codes that the packages of this house use; a plugin may add its own. */
export type ErrorCode =
  // what the service said
  | 'throttled'
  | 'quota'
  | 'unavailable'
  | 'timeout'
  | 'network'
  | 'stream-truncated'
  | 'context-overflow'
  | 'access-denied'
  | 'needs-inference-profile'
  | 'invalid-model'
  | 'model-end-of-life'
  | 'model-failed'
  | 'credentials'
  | 'region'
  | 'invalid-request'
  | 'guardrail'
  | 'internal'
  // what the caller did
  | 'aborted'
  | 'invalid-config'
  | 'invalid-messages'
  | 'unsupported'
  | 'busy'
  | 'incomplete'
  // what the model or a tool did
  | 'invalid-stream'
  | 'malformed-tool-call'
  | 'invalid-tool-input'
  | 'unknown-tool'
  | 'not-approved'
  | 'tool-failed'
  | 'invalid-output'
  // what a layer did
  | 'budget'
  | 'journal'
  | (string & {})

export interface AgentErrorOptions {
  /** `run` errors end the run even from inside a tool; all others become a result that the model reads. Default `step`. */
  readonly scope?: 'run' | 'step'
  /** The same call may work a moment later. Default false. */
  readonly retryable?: boolean
  /** What to do next; appended to the message. */
  readonly hint?: string
  readonly requestId?: string
  /** HTTP status. */
  readonly status?: number
  /** How long the service asked to wait. */
  readonly retryAfterMs?: number
  readonly cause?: unknown
  readonly partial?: PartialAnswer
}

/** What had arrived when something failed. */
export interface PartialAnswer {
  /** The answer so far; its open part included. Never whole. */
  readonly message?: AssistantMessage
  /** Of the failed call, or of the whole run once the loop has passed the error on. */
  readonly usage?: Usage
  /** The conversation as it can go on. Set by the loop. */
  readonly messages?: readonly Message[]
}

// Two copies of this package may be installed; the marker, unlike `instanceof`, holds across them.
const marker = Symbol.for('@x/types/AgentError')

/** The one error class. How a run stops is data and a failing tool is a result; everything else that fails is this. */
export class AgentError extends Error {
  override readonly name = 'AgentError'
  readonly code: ErrorCode
  declare readonly scope: 'run' | 'step'
  declare readonly retryable: boolean
  declare readonly hint?: string
  declare readonly requestId?: string
  declare readonly status?: number
  declare readonly retryAfterMs?: number
  declare partial?: PartialAnswer

  constructor(code: ErrorCode, message: string, options: AgentErrorOptions = {}) {
    const { cause, ...members } = options
    super(members.hint ? `${message} ${members.hint}` : message, cause === undefined ? undefined : { cause })
    Object.defineProperty(this, marker, { value: true })
    this.code = code
    Object.assign(this, { scope: 'step', retryable: false }, members)
  }
}

/** Whether `value` is an {@link AgentError} of any copy of this package, and of this `code` if one is given. */
export function isAgentError(value: unknown, code?: ErrorCode): value is AgentError {
  if (typeof value !== 'object' || value === null || !(marker in value)) return false
  return code === undefined || (value as unknown as AgentError).code === code
}
