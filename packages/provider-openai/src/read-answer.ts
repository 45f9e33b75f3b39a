import { AgentError } from '@x/types'
import type { CallTimer } from './call-timer.js'
import { ServiceFault } from './service-fault.js'
import type { ServerSentEvent } from './sse-decoder.js'
import { sseDecoder } from './sse-decoder.js'
import { untilAborted } from './until-aborted.js'
import type { WireChunk } from './wire.js'

/** The body of an answer while it is read. */
export interface AnswerBody {
  /** What each piece of the network held. Ends at `[DONE]`, or where the body does. */
  readonly chunks: AsyncGenerator<readonly WireChunk[], void>
  /**
   * To be called in any case. A body that is read to its end leaves its connection for the next call; one that does not
   * end soon is dropped with it.
   */
  release(isOver: boolean): Promise<void>
}

/** Of an answer in one piece, in bytes. */
const maxWholeLength = 64 * 1024 * 1024
const maxFaultLength = 64 * 1024
/** For a server that says `[DONE]` and then does not hang up. */
const releaseWaitMs = 100

export function readAnswer(response: Response, streaming: boolean, timer: CallTimer, signal: AbortSignal): AnswerBody {
  const body = response.body?.getReader()
  const pull = pullFrom(body, timer, signal)
  // What the server says it is counts; without a word it is what was asked for.
  const type = response.headers.get('content-type') ?? ''
  if (/html/.test(type)) throw notAnAnswer()
  const isStream = /json/.test(type) ? false : /event-stream/.test(type) || streaming
  return {
    chunks: isStream ? streamed(pull) : whole(pull),
    async release(isOver) {
      if (isOver && body) await drained(body)
      body?.cancel().catch(() => {})
    },
  }
}

async function drained(body: BodyReader): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, releaseWaitMs)
  })
  const rest = async () => {
    while (!(await body.read()).done);
  }
  await Promise.race([rest().catch(() => {}), late])
  clearTimeout(timer)
}

type BodyReader = ReadableStreamDefaultReader<Uint8Array>
type Pull = () => Promise<Uint8Array | undefined>

function pullFrom(body: BodyReader | undefined, timer: CallTimer, signal: AbortSignal): Pull {
  return async () => {
    if (!body) return undefined
    timer.waits()
    const { value } = await untilAborted(signal, body.read())
    timer.got()
    return value
  }
}

async function* streamed(pull: Pull): AsyncGenerator<readonly WireChunk[], void> {
  const decoder = sseDecoder()
  for (;;) {
    const bytes = await pull()
    const { chunks, isOver, error } = readEvents(bytes ? decoder.push(bytes) : decoder.end(), !bytes)
    if (chunks.length > 0) yield chunks
    if (error) throw error
    if (isOver || !bytes) return
  }
}

interface ReadEvents {
  readonly chunks: WireChunk[]
  readonly isOver: boolean
  /** What is wrong with what came after the chunks. */
  readonly error?: unknown
}

/** `isLast`: the body is over, so that its last event may be cut anywhere; those before it were closed by the server. */
function readEvents(events: readonly ServerSentEvent[], isLast: boolean): ReadEvents {
  const chunks: WireChunk[] = []
  try {
    for (const { event, data } of events) {
      if (data === '[DONE]') return { chunks, isOver: true }
      const chunk = parse(data, isLast)
      if (event === 'error') throw new ServiceFault(chunk)
      chunks.push(chunk)
    }
    return { chunks, isOver: false }
  } catch (error) {
    return { chunks, isOver: false, error }
  }
}

async function* whole(pull: Pull): AsyncGenerator<readonly WireChunk[], void> {
  const text = await readText(pull, maxWholeLength)
  if (text === undefined) {
    throw new AgentError('invalid-stream', `The answer is longer than ${maxWholeLength} bytes.`)
  }
  yield [parse(text, /^\s*([{[]|$)/.test(text))]
}

function parse(text: string, mayBeCut: boolean): WireChunk {
  try {
    return JSON.parse(text) as WireChunk
  } catch (cause) {
    if (!mayBeCut) throw notAnAnswer()
    throw new AgentError('stream-truncated', 'The answer broke off.', { retryable: true, cause })
  }
}

function notAnAnswer(): AgentError {
  return new AgentError('invalid-stream', 'The server sent something that is not JSON.', {
    hint: 'Check baseUrl: it must end where /chat/completions begins, usually in /v1.',
  })
}

/** What a server says that refuses a request. */
export async function readFault(response: Response, timer: CallTimer, signal: AbortSignal): Promise<ServiceFault> {
  const body = response.body?.getReader()
  const pull = pullFrom(body, timer, signal)
  // A refusal that breaks off is still one: its status is known.
  const text = (await readText(pull, maxFaultLength).catch(() => undefined)) ?? ''
  body?.cancel().catch(() => {})
  let value: unknown = text
  try {
    value = JSON.parse(text)
  } catch {
    // A proxy's page, or a plain text: read as that.
  }
  return new ServiceFault(value, { status: response.status, retryAfterMs: retryAfterOf(response.headers) })
}

async function readText(pull: Pull, maxLength: number): Promise<string | undefined> {
  const decoder = new TextDecoder()
  const pieces: string[] = []
  let length = 0
  for (let bytes = await pull(); bytes; bytes = await pull()) {
    length += bytes.length
    if (length > maxLength) return undefined
    pieces.push(decoder.decode(bytes, { stream: true }))
  }
  return [...pieces, decoder.decode()].join('')
}

/** `retry-after-ms` (OpenAI), or `retry-after` in seconds or as a date. */
function retryAfterOf(headers: Headers): number | undefined {
  const milliseconds = headers.get('retry-after-ms')
  const wait = headers.get('retry-after')
  if (milliseconds === null && wait === null) return undefined
  const ms = milliseconds !== null ? Number(milliseconds) : Number(wait) * 1000
  const left = Number.isNaN(ms) ? Date.parse(wait ?? '') - Date.now() : ms
  return Number.isFinite(left) ? Math.max(0, Math.round(left)) : undefined
}
