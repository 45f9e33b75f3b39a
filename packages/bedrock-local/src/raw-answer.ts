/** A request as bytes, whatever operation it asks for. */
export interface RawRequest {
  readonly method: string
  /** As sent, percent-encoded, with its query. */
  readonly path: string
  /** Lower-case names. */
  readonly headers: { readonly [name: string]: string }
  readonly body: Uint8Array
  /** `UnknownOperation` for a path that this endpoint does not know. */
  readonly operation: string
  readonly modelId: string
}

/** An answer as bytes. */
export interface RawAnswer {
  readonly status: number
  readonly headers: { readonly [name: string]: string }
  /** Throws where the answer broke off. */
  readonly body: AsyncIterable<Uint8Array>
}

/**
 * Answers every request by itself, in place of rules, replies and guardrails.
 * @throws Error when there is no answer; its message is for the client.
 */
export type RawSource = (request: RawRequest, context: { readonly signal: AbortSignal }) => Promise<RawAnswer>
