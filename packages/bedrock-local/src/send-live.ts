import type { Exchange } from './exchange.js'
import type { LiveReply } from './reply.js'
import { startStream } from './send-frames.js'
import type { Outcome } from './strike.js'
import { toEventFrame, toExceptionFrame } from './to-frame.js'
import { untilAborted } from './until-aborted.js'
import type { WireUsage } from './wire.js'
import type { WireStreamEvent } from './wire-stream-event.js'

/** What became of a live reply, and what it reported if it came that far. */
export interface LiveOutcome {
  readonly outcome: Outcome
  readonly usage?: WireUsage
  /** The exception that ended it, with its message. */
  readonly error?: string
}

/** Answers ConverseStream with events as they come. A slow client holds them up; one that leaves ends them. */
export async function sendLive(exchange: Exchange, { events }: LiveReply): Promise<LiveOutcome> {
  let usage: WireUsage | undefined
  startStream(exchange)
  try {
    for await (const event of untilAborted(events, exchange.signal)) {
      if ('metadata' in event) usage = event.metadata.usage
      const [type = '', payload] = Object.entries(event)[0] ?? []
      if (type.endsWith('Exception')) return await sendException(exchange, event, usage)
      await exchange.write(toEventFrame(type, payload as object))
    }
  } catch (error) {
    const message = `bedrock-local: the events of the reply failed: ${(error as Error).message}`
    return await sendException(exchange, { internalServerException: { message } }, usage)
  }
  exchange.end()
  return { outcome: exchange.signal.aborted ? 'client-left' : 'whole', ...(usage && { usage }) }
}

async function sendException(exchange: Exchange, event: WireStreamEvent, usage?: WireUsage): Promise<LiveOutcome> {
  const [type = '', { message = '' } = {}] = Object.entries(event)[0] as [string, { readonly message?: string }]
  await exchange.write(toExceptionFrame(type, message))
  exchange.end()
  return { outcome: 'fault', error: `${type}: ${message}`, ...(usage && { usage }) }
}
