import { createConnection } from 'node:net'
import { describe, expect, it } from 'vitest'
import { startBedrockLocal } from '../src/index.js'
import { clientOf, converse, converseStream, httpVersions, modelId, textOf, until, withLocal } from './helpers.js'

describe('startBedrockLocal', () => {
  it('binds to the loopback interface on a free port, and says what to export', async () => {
    await withLocal({}, async (local) => {
      expect(local.url).toBe(`http://127.0.0.1:${local.port}`)
      expect(local.env).toEqual({
        AWS_ENDPOINT_URL_BEDROCK_RUNTIME: local.url,
        AWS_ENDPOINT_URL_BEDROCK: local.url,
        AWS_REGION: 'us-east-1',
        AWS_ACCESS_KEY_ID: 'local',
        AWS_SECRET_ACCESS_KEY: 'local',
      })
    })
  })

  it('says so when the port is taken', async () => {
    await withLocal({}, async ({ port }) => {
      await expect(startBedrockLocal({ port })).rejects.toThrow(`cannot listen on port ${port}: it is in use`)
    })
  })

  it('serves both HTTP versions on its one port', async () => {
    await withLocal({ reply: () => 'hi' }, async (local) => {
      const answers = await Promise.all(httpVersions.map((version) => converseStream(clientOf(local, version))))
      expect(answers.map(({ events }) => textOf(events))).toEqual(['hi', 'hi'])
    })
  })

  it('tells the protocols apart however the first bytes are cut', async () => {
    await withLocal({}, async (local) => {
      const socket = createConnection(local.port, '127.0.0.1')
      let received = ''
      socket.on('data', (bytes) => {
        received += bytes
      })
      for (const piece of ['P', 'O', 'ST /nowhere HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n\r\n']) {
        socket.write(piece)
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
      await until(() => received.includes('UnknownOperationException'))
      expect(received).toMatch(/^HTTP\/1\.1 404 /)
      socket.destroy()
    })
  })

  it('records each request without its credentials', async () => {
    await withLocal(
      { reply: [{ content: [{ text: 'hi' }], usage: { inputTokens: 3, outputTokens: 2 } }] },
      async (local) => {
        await converse(clientOf(local), 'Hello there')
        await until(() => local.requests[0]?.outcome !== undefined)
        expect(local.requests).toEqual([
          {
            operation: 'Converse',
            method: 'POST',
            path: `/model/${encodeURIComponent(modelId)}/converse`,
            modelId,
            body: { messages: [{ role: 'user', content: [{ text: 'Hello there' }] }] },
            headers: expect.objectContaining({ 'content-type': 'application/json', 'x-amz-date': expect.any(String) }),
            status: 200,
            usage: { inputTokens: 3, outputTokens: 2, totalTokens: 5 },
            outcome: 'whole',
          },
        ])
        expect(local.requests[0]?.headers).not.toHaveProperty('authorization')
      },
    )
  })

  it('keeps as many requests as it is told to', async () => {
    await withLocal({ reply: () => 'hi', keepRequests: 2 }, async (local) => {
      for (const text of ['one', 'two', 'three']) await converse(clientOf(local), text)
      const texts = local.requests.map(({ body }) => body.messages?.[0]?.content[0]?.text)
      expect(texts).toEqual(['two', 'three'])
    })
  })

  it.each(httpVersions)('asks a reply function, and tells it when the client leaves, over %s', async (version) => {
    const left: string[] = []
    const reply = async (request: { readonly modelId: string }, { signal }: { readonly signal: AbortSignal }) => {
      await new Promise((resolve) => signal.addEventListener('abort', resolve))
      left.push(request.modelId)
      return 'too late'
    }
    await withLocal({ reply }, async (local) => {
      const abort = new AbortController()
      const streamed = converseStream(clientOf(local, version), 'Hello', abort.signal)
      await until(() => local.requests.length === 1)
      abort.abort()
      expect((await streamed).error?.name).toBe('AbortError')
      await until(() => left.length === 1 && local.connections === 0)
      expect(left).toEqual([modelId])
      await until(() => local.requests[0]?.outcome === 'client-left')
    })
  })

  it('says whose fault it is when there is no reply left, or the function fails', async () => {
    await withLocal({ reply: ['only'] }, async (local) => {
      const client = clientOf(local, 'HTTP/2', 3)
      await converse(client)
      await expect(converse(client)).rejects.toMatchObject({
        name: 'LocalReplyError',
        message: 'bedrock-local has no reply: its list holds 1, and this is request 2.',
        $metadata: { httpStatusCode: 400, attempts: 1 },
      })
    })
    const reply = () => Promise.reject(new Error('my own bug'))
    await withLocal({ reply }, async (local) => {
      await expect(converse(clientOf(local))).rejects.toThrow('bedrock-local has no reply: my own bug')
    })
  })

  it('waits as long as the reply says, or the endpoint for replies that do not say', async () => {
    await withLocal({ reply: ['a b c', { content: [{ text: 'a b c' }], delayMs: 0 }], delayMs: 20 }, async (local) => {
      const timed = async () => {
        const began = performance.now()
        await converseStream(clientOf(local))
        return performance.now() - began
      }
      // Seven frames with six waits between them.
      expect(await timed()).toBeGreaterThan(100)
      await timed()
      const [slow, fast] = local.requests
      expect([slow?.outcome, fast?.outcome]).toEqual(['whole', 'whole'])
    })
  })

  it('refuses what breaks the rules before it takes a reply, unless rules are off', async () => {
    const blank = { messages: [{ role: 'user' as const, content: [{ text: ' ' }] }] }
    await withLocal({ reply: ['first'] }, async (local) => {
      const client = clientOf(local)
      await expect(converse(client, blank)).rejects.toMatchObject({
        name: 'ValidationException',
        message: expect.stringContaining('messages.0.content.0 is blank'),
        $metadata: { httpStatusCode: 400 },
      })
      expect((await converse(client)).output?.message?.content).toEqual([{ text: 'first' }])
    })
    await withLocal({ reply: ['first'], rules: false }, async (local) => {
      expect((await converse(clientOf(local), blank)).stopReason).toBe('end_turn')
    })
  })

  it('answers a path that no operation has as AWS does', async () => {
    await withLocal({}, async (local) => {
      const response = await fetch(`${local.url}/model/x/nothing`, { method: 'POST', body: '{}' })
      expect(response.status).toBe(404)
      expect(response.headers.get('x-amzn-errortype')).toBe('UnknownOperationException')
      expect(response.headers.get('x-amzn-requestid')).toMatch(/^[0-9a-f-]{36}$/)
      expect(await response.json()).toMatchObject({
        Output: { __type: 'com.amazon.coral.service#UnknownOperationException' },
      })
      expect(local.requests[0]).toMatchObject({ operation: 'UnknownOperation', path: '/model/x/nothing', status: 404 })
    })
  })

  it.each(['not json', '[]', '"text"', ''])('refuses the body %j', async (body) => {
    await withLocal({}, async (local) => {
      const response = await fetch(`${local.url}/model/${modelId}/converse`, { method: 'POST', body })
      expect(response.status).toBe(400)
      expect(response.headers.get('x-amzn-errortype')).toMatch(/^SerializationException:/)
    })
  })

  it('refuses a body that is too long, and goes on', async () => {
    await withLocal({ reply: ['fits'], maxBodyBytes: 1000 }, async (local) => {
      const client = clientOf(local)
      await expect(converse(client, 'x'.repeat(100_000))).rejects.toMatchObject({ $metadata: { httpStatusCode: 413 } })
      expect((await converse(client, 'short')).output?.message?.content).toEqual([{ text: 'fits' }])
    })
  })

  it.each(httpVersions)('closes at once while an answer is under way over %s', async (version) => {
    const local = await startBedrockLocal({ reply: [{ content: [{ text: 'a b c d' }], delayMs: 60_000 }] })
    const streamed = converseStream(clientOf(local, version))
    await until(() => local.requests[0]?.status === 200)
    await local.close()
    expect(local.connections).toBe(0)
    const { events, error } = await streamed
    expect(events.some(({ messageStop }) => messageStop)).toBe(false)
    if (version === 'HTTP/1.1') expect(error).toBeDefined()
  })

  it('closes at the end of an `await using` block', async () => {
    const local = await startBedrockLocal()
    await local[Symbol.asyncDispose]()
    await expect(fetch(local.url)).rejects.toThrow()
  })

  it.each(httpVersions)('serves 200 streams at once over %s', { timeout: 60_000 }, async (version) => {
    const reply = ({
      body,
    }: {
      readonly body: { readonly messages?: readonly { content: readonly { text?: string }[] }[] }
    }) => `You said: ${body.messages?.[0]?.content[0]?.text}`
    await withLocal({ reply, delayMs: 2 }, async (local) => {
      const client = clientOf(local, version)
      const asked = Array.from({ length: 200 }, (_, index) => `number ${index}`)
      const answers = await Promise.all(asked.map((text) => converseStream(client, text)))
      expect(answers.flatMap(({ error }) => error ?? [])).toEqual([])
      expect(answers.map(({ events }) => textOf(events))).toEqual(asked.map((text) => `You said: ${text}`))
      client.destroy()
    })
  })
})
