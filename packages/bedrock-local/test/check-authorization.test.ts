import { createHash, createHmac } from 'node:crypto'
import type { BedrockRuntimeClientConfig } from '@aws-sdk/client-bedrock-runtime'
import { BedrockRuntimeClient } from '@aws-sdk/client-bedrock-runtime'
import { NodeHttpHandler } from '@smithy/node-http-handler'
import { describe, expect, it } from 'vitest'
import { checkAuthorization } from '../src/check-authorization.js'
import type { SignedRequest } from '../src/check-signature.js'
import { checkSignature } from '../src/check-signature.js'
import type { BedrockLocal, BedrockLocalOptions } from '../src/index.js'
import type { HttpVersion } from './helpers.js'
import { converse, converseStream, httpVersions, textOf, withLocal } from './helpers.js'

const credentials = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' }
const session = { ...credentials, sessionToken: 'FwoGZXIvYXdzEXAMPLETOKEN//////' }
const apiKey = 'ABSKQmVkcm9ja0FQSUtleS1leGFtcGxl'

function clientOf(local: BedrockLocal, version: HttpVersion, config: BedrockRuntimeClientConfig) {
  return new BedrockRuntimeClient({
    endpoint: local.url,
    region: 'us-west-2',
    maxAttempts: 1,
    ...(version === 'HTTP/1.1' && { requestHandler: new NodeHttpHandler() }),
    ...config,
  })
}

/** What a client gets that comes with other credentials than the endpoint takes. */
async function refusalOf(options: BedrockLocalOptions, version: HttpVersion, config: BedrockRuntimeClientConfig) {
  return withLocal({ reply: () => 'hi', ...options }, async (local) => {
    const error = await converse(clientOf(local, version, config)).then(
      () => undefined,
      (cause: { name: string; message: string; $metadata: { httpStatusCode?: number } }) => cause,
    )
    expect(local.requests[0]).toMatchObject({ status: 403, outcome: 'refused' })
    const told = JSON.stringify([local.requests, error?.message])
    for (const secret of [credentials.secretAccessKey, session.sessionToken, apiKey]) expect(told).not.toContain(secret)
    return { name: error?.name, message: error?.message, status: error?.$metadata.httpStatusCode }
  })
}

describe.each(httpVersions)('over %s', (version) => {
  it.each([
    ['keys', { credentials }],
    ['session credentials', { credentials: session }],
  ])('lets in who signs with the right %s', async (_, { credentials: own }) => {
    await withLocal({ credentials: own, reply: () => 'welcome' }, async (local) => {
      const client = clientOf(local, version, { credentials: own })
      expect((await converse(client, 'Überall ~ & "x"')).stopReason).toBe('end_turn')
      const { events, error } = await converseStream(client)
      expect(error).toBeUndefined()
      expect(textOf(events)).toBe('welcome')
    })
  })

  it('checks the path of an ARN, which is encoded twice', async () => {
    await withLocal({ credentials, reply: () => 'welcome', rules: false }, async (local) => {
      const modelId = "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.amazon.nova-lite-v1:0 (é)*'!"
      const answer = await converse(clientOf(local, version, { credentials }), { modelId })
      expect(answer.stopReason).toBe('end_turn')
      expect(local.requests[0]?.modelId).toBe(modelId)
    })
  })

  it('lets in who shows an API key', async () => {
    await withLocal({ apiKeys: ['another', apiKey], reply: () => 'welcome' }, async (local) => {
      const token = { token: apiKey }
      const client = clientOf(local, version, { token, authSchemePreference: ['httpBearerAuth'] })
      expect((await converse(client)).stopReason).toBe('end_turn')
      expect(local.env).toMatchObject({ AWS_BEARER_TOKEN_BEDROCK: 'another' })
    })
  })

  it('takes signatures and API keys side by side', async () => {
    await withLocal({ apiKeys: [apiKey], credentials, reply: () => 'welcome' }, async (local) => {
      const bearer = clientOf(local, version, { token: { token: apiKey }, authSchemePreference: ['httpBearerAuth'] })
      const answers = await Promise.all([converse(bearer), converse(clientOf(local, version, { credentials }))])
      expect(answers.map(({ stopReason }) => stopReason)).toEqual(['end_turn', 'end_turn'])
    })
  })

  it.each<[string, BedrockLocalOptions, BedrockRuntimeClientConfig, object]>([
    [
      'an unknown access key',
      { credentials },
      { credentials: { ...credentials, accessKeyId: 'AKIAOTHER' } },
      { name: 'UnrecognizedClientException', message: 'The security token included in the request is invalid.' },
    ],
    [
      'a wrong secret key',
      { credentials },
      { credentials: { ...credentials, secretAccessKey: 'wrong' } },
      { name: 'InvalidSignatureException', message: expect.stringMatching(/^The request signature we calculated/) },
    ],
    [
      'a missing session token',
      { credentials: session },
      { credentials },
      { name: 'UnrecognizedClientException', message: 'The security token included in the request is invalid.' },
    ],
    [
      'a session token that nobody asked for',
      { credentials },
      { credentials: session },
      { name: 'UnrecognizedClientException', message: 'The security token included in the request is invalid.' },
    ],
    [
      'credentials that have expired',
      { credentials: { ...session, expiration: new Date('2026-01-01') } },
      { credentials: session },
      { name: 'ExpiredTokenException', message: 'The security token included in the request is expired' },
    ],
    [
      'a wrong API key',
      { apiKeys: [apiKey] },
      { token: { token: `${apiKey}x` }, authSchemePreference: ['httpBearerAuth'] },
      {
        name: 'AccessDeniedException',
        message: 'Authentication failed: Please make sure your API Key is valid.',
      },
    ],
    [
      'a signature where only API keys are taken',
      { apiKeys: [apiKey] },
      { credentials },
      { name: 'UnrecognizedClientException', message: 'The security token included in the request is invalid.' },
    ],
  ])('refuses %s', async (_, options, config, expected) => {
    expect(await refusalOf(options, version, config)).toEqual({ status: 403, ...expected })
  })

  it('refuses a clock that is wrong, and the SDK sets it right by the date of the answer', async () => {
    await withLocal({ credentials, reply: () => 'in time' }, async (local) => {
      const late = { credentials, systemClockOffset: -3_600_000 }
      await expect(converse(clientOf(local, version, late))).rejects.toMatchObject({
        name: 'InvalidSignatureException',
        message: expect.stringMatching(/^Signature expired: \d{8}T\d{6}Z is now earlier than \d{8}T\d{6}Z \(/),
      })
      const answer = await converse(clientOf(local, version, { ...late, maxAttempts: 2 }))
      expect(answer.stopReason).toBe('end_turn')
      expect(local.requests.map(({ status }) => status)).toEqual([403, 403, 200])
    })
  })
})

it('asks a request without any credentials for them, before its body is looked at', async () => {
  await withLocal({ credentials }, async (local) => {
    const response = await fetch(`${local.url}/model/x/converse`, { method: 'POST', body: 'no JSON' })
    expect(response.status).toBe(403)
    expect(response.headers.get('x-amzn-errortype')).toMatch(/^MissingAuthenticationTokenException:/)
    expect(await response.json()).toEqual({ message: 'Missing Authentication Token' })
  })
})

it('names the member of a refused API key with a capital, as the service does', async () => {
  await withLocal({ apiKeys: [apiKey] }, async (local) => {
    const headers = { authorization: 'Bearer nonsense' }
    const response = await fetch(`${local.url}/model/x/converse`, { method: 'POST', body: '{}', headers })
    expect(await response.json()).toEqual({
      Message: 'Authentication failed: Please make sure your API Key is valid.',
    })
  })
})

it('lets everybody in when nothing is asked', () => {
  expect(checkAuthorization(signed({}), {})).toBeUndefined()
})

const now = new Date('2026-11-22T10:00:00Z')
const hex = (text: string) => createHash('sha256').update(text).digest('hex')
const mac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest()

interface Signing {
  readonly region?: string
  readonly service?: string
  readonly time?: string
  readonly day?: string
  readonly path?: string
  readonly body?: string
  /** Sent, and signed unless `unsigned` names them. */
  readonly headers?: { readonly [name: string]: string }
  readonly unsigned?: readonly string[]
  readonly canonicalPath?: string
  readonly canonicalQuery?: string
}

/** A signer of its own, written after AWS's description and by no code of the endpoint's. */
function signed(signing: Signing): SignedRequest {
  const { region = 'us-east-1', service = 'bedrock', time = '20261122T100000Z', body = '{}', unsigned = [] } = signing
  const { day = time.slice(0, 8), path = '/model/m/converse', canonicalQuery = '' } = signing
  const sent = { 'x-amz-date': time, ...signing.headers }
  const all: { readonly [name: string]: string } = { ...sent, host: 'localhost:1' }
  const names = Object.keys(all)
    .filter((name) => !unsigned.includes(name))
    .sort()
  const canonical = [
    'POST',
    signing.canonicalPath ?? path.split('?')[0],
    canonicalQuery,
    ...names.map((name) => `${name}:${all[name]}`),
    '',
    names.join(';'),
    hex(body),
  ].join('\n')
  const scope = `${day}/${region}/${service}/aws4_request`
  const key = [day, region, service, 'aws4_request'].reduce<Buffer>(
    mac,
    Buffer.from(`AWS4${credentials.secretAccessKey}`),
  )
  const signature = mac(key, ['AWS4-HMAC-SHA256', time, scope, hex(canonical)].join('\n')).toString('hex')
  const authorization = `AWS4-HMAC-SHA256 Credential=${credentials.accessKeyId}/${scope}, SignedHeaders=${names.join(';')}, Signature=${signature}`
  return {
    method: 'POST',
    path,
    authority: 'localhost:1',
    body: Buffer.from(body),
    headers: { ...sent, authorization },
  }
}

describe('checkSignature', () => {
  const check = (request: SignedRequest) => checkSignature(request, credentials, now)

  it.each<[string, Signing]>([
    ['a plain request', {}],
    ['any region', { region: 'ap-southeast-2' }],
    ['a clock up to five minutes off', { time: '20261122T095500Z' }],
    ['a payload hash', { headers: { 'x-amz-content-sha256': hex('{}') } }],
    ['a percent sign, encoded once more', { path: '/model/a%3A0/converse', canonicalPath: '/model/a%253A0/converse' }],
    ['a query, sorted by name', { path: '/m?b=2&a-x=%20&a=1', canonicalPath: '/m', canonicalQuery: 'a=1&a-x=%20&b=2' }],
  ])('takes %s', (_, signing) => {
    expect(check(signed(signing))).toBeUndefined()
  })

  it.each<[string, SignedRequest, string]>([
    ['another service', signed({ service: 's3' }), "Credential should be scoped to correct service: 'bedrock'."],
    ['a scope of another day', signed({ day: '20261121' }), 'Date in Credential scope does not match YYYYMMDD'],
    ['a time that is none', signed({ time: 'now', day: '20261122' }), 'Date must be in ISO-8601 basic format'],
    ['an old request', signed({ time: '20261122T095459Z' }), 'Signature expired: 20261122T095459Z is now earlier than'],
    ['a request from the future', signed({ time: '20261122T100501Z' }), 'Signature not yet current'],
    ['an open host', signed({ unsigned: ['host'] }), "'Host' or ':authority' must be a 'SignedHeader'"],
    ['an open date', signed({ unsigned: ['x-amz-date'] }), "'x-amz-date' must be a 'SignedHeader'"],
    ['another body', { ...signed({}), body: Buffer.from('{"a":1}') }, 'The request signature we calculated'],
    ['another path', { ...signed({}), path: '/model/other/converse' }, 'The request signature we calculated'],
    ['another host', { ...signed({}), authority: 'localhost:2' }, 'The request signature we calculated'],
    ['another method', { ...signed({}), method: 'GET' }, 'The request signature we calculated'],
    [
      'a payload hash that is not of the body',
      signed({ headers: { 'x-amz-content-sha256': hex('else') } }),
      'The request signature we calculated',
    ],
  ])('refuses %s', (_, request, message) => {
    const refusal = check(request)
    expect(refusal).toMatchObject({ status: 403, error: 'InvalidSignatureException' })
    expect(refusal?.message).toContain(message)
    expect(refusal?.message).not.toContain('Signature=')
  })

  it('names what a header lacks', () => {
    const request = signed({})
    const headers = { ...request.headers, authorization: 'AWS4-HMAC-SHA256 SignedHeaders=host' }
    expect(check({ ...request, headers })).toEqual({
      status: 403,
      error: 'IncompleteSignatureException',
      message:
        "Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' parameter.",
    })
  })
})
