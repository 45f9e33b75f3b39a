import type { JsonValue } from './json.js'
import type { StopReason, Usage } from './model.js'

/*
 * Messages are values: readonly, replaced and never edited, so that a part's wire form can be cached by identity.
 * Everything here survives JSON unchanged; bytes travel as base64.
 */

/** Where the bytes of an image, document, video or audio part are. */
export type MediaSource =
  | { readonly type: 'base64'; readonly base64: string }
  | { readonly type: 's3'; readonly uri: string; readonly bucketOwner?: string }

/** A document may also be given as text, in one piece or in chunks that citations can point at. */
export type DocumentSource =
  | MediaSource
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'content'; readonly content: readonly string[] }

/** Where a citation points; `start` and `end` count in the unit that `type` names. */
export type CitationLocation =
  | { readonly type: 'web'; readonly url?: string; readonly domain?: string }
  | {
      readonly type: 'document-char' | 'document-page' | 'document-chunk'
      readonly documentIndex?: number
      readonly start?: number
      readonly end?: number
    }
  | {
      readonly type: 'search-result'
      readonly searchResultIndex?: number
      readonly start?: number
      readonly end?: number
    }

/** A passage that a text part rests on. */
export interface Citation {
  readonly title?: string
  readonly source?: string
  /** The cited passages, word for word. */
  readonly citedText?: readonly string[]
  readonly location?: CitationLocation
}

export interface TextPart {
  readonly type: 'text'
  readonly text: string
  readonly citations?: readonly Citation[]
}

export interface ImagePart {
  readonly type: 'image'
  readonly format: 'png' | 'jpeg' | 'gif' | 'webp'
  readonly source: MediaSource
}

export interface DocumentPart {
  readonly type: 'document'
  /** Bedrock takes letters, digits, single spaces, `-`, `()` and `[]`, and wants names unique within a request. */
  readonly name: string
  readonly source: DocumentSource
  readonly format?: 'pdf' | 'csv' | 'doc' | 'docx' | 'xls' | 'xlsx' | 'html' | 'txt' | 'md'
  /** What the model should know about the document without it being citable. */
  readonly context?: string
  /** Ask for citations of this document. */
  readonly citations?: boolean
}

export interface VideoPart {
  readonly type: 'video'
  readonly format: 'mkv' | 'mov' | 'mp4' | 'webm' | 'flv' | 'mpeg' | 'mpg' | 'wmv' | 'three_gp'
  readonly source: MediaSource
}

export interface AudioPart {
  readonly type: 'audio'
  /** For example `mp3`, `wav`, `flac`, `ogg`, `m4a`. */
  readonly format: string
  readonly source: MediaSource
}

/** A JSON value as content; only inside tool results. */
export interface JsonPart {
  readonly type: 'json'
  readonly value: JsonValue
}

export interface SearchResultPart {
  readonly type: 'search-result'
  readonly source: string
  readonly title: string
  readonly content: readonly string[]
  readonly citations?: boolean
}

/** Thoughts of the model. A part with `signature` or `redacted` must go back to the same model family unchanged. */
export interface ReasoningPart {
  readonly type: 'reasoning'
  readonly text?: string
  readonly signature?: string
  /** Encrypted thoughts, base64. */
  readonly redacted?: string
}

export interface ToolCallPart {
  readonly type: 'tool-call'
  /** Unique within its message; some models repeat ids from turn to turn. */
  readonly id: string
  readonly name: string
  /** The arguments; `{}` when `malformedInput` is set. */
  readonly input: JsonValue
  /** What the model wrote as arguments, present only if it was not JSON. Such a call is never run. */
  readonly malformedInput?: string
}

export interface ToolResultPart {
  readonly type: 'tool-result'
  /** The `id` of the call that this answers. */
  readonly id: string
  readonly content: readonly ToolResultContent[]
  readonly isError?: boolean
}

/** A mark for prompt caching: everything before it may be cached. */
export interface CachePointPart {
  readonly type: 'cache-point'
  readonly ttl?: '5m' | '1h'
}

/** Content that a guardrail should look at; without any, it looks at everything. */
export interface GuardContentPart {
  readonly type: 'guard-content'
  readonly content: TextPart | ImagePart
  readonly qualifiers?: readonly ('grounding_source' | 'query' | 'guard_content')[]
}

/**
 * A block that this contract does not model, in its provider's own wire form: carried untouched in both directions,
 * dropped for other providers, and never run (server tool calls and their results come this way).
 */
export interface ProviderPart {
  readonly type: 'provider'
  /** {@link Model.provider} of the provider that understands `value`. */
  readonly provider: string
  readonly value: JsonValue
}

export type ToolResultContent =
  | TextPart
  | JsonPart
  | ImagePart
  | DocumentPart
  | VideoPart
  | SearchResultPart
  | ProviderPart

export type UserPart =
  | TextPart
  | ImagePart
  | DocumentPart
  | VideoPart
  | AudioPart
  | SearchResultPart
  | GuardContentPart
  | CachePointPart
  | ProviderPart

export type AssistantPart = TextPart | ReasoningPart | ToolCallPart | ImagePart | CachePointPart | ProviderPart

export type ToolPart = ToolResultPart | CachePointPart

export type SystemPart = TextPart | GuardContentPart | CachePointPart | ProviderPart

export interface UserMessage {
  readonly role: 'user'
  /** Optional on input; the loop fills it in. Step keys are built on it, so it must stay as it is. */
  readonly id?: string
  readonly content: readonly UserPart[]
}

export interface AssistantMessage {
  readonly role: 'assistant'
  readonly id?: string
  readonly content: readonly AssistantPart[]
  /** Who wrote it: another family's reasoning is not sent back, and resume, budget and cost need to know. */
  readonly model?: { readonly provider: string; readonly modelId: string }
  readonly usage?: Usage
  readonly stopReason?: StopReason
}

export interface ToolMessage {
  readonly role: 'tool'
  readonly id?: string
  readonly content: readonly ToolPart[]
}

export type Message = UserMessage | AssistantMessage | ToolMessage

export type Part = UserPart | AssistantPart | ToolPart | ToolResultContent
