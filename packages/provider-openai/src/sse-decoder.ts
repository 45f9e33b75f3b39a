import { AgentError } from '@x/types'

/** One event of a stream of server-sent events. */
export interface ServerSentEvent {
  /** `message` unless the server named it. */
  readonly event: string
  readonly data: string
}

/** Turns bytes, cut anywhere, into events. */
export interface SseDecoder {
  push(bytes: Uint8Array): readonly ServerSentEvent[]
  /** What the last bytes left open. Events whose blank line never came count: some servers leave it out. */
  end(): readonly ServerSentEvent[]
}

/** Of one event, in UTF-16 units. More than any answer is long; less than what would exhaust the memory. */
const defaultMaxLength = 16 * 1024 * 1024

/**
 * https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream, in time linear in the bytes
 * whatever their cuts: what is unfinished is kept in pieces and looked at once. The members `id` and `retry` are for
 * reconnecting, which nobody does here.
 * @throws AgentError `invalid-stream` when an event is longer than `maxLength`.
 */
export function sseDecoder(maxLength = defaultMaxLength): SseDecoder {
  const decoder = new TextDecoder()
  let events: ServerSentEvent[] = []
  let pieces: string[] = []
  let piecesLength = 0
  let data: string | undefined
  let event = 'message'
  let endsInReturn = false

  const readLine = (line: string) => {
    if (line === '') {
      if (data !== undefined) events.push({ event, data })
      data = undefined
      event = 'message'
      return
    }
    const colon = line.indexOf(':')
    if (colon === 0) return
    const field = colon < 0 ? line : line.slice(0, colon)
    const start = line.charCodeAt(colon + 1) === 0x20 ? colon + 2 : colon + 1
    const value = colon < 0 ? '' : line.slice(start)
    if (field === 'data') data = data === undefined ? value : `${data}\n${value}`
    else if (field === 'event') event = value || 'message'
    // llama.cpp has sent its errors under a field of their own.
    else if (field === 'error') events.push({ event: 'error', data: value })
  }

  const readText = (given: string) => {
    let text = given
    if (endsInReturn && text !== '') {
      if (text.startsWith('\n')) text = text.slice(1)
      endsInReturn = false
    }
    if (text.includes('\r')) {
      endsInReturn = text.endsWith('\r')
      text = text.replace(/\r\n?/g, '\n')
    }
    let start = 0
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
      const rest = text.slice(start, end)
      readLine(pieces.length > 0 ? pieces.join('') + rest : rest)
      pieces = []
      piecesLength = 0
      start = end + 1
    }
    if (start < text.length) {
      pieces.push(start === 0 ? text : text.slice(start))
      piecesLength += text.length - start
    }
    if (piecesLength + (data?.length ?? 0) > maxLength) throw tooLong(maxLength)
  }

  const taken = () => {
    const taken = events
    events = []
    return taken
  }

  return {
    push(bytes) {
      readText(decoder.decode(bytes, { stream: true }))
      return taken()
    },
    end() {
      readText(`${decoder.decode()}\n\n`)
      return taken()
    },
  }
}

function tooLong(maxLength: number): AgentError {
  return new AgentError('invalid-stream', `The server sent an event of more than ${maxLength} characters.`, {
    hint: 'No model answers like that: check baseUrl.',
  })
}
