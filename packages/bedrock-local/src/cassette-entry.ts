import type { JsonValue } from '@x/types'
import type { Frame } from './from-frames.js'
import { fromFrames } from './from-frames.js'
import type { RawRequest } from './raw-answer.js'
import type { Redactor } from './redactor.js'
import { toFrame } from './to-frame.js'

/** One line of a cassette: a request and what came back, without secrets. */
export interface CassetteEntry {
  readonly version: 1
  readonly operation: string
  readonly modelId: string
  readonly method: string
  /** Not percent-encoded. */
  readonly path: string
  readonly body: RecordedContent
  readonly answer: RecordedAnswer
}

export interface RecordedAnswer {
  readonly status: number
  readonly headers: { readonly [name: string]: string }
  readonly body: RecordedContent
  /** It broke off here. */
  readonly broken?: true
}

/** Bytes in the most readable form that gives the same bytes again. */
export type RecordedContent =
  | { readonly json: JsonValue }
  | { readonly text: string }
  | { readonly base64: string }
  | { readonly frames: readonly RecordedFrame[]; readonly rest?: string }

/** `event` or `exception` stands for the three headers that the service sends; others are spelled out. */
type RecordedFrame = { readonly payload: RecordedContent } & (
  | { readonly event: string }
  | { readonly exception: string }
  | { readonly headers: { readonly [name: string]: string } }
)

/** @throws Error when something is in there that has to be taken out and cannot be. */
export function toRecordedRequest(request: RawRequest, redact: Redactor): Omit<CassetteEntry, 'answer'> {
  const { operation, method, path, modelId, body } = request
  return {
    version: 1,
    operation,
    modelId: redact.text(modelId),
    method,
    path: redact.text(decoded(path)),
    body: toContent(Buffer.from(body), redact),
  }
}

/** @throws Error as {@link toRecordedRequest}. */
export function toContent(bytes: Buffer, redact: Redactor): RecordedContent {
  const text = bytes.toString()
  if (!Buffer.from(text).equals(bytes)) return { base64: unredactable(bytes, redact).toString('base64') }
  const json = parsed(text)
  // Member order, white space and number forms count: replayed bytes are the recorded ones.
  if (json !== undefined && JSON.stringify(json) === text) return { json: redact.json(json) }
  if (json !== undefined) {
    const clean = redact.json(json)
    return { text: JSON.stringify(clean) === JSON.stringify(json) ? text : JSON.stringify(clean) }
  }
  return { text: redact.text(text) }
}

/** @throws Error as {@link toRecordedRequest}. */
export function toStreamContent(bytes: Buffer, redact: Redactor): RecordedContent {
  const { frames, rest } = fromFrames(bytes)
  if (frames.length === 0) return toContent(bytes, redact)
  return {
    frames: frames.map((frame) => toRecordedFrame(frame, redact)),
    ...(rest.length > 0 && { rest: unredactable(rest, redact).toString('base64') }),
  }
}

export function fromContent(content: RecordedContent): Buffer {
  if ('json' in content) return Buffer.from(JSON.stringify(content.json))
  if ('text' in content) return Buffer.from(content.text)
  if ('base64' in content) return Buffer.from(content.base64, 'base64')
  return Buffer.concat([...content.frames.map(fromRecordedFrame), Buffer.from(content.rest ?? '', 'base64')])
}

function toRecordedFrame({ headers, payload }: Frame, redact: Redactor): RecordedFrame {
  const content = toContent(payload, redact)
  for (const kind of ['event', 'exception'] as const) {
    const name = headers[`:${kind}-type`]
    if (name !== undefined && JSON.stringify(headers) === JSON.stringify(usualHeaders(kind, name))) {
      return { ...({ [kind]: name } as { event: string } | { exception: string }), payload: content }
    }
  }
  const clean = Object.entries(headers).map(([name, value]) => [name, redact.text(value)])
  return { headers: Object.fromEntries(clean), payload: content }
}

function fromRecordedFrame(frame: RecordedFrame): Buffer {
  const headers =
    'event' in frame
      ? usualHeaders('event', frame.event)
      : 'exception' in frame
        ? usualHeaders('exception', frame.exception)
        : frame.headers
  return toFrame(headers, fromContent(frame.payload))
}

function usualHeaders(kind: 'event' | 'exception', name: string): { readonly [name: string]: string } {
  return { [`:${kind}-type`]: name, ':content-type': 'application/json', ':message-type': kind }
}

/** Bytes that are no text go in as they are, or not at all. */
function unredactable(bytes: Buffer, redact: Redactor): Buffer {
  const text = bytes.toString()
  if (redact.text(text) === text) return bytes
  throw new Error('it holds what has to be redacted among bytes that are no text.')
}

function parsed(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue
  } catch {
    return undefined
  }
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}
