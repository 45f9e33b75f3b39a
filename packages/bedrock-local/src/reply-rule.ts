import type { JsonObject, JsonValue } from '@x/types'
import type { Fault } from './fault.js'
import type { LocalRequest, ReplyParts } from './reply.js'
import type { WireToolResult, WireToolUse } from './wire.js'

/** "When the request looks like this, answer so." Plain data but for {@link RegExp}s, so it may stand in a JSON file. */
export interface ReplyRule {
  /** Said when no rule matches. */
  readonly name?: string
  /** All of it must hold. Default: every request. */
  readonly when?: RequestPattern
  readonly reply: ScriptReply
}

export interface RequestPattern {
  /** What the user said last, in words. */
  readonly user?: TextPattern
  readonly system?: TextPattern
  /** Model id; `*` stands for any characters, `?` for one. */
  readonly model?: string
  readonly operation?: LocalRequest['operation']
  /** Tools that are offered, each a name or a pattern as for `model`. An empty list: none is offered. */
  readonly tools?: readonly string[]
  /** Results that have come since the user's last words; each must be found. An empty list: none has come. */
  readonly results?: readonly ResultPattern[]
  /** Which answer of the conversation this is, counted from 1. */
  readonly turn?: number | NumberRange
  /** How often this rule's other members have matched, this time included. */
  readonly time?: number | NumberRange
}

/** A text that occurs as it stands, or a regular expression. It is looked for in the first 10,000 characters. */
export type TextPattern = string | RegExp | { readonly regex: string; readonly flags?: string }

/** Both ends belong to it. */
export interface NumberRange {
  readonly from?: number
  readonly to?: number
}

export interface ResultPattern {
  /** Name of the tool, or a pattern as for `model`. */
  readonly tool: string
  /** Of the result as text; JSON counts as written without spaces. */
  readonly text?: TextPattern
  /** A value in a JSON result. */
  readonly json?: {
    /** Members and places in lists, such as `days.0.celsius`. */
    readonly path: string
    readonly equals?: JsonValue
    readonly matches?: TextPattern
  }
  readonly isError?: boolean
}

/**
 * A reply whose texts may hold placeholders: `{{1}}` and `{{city}}` for groups of the regular expression in
 * `when.user`, `{{user}}`, `{{model}}`, and `{{result.get_weather.celsius}}` for the tool's last result. One that stands
 * alone in tool input keeps its type.
 */
export type ScriptReply = string | ScriptReplyParts

export interface ScriptReplyParts extends Omit<ReplyParts, 'content' | 'fault'> {
  readonly content?: readonly ScriptBlock[]
  /** Or its short form, such as `ThrottlingException` or `cut@2`. */
  readonly fault?: Fault | string
}

/** The blocks that an answer can hold. */
export type ScriptBlock =
  /** `repeat`: how often the text stands in the block, for long answers. */
  | { readonly text: string; readonly repeat?: number }
  | { readonly toolUse: WireToolUse }
  | { readonly toolResult: WireToolResult }
  | { readonly reasoningContent: ScriptReasoning }
  | {
      readonly citationsContent: {
        readonly content: readonly { readonly text: string }[]
        readonly citations: readonly JsonObject[]
      }
    }
  | { readonly image: { readonly format: string; readonly source: JsonObject } }

export type ScriptReasoning =
  | { readonly reasoningText: { readonly text: string; readonly signature?: string } }
  | { readonly redactedContent: string }

export interface ReplyRulesOptions {
  /** What happens when no rule matches: an error that says why, rule by rule (default), or the stand-in answers. */
  readonly otherwise?: 'error' | 'stand-in'
}
