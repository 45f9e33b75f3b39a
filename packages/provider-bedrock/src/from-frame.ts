import type { ContentBlockDeltaEvent, ConverseStreamOutput } from '@aws-sdk/client-bedrock-runtime'
import type { Sdk } from './client.js'
import type { Frame } from './frame-decoder.js'
import { parseWire } from './wire-json.js'

/**
 * The event of one frame, as plain JSON of the wire: bytes stay base64, and members that the SDK does not know stay as
 * they came. `undefined` for kinds of events that this package does not read.
 * @throws what the service reports in place of an event, as the SDK itself would throw it.
 */
export function fromFrame(sdk: Sdk, { headers, bytes, start, end }: Frame): ConverseStreamOutput | undefined {
  const messageType = headers.get(':message-type')
  if (messageType !== 'event') throw toException(sdk, messageType, headers, bytes.toString('utf8', start, end))
  const eventType = headers.get(':event-type') ?? ''
  if (!eventTypes.has(eventType)) return undefined
  const text = bytes.toString('utf8', start, end)
  const payload = (text === '' ? {} : parseWire(text)) as unknown as ContentBlockDeltaEvent
  // Nearly every frame is one of these, and a literal is cheaper than a computed member.
  if (eventType === 'contentBlockDelta') return { contentBlockDelta: payload }
  return { [eventType]: payload } as unknown as ConverseStreamOutput
}

const eventTypes: ReadonlySet<string> = new Set([
  'messageStart',
  'contentBlockStart',
  'contentBlockDelta',
  'contentBlockStop',
  'messageStop',
  'metadata',
])

/** Those that the SDK has a class for; of others it keeps the raw text. */
const exceptions = {
  internalServerException: 'InternalServerException',
  modelStreamErrorException: 'ModelStreamErrorException',
  serviceUnavailableException: 'ServiceUnavailableException',
  throttlingException: 'ThrottlingException',
  validationException: 'ValidationException',
} as const

function toException(sdk: Sdk, messageType: string | undefined, headers: Frame['headers'], text: string): Error {
  if (messageType === 'error') {
    const error = new Error(headers.get(':error-message') || 'UnknownError')
    return named(error, headers.get(':error-code'))
  }
  if (messageType !== 'exception') return new Error(`Malformed event message: its type is ${messageType}.`)
  const type = headers.get(':exception-type') ?? ''
  const name = Object.hasOwn(exceptions, type) && exceptions[type as keyof typeof exceptions]
  if (!name) return named(new Error(text), type)
  const body = text === '' ? {} : JSON.parse(text)
  const message = String(body?.message ?? body?.Message ?? 'Unknown')
  return Object.assign(new sdk[name]({ message, $metadata: {} }), body, { message })
}

function named(error: Error, name: string | undefined): Error {
  if (name) error.name = name
  return error
}
