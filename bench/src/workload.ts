import { EventStreamCodec } from '@smithy/eventstream-codec'

/** One answer of many small deltas, the shape in which text really arrives. */
export const deltaCount = 5000
export const deltaText = 'twenty bytes of text'

/** The whole answer as ConverseStream sends it, encoded once so that the endpoint only has to write it. */
export function encodeAnswer(deltas: number): Buffer {
  return encodeTexts(Array.from({ length: deltas }, () => deltaText))
}

/** The same of these texts, one a delta. */
export function encodeTexts(texts: readonly string[]): Buffer {
  const codec = new EventStreamCodec(
    (bytes) => Buffer.from(bytes as Uint8Array).toString('utf8'),
    (text) => Buffer.from(text, 'utf8'),
  )
  const frame = (eventType: string, payload: object) =>
    codec.encode({
      headers: {
        ':event-type': { type: 'string', value: eventType },
        ':content-type': { type: 'string', value: 'application/json' },
        ':message-type': { type: 'string', value: 'event' },
      },
      body: Buffer.from(JSON.stringify(payload)),
    })
  const delta = (text: string) => ({ contentBlockIndex: 0, delta: { text } })
  const usage = { inputTokens: 10, outputTokens: texts.length, totalTokens: texts.length + 10 }
  return Buffer.concat([
    frame('messageStart', { p: padding(0), role: 'assistant' }),
    ...texts.map((text, index) => frame('contentBlockDelta', { ...delta(text), p: padding(index) })),
    frame('contentBlockStop', { contentBlockIndex: 0, p: padding(1) }),
    frame('messageStop', { p: padding(2), stopReason: 'end_turn' }),
    frame('metadata', { metrics: { latencyMs: 1 }, p: padding(3), usage }),
  ])
}

/** The service pads every event with 2 to 61 characters, so that the length of a frame does not give a token away. */
function padding(index: number): string {
  const letters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'
  return letters.slice(0, 2 + ((index * 7) % 60))
}
