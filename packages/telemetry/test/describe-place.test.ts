import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { describePlace, describeProfile } from '../src/describe-place.js'

beforeEach(() => {
  for (const name of ['AWS_REGION', 'AWS_DEFAULT_REGION', 'AWS_ENDPOINT_URL_BEDROCK_RUNTIME', 'AWS_ENDPOINT_URL']) {
    vi.stubEnv(name, undefined)
  }
})
afterEach(() => vi.unstubAllEnvs())

describe('the place of a call', () => {
  it('is not guessed', () => {
    expect(describePlace('aws.bedrock', {})).toEqual({})
    expect(describePlace('acme', { endpoint: 'no url', region: 7 })).toEqual({})
  })

  it.each([
    ['the config', { region: 'us-east-1' }, {}],
    ['AWS_REGION', {}, { AWS_REGION: 'us-east-1', AWS_DEFAULT_REGION: 'eu-west-1' }],
    ['AWS_DEFAULT_REGION', {}, { AWS_DEFAULT_REGION: 'us-east-1' }],
  ])('follows from the region of %s', (_, config, environment) => {
    for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value)
    expect(describePlace('aws.bedrock', config)).toEqual({
      'server.address': 'bedrock-runtime.us-east-1.amazonaws.com',
      'server.port': 443,
      'cloud.region': 'us-east-1',
    })
  })

  it('is under another domain in China', () => {
    const { 'server.address': address } = describePlace('aws.bedrock', { region: 'cn-north-1' })
    expect(address).toBe('bedrock-runtime.cn-north-1.amazonaws.com.cn')
  })

  it.each([
    ['https://proxy.example:8443/bedrock', 'proxy.example', 8443],
    ['http://user:secret@127.0.0.1/', '127.0.0.1', 80],
  ])('is host and port alone of the endpoint %s', (endpoint, address, port) => {
    const place = { 'server.address': address, 'server.port': port }
    expect(describePlace('acme', { endpoint })).toEqual(place)
    vi.stubEnv('AWS_ENDPOINT_URL_BEDROCK_RUNTIME', endpoint)
    expect(describePlace('aws.bedrock', {})).toEqual(place)
  })
})

describe('the inference profile', () => {
  it.each([
    'us.amazon.nova-pro-v1:0',
    'us-gov.anthropic.claude-sonnet-4-5-20250929-v1:0',
    'global.anthropic.claude-haiku-4-5',
    'arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.amazon.nova-pro-v1:0',
    'arn:aws-us-gov:bedrock:us-gov-west-1:123456789012:application-inference-profile/abc123',
  ])('is %s', (id) => expect(describeProfile(id)).toEqual({ 'aws.bedrock.inference_profile.id': id }))

  it.each(['amazon.nova-pro-v1:0', 'zai.glm-4.7', 'arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-pro-v1:0'])(
    'is none for %s',
    (id) => expect(describeProfile(id)).toEqual({}),
  )
})
