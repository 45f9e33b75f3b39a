import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Answer } from './answer.js'
import { toConverseResponse } from './answer.js'
import type { Exchange } from './exchange.js'
import type { Fault } from './fault.js'
import type { Refusal } from './refusal.js'
import { statusOf } from './refusal.js'
import { toErrorFrame, toEventFrame, toExceptionFrame } from './to-frame.js'
import { toStreamEvents } from './to-stream-events.js'

/** What became of an answer: sent whole, broken by its fault, or left by the client. */
export type Outcome = 'whole' | 'fault' | 'client-left'

/** Sends an error, as the service words and labels it. */
export async function sendRefusal(exchange: Exchange, refusal: Refusal, retryAfterSeconds?: number): Promise<void> {
  const { status, error, message } = refusal
  await sendJson(exchange, status, JSON.stringify({ message }), {
    'x-amzn-errortype': `${error}:http://internal.amazon.com/coral/com.amazon.bedrock/`,
    ...(retryAfterSeconds !== undefined && { 'retry-after': String(retryAfterSeconds) }),
  })
}

/** Sends what AWS answers to a path that no operation has. */
export async function sendUnknownOperation(exchange: Exchange): Promise<void> {
  const error = 'UnknownOperationException'
  const body = JSON.stringify({ Output: { __type: `com.amazon.coral.service#${error}` }, Version: '1.0' })
  await sendJson(exchange, 404, body, { 'x-amzn-errortype': error })
}

async function sendJson(
  exchange: Exchange,
  status: number,
  body: string,
  headers: { readonly [name: string]: string } = {},
): Promise<void> {
  exchange.start(status, { ...responseHeaders('application/json', body), ...headers })
  await exchange.write(Buffer.from(body))
  exchange.end()
}

/** Answers Converse. Faults that break the answer strike half-way through the body. */
export async function sendConverse(exchange: Exchange, answer: Answer): Promise<Outcome> {
  await pause(answer.firstDelayMs, exchange.signal)
  const body = Buffer.from(JSON.stringify(toConverseResponse(answer)))
  const { fault } = answer
  if (!fault) {
    await sendJson(exchange, 200, body.toString())
    return exchange.signal.aborted ? 'client-left' : 'whole'
  }
  if ('error' in fault) {
    await sendRefusal(exchange, { ...fault, status: statusOf(fault.error) })
    return 'fault'
  }
  const half = body.subarray(0, fault.type === 'cut' ? (fault.bytes ?? body.length >> 1) : body.length >> 1)
  if (fault.type === 'end' || fault.type === 'corrupt') {
    const damaged =
      fault.type === 'end' ? half : Buffer.concat([half, Buffer.from([0]), body.subarray(half.length + 1)])
    await sendJson(exchange, 200, damaged.toString())
    return 'fault'
  }
  exchange.start(200, responseHeaders('application/json', body))
  await exchange.write(half)
  await breakOff(exchange, fault)
  return 'fault'
}

/** Answers ConverseStream, frame by frame. */
export async function sendConverseStream(exchange: Exchange, answer: Answer): Promise<Outcome> {
  const { fault, delayMs } = answer
  const { signal } = exchange
  await pause(answer.firstDelayMs, signal)
  const events = toStreamEvents(answer)
  const faultAt = fault && 'afterFrames' in fault ? Math.min(fault.afterFrames, events.length - 1) : -1
  exchange.start(200, responseHeaders('application/vnd.amazon.eventstream'))
  for (const [index, [type, payload]] of events.entries()) {
    if (index > 0) await pause(delayMs, signal)
    if (signal.aborted) return 'client-left'
    const frame = toEventFrame(type, payload)
    if (index === faultAt && fault) {
      await sendFault(exchange, fault, frame)
      return 'fault'
    }
    await exchange.write(frame)
  }
  exchange.end()
  return signal.aborted ? 'client-left' : 'whole'
}

/** Puts the fault in the place of `frame`. */
async function sendFault(exchange: Exchange, fault: Fault, frame: Buffer): Promise<void> {
  switch (fault.type) {
    case 'exception':
      await exchange.write(toExceptionFrame(fault.error, fault.message))
      return exchange.end()
    case 'error-frame':
      await exchange.write(toErrorFrame(fault.error, fault.message))
      return exchange.end()
    case 'corrupt':
      frame.writeUInt32BE((frame.readUInt32BE(frame.length - 4) ^ 1) >>> 0, frame.length - 4)
      await exchange.write(frame)
      return exchange.end()
    case 'cut':
      await exchange.write(frame.subarray(0, fault.bytes ?? frame.length >> 1))
      return breakOff(exchange, fault)
    default:
      return breakOff(exchange, fault)
  }
}

/** Ends an answer that is not complete, in the way the fault says. A stall lasts until the client leaves. */
async function breakOff(exchange: Exchange, fault: Fault): Promise<void> {
  if (fault.type === 'cut') exchange.cut()
  else if (fault.type === 'reset') exchange.reset()
  else if (fault.type === 'end') exchange.end()
  else if (!exchange.signal.aborted) {
    await new Promise((resolve) => exchange.signal.addEventListener('abort', resolve, { once: true }))
  }
}

function responseHeaders(contentType: string, body?: string | Buffer): { [name: string]: string } {
  return {
    'content-type': contentType,
    'x-amzn-requestid': randomUUID(),
    ...(body !== undefined && { 'content-length': String(Buffer.byteLength(body)) }),
  }
}

/** Returns early when the client has gone. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (ms > 0 && !signal.aborted) await sleep(ms, undefined, { signal }).catch(() => {})
}
