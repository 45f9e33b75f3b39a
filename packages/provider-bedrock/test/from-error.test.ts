import { AgentError } from '@x/types'
import { describe, expect, it } from 'vitest'
import type { ErrorContext } from '../src/error-table.js'
import { fromError } from '../src/from-error.js'

const context: ErrorContext = {
  operation: 'ConverseStream',
  modelId: 'anthropic.claude-sonnet-4-6',
  region: 'eu-west-1',
  requestId: 'req-of-the-stream',
}

function thrown(name: string, message: string, members: object = {}): Error {
  return Object.assign(new Error(message), { name, ...members })
}

const answered = (httpStatusCode: number) => ({ $metadata: { httpStatusCode, requestId: 'req-1' } })

describe('fromError', () => {
  it('names operation, model, region and what the service said, and keeps status, request id and cause', () => {
    const cause = thrown('ValidationException', 'Bad thing.', answered(400))

    const error = fromError(cause, context)

    expect(error).toMatchObject({ code: 'invalid-request', retryable: false, status: 400, requestId: 'req-1', cause })
    expect(error.message).toBe('ConverseStream of anthropic.claude-sonnet-4-6 in eu-west-1 failed: Bad thing.')
  })

  it('takes the stream’s request id, and no status, for an exception inside the stream', () => {
    const error = fromError(thrown('throttlingException', '{"message":"Slow down"}'), context)

    expect(error).toMatchObject({ code: 'throttled', retryable: true, requestId: 'req-of-the-stream' })
    expect(error).not.toHaveProperty('status')
    expect(error.message).toContain('failed: Slow down.')
  })

  it.each([
    ['ThrottlingException', 'Too many tokens, please wait before trying again.', 429, 'throttled', true],
    ['ThrottlingException', 'Too many tokens per day, please wait before trying again.', 429, 'quota', false],
    ['ServiceQuotaExceededException', 'Your request exceeds the service quota.', 400, 'quota', false],
    ['ModelNotReadyException', 'Model is not ready for inference.', 429, 'unavailable', true],
    ['ValidationException', 'Input is too long for requested model.', 400, 'context-overflow', false],
    [
      'ValidationException',
      'input length and `max_tokens` exceed context limit: 1 + 2 > 2',
      400,
      'context-overflow',
      false,
    ],
    ['ValidationException', 'The provided model identifier is invalid.', 400, 'invalid-model', false],
    [
      'ResourceNotFoundException',
      'This model version has reached the end of its life.',
      404,
      'model-end-of-life',
      false,
    ],
    ['ResourceNotFoundException', 'Could not resolve the foundation model', 404, 'invalid-model', false],
    ['ResourceNotFoundException', 'Model use case details have not been submitted', 404, 'access-denied', false],
    ['AccessDeniedException', 'User: x is not authorized to perform: bedrock:InvokeModel', 403, 'access-denied', false],
    ['ExpiredTokenException', 'The security token included in the request is expired', 403, 'credentials', false],
    ['InvalidSignatureException', 'Signature expired', 403, 'credentials', false],
    ['CredentialsProviderError', 'Could not load credentials from any providers', undefined, 'credentials', false],
    ['Error', 'Region is missing', undefined, 'region', false],
    ['ModelTimeoutException', 'Model has timed out', 408, 'timeout', true],
    ['TimeoutError', 'Stream timed out because of no activity for 5 ms', undefined, 'timeout', true],
    ['TimeoutError', 'Unexpected error: http2 request did not get a response', undefined, 'network', true],
    ['TimeoutError', 'socket hang up', undefined, 'network', true],
    ['ModelErrorException', 'Model produced invalid sequence as part of ToolUse.', 424, 'model-failed', true],
    ['InternalServerException', 'Try again', 500, 'unavailable', true],
    ['Overloaded_error', 'Overloaded', 529, 'unavailable', true],
    ['Error', 'Truncated event message received.', undefined, 'stream-truncated', true],
    ['Error', 'Malformed event message: its type is other.', undefined, 'stream-truncated', true],
    ['TypeError', 'x is not a function', undefined, 'internal', false],
  ])('%s "%s" (%s) is %s', (name, message, status, code, retryable) => {
    const error = fromError(thrown(name, message, status ? answered(status) : {}), context)

    expect(error).toMatchObject({ code, retryable })
  })

  it('knows a network failure by its code, also one level down', () => {
    const refused = thrown('Error', 'The pending stream has been canceled', {
      code: 'ERR_HTTP2_STREAM_CANCEL',
      cause: thrown('Error', 'connect ECONNREFUSED', { code: 'ECONNREFUSED' }),
    })
    const untrusted = thrown('Error', 'self-signed certificate', { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' })

    expect(fromError(refused, context)).toMatchObject({ code: 'network', retryable: true })
    expect(fromError(thrown('Error', 'aborted', { code: 'ECONNRESET' }), context)).toMatchObject({ code: 'network' })
    expect(fromError(untrusted, context)).toMatchObject({ code: 'network', retryable: false })
  })

  it('names the inference profile to use where on-demand calls are not taken', () => {
    const message = 'Invocation of model ID x with on-demand throughput isn’t supported.'

    const error = fromError(thrown('ValidationException', message, answered(400)), context)

    expect(error.code).toBe('needs-inference-profile')
    expect(error.hint).toBe('Use the inference profile "eu.anthropic.claude-sonnet-4-6" as modelId.')
  })

  it('points to the Model access page where the account has no access, and to the IAM action where the user has none', () => {
    const noAccess = thrown('AccessDeniedException', "You don't have access to the model with the specified model ID.")
    const notAllowed = thrown('AccessDeniedException', 'User: x is not authorized to perform: y')

    expect(fromError(noAccess, context).hint).toContain('Model access page of the Amazon Bedrock console, in eu-west-1')
    expect(fromError(notAllowed, context).hint).toContain('bedrock:InvokeModelWithResponseStream')
    expect(fromError(notAllowed, { ...context, operation: 'Converse' }).hint).toContain('bedrock:InvokeModel ')
  })

  it('offers the plain model id where a profile is not known in the region', () => {
    const modelId = 'us.anthropic.claude-3-5-sonnet-20241022-v2:0'
    const invalid = thrown('ValidationException', 'The provided model identifier is invalid.')

    expect(fromError(invalid, { ...context, modelId }).hint).toContain('"anthropic.claude-3-5-sonnet-20241022-v2:0"')
    expect(fromError(invalid, context).hint).toBe('Check the id, and whether the model is offered in eu-west-1.')
  })

  it('keeps what had arrived', () => {
    const partial = { usage: { inputTokens: 1, outputTokens: 1, totalTokens: 2 } }

    expect(fromError(thrown('InternalServerException', 'x'), { ...context, partial }).partial).toBe(partial)
  })

  it('is aborted whatever was thrown once this side has ended the call', () => {
    const error = fromError(thrown('Error', 'aborted', { code: 'ECONNRESET' }), { ...context, aborted: true })

    expect(error).toMatchObject({ code: 'aborted', retryable: false })
  })

  it('tells where an error of our own happened without telling its hint twice', () => {
    const own = new AgentError('stream-truncated', 'Broke off.', { retryable: true, hint: 'Try again.' })

    const error = fromError(own, context)

    expect(error).toMatchObject({ code: 'stream-truncated', retryable: true, requestId: 'req-of-the-stream' })
    expect(error.message).toBe(
      'ConverseStream of anthropic.claude-sonnet-4-6 in eu-west-1 failed: Broke off. Try again.',
    )
  })

  it('names the IAM action that the service misses, or else the one of the operation', () => {
    const denied = (message: string, operation = 'ConverseStream') =>
      fromError(thrown('AccessDeniedException', message, answered(403)), { ...context, operation }).hint

    expect(denied('User: x is not authorized to perform: bedrock:ApplyGuardrail on resource: y')).toBe(
      'Allow the IAM action bedrock:ApplyGuardrail on this guardrail.',
    )
    expect(denied('No.')).toBe('Allow the IAM action bedrock:InvokeModelWithResponseStream on this model.')
    expect(denied('No.', 'CountTokens')).toBe('Allow the IAM action bedrock:CountTokens on this model.')
  })

  it('survives what is no error at all', () => {
    expect(fromError(undefined, { ...context, region: undefined })).toMatchObject({ code: 'internal' })
    expect(fromError('boom', context).message).toContain('failed: boom.')
  })
})
