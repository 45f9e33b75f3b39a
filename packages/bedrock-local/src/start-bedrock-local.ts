import { answerAdmin, isAdminPath } from './answer-admin.js'
import type { RecordedRequest } from './answer-request.js'
import { answerRequest } from './answer-request.js'
import type { Authorization } from './check-authorization.js'
import type { ReplySources } from './choose-reply.js'
import { chooseRawSource, chooseReply } from './choose-reply.js'
import type { Exchange } from './exchange.js'
import type { FaultRule } from './fault-rules.js'
import { faultRules } from './fault-rules.js'
import { checkGuardrails } from './find-guardrail.js'
import type { LocalGuardrail } from './guardrail.js'
import { listen } from './listen.js'
import type { Certificate } from './make-certificate.js'
import { makeCertificate } from './make-certificate.js'
import { promptCache } from './prompt-cache.js'
import { requestLog } from './request-log.js'
import type { RuleOptions } from './rule-context.js'
import { defaultRegion } from './rule-context.js'

export interface BedrockLocalOptions extends ReplySources, Authorization, RuleOptions {
  /** Default 0: a free one. */
  readonly port?: number
  /** Serve TLS alone: with a certificate made on the spot, or with this one (PEM). Default false. */
  readonly tls?: boolean | Certificate
  /** What goes wrong with which requests; see also `setFaults`. Default nothing. */
  readonly faults?: readonly FaultRule[]
  /** Refuse what the service refuses, in its words. Default true. */
  readonly rules?: boolean
  /** What requests can name in `guardrailConfig`, which is not looked at without this list. */
  readonly guardrails?: readonly LocalGuardrail[]
  /** Wait before an answer begins, for replies that do not say. Default 0. */
  readonly firstDelayMs?: number
  /** Wait between two frames, for replies that do not say. Default 0. */
  readonly delayMs?: number
  /** Default 25,000,000. */
  readonly maxBodyBytes?: number
  /** How many requests `requests` holds; the oldest give way. Default 1000. */
  readonly keepRequests?: number
  /** Told of every request once its answer is over. */
  readonly onAnswered?: (request: RecordedRequest) => void
}

/** A running endpoint. */
export interface BedrockLocal extends AsyncDisposable {
  /** `http://127.0.0.1:<port>`, or `https:` with `tls`, for the client's `endpoint`. */
  readonly url: string
  readonly port: number
  /** With `tls`: the certificate that a client must trust, as PEM. */
  readonly certificate?: string
  /**
   * What to export so that an AWS SDK or the CLI talks to this endpoint. The credentials are dummies, or those that the
   * endpoint was given.
   */
  readonly env: { readonly [name: string]: string }
  /** What came in, oldest first; a request stands here as soon as it has been read. */
  readonly requests: readonly RecordedRequest[]
  /** Sockets that clients hold open now. */
  readonly connections: number
  /**
   * Puts these in the place of all fault rules.
   * @throws Error that says what is wrong with one; then nothing changes.
   */
  setFaults(rules: readonly FaultRule[]): void
  /** Ends at once, whatever is under way. */
  close(): Promise<void>
}

/**
 * Starts a Bedrock Runtime endpoint on the loopback interface, over HTTP/1.1 and HTTP/2 on one port.
 * @throws Error when the port cannot be had, or a certificate, a fault rule, a guardrail or a cassette cannot
 * work.
 */
export async function startBedrockLocal(options: BedrockLocalOptions = {}): Promise<BedrockLocal> {
  const { port = 0, keepRequests = 1000, firstDelayMs = 0, delayMs = 0 } = options
  checkGuardrails(options.guardrails ?? [])
  const log = requestLog(keepRequests)
  const faults = faultRules(options.faults)
  const certificate = options.tls === true ? makeCertificate() : options.tls || undefined
  const answering = {
    reply: chooseReply(options),
    raw: await chooseRawSource(options),
    rules: options.rules ?? true,
    ruleOptions: options,
    guardrails: options.guardrails,
    cache: promptCache(options.now ?? Date.now),
    pace: { firstDelayMs, delayMs },
    maxBodyBytes: options.maxBodyBytes ?? 25_000_000,
    authorization: options,
    faults,
    onRequest: log.add,
    onAnswered(record: RecordedRequest) {
      log.done(record)
      options.onAnswered?.(record)
    },
  }
  const answer = (exchange: Exchange) =>
    isAdminPath(exchange.path)
      ? answerAdmin(exchange, { faults, log, url, connections: listener.connections })
      : answerRequest(exchange, answering)
  // What still fails here is a client that left before its request was complete.
  const listener = await listen(port, (exchange) => answer(exchange).catch(() => exchange.reset()), certificate)

  const url = `${certificate ? 'https' : 'http'}://127.0.0.1:${listener.port}`
  return {
    url,
    port: listener.port,
    ...(certificate && { certificate: certificate.cert }),
    env: {
      AWS_ENDPOINT_URL_BEDROCK_RUNTIME: url,
      AWS_ENDPOINT_URL_BEDROCK: url,
      AWS_REGION: options.region ?? defaultRegion,
      ...toEnv(options),
    },
    requests: log.requests,
    setFaults: faults.replace,
    get connections() {
      return listener.connections
    },
    close: listener.close,
    [Symbol.asyncDispose]: listener.close,
  }
}

/** Dummies where nothing is checked, as an SDK does not start without. */
function toEnv({ credentials, apiKeys }: Authorization): { readonly [name: string]: string } {
  const [apiKey] = apiKeys ?? []
  if (!credentials && apiKey !== undefined) return { AWS_BEARER_TOKEN_BEDROCK: apiKey }
  const { accessKeyId, secretAccessKey, sessionToken } = credentials ?? { ...dummies, sessionToken: undefined }
  return {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    ...(sessionToken !== undefined && { AWS_SESSION_TOKEN: sessionToken }),
  }
}

const dummies = { accessKeyId: 'local', secretAccessKey: 'local' }
