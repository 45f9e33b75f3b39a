import type { JsonObject, JsonValue } from '@x/types'
import type { WireUsage } from './wire.js'

/** One event of ConverseStream as the AWS SDK shows it: exactly one member is set. Bytes are base64. */
export type WireStreamEvent =
  | { readonly messageStart: { readonly role: 'assistant' } }
  | { readonly contentBlockStart: { readonly contentBlockIndex: number; readonly start: WireBlockStart } }
  | { readonly contentBlockDelta: { readonly contentBlockIndex: number; readonly delta: WireBlockDelta } }
  | { readonly contentBlockStop: { readonly contentBlockIndex: number } }
  | { readonly messageStop: { readonly stopReason: string; readonly additionalModelResponseFields?: JsonValue } }
  | { readonly metadata: WireStreamMetadata }
  | WireStreamException

/** Only tool calls, results of server tools and images begin with a start. */
export type WireBlockStart =
  | { readonly toolUse: { readonly toolUseId: string; readonly name: string; readonly type?: string } }
  | { readonly toolResult: { readonly toolUseId: string; readonly type?: string; readonly status?: string } }
  | { readonly image: { readonly format: string } }

export type WireBlockDelta =
  | { readonly text: string }
  /** A piece of the JSON text of the arguments. */
  | { readonly toolUse: { readonly input: string } }
  | { readonly reasoningContent: { readonly text: string } }
  | { readonly reasoningContent: { readonly signature: string } }
  | { readonly reasoningContent: { readonly redactedContent: string } }
  | { readonly citation: JsonObject }
  | { readonly toolResult: readonly JsonObject[] }
  | { readonly image: JsonObject }

export interface WireStreamMetadata {
  readonly usage: WireUsage
  readonly metrics: { readonly latencyMs: number }
  readonly trace?: JsonObject
  readonly performanceConfig?: JsonObject
  readonly serviceTier?: JsonObject
}

/** The exceptions that the service model has for this stream, by their names on the wire. */
export type WireStreamException =
  | { readonly internalServerException: { readonly message: string } }
  | { readonly modelStreamErrorException: { readonly message: string } }
  | { readonly validationException: { readonly message: string } }
  | { readonly throttlingException: { readonly message: string } }
  | { readonly serviceUnavailableException: { readonly message: string } }
