import type { Exchange } from './exchange.js'
import type { RawAnswer, RawRequest, RawSource } from './raw-answer.js'
import { invalid } from './refusal.js'
import { sendRefusal } from './send-json.js'
import type { Outcome } from './strike.js'
import { untilAborted } from './until-aborted.js'

/** What became of a request that was answered with somebody else's bytes. */
export interface RawOutcome {
  /** Missing if the client left before there was an answer. */
  readonly status?: number
  readonly outcome: Outcome | 'refused'
  readonly error?: string
}

/** Sends the bytes as they come, and tells their status first. Where they break off the connection does too. */
export async function answerRaw(
  exchange: Exchange,
  request: RawRequest,
  source: RawSource,
  onStatus: (status: number) => void,
): Promise<RawOutcome> {
  const { signal } = exchange
  let answer: RawAnswer
  try {
    answer = await source(request, { signal })
  } catch (error) {
    if (signal.aborted) return { outcome: 'client-left' }
    const message = `bedrock-local has no reply: ${(error as Error).message}`
    await sendRefusal(exchange, { ...invalid(message), error: 'LocalReplyError' })
    return { status: 400, outcome: 'refused', error: `LocalReplyError: ${message}` }
  }
  const { status, headers, body } = answer
  onStatus(status)
  exchange.start(status, headers)
  try {
    for await (const bytes of untilAborted(body, signal)) await exchange.write(bytes)
  } catch (error) {
    exchange.cut()
    return { status, outcome: 'fault', error: (error as Error).message }
  }
  exchange.end()
  return { status, outcome: signal.aborted ? 'client-left' : 'whole' }
}
