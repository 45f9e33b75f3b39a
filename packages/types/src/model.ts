import type { JsonObject, JsonValue } from './json.js'
import type {
  AssistantMessage,
  AssistantPart,
  CachePointPart,
  Citation,
  Message,
  ProviderPart,
  SystemPart,
} from './message.js'

/** What a model is told about a tool. */
export interface ToolSpec {
  /** 1 to 64 characters of `[a-zA-Z0-9_-]`. */
  readonly name: string
  readonly description?: string
  /** JSON Schema of the arguments; its root is an object. */
  readonly inputSchema: JsonObject
  /** Ask the service to hold the model to the schema. */
  readonly strict?: boolean
}

export type ToolChoice = 'auto' | 'any' | 'none' | { readonly tool: string }

/** One question to a model, as plain data: it can be logged, hashed and replayed. */
export interface ModelRequest {
  readonly messages: readonly Message[]
  readonly system?: readonly SystemPart[]
  /** Tool specs; blocks that only one provider knows (server tools); marks for prompt caching. */
  readonly tools?: readonly (ToolSpec | ProviderPart | CachePointPart)[]
  readonly toolChoice?: ToolChoice
  /** Ask for an answer in JSON of this schema, by the service's own means. */
  readonly output?: OutputSpec
}

export interface OutputSpec {
  readonly name: string
  readonly schema: JsonObject
  readonly description?: string
}

/** Token counts. `inputTokens` excludes what the cache gave or took: the prompt is all three added up. */
export interface Usage {
  readonly inputTokens: number
  readonly outputTokens: number
  readonly totalTokens: number
  readonly cacheReadTokens?: number
  readonly cacheWriteTokens?: number
  /** Cache writes by time to live. */
  readonly cacheDetails?: readonly { readonly ttl: string; readonly inputTokens: number }[]
}

/**
 * Why the model stopped, decided from what it wrote and not from the provider's word alone: a whole tool call beside
 * the provider's "end" is `tool-use`; beside its token limit it stays `length`, as such a call may be cut.
 */
export type StopReason =
  | 'end'
  | 'tool-use'
  | 'length'
  | 'stop-sequence'
  | 'guardrail'
  | 'filtered'
  | 'context-window'
  | 'malformed'

/**
 * What a model says while it answers. Parts come strictly one after another, each opened by its first event and closed
 * by `part-end`; `part` is a whole part at once and needs no end. The last event is exactly one `model-end`.
 *
 *     (text-delta | citation-delta)+ part-end
 *     reasoning-delta+ part-end
 *     tool-call-start tool-call-delta* part-end
 *     part
 *     redaction, warning: between parts or inside one
 *     model-end
 */
export type ModelEvent =
  | { readonly type: 'text-delta'; readonly text: string }
  | {
      readonly type: 'reasoning-delta'
      readonly text?: string
      readonly signature?: string
      /** Base64. */
      readonly redacted?: string
    }
  | { readonly type: 'citation-delta'; readonly citation: Citation }
  | { readonly type: 'tool-call-start'; readonly id: string; readonly name: string }
  /** A piece of the arguments' JSON text. */
  | { readonly type: 'tool-call-delta'; readonly inputText: string }
  | { readonly type: 'part'; readonly part: AssistantPart }
  | { readonly type: 'part-end' }
  /** A guardrail replaced one side: `input` the last user or tool message, `output` this answer. */
  | { readonly type: 'redaction'; readonly side: 'input' | 'output'; readonly text: string }
  /** Something was repaired, ignored or is worth knowing; the call goes on. */
  | { readonly type: 'warning'; readonly message: string; readonly code?: string; readonly path?: string }
  | ModelEnd

export interface ModelEnd {
  readonly type: 'model-end'
  readonly stopReason: StopReason
  /** The provider's own word. */
  readonly providerStopReason: string
  readonly usage: Usage
  /** The service's own measure. */
  readonly latencyMs?: number
  /** Guardrail assessments and the like, as the provider gives them. */
  readonly trace?: JsonValue
  /** Request id, response fields, service tier and the like. */
  readonly metadata?: JsonObject
}

/** A model call's events folded together. */
export interface ModelResult {
  readonly message: AssistantMessage
  readonly stopReason: StopReason
  readonly providerStopReason: string
  /** Of the whole step, failed attempts included; `message.usage` is the answer's own. */
  readonly usage: Usage
  readonly latencyMs?: number
  readonly trace?: JsonValue
  readonly metadata?: JsonObject
  /** What the last user or tool message must be replaced by. */
  readonly inputRedaction?: string
}

export interface StreamOptions {
  /** Aborting it ends the call and releases its connection; the iterator then throws code `aborted`. */
  readonly signal?: AbortSignal
  /** Laid over the model's live config for this call only. Unknown keys are errors. */
  readonly config?: JsonObject
}

/**
 * What a service takes of JSON Schema (draft 2020-12), as plain data, so that a schema can be rewritten for it before
 * it is sent. A missing member means "no restriction". The root is always an object without `anyOf`, `oneOf`, `allOf`.
 */
export interface SchemaDialect {
  /** Every object must say `additionalProperties: false`, so maps with free keys and "any value" cannot be said. */
  readonly closedObjects?: boolean
  /** Every member of an object must be required; optional ones are said as nullable. */
  readonly allRequired?: boolean
  /** `false`: a schema must not hold itself. */
  readonly recursion?: boolean
  /** The keywords taken; others must not be sent. */
  readonly keywords?: readonly string[]
  /** The keywords taken at the root, where it takes fewer. */
  readonly rootKeywords?: readonly string[]
  /** The values of `format` taken. */
  readonly formats?: readonly string[]
  /** The greatest `minItems` taken. */
  readonly maxMinItems?: number
  /** Bounds over the whole schema; over all strict tools of a request where the service adds them up. */
  readonly limits?: {
    /** Members that are not required. */
    readonly optionalMembers?: number
    /** Places with a choice of types (`anyOf`, a list of types). */
    readonly unions?: number
    readonly depth?: number
    /** Of the schema as JSON text in UTF-8. */
    readonly bytes?: number
  }
}

/** What a model can do, as plain data. A missing member means "not known". */
export interface Capabilities {
  readonly contextTokens?: number
  /** The choices beyond `auto` that the service accepts. */
  readonly toolChoice?: readonly ('any' | 'none' | 'tool')[]
  readonly tools?: boolean
  /** Tool calls can be streamed. */
  readonly streamsTools?: boolean
  /** The config that makes the arguments of a tool stream as they are written, where they are held back without it. */
  readonly eagerToolInput?: JsonObject
  /** `ModelRequest.output` is understood. */
  readonly outputSchema?: boolean
  readonly strictTools?: boolean
  /** What the service takes of JSON Schema in each place where a schema may stand. */
  readonly schemas?: {
    /** `ToolSpec.inputSchema`. */
    readonly tool?: SchemaDialect
    /** `ToolSpec.inputSchema` beside `strict: true`. */
    readonly strictTool?: SchemaDialect
    /** `ModelRequest.output`. */
    readonly output?: SchemaDialect
  }
  /** What `countTokens` gives: the service's own count, or a guess. Missing when there is no `countTokens`. */
  readonly countsTokens?: 'exact' | 'estimated'
  /** Kinds of media by the place where they may stand. */
  readonly media?: {
    readonly user?: readonly string[]
    readonly toolResult?: readonly string[]
  }
  readonly cachePoints?: readonly ('system' | 'messages' | 'tools')[]
}

/** A model. Made by `defineModel`; the loop needs no more than `provider`, `modelId` and `stream`. */
export interface Model {
  readonly specVersion: 1
  /** Lower-case name as in OpenTelemetry's `gen_ai.provider.name`, for example `aws.bedrock`. */
  readonly provider: string
  readonly modelId: string
  /**
   * Sends one request. The iterable is single-pass; leaving it early releases the connection.
   * @throws AgentError with `partial` holding what had arrived.
   */
  stream(request: ModelRequest, options?: StreamOptions): AsyncIterable<ModelEvent>
  /** Input tokens of the request. */
  countTokens?(request: ModelRequest, options?: StreamOptions): Promise<number>
  /** What it can do under its live config, or with a call's patch laid over it: reasoning may rule out a forced tool. */
  capabilities?(options?: Pick<StreamOptions, 'config'>): Capabilities
  /** The live config without credentials, keys and clients. */
  readonly config?: JsonObject
  /** Changes the live config from the next call on, for everybody who holds this model. */
  updateConfig?(patch: object): void
}
