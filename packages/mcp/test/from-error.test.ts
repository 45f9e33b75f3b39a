import { inspect } from 'node:util'
import { UnauthorizedError } from '@modelcontextprotocol/sdk/client/auth.js'
import { StreamableHTTPError } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { ErrorCode, McpError } from '@modelcontextprotocol/sdk/types.js'
import { AgentError } from '@x/types'
import { describe, expect, it } from 'vitest'
import { fromError } from '../src/from-error.js'

const source = {
  name: 'at https://example.com/mcp',
  secrets: ['Bearer sk-12345678', 'sk-12345678'],
  lost: false,
  lastWords: '',
}

describe('fromError', () => {
  it.each([
    [new McpError(ErrorCode.ConnectionClosed, 'Connection closed'), { lost: true }, 'network', true],
    [new TypeError('fetch failed'), {}, 'network', true],
    [new Error('Not connected'), { lost: true }, 'network', true],
    [new McpError(ErrorCode.ConnectionClosed, 'a server that uses this code for itself'), {}, 'tool-failed', false],
    [new McpError(ErrorCode.RequestTimeout, 'Request timed out'), {}, 'timeout', false],
    [new McpError(ErrorCode.InvalidParams, 'bad'), {}, 'invalid-tool-input', false],
    [new McpError(ErrorCode.InternalError, 'oops'), {}, 'tool-failed', false],
    [new UnauthorizedError(), {}, 'access-denied', false],
    [new StreamableHTTPError(403, 'no'), {}, 'access-denied', false],
    [new StreamableHTTPError(404, 'no'), {}, 'invalid-request', false],
    [new StreamableHTTPError(429, 'slow down'), {}, 'unavailable', true],
    [new StreamableHTTPError(503, 'later'), {}, 'unavailable', true],
    [new Error('odd'), {}, 'unavailable', false],
    ['odd', {}, 'unavailable', false],
  ])('reads %o', (error, more, code, retryable) => {
    expect(fromError(error, { ...source, ...more })).toMatchObject({ code, retryable, scope: 'step' })
  })

  it('passes errors of ours on', () => {
    const error = new AgentError('budget', 'No more.', { scope: 'run' })
    expect(fromError(error, source)).toBe(error)
  })

  it('says what the server said last, and never a secret, not even in the cause', () => {
    const lost = fromError(new TypeError('x'), { ...source, lastWords: 'token sk-12345678 is no good' })
    expect(lost.message).toContain('Its last words: token [redacted] is no good')
    const echoed = new StreamableHTTPError(500, 'you sent Authorization: Bearer sk-12345678')
    expect(inspect(fromError(echoed, source), { depth: 9 })).not.toContain('sk-12345678')
    expect(fromError(new StreamableHTTPError(500, 'x'), source).cause).toBeInstanceOf(StreamableHTTPError)
  })

  it('cuts what a server says', () => {
    expect(fromError(new McpError(ErrorCode.InternalError, 'x'.repeat(100_000)), source).message.length).toBeLessThan(
      1200,
    )
  })
})
