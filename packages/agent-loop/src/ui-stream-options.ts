import type { AgentError, ErrorCode, ToolResultPart } from '@x/types'
import type { UIMessage, UIMessageChunk } from './ui-chunk.js'

export interface UIStreamOptions {
  /**
   * What the client posted. Needed when a run goes on after a suspension, so that results find the parts that the
   * client has; the stream then goes on with the client's last message.
   */
  readonly originalMessages?: readonly UIMessage[]
  /** Of the message that begins. Default: the client makes one; give it one when messages are stored on the server. */
  readonly messageId?: string
  /** What the browser is told when the run fails. Default: a sentence for the error's code, nothing of its message. */
  readonly onError?: (error: AgentError) => string
  /** What the browser is told when a tool fails. Default: a sentence for the code. */
  readonly onToolError?: (failure: ToolFailure) => string
  /** Text for a warning; without one only its code is sent. */
  readonly onWarning?: (warning: { readonly code?: string; readonly message: string }) => string | undefined
  /**
   * How shown parts are taken back. `data-clear` is understood by every version and asks the page to show
   * `visibleParts(message.parts)`; `reset-step` makes the client of AI SDK 7 drop them itself, and older ones fail.
   * Default `data-clear`.
   */
  readonly clearWith?: 'data-clear' | 'reset-step'
  /** The last word on each chunk: change it, or leave it out with `undefined`. */
  readonly map?: (chunk: UIMessageChunk) => UIMessageChunk | undefined
}

export interface ToolFailure {
  readonly name: string
  readonly code?: ErrorCode
  readonly result: ToolResultPart
}
