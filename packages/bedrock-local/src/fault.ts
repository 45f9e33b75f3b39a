import type { JsonObject } from '@x/types'

/**
 * What can go wrong with an answer. `afterFrames` counts the whole frames sent before; 0 breaks the first one, and a
 * number past the end the last one. Operations without frames have one JSON body: there each fault does to it, half-way
 * through, what is nearest.
 */
export type Fault =
  | HttpFault
  | ExceptionFault
  | ErrorFrameFault
  | CutFault
  | DripFault
  | GoAwayFault
  | { readonly type: 'reset' | 'end' | 'stall' | 'corrupt'; readonly afterFrames: number }

/** The request is refused with this status before anything else is sent. */
export interface HttpFault {
  readonly type: 'http'
  readonly status: number
  /** Class name, such as `ThrottlingException`. */
  readonly error: string
  readonly message: string
  readonly retryAfterSeconds?: number
  /** More members of the error, such as `originalStatusCode`. */
  readonly details?: JsonObject
  /** Sent as it stands in place of the error's JSON, without its class: a proxy's page, for one. */
  readonly body?: string
}

/** A modelled exception as a frame of the stream, under HTTP status 200. Without frames: the same as an HTTP error. */
export interface ExceptionFault {
  readonly type: 'exception'
  /** Class name, such as `ModelStreamErrorException`; its first letter is lowered on the wire. */
  readonly error: string
  readonly message: string
  readonly afterFrames: number
  /** More members of the error, such as `originalMessage`. */
  readonly details?: JsonObject
}

/** A frame of `:message-type` `error`, which no service model describes. Without frames: an HTTP error of status 500. */
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
 * rest (a JSON body that stops half-way); `stall` sends no more and keeps the connection open; `corrupt` damages a
 * frame's checksum (the body is no JSON).
 */
export interface CutFault {
  readonly type: 'cut'
  readonly afterFrames: number
  /** Bytes of the broken frame that still arrive. Default: half of it. */
  readonly bytes?: number
}

/** The rest trickles in, whole in the end. Without frames: all of the body does. */
export interface DripFault {
  readonly type: 'drip'
  /** More than 0; below 1 for seconds a byte. */
  readonly bytesPerSecond: number
  /** Default 0. */
  readonly afterFrames?: number
}

/**
 * The server says that it takes no more requests over this connection: GOAWAY in HTTP/2, `connection: close` in
 * HTTP/1.1 (there at the head of the answer, which comes before any frame).
 */
export interface GoAwayFault {
  readonly type: 'goaway'
  /** Default 0. */
  readonly afterFrames?: number
  /** Whether this answer still arrives whole; otherwise the connection closes at once. Default true. */
  readonly finish?: boolean
}
