import type { Answer } from './answer.js'
import { toConverseResponse } from './answer.js'
import type { Exchange } from './exchange.js'
import { pause } from './pause.js'
import { sendFrames } from './send-frames.js'
import { sendJson } from './send-json.js'
import type { Outcome } from './strike.js'
import { toStreamEvents } from './to-stream-events.js'

/** Answers Converse. */
export async function sendConverse(exchange: Exchange, answer: Answer): Promise<Outcome> {
  await pause(answer.firstDelayMs, exchange.signal)
  return sendJson(exchange, toConverseResponse(answer), answer.fault)
}

/** Answers ConverseStream, frame by frame. */
export function sendConverseStream(exchange: Exchange, answer: Answer): Promise<Outcome> {
  return sendFrames(exchange, toStreamEvents(answer), answer)
}
