import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as sdk from '@aws-sdk/client-bedrock-runtime'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { clientOf, regionOf } from '../src/client.js'
import type { BedrockConfig } from '../src/config.js'

const credentials = { accessKeyId: 'id', secretAccessKey: 'secret' }
let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'profiles-'))
  writeFileSync(join(folder, 'config'), '[default]\n\n[profile work]\nregion = eu-north-1\n')
  writeFileSync(join(folder, 'credentials'), '')
  vi.stubEnv('AWS_CONFIG_FILE', join(folder, 'config'))
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', join(folder, 'credentials'))
  for (const name of ['AWS_REGION', 'AWS_DEFAULT_REGION', 'AWS_PROFILE']) vi.stubEnv(name, undefined)
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true })
})

function client(config: Partial<BedrockConfig>) {
  return clientOf(sdk, { modelId: 'a.b', ...config })
}

describe('clientOf', () => {
  it('shares one client between configs with the same region, endpoint and credentials', () => {
    const one = client({ region: 'us-east-1', credentials, temperature: 0 })

    expect(client({ region: 'us-east-1', credentials, modelId: 'c.d' })).toBe(one)
    expect(client({ region: 'us-east-2', credentials })).not.toBe(one)
    expect(client({ region: 'us-east-1', credentials: { ...credentials } })).not.toBe(one)
    expect(client({ region: 'us-east-1', credentials, endpoint: 'http://127.0.0.1:1' })).not.toBe(one)
    expect(client({ region: 'us-east-1', credentials, clientConfig: {} })).not.toBe(one)
    expect(client({ region: 'us-east-1', apiKey: 'a' })).not.toBe(client({ region: 'us-east-1', apiKey: 'b' }))
  })

  it('holds a bounded number of clients', () => {
    const first = client({ region: 'us-east-1', apiKey: 'tenant' })
    expect(client({ region: 'us-east-1', apiKey: 'tenant' })).toBe(first)
    for (let tenant = 0; tenant < 100; tenant++) client({ region: 'us-east-1', apiKey: `tenant ${tenant}` })

    expect(client({ region: 'us-east-1', apiKey: 'tenant' })).not.toBe(first)
  })

  it('takes a client of the caller as it is', () => {
    const own = new sdk.BedrockRuntimeClient({ region: 'us-east-1', credentials })

    expect(client({ client: own })).toBe(own)
  })

  it('signs with the API key as a bearer token, and with given credentials whatever the environment holds', async () => {
    vi.stubEnv('AWS_BEARER_TOKEN_BEDROCK', 'from the environment')
    const withKey = client({ region: 'us-east-1', apiKey: 'given' })
    const withCredentials = client({ region: 'us-east-1', credentials })

    expect(await withKey.config.authSchemePreference?.()).toEqual(['httpBearerAuth'])
    expect(await withKey.config.token?.()).toMatchObject({ token: 'given' })
    expect(await withCredentials.config.authSchemePreference?.()).toEqual(['sigv4'])
  })

  it('reads the wire and keeps connections itself, unless clientConfig brings something of its own', () => {
    const ours = client({ region: 'us-east-1', credentials }).config
    const theirs = new sdk.BedrockRuntimeClient({ region: 'us-east-1', credentials }).config
    const { protocol, requestHandler, logger } = theirs
    const given = client({
      region: 'us-east-1',
      credentials,
      clientConfig: { protocol, requestHandler, logger },
    }).config

    expect(Object.getPrototypeOf(ours.protocol.constructor)).toBe(theirs.protocol.constructor)
    expect(ours.requestHandler).not.toBeInstanceOf(theirs.requestHandler.constructor)
    expect(ours.requestHandler.metadata).toEqual(theirs.requestHandler.metadata)
    expect(ours.logger).not.toHaveProperty('info')
    expect(given.protocol).toBe(protocol)
    expect(given.requestHandler).toBe(requestHandler)
    expect(given.logger).toBe(logger)
  })

  it('passes clientConfig on, and lets the config itself win', async () => {
    const clientConfig = { maxAttempts: 7, region: 'eu-west-1' }

    expect(await client({ credentials, clientConfig }).config.maxAttempts()).toBe(7)
    expect(await regionOf(client({ credentials, clientConfig }))).toBe('eu-west-1')
    expect(await regionOf(client({ credentials, clientConfig, region: 'eu-west-2' }))).toBe('eu-west-2')
  })
})

describe('the region', () => {
  it('is the explicit one, AWS_REGION, AWS_DEFAULT_REGION, the profile’s, then us-west-2', async () => {
    vi.stubEnv('AWS_REGION', 'eu-west-1')
    vi.stubEnv('AWS_DEFAULT_REGION', 'eu-west-2')
    expect(await regionOf(client({ region: 'eu-west-3', profile: 'work' }))).toBe('eu-west-3')
    expect(await regionOf(client({ profile: 'work' }))).toBe('eu-west-1')

    vi.stubEnv('AWS_REGION', '')
    expect(await regionOf(client({ profile: 'work' }))).toBe('eu-west-2')

    vi.stubEnv('AWS_REGION', undefined)
    vi.stubEnv('AWS_DEFAULT_REGION', undefined)
    expect(await regionOf(client({ profile: 'work' }))).toBe('eu-north-1')
    expect(await regionOf(client({}))).toBe('us-west-2')

    vi.stubEnv('AWS_PROFILE', 'work')
    expect(await regionOf(client({}))).toBe('eu-north-1')
  })
})
