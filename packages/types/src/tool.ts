import type { ErrorCode } from './error.js'
import type { JsonObject, JsonValue } from './json.js'
import type { ToolCallPart, ToolResultContent, ToolResultPart } from './message.js'
import type { Model, ToolSpec, Usage } from './model.js'
import type { RunContext, Step } from './step.js'

/** What a tool's function is given beside its input. */
export interface ToolContext<Env = unknown> {
  /** The call's id. */
  readonly id: string
  /** Stable over retries, resumes and replays: hand it to a service as its idempotency key. */
  readonly key: string
  /** Aborted when the run is, or when the consumer leaves. */
  readonly signal: AbortSignal
  /** Shows progress to the consumer at once; the model does not see it. */
  emit(progress: JsonValue): void
  /** The model of this turn; `model.updateConfig?.({ … })` counts from the next call on. */
  readonly model: Model
  readonly run: RunContext
  /** The caller's own values; never in messages, journals or traces. */
  readonly env: Env
}

/**
 * What a tool may return: text, any JSON value, or a list of content parts. `undefined` reads as "(no output)".
 * A list counts as parts only if every item is a well-formed part.
 */
export type ToolOutput = JsonValue | readonly ToolResultContent[] | undefined

/** How a tool step ends: with a result for the model, or by waiting for an answer from outside. */
export type ToolOutcome =
  | {
      readonly type: 'result'
      readonly result: ToolResultPart
      /** Why `result.isError`, for traces and layers; the model reads the text. */
      readonly errorCode?: ErrorCode
      readonly usage?: Usage
    }
  | {
      readonly type: 'suspended'
      readonly reason: string
      /** Given back as `ToolCall.state` on resume; a sub-agent's own suspended result, for example. */
      readonly state?: JsonValue
      readonly usage?: Usage
    }

/** One tool call on its way through the layers. */
export interface ToolCall {
  readonly run: RunContext
  /** `runId/<id of the message that holds the call>/<call id>`. */
  readonly key: string
  readonly call: ToolCallPart
  /** Missing when the model named a tool that does not exist. */
  readonly tool?: Tool
  readonly model: Model
  /** Set by an approval layer that vouches for this very call; without it a tool that needs approval is refused. */
  readonly approved?: boolean
  /** The answer given on resume. */
  readonly answer?: JsonValue
  /** What the suspended step left. */
  readonly state?: JsonValue
}

/** Hints in the words of the Model Context Protocol; a missing one means "not known". */
export interface ToolAnnotations {
  /** A name for people. */
  readonly title?: string
  /** It changes nothing. */
  readonly readOnly?: boolean
  /** It may delete or overwrite. */
  readonly destructive?: boolean
  /** The same call once more changes nothing further. */
  readonly idempotent?: boolean
  /** It reaches out to a world that is not under control, such as the web. */
  readonly openWorld?: boolean
}

/**
 * A tool as the loop knows it: a spec and either `execute`, or `step` for tools that need the whole seam (a sub-agent
 * that shows its events and can be suspended). Validation belongs to who made the tool (`defineTool` of `@x/tools`).
 */
export interface Tool extends ToolSpec {
  /** What the tool does to the world, for approval rules, screens and other protocols; the model does not see it. */
  readonly annotations?: ToolAnnotations
  /** JSON Schema of what it gives; the model does not see it. */
  readonly outputSchema?: JsonObject
  /** It never runs beside another call of the same turn: calls before it finish first, later ones wait for it. */
  readonly sequential?: boolean
  /** A call that takes longer is aborted and fails with code `timeout`; the model reads that. */
  readonly timeoutMs?: number
  /** Must be approved by a layer before it runs; nobody asked means refused. */
  readonly needsApproval?: boolean | ((input: JsonValue) => boolean)
  execute?(
    input: JsonValue,
    context: ToolContext,
  ): ToolOutput | Promise<ToolOutput> | AsyncGenerator<JsonValue, ToolOutput, void>
  readonly step?: Step<ToolCall, ToolOutcome>
}
