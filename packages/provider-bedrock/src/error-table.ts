import type { ErrorCode, PartialAnswer } from '@x/types'
import { baseModelId, inferenceProfileId } from './models.js'

/** What was asked, for the words of an error. */
export interface ErrorContext {
  readonly operation: string
  readonly modelId: string
  readonly region: string | undefined
  /** Of the reply, for errors inside a stream, which carry none of their own. */
  readonly requestId?: string | undefined
  /** The call was ended from this side: nothing that the connection says about it counts. */
  readonly aborted?: boolean
  readonly partial?: PartialAnswer | undefined
}

/** An error as the table's rows look at it, however it was thrown. */
export interface Failure {
  /** Upper camel case; exceptions of a stream come in lower camel case. */
  readonly name: string
  readonly message: string
  /** HTTP status of an error reply; a stream's exception comes with 200 and has none. */
  readonly status: number | undefined
  /** Codes of Node.js (`ECONNRESET`), of the error itself and of what caused it. */
  readonly codes: readonly string[]
}

export interface ErrorRow {
  readonly code: ErrorCode
  readonly when: (failure: Failure) => boolean
  readonly retryable?: boolean
  /** What to do next. */
  readonly hint?: (context: ErrorContext, failure: Failure) => string
}

const said = (pattern: RegExp) => (failure: Failure) => pattern.test(failure.message)
const named = (pattern: RegExp) => (failure: Failure) => pattern.test(failure.name)
const answered =
  (...statuses: number[]) =>
  (failure: Failure) =>
    statuses.includes(failure.status ?? 0)

/**
 * The first row that fits decides. Names alone are too coarse (most of what can go wrong is a ValidationException), so
 * rows for what the message says come before rows for names, and rows for the bare HTTP status last. Texts are those
 * that the live service was seen to send.
 */
export const errorRows: readonly ErrorRow[] = [
  // Throttling comes first: "Too many tokens, please wait" is no overflow of the context.
  {
    code: 'quota',
    when: said(/too many tokens per day/i),
    hint: () =>
      "Waiting a moment does not help: it is the account's daily quota. Raise it under Service Quotas in AWS.",
  },
  { code: 'quota', when: named(/^ServiceQuotaExceeded/), hint: () => 'Raise the quota under Service Quotas in AWS.' },
  {
    code: 'unavailable',
    when: named(/^ModelNotReady/),
    retryable: true,
    hint: () => 'The model is being loaded: try again in a minute.',
  },
  {
    code: 'throttled',
    when: (failure) => named(/Throttl|^TooManyRequests/i)(failure) || answered(429)(failure),
    retryable: true,
    hint: () => 'Try again later and slower, or raise the quota of requests or tokens per minute of this model.',
  },
  {
    code: 'context-overflow',
    when: said(
      /prompt is too long|input is too long|exceed context limit|too many total text bytes|input tokens exceeded|maximum context length|context window/i,
    ),
    hint: () => 'Send less: shorten or summarise the conversation, or take a model with a larger context window.',
  },
  {
    code: 'needs-inference-profile',
    when: said(/on-demand throughput/i),
    hint: ({ modelId, region }) =>
      region === undefined
        ? 'Use the id of an inference profile that contains this model: its id after a prefix such as "us." or "eu.".'
        : `Use the inference profile "${inferenceProfileId(modelId, region)}" as modelId.`,
  },
  {
    code: 'model-end-of-life',
    when: said(/reached the end of its life|marked by provider as Legacy/i),
    hint: () => 'Move to an active model; the model lifecycle page of the Bedrock user guide names the successor.',
  },
  {
    code: 'invalid-model',
    when: (failure) => said(/model identifier is invalid|^model not found/i)(failure),
    hint: ({ modelId, region = 'this region' }) =>
      baseModelId(modelId) === modelId
        ? `Check the id, and whether the model is offered in ${region}.`
        : `An inference profile works only from the regions it is made for: check that ${region} is one of "${modelId}", or pass the plain model id "${baseModelId(modelId)}".`,
  },
  {
    code: 'invalid-request',
    when: said(/did not allow prompt caching/i),
    hint: () => 'This model takes no cache points (or not there): leave them out.',
  },
  {
    code: 'credentials',
    when: (failure) =>
      named(/ExpiredToken|UnrecognizedClient|InvalidSignature|IncompleteSignature|CredentialsProvider|TokenProvider/)(
        failure,
      ) ||
      named(/^(MissingAuthenticationToken|InvalidClientTokenId|RequestExpired|NotAuthorized|SSO)/)(failure) ||
      said(/Authentication failed|API Key is valid|`token` is not defined|security token included/i)(failure),
    hint: ({ region = 'the region' }) =>
      `Check what the call signs with: apiKey, credentials, AWS_BEARER_TOKEN_BEDROCK, AWS_ACCESS_KEY_ID, or the profile (aws sso login). Sessions expire, and API keys belong to one region, here ${region}.`,
  },
  {
    code: 'region',
    when: said(/Region is missing|Region not accepted/),
    hint: () => 'Set `region` in the config, or AWS_REGION, to a region such as us-west-2.',
  },
  {
    code: 'access-denied',
    when: said(/don't have access to the model|use case details|aws-marketplace/i),
    hint: ({ region = 'the region' }) =>
      `Request access to the model on the Model access page of the Amazon Bedrock console, in ${region}; some vendors want a use-case form and AWS Marketplace rights first. It takes effect after some minutes.`,
  },
  {
    code: 'access-denied',
    when: (failure) => named(/^AccessDenied/)(failure) || answered(401, 403)(failure),
    hint: ({ operation }, { message }) => {
      // A call with a guardrail needs an action for that as well, and the message says which one is missing.
      const action = /perform: (bedrock:\w+)/.exec(message)?.[1] ?? iamActions[operation] ?? 'bedrock:InvokeModel'
      return `Allow the IAM action ${action} on this ${action === 'bedrock:ApplyGuardrail' ? 'guardrail' : 'model'}.`
    },
  },
  {
    code: 'network',
    // The SDK's handlers call a connection that was lost a TimeoutError, too.
    when: (failure) =>
      hasCode(/^(ECONNRESET|EPIPE)$/)(failure) || said(/socket hang up|did not get a response/i)(failure),
    retryable: true,
    hint: checkConnection,
  },
  { code: 'timeout', when: said(/No connection within/), retryable: true, hint: checkConnection },
  {
    code: 'timeout',
    when: (failure) => named(/^(Model)?Timeout/)(failure) || answered(408)(failure) || hasCode(/TIMEDOUT/)(failure),
    retryable: true,
    hint: () => 'Ask for less at a time, stream the answer, or allow more time in clientConfig.requestHandler.',
  },
  {
    code: 'model-failed',
    when: named(/^Model(Stream)?Error/),
    retryable: true,
    hint: () => 'The model itself failed, and often answers at the next try.',
  },
  {
    code: 'unavailable',
    when: named(/^(InternalServer|InternalFailure|ServiceUnavailable|Overloaded)/),
    retryable: true,
  },
  { code: 'unavailable', when: (failure) => (failure.status ?? 0) >= 500, retryable: true },
  {
    code: 'stream-truncated',
    // A reply of Converse that is cut off is JSON cut off; a page of HTML in its place is an unexpected token.
    when: (failure) =>
      said(/(Truncated|Malformed) event message|checksum/i)(failure) ||
      (failure.name === 'SyntaxError' && !said(/unexpected token/i)(failure)),
    retryable: true,
    hint: () => 'The connection broke or garbled the answer.',
  },
  {
    code: 'network',
    when: (failure) => said(/certificate|altnames/i)(failure) || hasCode(/CERT|SSL|TLS/)(failure),
    hint: () =>
      'The endpoint could not be trusted: give its certificate authority to the requestHandler of clientConfig.',
  },
  {
    code: 'network',
    when: (failure) =>
      hasCode(/^(E[A-Z]+|ERR_HTTP2_.*|ERR_STREAM_.*|NGHTTP2_.*|UND_ERR_.*)$/)(failure) ||
      said(/^aborted$|abnormally aborted|Protocol error/i)(failure),
    retryable: true,
    hint: checkConnection,
  },
  {
    code: 'invalid-request',
    when: said(/unsupported for streaming|tool use in streaming mode/i),
    hint: () => 'Set `streaming: false`.',
  },
  { code: 'invalid-model', when: named(/^ResourceNotFound/), hint: () => 'Check modelId and region.' },
  {
    code: 'invalid-request',
    when: (failure) => named(/^(Validation|Conflict)/)(failure) || answered(400, 404)(failure),
  },
]

const iamActions: Readonly<Record<string, string>> = {
  Converse: 'bedrock:InvokeModel',
  ConverseStream: 'bedrock:InvokeModelWithResponseStream',
  CountTokens: 'bedrock:CountTokens',
  ApplyGuardrail: 'bedrock:ApplyGuardrail',
}

function checkConnection({ region }: ErrorContext): string {
  return `Check the connection to the Bedrock endpoint${region ? ` of ${region}` : ''}, proxies included.`
}

function hasCode(pattern: RegExp): (failure: Failure) => boolean {
  return ({ codes }) => codes.some((code) => pattern.test(code))
}
