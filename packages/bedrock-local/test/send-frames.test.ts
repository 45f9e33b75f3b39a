import { connect } from 'node:http2'
import { BedrockRuntimeClient } from '@aws-sdk/client-bedrock-runtime'
import { NodeHttp2Handler, NodeHttpHandler } from '@smithy/node-http-handler'
import { describe, expect, it } from 'vitest'
import type { Fault, ReplyFunction } from '../src/index.js'
import { clientOf, converse, converseStream, httpVersions, textOf, until, withLocal } from './helpers.js'

const content = [{ text: 'one two three four five' }]
/** messageStart, five deltas, contentBlockStop, messageStop, metadata. */
const framesOfText = 9
const inStream = [
  'InternalServerException',
  'ModelStreamErrorException',
  'ValidationException',
  'ThrottlingException',
  'ServiceUnavailableException',
]
const overHttp = {
  AccessDeniedException: 403,
  ConflictException: 400,
  InternalServerException: 500,
  ModelErrorException: 424,
  ModelNotReadyException: 429,
  ModelStreamErrorException: 424,
  ModelTimeoutException: 408,
  ResourceNotFoundException: 404,
  ServiceQuotaExceededException: 400,
  ServiceUnavailableException: 503,
  ThrottlingException: 429,
  ValidationException: 400,
}

describe.each(httpVersions)('over %s', (version) => {
  const stream = (fault: Fault | string, text = content) =>
    withLocal({ reply: () => ({ content: text }), faults: [{ fault }] }, (local) =>
      converseStream(clientOf(local, version)),
    )

  it.each(Object.entries(overHttp))('refuses with %s before the stream', async (name, status) => {
    const { events, error } = await stream(name)
    expect(error).toMatchObject({ name, $metadata: { httpStatusCode: status } })
    expect(error?.message).not.toMatch(/Unknown|was asked for/)
    expect(events).toEqual([])
  })

  it.each(inStream)('throws %s at the first frame, in the middle and at the end', async (name) => {
    const lengths: number[] = []
    for (const place of ['0', '4', 'end']) {
      const { events, error } = await stream(`${name}@${place}`)
      expect(error?.name).toBe(name)
      lengths.push(events.length)
    }
    expect(lengths).toEqual([0, 4, framesOfText - 1])
  })

  it('throws exceptions that the stream has no model for', async () => {
    const { events, error } = await stream('ModelTimeoutException:Late.@2')
    expect(error).toMatchObject({ name: 'modelTimeoutException', message: '{"message":"Late."}' })
    expect(events).toHaveLength(2)
  })

  it('carries more members of an error', async () => {
    const details = { originalStatusCode: 503, originalMessage: 'overloaded' }
    const failure = { error: 'ModelStreamErrorException', message: 'Broken.', details }
    const midway = await stream({ type: 'exception', ...failure, afterFrames: 1 })
    expect(midway.error).toMatchObject({ name: 'ModelStreamErrorException', ...details })
    const before = await stream({ type: 'http', status: 424, ...failure })
    expect(before.error).toMatchObject({ name: 'ModelStreamErrorException', ...details })
  })

  it('answers with the page of a proxy', async () => {
    const { error } = await stream({
      type: 'http',
      status: 502,
      error: 'BadGateway',
      message: 'Bad gateway',
      body: '<html>502 Bad Gateway</html>',
    })
    expect(error).toMatchObject({ name: 'SyntaxError', $metadata: { httpStatusCode: 502 } })
  })

  it('lets the rest of an answer trickle in', async () => {
    await withLocal({ reply: () => 'one two', faults: [{ fault: 'drip:4000@2' }] }, async (local) => {
      const began = performance.now()
      const { events, error } = await converseStream(clientOf(local, version))
      expect(error).toBeUndefined()
      expect(textOf(events)).toBe('one two')
      // Four frames of more than 90 bytes each, less the first 80 bytes.
      expect(performance.now() - began).toBeGreaterThan(50)
      await until(() => local.requests[0]?.outcome === 'whole')
      expect((await converse(clientOf(local, version))).output?.message?.content).toEqual([{ text: 'one two' }])
    })
  })

  it('stops trickling when the client leaves', async () => {
    await withLocal({ reply: () => 'one two', faults: [{ fault: 'drip:1@1' }] }, async (local) => {
      const abort = new AbortController()
      const streamed = converseStream(clientOf(local, version), 'Hello', abort.signal)
      await until(() => local.requests[0]?.status === 200)
      setTimeout(() => abort.abort(), 50)
      await streamed
      await until(() => local.requests[0]?.outcome === 'client-left' && local.connections === 0)
    })
  })

  it('says goodbye and finishes the answer', async () => {
    await withLocal({ reply: () => ({ content }), faults: [{ fault: 'goaway@3', times: 2 }] }, async (local) => {
      const client = clientOf(local, version)
      const { events, error } = await converseStream(client)
      expect(error).toBeUndefined()
      expect(events).toHaveLength(framesOfText)
      expect((await converse(client)).output?.message?.content).toEqual(content)
      // Although this client would keep an HTTP/1.1 connection open.
      await until(() => local.connections === 0)
      expect(local.requests.map(({ outcome }) => outcome)).toEqual(['whole', 'whole'])
      expect((await converse(client)).stopReason).toBe('end_turn')
      client.destroy()
    })
  })

  it('says goodbye and leaves', async () => {
    const { events, error } = await stream('goaway:now@3')
    // As after any other cut between frames, this client does not notice over HTTP/2.
    expect(error?.message).toBe(version === 'HTTP/2' ? undefined : 'aborted')
    expect(textOf(events)).toBe('one two')
  })

  it('writes frames as they are due when there is a delay, and all at once when there is none', async () => {
    await withLocal({ reply: [{ content, delayMs: 60_000 }, { content }] }, async (local) => {
      const abort = new AbortController()
      const first = converseStream(clientOf(local, version), 'Hello', abort.signal)
      await until(() => local.requests[0]?.status === 200)
      setTimeout(() => abort.abort(), 100)
      expect((await first).events).toEqual([{ messageStart: { role: 'assistant' } }])
      expect((await converseStream(clientOf(local, version))).events).toHaveLength(framesOfText)
    })
  })

  it('sends an answer of many megabytes', async () => {
    const text = 'many words '.repeat(300_000)
    await withLocal({ reply: [{ content: [{ text }], deltaLength: 1000 }] }, async (local) => {
      const { events, error } = await converseStream(clientOf(local, version))
      expect(error).toBeUndefined()
      expect(textOf(events) === text).toBe(true)
    })
  })
})

it('sends GOAWAY with the streams under way let through', async () => {
  await withLocal({ reply: () => ({ content }), faults: [{ fault: 'goaway@3' }] }, async (local) => {
    const session = connect(local.url)
    const goaways: number[] = []
    session.on('goaway', (code: number) => goaways.push(code))
    const stream = session.request({ ':method': 'POST', ':path': '/model/us.amazon.nova-lite-v1%3A0/converse-stream' })
    let received = ''
    stream.on('data', (bytes) => {
      received += bytes
    })
    stream.end(JSON.stringify({ messages: [{ role: 'user', content: [{ text: 'Hello' }] }] }))
    await until(() => session.closed)
    expect(goaways[0]).toBe(0)
    await until(() => received.includes('metadata'))
    expect(stream.rstCode).toBe(0)
  })
})

it.each(httpVersions)('serves 500 streams at once over %s', { timeout: 120_000 }, async (version) => {
  const asked = Array.from({ length: 500 }, (_, index) => `number ${index}`)
  let arrived = 0
  let release = () => {}
  const allArrived = new Promise<void>((resolve) => {
    release = resolve
  })
  // No answer begins before every request is there, so that all streams are open together.
  const reply: ReplyFunction = async ({ body }) => {
    if (++arrived === asked.length) release()
    await allArrived
    return { content: [{ text: `You said: ${body.messages?.[0]?.content[0]?.text}` }], delayMs: 2 }
  }
  await withLocal({ reply }, async (local) => {
    const client = new BedrockRuntimeClient({
      endpoint: local.url,
      region: 'us-east-1',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
      maxAttempts: 1,
      requestHandler:
        version === 'HTTP/2'
          ? new NodeHttp2Handler({ disableConcurrentStreams: true })
          : new NodeHttpHandler({ httpAgent: { maxSockets: asked.length } }),
    })
    const answers = Promise.all(asked.map((text) => converseStream(client, text)))
    await allArrived
    expect(local.connections).toBe(asked.length)
    const all = await answers
    expect(all.flatMap(({ error }) => error ?? [])).toEqual([])
    expect(all.map(({ events }) => textOf(events))).toEqual(asked.map((text) => `You said: ${text}`))
    expect(local.requests.every(({ outcome }) => outcome === 'whole')).toBe(true)
    client.destroy()
  })
})
