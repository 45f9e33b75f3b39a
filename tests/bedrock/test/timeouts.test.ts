import type { Socket } from 'node:net'
import { createServer } from 'node:net'
import { NodeHttpHandler } from '@smithy/node-http-handler'
import type { BedrockLocal, BedrockLocalOptions } from '@x/bedrock-local'
import { startBedrockLocal } from '@x/bedrock-local'
import type { BedrockConfig } from '@x/provider-bedrock'
import { applyGuardrail, bedrock } from '@x/provider-bedrock'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { ask, collect, textOf } from '../src/collect.js'
import { credentials } from '../src/recorded.js'

const started: { close(): Promise<unknown> }[] = []
afterEach(() => Promise.all(started.splice(0).map((local) => local.close())))

async function serve(options: BedrockLocalOptions): Promise<BedrockLocal> {
  const local = await startBedrockLocal(options)
  started.push(local)
  return local
}

/** Takes connections and never says a word. */
async function serveSilence() {
  const sockets: Socket[] = []
  const server = createServer((socket) => void sockets.push(socket.on('error', () => {})))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const close = () => {
    for (const socket of sockets) socket.destroy()
    return new Promise((resolve) => server.close(resolve))
  }
  started.push({ close })
  const address = server.address()
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
}

function modelAt(endpoint: string, config: Partial<BedrockConfig>) {
  const place = { region: 'us-east-1', endpoint, credentials, clientConfig: { maxAttempts: 1 } }
  return bedrock('us.anthropic.claude-sonnet-4-6', { ...place, ...config })
}

const transports = [
  ['HTTP/2', { maxAttempts: 1 }],
  ['HTTP/1.1', { maxAttempts: 1, requestHandler: new NodeHttpHandler() }],
] as const
const long = { content: [{ text: 'One two three four five six' }], deltaLength: 4 }

describe('a timeout', () => {
  it.each(transports)(
    'ends a stream over %s that stands still, with what had arrived, and lets go of the connection',
    async (_name, clientConfig) => {
      const local = await serve({ reply: [{ ...long, fault: { type: 'stall', afterFrames: 3 } }] })

      const { error } = await collect(modelAt(local.url, { idleTimeoutMs: 60, clientConfig }), ask('Count'))

      expect(error).toMatchObject({ code: 'timeout', retryable: true })
      expect(error?.message).toBe(
        'ConverseStream of us.anthropic.claude-sonnet-4-6 in us-east-1 failed: The answer stood still for 60 ms. ' +
          'Raise idleTimeoutMs if that is normal.',
      )
      expect(textOf(error?.partial?.message)).toBe('One two ')
      await vi.waitFor(() => expect(local.connections).toBe(0))
    },
  )

  it('counts only while a pull waits: a slow reader is no stall', async () => {
    const local = await serve({ reply: [long] })
    const model = modelAt(local.url, { idleTimeoutMs: 50, requestTimeoutMs: 400 })
    let text = ''

    for await (const event of model.stream(ask('Count'))) {
      if (event.type !== 'text-delta') continue
      text += event.text
      await new Promise((resolve) => setTimeout(resolve, 100))
    }

    expect(text).toBe('One two three four five six')
  })

  it.each([true, false])('ends a call whose answer does not begin (streaming: %s)', async (streaming) => {
    const local = await serve({ reply: ['late'], firstDelayMs: 5000 })

    const { error } = await collect(modelAt(local.url, { streaming, firstEventTimeoutMs: 60 }), ask('Well?'))

    expect(error).toMatchObject({ code: 'timeout', retryable: true })
    expect(error?.message).toContain('The answer did not begin within 60 ms.')
    expect(error?.partial).toBeUndefined()
    await vi.waitFor(() => expect(local.connections).toBe(0))
  })

  it('ends a call that goes on for too long', async () => {
    const local = await serve({ reply: [long], delayMs: 60 })

    const { error } = await collect(modelAt(local.url, { requestTimeoutMs: 200 }), ask('Count'))

    expect(error?.message).toContain('The call took longer than 200 ms.')
    expect(textOf(error?.partial?.message)).toMatch(/^One /)
  })

  it('ends a connection that does not come to stand', async () => {
    const endpoint = await serveSilence()
    const model = modelAt(endpoint.replace('http:', 'https:'), { connectTimeoutMs: 60 })

    const { error } = await collect(model, ask('Anybody?'))

    expect(error).toMatchObject({ code: 'timeout', retryable: true })
    expect(error?.message).toContain('No connection within 60 ms')
  })

  it('ends every other call as well', async () => {
    const endpoint = await serveSilence()
    const call = { endpoint, region: 'us-east-1', credentials, requestTimeoutMs: 60 }

    const applied = applyGuardrail({ ...call, guardrail: { id: 'g', version: '1' }, source: 'input', content: 'x' })

    await expect(applied).rejects.toMatchObject({ code: 'timeout' })
  })

  it('may differ from call to call', async () => {
    const local = await serve({ reply: ['late', 'late'], firstDelayMs: 100 })
    const model = modelAt(local.url, {})

    const hasty = await collect(model, ask('Well?'), { config: { firstEventTimeoutMs: 20 } })
    const patient = await collect(model, ask('Well?'))

    expect(hasty.error?.code).toBe('timeout')
    expect(textOf(patient.result?.message)).toBe('late')
  })
})

describe('an abort', () => {
  it.each([true, false])('takes effect at once while keys are loading (streaming: %s)', async (streaming) => {
    const local = await serve({ reply: ['never'] })
    const controller = new AbortController()
    let asked = false
    const slowKeys = () => {
      asked = true
      return new Promise<typeof credentials>((resolve) => setTimeout(() => resolve(credentials), 2000).unref())
    }
    const call = collect(modelAt(local.url, { streaming, credentials: slowKeys }), ask('Hello'), {
      signal: controller.signal,
    })
    await vi.waitFor(() => expect(asked).toBe(true))

    const aborted = performance.now()
    controller.abort()
    const { error } = await call

    expect(error?.code).toBe('aborted')
    expect(performance.now() - aborted).toBeLessThan(500)
    expect(local.requests).toHaveLength(0)
  })
})
