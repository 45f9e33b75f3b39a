import type { JsonValue } from '@x/types'
import { describe, expect, it } from 'vitest'
import type { RecordedRequest } from '../src/index.js'
import { logLine } from '../src/log-line.js'
import { redactPath, redactSecrets, withoutSecrets } from '../src/redact.js'

const request: RecordedRequest = {
  operation: 'Converse',
  method: 'POST',
  path: '/model/m/converse',
  modelId: 'm',
  body: { messages: [{ role: 'user', content: [{ text: 'My key is AKIAIOSFODNN7EXAMPLE.' }] }] },
  headers: {},
  status: 200,
  usage: { inputTokens: 3, outputTokens: 2, totalTokens: 5 },
  outcome: 'whole',
}

describe('logLine', () => {
  it.each<[Partial<RecordedRequest>, string]>([
    [{}, '200 Converse m 3 in, 2 out'],
    [{ outcome: 'fault' }, '200 Converse m 3 in, 2 out (broken by a fault)'],
    [{ outcome: 'client-left' }, '200 Converse m 3 in, 2 out (client left)'],
    [
      { operation: 'UnknownOperation', modelId: '', path: '/x', status: 404, outcome: 'refused' },
      '404 UnknownOperation POST /x 3 in, 2 out',
    ],
    [
      { modelId: 'm\n200 fake\u001b[2J', status: 400, error: 'E: a\r\nb' },
      '400 Converse m 200 fake [2J 3 in, 2 out (E: a b)',
    ],
  ])('shows %j', (facts, line) => {
    expect(logLine({ ...request, ...facts })).toBe(line)
  })

  it('shows the body only when it is asked to, without secrets', () => {
    expect(logLine(request)).not.toContain('My key')
    expect(logLine(request, true)).toBe(
      '200 Converse m 3 in, 2 out\n  {"messages":[{"role":"user","content":[{"text":"My key is [redacted]."}]}]}',
    )
  })
})

describe('redactSecrets', () => {
  it.each<[JsonValue, JsonValue]>([
    [
      { password: 'x', dbPassword: 'x', api_key: 'x', Authorization: 'x' },
      { password: '[redacted]', dbPassword: '[redacted]', api_key: '[redacted]', Authorization: '[redacted]' },
    ],
    [
      { secretAccessKey: 'x', session_token: 'x' },
      { secretAccessKey: '[redacted]', session_token: '[redacted]' },
    ],
    [
      { maxTokens: 5, tokens: 'many', keyboard: 'k' },
      { maxTokens: 5, tokens: 'many', keyboard: 'k' },
    ],
    [['use Bearer abcdefgh12345 now'], ['use Bearer [redacted] now']],
    ['ABSKQmVkcm9ja0FQSUtleS1leGFtcGxl and bedrock-api-key-YWJj', '[redacted] and [redacted]'],
    ['-----BEGIN PRIVATE KEY-----\nabc\n-----END PRIVATE KEY----- end', '[redacted] end'],
    [
      { image: { source: { bytes: 'A'.repeat(5000) } } },
      { image: { source: { bytes: `${'A'.repeat(20)}... (5000 letters)` } } },
    ],
    [{ a: [null, true, 1, 'plain'] }, { a: [null, true, 1, 'plain'] }],
  ])('makes of %j only what may be seen', (value, seen) => {
    expect(redactSecrets(value)).toEqual(seen)
  })
})

it('takes signatures and tokens out of paths and headers', () => {
  expect(redactPath('/m?X-Amz-Signature=abc&X-Amz-Security-Token=t&X-Amz-Credential=AKIA&a=1')).toBe(
    '/m?X-Amz-Signature=[redacted]&X-Amz-Security-Token=[redacted]&X-Amz-Credential=[redacted]&a=1',
  )
  expect(withoutSecrets({ authorization: 'a', 'x-amz-security-token': 'b', cookie: 'c', host: 'h' })).toEqual({
    host: 'h',
  })
})
