/**
 * What can go wrong with an answer. `afterFrames` counts the whole frames sent before; 0 breaks the first one, and a
 * number past the end the last one. Converse has no frames: there each fault does to the one JSON body, half-way
 * through it, what is nearest.
 */
export type Fault =
  | HttpFault
  | ExceptionFault
  | ErrorFrameFault
  | CutFault
  | { readonly type: 'reset' | 'end' | 'stall' | 'corrupt'; readonly afterFrames: number }

/** The request is refused with this status before anything else is sent. */
export interface HttpFault {
  readonly type: 'http'
  readonly status: number
  /** Class name, such as `ThrottlingException`. */
  readonly error: string
  readonly message: string
  readonly retryAfterSeconds?: number
}

/** A modelled exception as a frame of the stream, under HTTP status 200. Converse: the same as an HTTP error. */
export interface ExceptionFault {
  readonly type: 'exception'
  /** Class name, such as `ModelStreamErrorException`; its first letter is lowered on the wire. */
  readonly error: string
  readonly message: string
  readonly afterFrames: number
}

/** A frame of `:message-type` `error`, which no service model describes. Converse: an HTTP error of status 500. */
export interface ErrorFrameFault {
  readonly type: 'error-frame'
  readonly error: string
  readonly message: string
  readonly afterFrames: number
}

/**
 * The connection is lost inside a frame.
 *
 * The others: `reset` between frames (RST_STREAM in HTTP/2, TCP reset in HTTP/1.1); `end` is a clean end without the
 * rest (Converse: a JSON body that stops half-way); `stall` sends no more and keeps the connection open; `corrupt` damages
 * a frame's checksum (Converse: the body is no JSON).
 */
export interface CutFault {
  readonly type: 'cut'
  readonly afterFrames: number
  /** Bytes of the broken frame that still arrive. Default: half of it. */
  readonly bytes?: number
}
