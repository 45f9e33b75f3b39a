import type { Answer, Pace } from './answer.js'
import { answerOf } from './answer.js'
import type { Exchange } from './exchange.js'
import { findOperation } from './operations.js'
import type { Refusal } from './refusal.js'
import { invalid } from './refusal.js'
import type { LocalRequest, ReplyFunction } from './reply.js'
import { checkRequest } from './rules.js'
import type { Outcome } from './send-answer.js'
import { sendRefusal, sendUnknownOperation } from './send-answer.js'
import type { ConverseBody, WireUsage } from './wire.js'

/** A request and, as they become known, the facts of its answer. */
export interface RecordedRequest extends Omit<LocalRequest, 'operation'> {
  readonly operation: LocalRequest['operation'] | 'UnknownOperation'
  /** As sent, percent-encoded. */
  readonly path: string
  /** HTTP status; missing until the answer begins. */
  readonly status?: number
  /** Class of the exception and its message, if the request was refused. */
  readonly error?: string
  /** What the answer reports. */
  readonly usage?: WireUsage
  /** Missing until the answer is over. */
  readonly outcome?: Outcome | 'refused'
}

/** What answers are made with. */
export interface Answering {
  readonly reply: ReplyFunction
  readonly rules: boolean
  readonly pace: Pace
  readonly maxBodyBytes: number
  /** Called when a request has been read, and again when its answer is over. */
  onRequest(record: RecordedRequest): void
  onAnswered(record: RecordedRequest): void
}

/** Reads one request, checks it, finds its reply, sends that, and keeps the record of it. */
export async function answerRequest(exchange: Exchange, answering: Answering): Promise<void> {
  const bytes = await exchange.body(answering.maxBodyBytes)
  const body = parseBody(bytes)
  const found = findOperation(exchange.method, exchange.path)
  const { path } = exchange
  const headers = withoutSecrets(exchange.headers)
  const seen = { path, modelId: found?.modelId ?? '', body: body ?? {}, headers }

  const record: Mutable<RecordedRequest> = { operation: found?.operation.name ?? 'UnknownOperation', ...seen }
  answering.onRequest(record)
  const refuse = async (refusal: Refusal, retryAfterSeconds?: number) => {
    Object.assign(record, { status: refusal.status, error: `${refusal.error}: ${refusal.message}` })
    await sendRefusal(exchange, refusal, retryAfterSeconds)
    record.outcome = 'refused'
  }

  if (!found) {
    record.status = 404
    await sendUnknownOperation(exchange)
    record.outcome = 'refused'
  } else if (!bytes) await refuse(tooLong)
  else if (!body) await refuse(notJson)
  else {
    const request: LocalRequest = { operation: found.operation.name, modelId: found.modelId, body, headers }
    const answer = await findAnswer(request, answering, exchange.signal)
    if ('error' in answer) await refuse(answer)
    else if (answer.fault?.type === 'http') await refuse(answer.fault, answer.fault.retryAfterSeconds)
    else {
      Object.assign(record, { status: 200, usage: answer.usage })
      record.outcome = await found.operation.send(exchange, answer)
    }
  }
  answering.onAnswered(record)
}

type Mutable<Type> = { -readonly [Key in keyof Type]: Type[Key] }

const notJson: Refusal = {
  status: 400,
  error: 'SerializationException',
  message: 'The request body is no JSON object.',
}
const tooLong: Refusal = { status: 413, error: 'RequestEntityTooLargeException', message: 'Request body is too large.' }

/** A reply that cannot be had is the test's own fault: a status that no client tries again, and a name of its own. */
async function findAnswer(request: LocalRequest, answering: Answering, signal: AbortSignal): Promise<Answer | Refusal> {
  try {
    const refusal = answering.rules ? checkRequest(request) : undefined
    if (refusal) return refusal
    return answerOf(await answering.reply(request, { signal }), request, answering.pace)
  } catch (error) {
    return { ...invalid(`bedrock-local has no reply: ${(error as Error).message}`), error: 'LocalReplyError' }
  }
}

function parseBody(bytes: Buffer | undefined): ConverseBody | undefined {
  try {
    const value: unknown = JSON.parse(bytes?.toString() ?? '')
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as ConverseBody) : undefined
  } catch {
    return undefined
  }
}

const secretHeaders: ReadonlySet<string> = new Set(['authorization', 'x-amz-security-token'])

function withoutSecrets(headers: { readonly [name: string]: string }): { readonly [name: string]: string } {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !secretHeaders.has(name)))
}
