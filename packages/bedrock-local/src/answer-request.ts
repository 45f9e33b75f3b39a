import { admitRequest } from './admit-request.js'
import type { Answer, Pace } from './answer.js'
import { answerOf } from './answer.js'
import { answerJson } from './answer-json.js'
import { answerRaw } from './answer-raw.js'
import type { Authorization } from './check-authorization.js'
import { collectReply } from './collect-reply.js'
import type { Exchange } from './exchange.js'
import type { Fault, HttpFault } from './fault.js'
import type { FaultRules } from './fault-rules.js'
import { guardAnswer } from './guard-answer.js'
import { guardRequest } from './guard-request.js'
import type { LocalGuardrail } from './guardrail.js'
import type { JsonOperation } from './json-operations.js'
import { findJsonOperation } from './json-operations.js'
import { findOperation } from './operations.js'
import type { PromptCache } from './prompt-cache.js'
import type { RawSource } from './raw-answer.js'
import { redactPath, withoutSecrets } from './redact.js'
import type { Refusal } from './refusal.js'
import { invalid } from './refusal.js'
import type { LiveReply, LocalRequest, ReplyFunction, ReplyParts } from './reply.js'
import type { RuleOptions } from './rule-context.js'
import { ruleContext } from './rule-context.js'
import { checkRequest } from './rules.js'
import { sendJson, sendRefusal, sendUnknownOperation } from './send-json.js'
import { sendLive } from './send-live.js'
import type { Outcome } from './strike.js'
import { untilAborted } from './until-aborted.js'
import type { ConverseBody, WireUsage } from './wire.js'

/** A request and, as they become known, the facts of its answer. */
export interface RecordedRequest extends Omit<LocalRequest, 'operation'> {
  readonly operation: LocalRequest['operation'] | JsonOperation['name'] | 'UnknownOperation'
  /** Of HTTP. */
  readonly method: string
  /** As sent, percent-encoded, without signatures and tokens. */
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
  /** Answers in place of all that follows authorization and faults over HTTP. */
  readonly raw: RawSource | undefined
  readonly rules: boolean
  readonly ruleOptions: RuleOptions
  /** Missing: `guardrailConfig` is not looked at. */
  readonly guardrails: readonly LocalGuardrail[] | undefined
  readonly cache: PromptCache
  readonly pace: Pace
  readonly maxBodyBytes: number
  readonly authorization: Authorization
  readonly faults: FaultRules
  /** Called when a request has been read, and again when its answer is over. */
  onRequest(record: RecordedRequest): void
  onAnswered(record: RecordedRequest): void
}

/** Reads one request, decides how it is answered, sends that, and keeps the record of it. */
export async function answerRequest(exchange: Exchange, answering: Answering): Promise<void> {
  const { method, path } = exchange
  const bytes = await exchange.body(answering.maxBodyBytes)
  const body = parseBody(bytes)
  const found = findOperation(method, path) ?? findJsonOperation(method, path)
  const headers = withoutSecrets(exchange.headers)
  const seen = { method, path: redactPath(path), modelId: found?.modelId ?? '', body: body ?? {}, headers }

  const record: Mutable<RecordedRequest> = { operation: found?.operation.name ?? 'UnknownOperation', ...seen }
  answering.onRequest(record)
  const { send, ...facts } = await decide({ exchange, answering, record, found, bytes, body })
  Object.assign(record, facts)
  Object.assign(record, await send((status) => Object.assign(record, { status })))
  answering.onAnswered(record)
}

/** Facts of a record that become known while it is answered. */
type Facts = Partial<Pick<RecordedRequest, 'status' | 'error' | 'usage' | 'outcome'>>

/** How a request is answered: what is known before, and the sending, which knows the rest. */
interface Decision extends Facts {
  send(onStatus: (status: number) => void): Promise<Facts>
}

interface Asked {
  readonly exchange: Exchange
  readonly answering: Answering
  readonly record: RecordedRequest
  readonly found: ReturnType<typeof findOperation> | ReturnType<typeof findJsonOperation>
  readonly bytes: Buffer | undefined
  readonly body: ConverseBody | undefined
}

async function decide({ exchange, answering, record, found, bytes, body }: Asked): Promise<Decision> {
  const refuse = (refusal: Refusal | HttpFault): Decision => ({
    status: refusal.status,
    error: `${refusal.error}: ${refusal.message}`,
    send: async () => {
      await sendRefusal(exchange, refusal)
      return { outcome: 'refused' }
    },
  })
  if (!bytes) return refuse(tooLong)
  const { refusal, fault } = admitRequest(exchange, bytes, record, answering)
  if (refusal) return refuse(refusal)
  const { raw } = answering
  if (raw) {
    const { method, path, headers } = exchange
    const request = { method, path, headers, body: bytes, operation: record.operation, modelId: record.modelId }
    return { send: (onStatus) => answerRaw(exchange, request, raw, onStatus) }
  }
  if (!found) return { status: 404, send: () => sendUnknown(exchange) }
  if (!body && exchange.method !== 'GET') return refuse(notJson)
  if ('labels' in found) {
    const answer = answerJson(exchange, found, body ?? {}, answering)
    if ('error' in answer) return refuse(answer)
    return { status: 200, send: async () => ({ outcome: await sendJson(exchange, answer, fault) }) }
  }
  const { operation, modelId } = found
  const request: LocalRequest = { operation: operation.name, modelId, body: body ?? {}, headers: record.headers }
  const answer = await findAnswer(request, answering, exchange, fault)
  if ('error' in answer) return refuse(answer)
  if ('events' in answer) return { status: 200, send: () => sendLive(exchange, answer) }
  if (answer.fault?.type === 'http') return refuse(answer.fault)
  const { usage } = answer
  return { status: 200, usage, send: async () => ({ outcome: await operation.send(exchange, answer) }) }
}

async function sendUnknown(exchange: Exchange): Promise<Facts> {
  await sendUnknownOperation(exchange)
  return { outcome: 'refused' }
}

type Mutable<Type> = { -readonly [Key in keyof Type]: Type[Key] }

const notJson: Refusal = {
  status: 400,
  error: 'SerializationException',
  message: 'The request body is no JSON object.',
}
const tooLong: Refusal = { status: 413, error: 'RequestEntityTooLargeException', message: 'Request body is too large.' }

/** A reply that cannot be had is the test's own fault: a status that no client tries again, and a name of its own. */
async function findAnswer(
  request: LocalRequest,
  answering: Answering,
  { signal, headers }: Exchange,
  fault: Fault | undefined,
): Promise<Answer | LiveReply | Refusal> {
  try {
    const refusal = answering.rules ? checkRequest(request, ruleContext(answering.ruleOptions, headers)) : undefined
    if (refusal?.inStream && request.operation === 'ConverseStream')
      return answerOf(inStream(refusal), request, answering.pace)
    if (refusal) return refusal
    const guarded = guardRequest(request, answering.guardrails)
    if (guarded && 'error' in guarded) return guarded
    if (guarded?.blocked) return { ...answerOf(guarded.blocked, request, answering.pace), ...(fault && { fault }) }
    const seen = guarded?.request ?? request
    const reply = await answering.reply(seen, { signal })
    const isLive = typeof reply !== 'string' && 'events' in reply
    // What a guardrail looks at, or a chosen fault breaks, must be there as a whole.
    if (isLive && request.operation === 'ConverseStream' && !guarded && !fault) return reply
    const whole = isLive ? await collectReply({ events: untilAborted(reply.events, signal) }) : reply
    const own = answerOf(whole, seen, answering.pace)
    const answer = fault ? { ...own, fault } : own
    if (answer.fault?.type === 'http') return answer
    const charged = answering.cache.charge(answer, seen)
    return guarded ? guardAnswer(charged, guarded) : charged
  } catch (error) {
    return { ...invalid(`bedrock-local has no reply: ${(error as Error).message}`), error: 'LocalReplyError' }
  }
}

function inStream({ error, message }: Refusal): ReplyParts {
  return { fault: { type: 'exception', error, message, afterFrames: 0 } }
}

function parseBody(bytes: Buffer | undefined): ConverseBody | undefined {
  try {
    const value: unknown = JSON.parse(bytes?.toString() ?? '')
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as ConverseBody) : undefined
  } catch {
    return undefined
  }
}
