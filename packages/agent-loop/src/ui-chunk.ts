import type { JsonValue, Usage } from '@x/types'

/**
 * What this package says in the UI message stream protocol of the AI SDK (`x-vercel-ai-ui-message-stream: v1`). Members
 * that early clients do not know are left out, as those refuse a chunk that has one.
 */
export type UIMessageChunk =
  | { readonly type: 'start'; readonly messageId?: string; readonly messageMetadata?: UIMetadata }
  | { readonly type: 'start-step' }
  | { readonly type: 'finish-step' }
  | { readonly type: 'text-start'; readonly id: string }
  | { readonly type: 'text-delta'; readonly id: string; readonly delta: string }
  | { readonly type: 'text-end'; readonly id: string }
  | { readonly type: 'reasoning-start'; readonly id: string }
  | { readonly type: 'reasoning-delta'; readonly id: string; readonly delta: string }
  | { readonly type: 'reasoning-end'; readonly id: string; readonly providerMetadata?: PartOrigin }
  | { readonly type: 'tool-input-start'; readonly toolCallId: string; readonly toolName: string }
  | { readonly type: 'tool-input-delta'; readonly toolCallId: string; readonly inputTextDelta: string }
  | {
      readonly type: 'tool-input-available'
      readonly toolCallId: string
      readonly toolName: string
      readonly input: JsonValue
      readonly dynamic?: boolean
      readonly providerMetadata?: PartOrigin
    }
  | {
      readonly type: 'tool-input-error'
      readonly toolCallId: string
      readonly toolName: string
      readonly input: JsonValue
      readonly errorText: string
      readonly providerMetadata?: PartOrigin
    }
  | { readonly type: 'tool-approval-request'; readonly approvalId: string; readonly toolCallId: string }
  | { readonly type: 'tool-output-available'; readonly toolCallId: string; readonly output: JsonValue }
  | { readonly type: 'tool-output-error'; readonly toolCallId: string; readonly errorText: string }
  | { readonly type: 'tool-output-denied'; readonly toolCallId: string }
  | { readonly type: 'source-url'; readonly sourceId: string; readonly url: string; readonly title?: string }
  | {
      readonly type: 'source-document'
      readonly sourceId: string
      readonly mediaType: string
      readonly title: string
    }
  | { readonly type: 'file'; readonly url: string; readonly mediaType: string }
  | UIDataChunk
  | { readonly type: 'message-metadata'; readonly messageMetadata: UIMetadata }
  | { readonly type: 'error'; readonly errorText: string }
  | { readonly type: 'abort' }
  | { readonly type: 'finish'; readonly finishReason: UIFinishReason; readonly messageMetadata?: UIMetadata }

/** A chunk that only AI SDK 7 knows: drop what the step has shown. */
export type UIResetChunk = { readonly type: 'reset-step' }

export type UIFinishReason = 'stop' | 'length' | 'content-filter' | 'tool-calls' | 'error' | 'other'

/** The `data-*` parts, by name. */
export interface UIData {
  /** Stays in the message: what the step that holds it showed before no longer counts. See `visibleParts`. */
  readonly clear: { readonly because: 'retry' | 'redaction' | 'changed' }
  /** Transient: the model is asked again. */
  readonly retry: { readonly attempt: number; readonly delayMs: number; readonly code: string }
  /** A guardrail replaced what the person (`input`) or the model (`output`) had said. */
  readonly redaction: { readonly side: 'input' | 'output'; readonly text: string }
  /** What a tool told last while it worked. One part for each call. */
  readonly 'tool-progress': { readonly toolCallId: string; readonly toolName: string; readonly progress: JsonValue }
  /** Why a call waits. One part for each call. */
  readonly approval: {
    readonly approvalId: string
    readonly toolCallId: string
    readonly toolName: string
    readonly reason: string
  }
  /** Transient: a chunk of a sub-agent's own stream, below the calls named from the outside in. */
  readonly child: {
    readonly toolCallIds: readonly string[]
    /** Names of the agents from the outermost to this one. */
    readonly path: readonly string[]
    readonly chunk: UIMessageChunk
  }
  /** Transient. */
  readonly warning: { readonly code: string; readonly text?: string }
}

export type UIDataChunk = {
  [Name in keyof UIData]: {
    readonly type: `data-${Name}`
    readonly data: UIData[Name]
    readonly id?: string
    readonly transient?: boolean
  }
}[keyof UIData]

/** What `message.metadata` holds. */
export interface UIMetadata {
  readonly runId?: string
  /** Of the run so far; in `finish` of the whole run, sub-agents and failed attempts included. */
  readonly usage?: Usage
  /** {@link RunResult.status} */
  readonly status?: string
  readonly turns?: number
}

/** Where a part comes from, so that `fromUIMessages` can say it in the words of the contract again. */
export interface PartOrigin {
  /** A type alias would do, but an interface has no index signature, which the AI SDK's type wants. */
  readonly x: { readonly [key: string]: string | string[] }
  readonly [provider: string]: { readonly [key: string]: string | string[] }
}

/** A message as `useChat` holds and posts it, as far as this package looks at it. */
export interface UIMessage {
  readonly id: string
  readonly role: string
  readonly parts: readonly unknown[]
  readonly metadata?: unknown
}

/** What `useChat` posts. Nobody has checked it: that is what `fromUIMessages` is for. */
export interface ChatRequest {
  /** Of the conversation. */
  readonly id: string
  readonly messages: readonly UIMessage[]
}
