import { AgentError, isAgentError } from '@x/types'
import type { ErrorContext, Failure } from './error-table.js'
import { errorRows } from './error-table.js'

/** Whatever the AWS SDK, the network or the event stream throws, as the one error class. */
export function fromError(error: unknown, context: ErrorContext): AgentError {
  const { operation, modelId, region, aborted, partial } = context
  const where = `${operation} of ${modelId}${region ? ` in ${region}` : ''}`
  if (aborted) return new AgentError('aborted', `${where} was aborted.`, { cause: error, ...given({ partial }) })
  if (isAgentError(error)) {
    const { code, retryable, message, hint, cause } = error
    const bare = hint && message.endsWith(` ${hint}`) ? message.slice(0, -hint.length - 1) : message
    const options = given({ hint, cause, requestId: context.requestId, partial })
    return new AgentError(code, `${where} failed: ${bare}`, { retryable, ...options })
  }
  const failure = toFailure(error)
  const { code, retryable = false, hint } = errorRows.find(({ when }) => when(failure)) ?? { code: 'internal' }
  const requestId = metadataOf(error).requestId ?? context.requestId
  const said = failure.message === '' || failure.message === 'Unknown' ? failure.name : failure.message
  return new AgentError(code, `${where} failed: ${said}${/[.!?]$/.test(said) ? '' : '.'}`, {
    retryable,
    cause: error,
    ...given({ hint: hint?.(context, failure), requestId, status: failure.status, partial }),
    ...given({ retryAfterMs: retryAfterOf(error) }),
  })
}

function toFailure(error: unknown): Failure {
  const { name = '', message = String(error), code, cause } = Object(error) as Partial<Error> & { code?: unknown }
  const status = metadataOf(error).httpStatusCode
  const codes = [code, Object(cause).code].filter((value) => typeof value === 'string')
  return {
    name: name.charAt(0).toUpperCase() + name.slice(1),
    message: toWords(message),
    status: status === 200 ? undefined : status,
    codes,
  }
}

function metadataOf(error: unknown): { requestId?: string; httpStatusCode?: number } {
  const { $metadata, $response } = Object(error)
  // The exception in a stream's first frame knows its reply, but not that reply's id.
  return { requestId: $response?.headers?.['x-amzn-requestid'], ...$metadata }
}

/** `retry-after` in seconds, or `x-amz-retry-after` in milliseconds; a date, which HTTP allows too, was never seen. */
function retryAfterOf(error: unknown): number | undefined {
  const { 'retry-after': seconds, 'x-amz-retry-after': milliseconds } = Object(Object(error).$response).headers ?? {}
  const wait = milliseconds === undefined ? Number(seconds) * 1000 : Number(milliseconds)
  return Number.isFinite(wait) && wait >= 0 ? wait : undefined
}

/** An exception that the SDK has no class for keeps its raw JSON body, and some errors an advice for SDK developers. */
function toWords(message: string): string {
  const words = message.split('\n  Deserialization error:')[0]?.trim() ?? ''
  if (!words.startsWith('{')) return words
  try {
    const body = JSON.parse(words) as { message?: unknown; Message?: unknown }
    return String(body.message ?? body.Message ?? words)
  } catch {
    return words
  }
}

/** Without the members that are undefined. */
function given<Options extends object>(options: Options): { [Key in keyof Options]?: NonNullable<Options[Key]> } {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as never
}
