import { NodeHttpHandler } from '@smithy/node-http-handler'
import type { BedrockLocalOptions } from '@x/bedrock-local'
import { startBedrockLocal } from '@x/bedrock-local'
import type { BedrockConfig, BedrockModel } from '@x/provider-bedrock'
import { bedrock, warmUp } from '@x/provider-bedrock'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { ask, collect, textOf } from '../src/collect.js'
import type { CountingProxy } from '../src/counting-proxy.js'
import { startCountingProxy } from '../src/counting-proxy.js'
import { credentials } from '../src/recorded.js'

const started: { close(): Promise<void> }[] = []
afterEach(() => Promise.all(started.splice(0).map((server) => server.close())))

async function serve(reply: NonNullable<BedrockLocalOptions['reply']>): Promise<CountingProxy> {
  const local = await startBedrockLocal({ reply })
  const proxy = await startCountingProxy(local.url)
  started.push(proxy, local)
  return proxy
}

const text = 'One two three four five six'
const answer = { content: [{ text }], deltaLength: 4 }

const transports = [
  ['HTTP/2', () => ({})],
  ['HTTP/1.1', () => ({ requestHandler: new NodeHttpHandler({ httpAgent: { keepAlive: true, maxSockets: 500 } }) })],
] as const

for (const [transport, handler] of transports) {
  const configAt = ({ url }: CountingProxy, config: Partial<BedrockConfig> = {}) =>
    ({ region: 'us-east-1', endpoint: url, credentials, clientConfig: handler(), ...config }) as const
  const modelAt = (proxy: CountingProxy, config: Partial<BedrockConfig> = {}): BedrockModel =>
    bedrock('us.amazon.nova-lite-v1:0', configAt(proxy, config))
  const answerOf = async (model: BedrockModel, config?: { streaming: boolean }) => {
    const { result, error } = await collect(model, ask('Count'), { ...(config && { config }) })
    return error ?? textOf(result?.message)
  }

  describe(`a model over ${transport}`, () => {
    it('makes 500 calls in sequence, streaming or not, over one connection', async () => {
      const proxy = await serve(() => answer)
      const model = modelAt(proxy)

      for (let call = 0; call < 500; call++) expect(await answerOf(model, { streaming: call % 2 === 0 })).toBe(text)

      expect(proxy.opened).toBe(1)
    })

    it('reads 200 streams at once, each to its end', async () => {
      const proxy = await serve(() => ({ ...answer, delayMs: 5 }))
      const model = modelAt(proxy)

      const answers = await Promise.all(Array.from({ length: 200 }, () => answerOf(model)))

      expect(new Set(answers)).toEqual(new Set([text]))
      expect(proxy.opened).toBeLessThanOrEqual(200)
      const before = proxy.opened
      expect(await answerOf(model)).toBe(text)
      expect(proxy.opened).toBe(before)
    })

    it.each(['at once', 'a little later'])(
      'goes on over a new connection when an idle one was closed, %s',
      async (when) => {
        const proxy = await serve(() => answer)
        const model = modelAt(proxy)
        for (let call = 0; call < 5; call++) {
          expect(await answerOf(model)).toBe(text)
          proxy.hangUp()
          if (when !== 'at once') await vi.waitFor(() => expect(proxy.open).toBe(0))
        }

        expect(proxy.opened).toBe(5)
      },
    )

    it('goes on after an abort in the middle, whose connection is gone while others live', async () => {
      const proxy = await serve(() => ({ ...answer, delayMs: 20 }))
      const model = modelAt(proxy)
      const controller = new AbortController()
      const other = answerOf(model)
      const aborted = (async () => {
        for await (const event of model.stream(ask('1'), { signal: controller.signal })) {
          if (event.type === 'text-delta') controller.abort()
        }
      })()

      await expect(aborted).rejects.toMatchObject({ code: 'aborted' })
      await vi.waitFor(() => expect(proxy.open).toBe(1))
      expect(await other).toBe(text)
      expect(await answerOf(model)).toBe(text)
      expect(proxy.opened).toBe(2)
    })

    it('goes on after an answer that was reset, one that was cut and one of damaged bytes', async () => {
      const faults = ['reset', 'cut', 'corrupt'] as const
      const proxy = await serve(faults.flatMap((type) => [{ ...answer, fault: { type, afterFrames: 3 } }, answer]))
      const model = modelAt(proxy)

      for (const type of faults) {
        expect(await answerOf(model), type).toMatchObject({ retryable: true, partial: { message: {} } })
        expect(await answerOf(model), type).toBe(text)
      }
    })

    it('keeps the connection after an error reply', async () => {
      const fault = { type: 'http', status: 400, error: 'ValidationException', message: 'No.' } as const
      const proxy = await serve([{ fault }, answer, { fault }, answer])
      const model = modelAt(proxy)

      for (let call = 0; call < 2; call++) {
        expect(await answerOf(model)).toMatchObject({ code: 'invalid-request', status: 400 })
        expect(await answerOf(model)).toBe(text)
      }

      expect(proxy.opened).toBe(1)
    })
  })
}

describe('a model over HTTP/2', () => {
  const configAt = ({ url }: CountingProxy) => ({ region: 'us-east-1', endpoint: url, credentials }) as const
  const modelAt = (proxy: CountingProxy) => bedrock('us.amazon.nova-lite-v1:0', configAt(proxy))
  const answerOf = async (model: BedrockModel) => textOf((await collect(model, ask('Count'))).result?.message)

  it('shares connections with models that have other keys', async () => {
    const proxy = await serve(() => answer)

    for (const accessKeyId of ['one', 'two', 'three']) {
      const model = modelAt(proxy).with({ credentials: { accessKeyId, secretAccessKey: 'x' } })
      expect(await answerOf(model)).toBe(text)
    }

    expect(proxy.opened).toBe(1)
  })

  it('finishes the answer under way when the server says that it goes away, and then opens a new connection', async () => {
    const proxy = await serve([answer, { ...answer, fault: { type: 'goaway', afterFrames: 3 } }, answer])
    const model = modelAt(proxy)

    for (let call = 0; call < 3; call++) expect(await answerOf(model)).toBe(text)

    expect(proxy.opened).toBe(2)
  })

  it('gives up an idle connection whose peer is gone without a word', { timeout: 30_000 }, async () => {
    const proxy = await serve(() => answer)
    const model = modelAt(proxy)
    expect(await answerOf(model)).toBe(text)
    proxy.freeze()
    await new Promise((resolve) => setTimeout(resolve, 1200))

    expect(await answerOf(model)).toBe(text)
    expect(proxy.opened).toBe(2)
  })

  it('finds the connection open that was warmed up', async () => {
    const proxy = await serve(() => answer)

    await warmUp(configAt(proxy))
    expect(proxy.opened).toBe(1)
    expect(await answerOf(modelAt(proxy))).toBe(text)

    expect(proxy.opened).toBe(1)
  })
})

describe('warmUp', () => {
  it('says what the first call would fail with', async () => {
    const failing = { region: 'us-east-1', credentials: () => Promise.reject(new Error('no keys')) }
    await expect(warmUp({ ...failing, endpoint: 'http://127.0.0.1:1' })).rejects.toMatchObject({ name: 'AgentError' })
    const nobody = {
      region: 'us-east-1',
      credentials,
      endpoint: 'http://127.0.0.1:1',
      clientConfig: { maxAttempts: 1 },
    }
    await expect(warmUp(nobody)).rejects.toMatchObject({ code: 'network' })
    await expect(warmUp({ temperature: 7 })).rejects.toMatchObject({ code: 'invalid-config' })
  })
})
