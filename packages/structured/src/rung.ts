import type { CompiledSchema } from '@x/tools/schema'
import type { AssistantMessage, JsonValue, OutputSpec, SystemPart, ToolChoice, ToolSpec } from '@x/types'
import type { ExtractMode } from './extract-mode.js'
import type { Repair } from './repair-value.js'

/** One way of asking for an answer of a schema and of reading it. */
export interface Rung<Output> {
  readonly mode: ExtractMode
  readonly compiled: CompiledSchema<Output>
  /** What the request holds beside the conversation. */
  readonly ask: Ask
  /**
   * Everything in the message that could be the answer; empty when nothing could. With `repair` also what stands in the
   * wrong place or is not quite JSON.
   */
  read(message: AssistantMessage, repair: boolean): readonly Reading[]
  /** Said when there was nothing to read. */
  readonly missing: string
  /** What the model is to do once more. */
  readonly again: string
}

interface Ask {
  readonly output?: OutputSpec
  readonly tool?: ToolSpec
  /** The strongest that the model takes. */
  readonly toolChoice?: ToolChoice
  /** Comes behind the caller's system parts. */
  readonly system?: SystemPart
  /** In place of `system`, for models without a system prompt. */
  readonly userText?: string
}

/** What was found in one place of an answer: a value to check, or why there is none. */
export type Reading = {
  /** Of the tool call that holds it. */
  readonly callId?: string
  readonly repairs: readonly Repair[]
} & ({ readonly value: JsonValue; readonly fault?: never } | { readonly fault: string; readonly value?: never })

/** What the answer is called towards the model. */
export interface AnswerSpec {
  readonly name: string
  readonly description: string
}

/** `findJson` made JSON of something that was not quite that. */
export const mendedText: Repair = { path: '', repair: 'mended the JSON text', score: 5 }

export function textOfParts({ content }: AssistantMessage): string {
  return content.map((part) => (part.type === 'text' ? part.text : '')).join('')
}
