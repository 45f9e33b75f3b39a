import type { ErrorCode } from '@x/types'
import type { Endpoint } from './base-url.js'

/** What was asked, for the words of an error. */
export interface ErrorContext {
  readonly modelId: string
  readonly endpoint: Endpoint
}

/** An error as the table's rows look at it, however it came about. */
export interface Failure {
  readonly message: string
  /** HTTP status, or what an error inside a stream gives as one; 0 without. */
  readonly status: number
  /** `error.type` and `error.code` of the server, and codes of Node.js (`ECONNRESET`) of the error and its causes. */
  readonly codes: readonly string[]
  /** Where it happened: the server's own words, the way there, or the way back. */
  readonly from: 'server' | 'connecting' | 'reading'
  /** The server did not speak as the API does. */
  readonly isForeign: boolean
}

export interface ErrorRow {
  readonly code: ErrorCode
  readonly when: (failure: Failure) => boolean
  readonly retryable?: boolean
  /** What to do next. */
  readonly hint?: (context: ErrorContext) => string
}

const said = (pattern: RegExp) => (failure: Failure) => pattern.test(failure.message)
const coded = (pattern: RegExp) => (failure: Failure) => failure.codes.some((code) => pattern.test(code))
const answered =
  (...statuses: number[]) =>
  (failure: Failure) =>
    statuses.includes(failure.status)
const any =
  (...tests: readonly ((failure: Failure) => boolean)[]) =>
  (failure: Failure) =>
    tests.some((test) => test(failure))
const all =
  (...tests: readonly ((failure: Failure) => boolean)[]) =>
  (failure: Failure) =>
    tests.every((test) => test(failure))

/**
 * The first row that fits decides; the codes are those of the Bedrock provider. Rows for what the server says come
 * before rows for the bare status, and those for the network last.
 */
export const errorRows: readonly ErrorRow[] = [
  {
    code: 'quota',
    when: any(
      coded(/^(insufficient_quota|billing_hard_limit_reached|billing_not_active|exceeded_current_quota_error)$/),
      said(/exceeded your current quota|insufficient balance|too many tokens per day/i),
      answered(402),
    ),
    hint: () => 'Waiting does not help: look at the plan and the billing of the account.',
  },
  {
    code: 'quota',
    when: all(answered(413, 429), said(/request too large/i)),
    hint: () => 'This one request is more than the account may use in a minute: send less, or raise the limit.',
  },
  {
    code: 'throttled',
    when: any(answered(429), coded(/^(rate_limit_exceeded|rate_limit_error|ThrottlingException)$/)),
    retryable: true,
    hint: () => 'Try again later and slower, or raise the limits of the account.',
  },
  {
    code: 'context-overflow',
    when: any(
      coded(/^(context_length_exceeded|exceed_context_size_error)$/),
      said(/maximum context length|context window|available context size|prompt is too long|input is too long/i),
      said(/longer than the maximum model length|exceeds? (the )?(model's )?context (length|limit)/i),
    ),
    hint: () => 'Send less: shorten or summarise the conversation, or take a model with a larger context window.',
  },
  {
    code: 'guardrail',
    when: coded(/^(content_policy_violation|content_filter|ResponsibleAIPolicyViolation)$/),
    hint: () => 'The service refuses this content.',
  },
  {
    code: 'credentials',
    when: any(
      answered(401),
      coded(/^(invalid_api_key|authentication_error|ExpiredTokenException|UnrecognizedClientException)$/),
      said(/incorrect api key|invalid api key|api key is valid|authentication failed|security token/i),
    ),
    hint: ({ endpoint: { quirks } }) =>
      `Check the key: apiKey${quirks.keyVariables.map((name) => `, or ${name}`).join('')}. It must belong to this server.`,
  },
  {
    code: 'access-denied',
    when: any(answered(403), coded(/^(permission_error|insufficient_permissions|AccessDeniedException)$/)),
    hint: ({ modelId }) => `The key is known, but may not do this: check its rights, and that it may use ${modelId}.`,
  },
  {
    code: 'invalid-model',
    when: any(
      coded(/^(model_not_found|NotFoundError|not_found_error)$/),
      all(answered(400, 404), said(/model .*(does not exist|not found)|invalid model|no such model/i)),
    ),
    hint: ({ endpoint: { quirks } }) =>
      `Check modelId${quirks.needsKey ? ', and that the account may use it' : ', and that the server has loaded it'}.`,
  },
  {
    code: 'invalid-model',
    when: answered(404, 405),
    hint: ({ endpoint }) =>
      `Nothing answers there: check that ${endpoint.name} ends where /chat/completions begins, usually in /v1.`,
  },
  {
    code: 'invalid-request',
    when: said(/stream_options|include_usage/),
    hint: () => 'This server does not count tokens in streams: set streamUsage: false.',
  },
  {
    code: 'invalid-request',
    when: said(/max_tokens|max_completion_tokens/),
    hint: () => 'Say which server it is with `dialect`, or put its own member into additionalBody.',
  },
  {
    code: 'invalid-request',
    when: any(coded(/^invalid_json_schema$/), said(/invalid schema for/i)),
    hint: () => 'The server takes part of JSON Schema only: capabilities().schemas of the model says which.',
  },
  { code: 'unsupported', when: any(answered(501), coded(/^not_supported_error$/)) },
  { code: 'timeout', when: any(answered(408), coded(/^timeout(_error)?$/)), retryable: true },
  {
    code: 'unavailable',
    when: any(
      (failure) => failure.status >= 500,
      answered(409, 425),
      coded(/^(server_error|overloaded_error|unavailable_error|service_unavailable|api_error|InternalServerError)$/),
    ),
    retryable: true,
  },
  {
    code: 'invalid-request',
    when: any(({ status }) => status >= 400, coded(/^(invalid_request_error|BadRequestError|ValidationException)$/)),
  },
  // An error inside an answer that says nothing of its kind.
  {
    code: 'model-failed',
    when: ({ from }) => from === 'server',
    retryable: true,
    hint: () => 'The model itself failed, and often answers at the next try.',
  },
  {
    code: 'timeout',
    when: any(coded(/^(UND_ERR_(HEADERS|BODY|CONNECT)_TIMEOUT|ETIMEDOUT)$/), said(/timed? ?out/i)),
    retryable: true,
    hint: () =>
      'Stream the answer, or give a `fetch` that waits longer: the one of Node.js gives up after 300 seconds.',
  },
  {
    code: 'stream-truncated',
    when: ({ from }) => from === 'reading',
    retryable: true,
    hint: () => 'The connection broke before the answer was whole.',
  },
  {
    code: 'network',
    when: any(coded(/CERT|SSL|TLS/), said(/certificate|altnames/i)),
    hint: () => 'The server could not be trusted: in Node.js, name its authority in NODE_EXTRA_CA_CERTS.',
  },
  {
    code: 'network',
    when: () => true,
    retryable: true,
    hint: ({ endpoint }) => `Check that ${endpoint.name} is there, and the connection to it, proxies included.`,
  },
]
