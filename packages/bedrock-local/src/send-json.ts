import { randomUUID } from 'node:crypto'
import type { Exchange } from './exchange.js'
import type { Fault, HttpFault } from './fault.js'
import type { Refusal } from './refusal.js'
import { statusOf } from './refusal.js'
import type { Outcome } from './strike.js'
import { drip, strike } from './strike.js'

/** Sends a JSON body. A fault that breaks the answer strikes half-way through it. */
export async function sendJson(exchange: Exchange, value: unknown, fault?: Fault): Promise<Outcome> {
  const body = Buffer.from(JSON.stringify(value))
  const whole = () => (exchange.signal.aborted ? 'client-left' : 'whole')
  if (!fault) {
    await sendBody(exchange, 200, body)
    return whole()
  }
  if ('error' in fault) {
    await sendRefusal(exchange, { ...fault, status: statusOf(fault.error) })
    return 'fault'
  }
  const half = body.subarray(0, (fault.type === 'cut' && fault.bytes) || body.length >> 1)
  if (fault.type === 'end' || fault.type === 'corrupt') {
    const rest = fault.type === 'end' ? [] : [Buffer.from([0]), body.subarray(half.length + 1)]
    await sendBody(exchange, 200, Buffer.concat([half, ...rest]))
    return 'fault'
  }
  if (fault.type === 'goaway') exchange.goAway()
  if (fault.type === 'goaway' && fault.finish !== false) {
    await sendBody(exchange, 200, body)
    return whole()
  }
  exchange.start(200, responseHeaders('application/json', body))
  if (fault.type === 'drip') {
    await drip(exchange, body, fault.bytesPerSecond)
    exchange.end()
    return whole()
  }
  await exchange.write(half)
  return strike(exchange, fault, Buffer.alloc(0))
}

/** Sends an error, as the service words and labels it. */
export async function sendRefusal(
  exchange: Exchange,
  refusal: Refusal & Pick<HttpFault, 'details' | 'body' | 'retryAfterSeconds'>,
): Promise<void> {
  const { status, error, message, member = 'message', details, body, retryAfterSeconds } = refusal
  const retryAfter = retryAfterSeconds !== undefined && { 'retry-after': String(retryAfterSeconds) }
  if (body !== undefined) {
    const contentType = body.trimStart().startsWith('<') ? 'text/html' : 'application/json'
    return sendBody(exchange, status, Buffer.from(body), { 'content-type': contentType, ...retryAfter })
  }
  await sendBody(exchange, status, Buffer.from(JSON.stringify({ [member]: message, ...details })), {
    'x-amzn-errortype': `${error}:http://internal.amazon.com/coral/com.amazon.bedrock/`,
    ...retryAfter,
  })
}

/** Sends what AWS answers to a path that no operation has. */
export async function sendUnknownOperation(exchange: Exchange): Promise<void> {
  const error = 'UnknownOperationException'
  const body = JSON.stringify({ Output: { __type: `com.amazon.coral.service#${error}` }, Version: '1.0' })
  await sendBody(exchange, 404, Buffer.from(body), { 'x-amzn-errortype': error })
}

export function responseHeaders(contentType: string, body?: Uint8Array): { [name: string]: string } {
  return {
    'content-type': contentType,
    'x-amzn-requestid': randomUUID(),
    ...(body && { 'content-length': String(body.length) }),
  }
}

async function sendBody(
  exchange: Exchange,
  status: number,
  body: Buffer,
  headers: { readonly [name: string]: string } = {},
): Promise<void> {
  exchange.start(status, { ...responseHeaders('application/json', body), ...headers })
  await exchange.write(body)
  exchange.end()
}
