/*
 * What the service takes and sends, in its own words. `POST /v1/chat` takes a WireRequest and answers with one
 * WireEvent a line (newline-delimited JSON). Replace these types by those of your service.
 */

export interface WireRequest {
  readonly model: string
  readonly system?: string
  readonly messages: readonly WireMessage[]
  readonly tools?: readonly WireTool[]
  readonly tool_choice?: string
  /** JSON Schema of the answer. */
  readonly output_schema?: object
  readonly max_tokens?: number
  readonly temperature?: number
}

export type WireMessage =
  | { readonly role: 'user'; readonly text: string }
  | {
      readonly role: 'assistant'
      readonly text: string
      readonly thinking?: readonly WireThinking[]
      readonly calls?: readonly WireCall[]
    }
  | { readonly role: 'tool'; readonly call_id: string; readonly text: string; readonly failed: boolean }

export interface WireThinking {
  readonly text: string
  /** The service checks that thoughts come back as it wrote them. */
  readonly signature: string
}

export interface WireCall {
  readonly id: string
  readonly name: string
  /** JSON text. */
  readonly arguments: string
}

export interface WireTool {
  readonly name: string
  readonly description: string
  readonly parameters: object
}

export type WireEvent =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'thinking'; readonly text?: string; readonly signature?: string }
  | { readonly type: 'call'; readonly id: string; readonly name: string }
  /** A piece of the arguments' JSON text of the last call. */
  | { readonly type: 'arguments'; readonly text: string }
  | {
      readonly type: 'end'
      readonly reason: string
      readonly usage: { readonly input_tokens: number; readonly output_tokens: number }
    }
  /** Something failed after the answer had begun. */
  | ({ readonly type: 'error' } & WireError)

export interface WireError {
  readonly code: string
  readonly message: string
}
