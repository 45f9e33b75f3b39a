/*
 * What servers send, as far as it is read: https://platform.openai.com/docs/api-reference/chat-streaming and what the
 * compatible servers add. Every member may be missing or null.
 */

/** A chunk of a stream, or the whole answer: they differ in `delta` and `message` only. */
export interface WireChunk {
  readonly id?: string | null
  readonly model?: string | null
  readonly object?: string | null
  readonly choices?: readonly WireChoice[] | null
  readonly usage?: WireUsage | null
  readonly service_tier?: string | null
  readonly system_fingerprint?: string | null
  readonly error?: unknown
}

interface WireChoice {
  readonly index?: number | null
  readonly delta?: WireDelta | null
  readonly message?: WireDelta | null
  readonly finish_reason?: string | null
  /** vLLM: the stop sequence that was met. */
  readonly stop_reason?: unknown
}

export interface WireDelta {
  readonly content?: string | readonly WireContent[] | null
  readonly refusal?: string | null
  readonly reasoning?: string | null
  readonly reasoning_content?: string | null
  readonly reasoning_details?: readonly WireReasoningDetail[] | null
  readonly tool_calls?: readonly WireToolCall[] | null
  readonly annotations?: readonly WireAnnotation[] | null
}

export interface WireContent {
  readonly type?: string
  readonly text?: string
  /** Mistral's thoughts. */
  readonly thinking?: readonly WireContent[]
}

export interface WireReasoningDetail {
  readonly type?: string
  readonly index?: number | null
  readonly text?: string | null
  readonly summary?: string | null
  readonly signature?: string | null
  readonly data?: string | null
}

export interface WireToolCall {
  readonly index?: number | null
  readonly id?: string | null
  readonly function?: {
    readonly name?: string | null
    /** JSON text; some servers give the object itself. */
    readonly arguments?: unknown
  } | null
}

interface WireAnnotation {
  readonly type?: string
  readonly url_citation?: { readonly url?: string; readonly title?: string } | null
}

export interface WireUsage {
  readonly prompt_tokens?: number | null
  readonly completion_tokens?: number | null
  readonly total_tokens?: number | null
  readonly prompt_tokens_details?: {
    readonly cached_tokens?: number | null
    /** OpenRouter. */
    readonly cache_write_tokens?: number | null
  } | null
  readonly completion_tokens_details?: { readonly reasoning_tokens?: number | null } | null
  /** DeepSeek. */
  readonly prompt_cache_hit_tokens?: number | null
}
