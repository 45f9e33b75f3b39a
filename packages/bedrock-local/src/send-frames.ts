import type { Exchange } from './exchange.js'
import type { Fault } from './fault.js'
import { pause } from './pause.js'
import { responseHeaders } from './send-json.js'
import type { Outcome } from './strike.js'
import { drip, strike } from './strike.js'
import { toEventFrame } from './to-frame.js'
import type { StreamEvent } from './to-stream-events.js'

/** How frames go out: when, and with which fault. */
export interface Manner {
  readonly firstDelayMs: number
  /** Between two frames; with 0 they share as few writes as possible. */
  readonly delayMs: number
  readonly fault: Fault | undefined
}

/** Answers with a stream of events, whole or up to its fault. */
export async function sendFrames(exchange: Exchange, events: readonly StreamEvent[], manner: Manner): Promise<Outcome> {
  const { fault, delayMs, firstDelayMs } = manner
  const { signal } = exchange
  await pause(firstDelayMs, signal)
  const faultAt = fault && fault.type !== 'http' ? Math.min(fault.afterFrames ?? 0, events.length - 1) : events.length
  // In HTTP/1.1 the one place to say so is the head of the answer.
  if (fault?.type === 'goaway' && exchange.httpVersion === '1.1') exchange.goAway()
  startStream(exchange)
  await writeFrames(exchange, events.slice(0, faultAt), delayMs)
  const [next] = events.slice(faultAt)
  if (fault && next) {
    if (faultAt > 0) await pause(delayMs, signal)
    if (signal.aborted) return 'client-left'
    if (fault.type === 'drip') {
      await drip(exchange, Buffer.concat(events.slice(faultAt).map(toFrameOf)), fault.bytesPerSecond)
    } else if (fault.type === 'goaway' && fault.finish !== false) {
      exchange.goAway()
      await writeFrames(exchange, events.slice(faultAt), delayMs)
    } else return strike(exchange, fault, toFrameOf(next))
  }
  exchange.end()
  return signal.aborted ? 'client-left' : 'whole'
}

/** The head of every answer that is a stream. */
export function startStream(exchange: Exchange): void {
  exchange.start(200, responseHeaders('application/vnd.amazon.eventstream'))
}

// More would only be held back by the client's window.
const bytesPerWrite = 64 * 1024

async function writeFrames(exchange: Exchange, events: readonly StreamEvent[], delayMs: number): Promise<void> {
  let frames: Buffer[] = []
  let length = 0
  for (const [index, event] of events.entries()) {
    if (index > 0) await pause(delayMs, exchange.signal)
    if (exchange.signal.aborted) return
    const frame = toFrameOf(event)
    frames.push(frame)
    length += frame.length
    if (delayMs === 0 && length < bytesPerWrite && index < events.length - 1) continue
    await exchange.write(frames.length === 1 ? frame : Buffer.concat(frames, length))
    frames = []
    length = 0
  }
}

function toFrameOf([type, payload]: StreamEvent): Buffer {
  return toEventFrame(type, payload)
}
