import type { Server } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { bedrock } from '../src/bedrock.js'
import { resolveProfile, withResolvedFamily } from '../src/resolve-profile.js'

const credentials = { accessKeyId: 'a', secretAccessKey: 'b' }
const never = new AbortController().signal
let server: Server
let endpoint: string
let paths: string[] = []
let answer: { status: number; body: object } | undefined
let serial = 0

/** A profile that nobody asked for yet, as answers are remembered. */
const newArn = () => `arn:aws:bedrock:eu-west-1:123456789012:application-inference-profile/p${++serial}`
const holding = (...modelArns: string[]) => ({
  status: 200,
  body: { models: modelArns.map((modelArn) => ({ modelArn })) },
})
const foundation = (region: string) => `arn:aws:bedrock:${region}::foundation-model/anthropic.claude-sonnet-4-6`

beforeAll(async () => {
  server = createServer((request, response) => {
    paths.push(`${request.method} ${request.url} ${/\/(eu-[^/]+)\//.exec(request.headers.authorization ?? '')?.[1]}`)
    if (!answer) return
    response.writeHead(answer.status, {
      'content-type': 'application/json',
      'x-amzn-errortype': 'AccessDeniedException',
    })
    response.end(JSON.stringify(answer.body))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterEach(() => {
  paths = []
  answer = undefined
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

describe('resolveProfile', () => {
  it('asks the control plane of the region of the ARN, once, also for callers that come together', async () => {
    answer = holding(foundation('eu-west-1'), foundation('eu-north-1'))
    const arn = newArn()
    const [first, second] = await Promise.all([
      resolveProfile(arn, { endpoint, credentials }),
      resolveProfile(arn, { endpoint, credentials }),
    ])
    await resolveProfile(arn, { endpoint, credentials })

    expect(first).toEqual({
      modelId: 'anthropic.claude-sonnet-4-6',
      modelArns: [foundation('eu-west-1'), foundation('eu-north-1')],
    })
    expect(second).toBe(first)
    expect(paths).toEqual([`GET /inference-profiles/${encodeURIComponent(arn)} eu-west-1`])
  })

  it('does not remember a failure', async () => {
    const arn = newArn()
    answer = { status: 403, body: { message: 'not authorized to perform: bedrock:GetInferenceProfile' } }

    await expect(resolveProfile(arn, { endpoint, credentials })).rejects.toMatchObject({
      code: 'access-denied',
      status: 403,
      message: expect.stringContaining('GetInferenceProfile of arn:'),
    })
    answer = holding(foundation('eu-west-1'))
    await expect(resolveProfile(arn, { endpoint, credentials })).resolves.toMatchObject({
      modelId: 'anthropic.claude-sonnet-4-6',
    })
  })

  it('says so when the profile names no model', async () => {
    answer = holding()

    await expect(resolveProfile(newArn(), { endpoint, credentials })).rejects.toMatchObject({ code: 'invalid-model' })
  })

  it('is aborted for the one who aborts, not for the others', async () => {
    const controller = new AbortController()
    const arn = newArn()
    const aborted = resolveProfile(arn, { endpoint, credentials, signal: controller.signal })
    await vi.waitFor(() => expect(paths).toHaveLength(1))
    controller.abort()

    await expect(aborted).rejects.toMatchObject({ code: 'aborted' })
  })

  it('refuses ids that are no opaque profile', async () => {
    await expect(resolveProfile('us.anthropic.claude-sonnet-4-6')).rejects.toMatchObject({
      code: 'unsupported',
      message: expect.stringContaining('State what it holds as `family`'),
    })
  })

  it('names the package that is missing', async () => {
    vi.resetModules()
    vi.doMock('@aws-sdk/client-bedrock', () => {
      throw new Error("Cannot find package '@aws-sdk/client-bedrock'")
    })
    const fresh = await import('../src/resolve-profile.js')

    await expect(fresh.resolveProfile(newArn(), { endpoint, credentials })).rejects.toMatchObject({
      code: 'unsupported',
      message: expect.stringContaining('npm install @aws-sdk/client-bedrock'),
    })
    vi.doUnmock('@aws-sdk/client-bedrock')
  })
})

describe('withResolvedFamily', () => {
  it('fills in the family of an opaque profile, and leaves every other config as it is', async () => {
    answer = holding('arn:aws:bedrock:eu-west-1::foundation-model/amazon.nova-lite-v1:0')
    const modelId = newArn()
    const config = { modelId, credentials, resolveProfiles: { endpoint } }

    expect(await withResolvedFamily(config, [never])).toEqual({ ...config, family: 'amazon.nova-lite-v1:0' })
    for (const other of [
      { ...config, family: 'claude' },
      { ...config, modelId: 'amazon.nova-lite-v1:0' },
      { ...config, modelId: 'arn:aws:bedrock:eu-west-1:123456789012:provisioned-model/abc' },
      { ...config, resolveProfiles: false },
    ]) {
      expect(await withResolvedFamily(other, [never])).toBe(other)
    }
    expect(paths).toHaveLength(1)
  })

  it('makes the capabilities known from the first call on', async () => {
    answer = holding('arn:aws:bedrock:eu-west-1::foundation-model/meta.llama3-3-70b-instruct-v1:0')
    const modelId = newArn()
    const config = { credentials, resolveProfiles: { endpoint } }
    const model = bedrock(modelId, config)
    expect(model.capabilities?.()).not.toHaveProperty('streamsTools')

    await withResolvedFamily({ modelId, ...config }, [never])

    expect(model.capabilities?.()).toMatchObject({ family: 'llama', streamsTools: false })
  })
})
