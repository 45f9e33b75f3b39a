import { UnauthorizedError } from '@modelcontextprotocol/sdk/client/auth.js'
import { StreamableHTTPError } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { ErrorCode, McpError } from '@modelcontextprotocol/sdk/types.js'
import { AgentError, isAgentError } from '@x/types'
import { brokenOff } from './http-transport.js'
import { holdsSecret, redact } from './redact.js'

/** What an error is told about: whose it is, and what must not be told. */
export interface ErrorSource {
  /** `at https://…`, `"npx"`. */
  readonly name: string
  readonly secrets: readonly string[]
  /** The connection is gone. */
  readonly lost: boolean
  /** What the server wrote to stderr. */
  readonly lastWords: string
}

/** Whatever the SDK, fetch or the server failed with, as an error of ours. Texts of the server are cut and redacted. */
export function fromError(error: unknown, source: ErrorSource): AgentError {
  if (isAgentError(error)) return error
  const { name, secrets } = source
  const text = redact(error instanceof Error ? error.message : String(error), secrets)
  const known = error instanceof Error && !holdsSecret(`${error.message}${error.cause ?? ''}`, secrets)
  const cause = known ? { cause: error } : {}

  if (isLost(error, source)) {
    const words = source.lastWords && ` Its last words: ${redact(source.lastWords, secrets, 500)}`
    const message = `The connection to the MCP server ${name} was lost.${words}`
    return new AgentError('network', message, { retryable: true, ...cause })
  }
  const status = error instanceof StreamableHTTPError && (error.code ?? 0) > 0 ? { status: error.code as number } : {}
  if (error instanceof UnauthorizedError || isStatus(error, 401, 403)) {
    return new AgentError('access-denied', `The MCP server ${name} wants to know who asks: ${text}`, {
      hint: 'Give headers with a token, or an authProvider and finish its authorization first.',
      ...status,
      ...cause,
    })
  }
  if (error instanceof StreamableHTTPError) {
    const retryable = isStatus(error, 429) || (status.status ?? 0) >= 500
    const code = retryable ? 'unavailable' : 'invalid-request'
    return new AgentError(code, `The MCP server ${name} refused: ${text}`, { retryable, ...status, ...cause })
  }
  if (error instanceof McpError) {
    if (error.code === ErrorCode.RequestTimeout) {
      return new AgentError('timeout', `The MCP server ${name} did not answer in time.`, cause)
    }
    const code = error.code === ErrorCode.InvalidParams ? 'invalid-tool-input' : 'tool-failed'
    return new AgentError(code, `The MCP server ${name} answered with an error: ${text}`, cause)
  }
  return new AgentError('unavailable', `The MCP server ${name} cannot be used: ${text}`, cause)
}

/** Whether the connection broke, so that nobody knows if the request was carried out. */
export function isLost(error: unknown, { lost }: Pick<ErrorSource, 'lost'>): boolean {
  if (error instanceof McpError) {
    return error.code === ErrorCode.ConnectionClosed && (lost || error.data === brokenOff)
  }
  // What fetch throws, and what the SDK says of a transport that is closed already.
  return error instanceof TypeError || (lost && error instanceof Error && error.message === 'Not connected')
}

/** Whether the server no longer knows the session: the request was refused as a whole and not carried out. */
export function isSessionRefused(error: unknown): boolean {
  // 404 by the protocol; 400 is what several servers, the reference ones among them, say instead.
  return isStatus(error, 404, 400)
}

function isStatus(error: unknown, ...statuses: readonly number[]): boolean {
  return error instanceof StreamableHTTPError && error.code !== undefined && statuses.includes(error.code)
}
