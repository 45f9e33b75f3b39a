import type { AgentEvent } from '@x/types'
import type { UIMessageChunk } from './ui-chunk.js'
import type { Translator } from './ui-readable.js'
import { toReadable } from './ui-readable.js'
import type { UIStreamOptions } from './ui-stream-options.js'
import { UITranslator } from './ui-translator.js'
import type { StreamFormat, WireOptions } from './ui-wire.js'
import { heartbeatOf, numbered, toResponse, WireTranslator } from './ui-wire.js'

export interface ResponseOptions extends WireOptions {
  /** The request's: when it is aborted, the run is left at once, as it is when the body is cancelled. */
  readonly signal?: AbortSignal
}

/** A run as chunks of the UI message stream protocol, for `createUIMessageStream` and others that want chunks. */
export function toUIMessageStream(
  events: AsyncIterable<AgentEvent>,
  options: Omit<UIStreamOptions, 'clearWith'> & Pick<ResponseOptions, 'signal'> = {},
): ReadableStream<UIMessageChunk> {
  const translator = new UITranslator(options) as Translator<AgentEvent, UIMessageChunk>
  return toReadable(events, translator, options)
}

/**
 * A run as the answer to a request of `useChat`: the UI message stream protocol, version 1, as AI SDK 6 and 7 read it.
 * The run goes as fast as it is read; when the client goes away, it is aborted at once.
 */
export function toUIMessageResponse(events: AsyncIterable<AgentEvent>, options: ResponseOptions = {}): Response {
  return respond(events, 'ui', options)
}

export interface EventStreamOptions extends Omit<ResponseOptions, Exclude<keyof UIStreamOptions, 'onError'>> {
  /** Server-sent events, or a line of JSON for each event. Default `sse`. */
  readonly format?: 'sse' | 'ndjson'
}

/**
 * A run's own events as a response, for `readEvents`. Each has an id `<runId>:<n>`. They tell everything: inputs,
 * results, the whole conversation in `run-end`; `mapEvent` leaves out what is not for this client.
 */
export function toEventStream(events: AsyncIterable<AgentEvent>, options: EventStreamOptions = {}): Response {
  return respond(events, options.format ?? 'sse', options)
}

function respond(events: AsyncIterable<AgentEvent>, format: StreamFormat, options: ResponseOptions): Response {
  const wire = new WireTranslator(format, options)
  const number = numbered()
  const translator: Translator<AgentEvent, Uint8Array> = {
    push: (event) => wire.push(number(event)),
    fail: (error) => wire.fail(error),
    end: () => wire.end(),
  }
  const { signal } = options
  const body = toReadable(events, translator, { ...(signal && { signal }), ...heartbeatOf(format, options) })
  return toResponse(body, format, options)
}
