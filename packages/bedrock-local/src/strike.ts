import type { Exchange } from './exchange.js'
import type { Fault } from './fault.js'
import { pause } from './pause.js'
import { toErrorFrame, toExceptionFrame } from './to-frame.js'

/** What became of an answer: sent whole, broken by its fault, or left by the client. */
export type Outcome = 'whole' | 'fault' | 'client-left'

/** Puts the fault in the place of `frame`, the rest of a JSON body for one, and ends the answer. */
export async function strike(exchange: Exchange, fault: Fault, frame: Buffer): Promise<'fault'> {
  switch (fault.type) {
    case 'exception':
      await exchange.write(toExceptionFrame(fault.error, fault.message, fault.details))
      exchange.end()
      break
    case 'error-frame':
      await exchange.write(toErrorFrame(fault.error, fault.message))
      exchange.end()
      break
    case 'corrupt':
      await exchange.write(withWrongChecksum(frame))
      exchange.end()
      break
    case 'end':
      exchange.end()
      break
    case 'cut':
      await exchange.write(frame.subarray(0, fault.bytes ?? frame.length >> 1))
      exchange.cut()
      break
    case 'goaway':
      exchange.cut()
      break
    case 'reset':
      exchange.reset()
      break
    default:
      await untilGone(exchange)
  }
  return 'fault'
}

/** Writes at a given speed, and evenly: at most fifty times a second. */
export async function drip(exchange: Exchange, bytes: Uint8Array, bytesPerSecond: number): Promise<void> {
  const bytesAtOnce = Math.max(1, Math.round(bytesPerSecond / 50))
  for (let start = 0; start < bytes.length && !exchange.signal.aborted; start += bytesAtOnce) {
    if (start > 0) await pause((bytesAtOnce * 1000) / bytesPerSecond, exchange.signal)
    await exchange.write(bytes.subarray(start, start + bytesAtOnce))
  }
}

function withWrongChecksum(frame: Buffer): Buffer {
  const damaged = Buffer.from(frame)
  const at = damaged.length - 4
  damaged.writeUInt32BE((damaged.readUInt32BE(at) ^ 1) >>> 0, at)
  return damaged
}

/** A stall lasts until the client leaves or the endpoint closes. */
async function untilGone({ signal }: Exchange): Promise<void> {
  if (signal.aborted) return
  await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
}
