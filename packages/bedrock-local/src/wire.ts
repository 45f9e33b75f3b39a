import type { JsonObject, JsonValue } from '@x/types'

// Converse's own shapes, as far as this endpoint reads or writes them. Requests come from outside: every member may be
// missing or of another type until the rules have passed, and members not named here are kept.

/** Body of a Converse or ConverseStream request. */
export interface ConverseBody {
  readonly messages?: readonly WireMessage[]
  readonly system?: readonly JsonObject[]
  readonly inferenceConfig?: JsonObject
  readonly toolConfig?: { readonly tools?: readonly WireTool[]; readonly toolChoice?: WireToolChoice }
  readonly guardrailConfig?: JsonObject
  readonly additionalModelRequestFields?: JsonObject
  readonly outputConfig?: JsonObject
  readonly [member: string]: unknown
}

export interface WireMessage {
  readonly role: 'user' | 'assistant' | 'system'
  readonly content: readonly WireBlock[]
}

/** One content block: exactly one member is set. Bytes are base64. */
export interface WireBlock {
  readonly text?: string
  readonly toolUse?: WireToolUse
  readonly toolResult?: WireToolResult
  readonly reasoningContent?: WireReasoning
  readonly citationsContent?: {
    readonly content?: readonly { readonly text: string }[]
    readonly citations?: readonly JsonObject[]
  }
  readonly image?: JsonObject
  readonly document?: JsonObject
  readonly video?: JsonObject
  readonly cachePoint?: JsonObject
  readonly [member: string]: unknown
}

export interface WireToolUse {
  /** In a reply: made up when left out, `tooluse_` and 22 characters, as the service does. */
  readonly toolUseId?: string
  readonly name: string
  readonly input?: JsonValue
  /**
   * In a reply: the raw JSON text of the arguments instead of `input`, malformed or cut if you like. It is streamed as
   * it stands; Converse, which can only carry JSON, gets it parsed, or as a string if it does not parse.
   */
  readonly inputText?: string
  /** `server_tool_use` marks a call that the service ran by itself. */
  readonly type?: string
}

export interface WireToolResult {
  readonly toolUseId: string
  readonly content?: readonly WireToolResultBlock[]
  readonly status?: 'success' | 'error'
  readonly type?: string
}

export interface WireToolResultBlock {
  readonly text?: string
  readonly json?: JsonValue
  readonly [member: string]: unknown
}

export interface WireReasoning {
  readonly reasoningText?: { readonly text: string; readonly signature?: string }
  readonly redactedContent?: string
}

export interface WireTool {
  readonly toolSpec?: {
    readonly name: string
    readonly description?: string
    readonly inputSchema: { readonly json: JsonObject }
    readonly strict?: boolean
  }
  readonly [member: string]: unknown
}

export interface WireToolChoice {
  readonly auto?: JsonObject
  readonly any?: JsonObject
  readonly tool?: { readonly name: string }
}

export interface WireUsage {
  readonly inputTokens: number
  readonly outputTokens: number
  readonly totalTokens: number
  readonly cacheReadInputTokens?: number
  readonly cacheWriteInputTokens?: number
  readonly cacheDetails?: readonly { readonly ttl: string; readonly inputTokens: number }[]
}
