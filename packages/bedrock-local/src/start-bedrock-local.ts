import type { RecordedRequest } from './answer-request.js'
import { answerRequest } from './answer-request.js'
import { listen } from './listen.js'
import type { Reply, ReplyFunction } from './reply.js'
import { standIn } from './stand-in.js'

export interface BedrockLocalOptions {
  /** Default 0: a free one. */
  readonly port?: number
  /**
   * Who answers: replies in the order of the requests that pass the service's rules (a retry takes the next one), or a
   * function of the request. Default: {@link standIn}.
   */
  readonly reply?: readonly Reply[] | ReplyFunction
  /** Refuse what the service refuses, in its words. Default true. */
  readonly rules?: boolean
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
  /** `http://127.0.0.1:<port>`, for the client's `endpoint`. */
  readonly url: string
  readonly port: number
  /** What to export so that an AWS SDK or the CLI talks to this endpoint. The credentials are dummies. */
  readonly env: { readonly [name: string]: string }
  /** What came in, oldest first; a request stands here as soon as it has been read. */
  readonly requests: readonly RecordedRequest[]
  /** Sockets that clients hold open now. */
  readonly connections: number
  /** Ends at once, whatever is under way. */
  close(): Promise<void>
}

/**
 * Starts a Bedrock Runtime endpoint on the loopback interface: Converse and ConverseStream, over HTTP/1.1 and cleartext
 * HTTP/2 on one port.
 * @throws Error when the port cannot be had.
 */
export async function startBedrockLocal(options: BedrockLocalOptions = {}): Promise<BedrockLocal> {
  const { port = 0, keepRequests = 1000, firstDelayMs = 0, delayMs = 0, reply = standIn } = options
  const requests: RecordedRequest[] = []
  const answering = {
    reply: typeof reply === 'function' ? reply : oneByOne(reply),
    rules: options.rules ?? true,
    pace: { firstDelayMs, delayMs },
    maxBodyBytes: options.maxBodyBytes ?? 25_000_000,
    onRequest(record: RecordedRequest) {
      requests.push(record)
      if (requests.length > keepRequests) requests.shift()
    },
    onAnswered: (record: RecordedRequest) => options.onAnswered?.(record),
  }
  // What still fails here is a client that left before its request was complete.
  const listener = await listen(port, (exchange) => answerRequest(exchange, answering).catch(() => exchange.reset()))

  const url = `http://127.0.0.1:${listener.port}`
  return {
    url,
    port: listener.port,
    env: {
      AWS_ENDPOINT_URL_BEDROCK_RUNTIME: url,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
    },
    requests,
    get connections() {
      return listener.connections
    },
    close: listener.close,
    [Symbol.asyncDispose]: listener.close,
  }
}

function oneByOne(replies: readonly Reply[]): ReplyFunction {
  let asked = 0
  return () => {
    const reply = replies[asked++]
    if (reply === undefined) throw new Error(`its list holds ${replies.length}, and this is request ${asked}.`)
    return reply
  }
}
