import type { JsonObject } from '@x/types'
import type { Fault } from './fault.js'
import type { ConverseBody, WireBlock, WireUsage } from './wire.js'
import type { WireStreamEvent } from './wire-stream-event.js'

/** What one request is answered with, over every operation alike. */
export type Reply = WholeReply | LiveReply

/** A reply that is known when it is sent. A string is one text block. */
export type WholeReply = string | ReplyParts

/** A reply that is still being made. ConverseStream sends each event as it comes; the others wait for the last one. */
export interface LiveReply {
  /**
   * From `messageStart` to `metadata`, sent as they stand; an exception among them is the last that is sent. What the
   * iterable throws is sent as an `internalServerException`.
   */
  readonly events: AsyncIterable<WireStreamEvent>
}

export interface ReplyParts {
  readonly content?: readonly WireBlock[]
  /** Default: `tool_use` when the content holds a tool call of the caller's, otherwise `end_turn`. */
  readonly stopReason?: string
  /** Default: estimated from the length of question and answer, four characters a token, never 0. */
  readonly usage?: Partial<WireUsage>
  /** Characters per text delta or piece of tool input. Default: about a word, as a model's tokens fall. */
  readonly deltaLength?: number
  /** Wait before each frame but the first. Default: the endpoint's. */
  readonly delayMs?: number
  /** Wait before anything is sent, but for `http` faults, which come at once. Default: the endpoint's. */
  readonly firstDelayMs?: number
  /** What the reply reports as the model's time. Default: the time measured. */
  readonly latencyMs?: number
  readonly additionalModelResponseFields?: JsonObject
  readonly trace?: JsonObject
  /** What goes wrong with this answer. */
  readonly fault?: Fault
}

/** One request as it came in. */
export interface LocalRequest {
  readonly operation: 'Converse' | 'ConverseStream'
  readonly modelId: string
  readonly body: ConverseBody
  /** Lower-case names; without `authorization` and the session token. */
  readonly headers: { readonly [name: string]: string }
}

/** `signal` is aborted when the client has gone or the endpoint closes. */
export type ReplyFunction = (request: LocalRequest, context: { readonly signal: AbortSignal }) => Reply | Promise<Reply>
