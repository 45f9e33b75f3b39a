import type { AgentEvent } from '@x/types'
import { AgentError } from '@x/types'
import type { WireError } from './ui-wire.js'

export interface ReadOptions {
  /** Characters that one event may have. Default 16,777,216. */
  readonly maxEventLength?: number
}

/** The events of a run that goes on elsewhere; single-pass. Leaving early closes the connection. */
export interface RemoteEvents extends AsyncIterable<AgentEvent> {
  /** Id of the last event given out: send it as `Last-Event-ID`, or as `?after=`, to get the rest. */
  readonly lastEventId: string | undefined
}

/**
 * Reads what `toEventStream` writes, in a browser or in another service.
 * @throws AgentError, while read: the code of the run's own failure; `stream-truncated` when the connection ended before
 * the run did; `network` for a response that is no event stream; `invalid-stream` for what is not understood
 */
export function readEvents(response: Response, options: ReadOptions = {}): RemoteEvents {
  const reading: { lastEventId: string | undefined } = { lastEventId: undefined }
  const events = read(response, options, reading)
  return {
    [Symbol.asyncIterator]: () => events,
    get lastEventId() {
      return reading.lastEventId
    },
  }
}

async function* read(
  response: Response,
  { maxEventLength = 16_777_216 }: ReadOptions,
  reading: { lastEventId: string | undefined },
): AsyncGenerator<AgentEvent, void, void> {
  const type = response.headers.get('content-type') ?? ''
  const toFrame = type.startsWith('application/x-ndjson') ? fromLine : fromServerSentEvent
  if (!response.ok || !response.body || !/^(text\/event-stream|application\/x-ndjson)/.test(type)) {
    await response.body?.cancel().catch(() => {})
    throw noStream(response, type)
  }
  const separator = toFrame === fromLine ? '\n' : '\n\n'
  for await (const text of pieces(response.body, separator, maxEventLength)) {
    const frame = toFrame(text)
    if (!frame) continue
    if (frame.error) throw toFailure(frame.error)
    if (typeof frame.event?.type !== 'string') throw notUnderstood('an event has no type')
    // A consumer that asks for the rest must not miss an event that it was never given.
    reading.lastEventId = frame.id ?? reading.lastEventId
    yield frame.event
    if (frame.event.type === 'run-end') return
  }
  throw new AgentError('stream-truncated', 'The connection ended before the run did.', {
    hint: 'Ask again with the last event id, if the server keeps runs.',
    retryable: true,
  })
}

interface Frame {
  readonly id?: string
  readonly event: AgentEvent
  readonly error?: Partial<WireError>
}

async function* pieces(
  body: ReadableStream<Uint8Array>,
  separator: string,
  maxLength: number,
): AsyncGenerator<string, void, void> {
  const reader = body.getReader()
  const decoder = new TextDecoder()
  let rest = ''
  try {
    for (;;) {
      const { done, value } = await reader.read().catch((cause: unknown) => {
        throw new AgentError('network', 'The connection to the run was lost.', { cause, retryable: true })
      })
      if (done) return
      const searched = Math.max(0, rest.length - separator.length)
      rest += decoder.decode(value, { stream: true })
      let start = 0
      let end = rest.indexOf(separator, searched)
      for (; end >= 0; end = rest.indexOf(separator, start)) {
        yield rest.slice(start, end)
        start = end + separator.length
      }
      rest = rest.slice(start)
      if (rest.length > maxLength) throw notUnderstood(`an event is longer than ${maxLength} characters`)
    }
  } finally {
    await reader.cancel().catch(() => {})
  }
}

function fromLine(line: string): Frame | undefined {
  return line === '' ? undefined : (parsed(line) as Frame)
}

function fromServerSentEvent(text: string): Frame | undefined {
  const fields = new Map<string, string>()
  for (const line of text.split('\n')) {
    const colon = line.indexOf(':')
    if (colon > 0) fields.set(line.slice(0, colon), line.slice(colon + 1).replace(/^ /, ''))
  }
  const data = fields.get('data')
  if (data === undefined) return undefined
  const value = parsed(data)
  const id = fields.get('id')
  return fields.get('event') === 'error'
    ? ({ error: value } as Frame)
    : ({ event: value, ...(id !== undefined && { id }) } as Frame)
}

function parsed(text: string): unknown {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw notUnderstood('an event is not JSON')
  }
  if (typeof value !== 'object' || value === null) throw notUnderstood('an event is not an object')
  return value
}

function toFailure({ code, text }: Partial<WireError>): AgentError {
  return new AgentError(String(code), String(text), { scope: 'run' })
}

function notUnderstood(why: string): AgentError {
  return new AgentError('invalid-stream', `The stream was not understood: ${why}.`, {
    hint: 'It must be one that toEventStream made.',
  })
}

function noStream({ status }: Response, type: string): AgentError {
  return new AgentError('network', `The answer is no stream of events: status ${status}, content type "${type}".`, {
    status,
    retryable: status >= 500 || status === 429,
  })
}
