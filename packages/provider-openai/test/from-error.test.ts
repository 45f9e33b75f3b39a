import { describe, expect, it } from 'vitest'
import { endpointOf } from '../src/base-url.js'
import { fromError } from '../src/from-error.js'
import { ServiceFault } from '../src/service-fault.js'

const endpoint = endpointOf({ baseUrl: 'https://api.openai.com/v1' })
const call = { modelId: 'm', endpoint, aborted: false, reading: false, secrets: [] }

const fromServer = (status: number | undefined, body: unknown) =>
  fromError(new ServiceFault(body, { ...(status && { status }) }), call)

describe('an error of a server', () => {
  // Bodies as the servers write them.
  it.each<[string, number | undefined, unknown, string, boolean]>([
    [
      'OpenAI: no such key',
      401,
      { error: { message: 'Incorrect API key provided.', type: 'invalid_request_error', code: 'invalid_api_key' } },
      'credentials',
      false,
    ],
    [
      'OpenAI: country',
      403,
      {
        error: {
          message: 'Country not supported',
          type: 'request_forbidden',
          code: 'unsupported_country_region_territory',
        },
      },
      'access-denied',
      false,
    ],
    [
      'OpenAI: no such model',
      404,
      { error: { message: 'The model `x` does not exist', type: 'invalid_request_error', code: 'model_not_found' } },
      'invalid-model',
      false,
    ],
    [
      'OpenAI: too long',
      400,
      {
        error: {
          message: "This model's maximum context length is 8192 tokens.",
          type: 'invalid_request_error',
          code: 'context_length_exceeded',
        },
      },
      'context-overflow',
      false,
    ],
    [
      'OpenAI: too fast',
      429,
      { error: { message: 'Rate limit reached', type: 'requests', code: 'rate_limit_exceeded' } },
      'throttled',
      true,
    ],
    [
      'OpenAI: too much at once',
      429,
      {
        error: { message: 'Request too large for gpt on tokens per min', type: 'tokens', code: 'rate_limit_exceeded' },
      },
      'quota',
      false,
    ],
    [
      'OpenAI: no money',
      429,
      { error: { message: 'You exceeded your current quota', type: 'insufficient_quota', code: 'insufficient_quota' } },
      'quota',
      false,
    ],
    [
      'OpenAI: wrong member',
      400,
      {
        error: {
          message: "Unsupported parameter: 'max_tokens'.",
          type: 'invalid_request_error',
          param: 'max_tokens',
          code: 'unsupported_parameter',
        },
      },
      'invalid-request',
      false,
    ],
    ['OpenAI: down', 500, { error: { message: 'The server had an error', type: 'server_error' } }, 'unavailable', true],
    [
      'OpenAI, in a stream',
      undefined,
      { error: { message: 'The server had an error', type: 'server_error', code: null } },
      'unavailable',
      true,
    ],
    [
      'Azure: filtered',
      400,
      { error: { message: 'The response was filtered', code: 'content_filter', status: 400 } },
      'guardrail',
      false,
    ],
    ['OpenRouter: no credits', 402, { error: { code: 402, message: 'Insufficient credits' } }, 'quota', false],
    [
      'OpenRouter, in a stream',
      undefined,
      { error: { code: 502, message: 'Provider returned error' } },
      'unavailable',
      true,
    ],
    [
      'vLLM, older: too long',
      400,
      {
        object: 'error',
        message: 'This model has a maximum context length of 10 tokens',
        type: 'BadRequestError',
        code: 400,
      },
      'context-overflow',
      false,
    ],
    [
      'vLLM: no such model',
      404,
      { error: { message: 'The model `x` does not exist.', type: 'NotFoundError', param: 'model', code: 404 } },
      'invalid-model',
      false,
    ],
    [
      'llama.cpp: too long',
      400,
      {
        error: {
          code: 400,
          message: 'request (9 tokens) exceeds the available context size',
          type: 'exceed_context_size_error',
        },
      },
      'context-overflow',
      false,
    ],
    [
      'llama.cpp: loading',
      503,
      { error: { code: 503, message: 'Loading model', type: 'unavailable_error' } },
      'unavailable',
      true,
    ],
    [
      'llama.cpp: no images',
      501,
      { error: { code: 501, message: 'image input is not supported', type: 'not_supported_error' } },
      'unsupported',
      false,
    ],
    [
      'llama.cpp, in a stream',
      undefined,
      { code: 500, message: 'failed to decode', type: 'server_error' },
      'unavailable',
      true,
    ],
    [
      'Ollama: no such model',
      404,
      {
        error: {
          message: 'model "x" not found, try pulling it first',
          type: 'not_found_error',
          param: null,
          code: null,
        },
      },
      'invalid-model',
      false,
    ],
    [
      'Ollama: no tools',
      400,
      { error: { message: 'x does not support tools', type: 'invalid_request_error' } },
      'invalid-request',
      false,
    ],
    ['Ollama: a text alone', 500, { error: 'llama runner process has terminated' }, 'unavailable', true],
    [
      'Bedrock: wrong key',
      403,
      { Message: 'Authentication failed: Please make sure your API Key is valid.' },
      'credentials',
      false,
    ],
    [
      'Bedrock: no rights',
      403,
      { message: 'User is not authorized to perform: bedrock:InvokeModel', __type: 'AccessDeniedException' },
      'access-denied',
      false,
    ],
    ['Bedrock: too fast', 429, { message: 'Too many requests', __type: 'ThrottlingException' }, 'throttled', true],
    ['FastAPI', 422, { detail: [{ loc: ['body'], msg: 'field required' }] }, 'invalid-request', false],
    ['a wrong path', 404, '404 page not found', 'invalid-model', false],
    ['a page of a proxy', 502, '<html>Bad Gateway</html>', 'unavailable', true],
    ['nothing at all', 400, '', 'invalid-request', false],
    ['a stream, without a kind', undefined, { error: { message: 'Something went wrong' } }, 'model-failed', true],
  ])('%s', (_what, status, body, code, retryable) => {
    const error = fromServer(status, body)
    expect(error).toMatchObject({ code, retryable })
    expect(error.message).toMatch(/^m at https:\/\/api\.openai\.com\/v1 failed: \S/)
    expect(error.message).not.toMatch(/undefined|\[object|<html/)
  })

  it('tells the words, the status and the code of the server, and what to do next', () => {
    const body = { error: { message: 'The model `x` does not exist.', code: 'model_not_found' } }
    expect(fromServer(404, body).message).toBe(
      'm at https://api.openai.com/v1 failed: The model `x` does not exist (HTTP 404, model_not_found). Check modelId, and that the account may use it.',
    )
    expect(fromServer(404, body)).toMatchObject({ status: 404 })
  })

  it.each([
    [400, "Unsupported parameter: 'stream_options'", 'streamUsage: false'],
    [400, "Unsupported parameter: 'max_tokens'", 'dialect'],
    [400, "Invalid schema for response_format 'answer'", 'capabilities().schemas'],
    [404, '', 'usually in /v1'],
  ])('%i %s: says %s', (status, message, hint) => {
    expect(fromServer(status, { error: { message } }).message).toContain(hint)
  })

  it('is never longer than a screen', () => {
    expect(fromServer(400, { error: { message: 'x'.repeat(100_000) } }).message.length).toBeLessThan(2000)
  })
})

describe('an error of the network', () => {
  const failed = (cause: object, reading = false) => {
    const error = new TypeError(reading ? 'terminated' : 'fetch failed', {
      cause: Object.assign(new Error('why'), cause),
    })
    return fromError(error, { ...call, reading })
  }

  it.each<[object, boolean, string, boolean]>([
    [{ code: 'ECONNREFUSED' }, false, 'network', true],
    [{ code: 'ENOTFOUND' }, false, 'network', true],
    [{ code: 'CERT_HAS_EXPIRED' }, false, 'network', false],
    [{ code: 'UND_ERR_HEADERS_TIMEOUT' }, false, 'timeout', true],
    [{ code: 'UND_ERR_BODY_TIMEOUT' }, true, 'timeout', true],
    [{ code: 'UND_ERR_SOCKET' }, true, 'stream-truncated', true],
    [{ code: 'ECONNRESET' }, true, 'stream-truncated', true],
  ])('%j while reading %s: %s', (cause, reading, code, retryable) => {
    expect(failed(cause, reading)).toMatchObject({ code, retryable, cause: expect.any(TypeError) })
  })

  it('is an abort once the call was aborted, whatever it says', () => {
    expect(fromError(new TypeError('terminated'), { ...call, aborted: true })).toMatchObject({ code: 'aborted' })
  })
})

describe('what a server asks to wait', () => {
  it.each([
    [{ 'retry-after': '2' }, 2000],
    [{ 'retry-after-ms': '1500', 'retry-after': '2' }, 1500],
    [{ 'retry-after': 'soon' }, undefined],
    [{}, undefined],
  ])('%j is %s ms', async (headers, ms) => {
    const { readFault } = await import('../src/read-answer.js')
    const timer = { waits() {}, got() {}, stop() {}, error: undefined }
    const response = new Response('{}', { status: 429, headers: headers as Record<string, string> })
    expect((await readFault(response, timer, new AbortController().signal)).retryAfterMs).toBe(ms)
  })

  it('may be a date', async () => {
    const { readFault } = await import('../src/read-answer.js')
    const timer = { waits() {}, got() {}, stop() {}, error: undefined }
    const date = new Date(Date.now() + 60_000).toUTCString()
    const response = new Response('{}', { status: 429, headers: { 'retry-after': date } })
    const { retryAfterMs = 0 } = await readFault(response, timer, new AbortController().signal)
    expect(retryAfterMs).toBeGreaterThan(50_000)
    expect(retryAfterMs).toBeLessThanOrEqual(60_000)
  })
})
