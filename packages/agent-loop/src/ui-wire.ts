import type { AgentEvent, JsonValue } from '@x/types'
import { isAgentError } from '@x/types'
import { errorTextOf } from './ui-error-text.js'
import type { Translator } from './ui-readable.js'
import type { UIStreamOptions } from './ui-stream-options.js'
import { UITranslator } from './ui-translator.js'

/** `ui`: the UI message stream protocol; `sse` and `ndjson`: the run's own events. */
export type StreamFormat = 'ui' | 'sse' | 'ndjson'

export interface WireOptions extends UIStreamOptions {
  /** For the run's own events: the last word on each one; leave it out with `undefined`. */
  readonly mapEvent?: (event: AgentEvent) => AgentEvent | undefined
  /** Headers beside those of the format. */
  readonly headers?: ConstructorParameters<typeof Headers>[0]
  /** A comment is sent when nothing has come for so long, as proxies close silent connections. Default 15,000; 0: none. */
  readonly heartbeatMs?: number
}

/** An event with the place that it has in its run, from 1. */
export interface NumberedEvent {
  readonly id: string
  readonly event: AgentEvent
}

/** What a failed run tells in the run's own formats. */
export interface WireError {
  readonly code: string
  readonly text: string
}

const encoder = new TextEncoder()

/** Numbered events as bytes of a format. What is not after `after` is understood but not written. */
export class WireTranslator implements Translator<NumberedEvent, Uint8Array> {
  readonly #format: StreamFormat
  readonly #options: WireOptions
  readonly #ui: UITranslator
  #isWriting: boolean
  readonly #after: string | undefined
  #hasEnded = false

  constructor(format: StreamFormat, options: WireOptions, after?: string) {
    this.#format = format
    this.#options = options
    this.#ui = new UITranslator(options)
    this.#isWriting = after === undefined
    this.#after = after
  }

  push({ id, event }: NumberedEvent): Uint8Array[] {
    if (event.type === 'run-end') this.#hasEnded = true
    const values = this.#format === 'ui' ? this.#ui.push(event) : this.#own(event)
    if (!this.#isWriting) {
      this.#isWriting = id === this.#after
      return []
    }
    return this.#written(values as readonly JsonValue[], id)
  }

  fail(error: unknown): Uint8Array[] {
    const { onError } = this.#options
    const code = isAgentError(error) ? error.code : 'internal'
    const text = isAgentError(error) && onError ? onError(error) : errorTextOf(code)
    if (this.#format === 'ui') return this.#last(this.#ui.fail(error) as unknown as readonly JsonValue[])
    const failure: WireError = { code, text }
    return this.#last([failure as unknown as JsonValue], true)
  }

  end(): Uint8Array[] {
    if (this.#format === 'ui') return this.#last(this.#ui.end() as unknown as readonly JsonValue[])
    return this.#hasEnded ? [] : this.#last([{ code: 'stream-truncated', text: errorTextOf('stream-truncated') }], true)
  }

  #own(event: AgentEvent): readonly AgentEvent[] {
    const { mapEvent } = this.#options
    const mapped = mapEvent ? mapEvent(event) : event
    return mapped ? [mapped] : []
  }

  #last(values: readonly JsonValue[], isError = false): Uint8Array[] {
    const end = this.#format === 'ui' ? [encoder.encode('data: [DONE]\n\n')] : []
    return [...this.#written(values, undefined, isError), ...end]
  }

  /** The id stands at the last frame of an event, so that who has the id has the whole event. */
  #written(values: readonly JsonValue[], id: string | undefined, isError = false): Uint8Array[] {
    if (values.length === 0) return []
    const frame = this.#format === 'ndjson' ? toLine : toServerSentEvent
    const text = values.map((value, index) => frame(value, index === values.length - 1 ? id : undefined, isError))
    return [encoder.encode(text.join(''))]
  }
}

function toServerSentEvent(value: JsonValue, id: string | undefined, isError: boolean): string {
  const head = `${id === undefined ? '' : `id: ${id}\n`}${isError ? 'event: error\n' : ''}`
  return `${head}data: ${JSON.stringify(value)}\n\n`
}

function toLine(value: JsonValue, id: string | undefined, isError: boolean): string {
  return `${JSON.stringify(isError ? { error: value } : { id, event: value })}\n`
}

/** Numbers a run's events: `<runId>:<n>`. */
export function numbered(): (event: AgentEvent) => NumberedEvent {
  let runId = 'run'
  let count = 0
  return (event) => {
    // Characters that would end the line of a server-sent event, or are no header value, have no place in an id.
    if (count === 0 && event.type === 'run-start') runId = event.runId.replace(/[^\x21-\x7e]/g, '_')
    count += 1
    return { id: `${runId}:${count}`, event }
  }
}

const eventStream = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-cache, no-transform',
  // Proxies (nginx) would hold the stream back until it ends.
  'x-accel-buffering': 'no',
}

const formatHeaders: Readonly<Record<StreamFormat, Readonly<Record<string, string>>>> = {
  ui: { ...eventStream, 'x-vercel-ai-ui-message-stream': 'v1' },
  sse: eventStream,
  ndjson: { ...eventStream, 'content-type': 'application/x-ndjson' },
}

export function toResponse(body: ReadableStream<Uint8Array>, format: StreamFormat, { headers }: WireOptions): Response {
  const all = new Headers(headers)
  for (const [name, value] of Object.entries(formatHeaders[format])) all.set(name, value)
  return new Response(body as ReadableStream<Uint8Array<ArrayBuffer>>, { headers: all })
}

export function heartbeatOf(format: StreamFormat, { heartbeatMs = 15_000 }: WireOptions) {
  if (heartbeatMs <= 0) return {}
  return { heartbeat: { afterMs: heartbeatMs, item: encoder.encode(format === 'ndjson' ? '\n' : ': still here\n\n') } }
}
