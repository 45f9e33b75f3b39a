import type { ModelEvent, ModelRequest } from '@x/types'
import { AgentError, isAgentError } from '@x/types'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { OpenAIConfig } from '../src/index.js'
import { openai } from '../src/index.js'
import type { FakeServer, Reply } from './server.js'
import { answer, chunk, refuse, serve, sse, sseHeaders, usage } from './server.js'

const hello: ModelRequest = { messages: [{ role: 'user', content: [{ type: 'text', text: 'Hello' }] }] }
const greet: Reply = (asked, response) => answer(asked, response, { content: 'Hi there' })

afterEach(() => vi.unstubAllEnvs())

async function ask(model: ReturnType<typeof openai>, signal?: AbortSignal): Promise<ModelEvent[]> {
  const events: ModelEvent[] = []
  for await (const event of model.stream(hello, { ...(signal && { signal }) })) events.push(event)
  return events
}

async function failure(model: ReturnType<typeof openai>, signal?: AbortSignal): Promise<AgentError> {
  try {
    await ask(model, signal)
  } catch (error) {
    if (isAgentError(error)) return error
    throw error
  }
  throw new Error('It did not fail.')
}

const on = (server: FakeServer, config: Partial<OpenAIConfig> = {}) => openai('m', { baseUrl: server.url, ...config })

/** A fetch that shows what it is given and answers nothing. */
function spy() {
  const seen: { url: string; headers: Record<string, string>; redirect: unknown }[] = []
  const fetch = (async (url: string, init: RequestInit) => {
    seen.push({ url, headers: init.headers as Record<string, string>, redirect: init.redirect })
    throw new TypeError('fetch failed')
  }) as unknown as typeof globalThis.fetch
  return { seen, fetch }
}

describe('openai', () => {
  it('gives the same events streamed and in one piece, but for their cuts', async () => {
    await using server = await serve(greet)
    const streamed = await ask(on(server))
    const whole = await ask(on(server, { streaming: false }))
    expect(whole).toEqual(streamed)
    expect(server.asked.map(({ headers }) => headers.accept)).toEqual(['text/event-stream', 'application/json'])
  })

  it('reads an answer that is not of the kind that was asked for', async () => {
    const whole = { choices: [{ message: { content: 'Hi' }, finish_reason: 'stop' }], usage }
    await using server = await serve((_asked, response) => {
      response.writeHead(200, { 'content-type': 'application/json' })
      response.end(JSON.stringify(whole))
    })
    expect((await ask(on(server)))[0]).toEqual({ type: 'text-delta', text: 'Hi' })
    await using streaming = await serve((_asked, response) => {
      response.writeHead(200, sseHeaders)
      response.end(sse(chunk({ content: 'Hi' }, 'stop'), '[DONE]'))
    })
    expect((await ask(on(streaming, { streaming: false })))[0]).toEqual({ type: 'text-delta', text: 'Hi' })
  })

  it.each([
    [
      'an event named error',
      'event: error\ndata: {"message":"Out of memory","type":"server_error"}\n\n',
      'unavailable',
    ],
    ["llama.cpp's own field", 'error: {"code":500,"message":"Out of memory","type":"server_error"}\n\n', 'unavailable'],
    ['garbage', 'data: <html>\n\ndata: [DONE]\n\n', 'invalid-stream'],
  ])('keeps what came before %s in the same piece', async (_what, text, code) => {
    await using server = await serve((_asked, response) => {
      response.writeHead(200, sseHeaders)
      response.end(sse(chunk({ content: 'Hi' })) + text)
    })
    const error = await failure(on(server))
    expect(error.code).toBe(code)
    expect(error.partial?.message?.content).toEqual([{ type: 'text', text: 'Hi' }])
  })

  it.each([true, false])('takes no page of HTML for an answer, streaming: %s', async (streaming) => {
    await using server = await serve((_asked, response) => {
      response.writeHead(200, { 'content-type': 'text/html' })
      response.end('<html>Welcome</html>')
    })
    const error = await failure(on(server, { streaming }))
    expect(error).toMatchObject({ code: 'invalid-stream', retryable: false })
    expect(error.message).toContain('Check baseUrl')
  })

  it('never takes a whole answer that was cut for whole', async () => {
    const whole = JSON.stringify({ choices: [{ message: { content: 'Hi' }, finish_reason: 'stop' }], usage })
    for (const length of [0, 1, 20, whole.length - 1]) {
      await using server = await serve((_asked, response) => {
        response.writeHead(200, { 'content-type': 'application/json' })
        response.end(whole.slice(0, length))
      })
      expect(await failure(on(server, { streaming: false }))).toMatchObject({ code: 'stream-truncated' })
    }
  })

  it('asks where the address says, its query kept', async () => {
    const { seen, fetch } = spy()
    for (const baseUrl of ['https://a.example/v1', 'https://a.example/v1/', 'https://a.example/x?api-version=1']) {
      await failure(openai('m', { baseUrl, fetch }))
    }
    expect(seen.map(({ url }) => url)).toEqual([
      'https://a.example/v1/chat/completions',
      'https://a.example/v1/chat/completions',
      'https://a.example/x/chat/completions?api-version=1',
    ])
  })

  it('waits for the counts behind the reason, and does without them when the connection breaks', async () => {
    await using server = await serve((_asked, response) => {
      response.writeHead(200, sseHeaders)
      response.write(sse(chunk({ content: 'Hi' }, 'stop')))
      setTimeout(() => response.destroy(), 20)
    })
    expect((await ask(on(server))).map(({ type }) => type)).toEqual(['text-delta', 'part-end', 'warning', 'model-end'])
  })

  it('takes an answer for whole that was complete when time was up', async () => {
    await using server = await serve((_asked, response) => {
      response.writeHead(200, sseHeaders)
      response.write(sse(chunk({ content: 'Hi' }, 'stop')))
    })
    const events = await ask(on(server, { idleTimeoutMs: 50 }))
    expect(events.at(-1)).toMatchObject({ type: 'model-end', stopReason: 'end' })
  })

  it('does not wait for a server that never hangs up', async () => {
    await using server = await serve((_asked, response) => {
      response.writeHead(200, sseHeaders)
      response.write(sse(chunk({ content: 'Hi' }, 'stop'), { choices: [], usage }, '[DONE]'))
    })
    expect((await ask(on(server))).at(-1)).toMatchObject({ type: 'model-end' })
    await vi.waitFor(() => expect(server.probe.answering()).toBe(0))
  })

  it('leaves its connection to the next call', async () => {
    const ports = new Set<number | undefined>()
    await using server = await serve((asked, response) => {
      ports.add(response.socket?.remotePort)
      response.writeHead(200, sseHeaders)
      response.write(sse(chunk({ content: asked.body.model }, 'stop'), { choices: [], usage }, '[DONE]'))
      setTimeout(() => response.end(), 10)
    })
    for (let round = 0; round < 10; round++) await ask(on(server))
    // Whether the next call finds it free already is up to the runtime; one connection a call would be ten.
    expect(ports.size).toBeLessThan(5)
  })

  it.each([
    ['timeoutMs', { timeoutMs: 60 }],
    ['idleTimeoutMs', { idleTimeoutMs: 60 }],
  ])('gives up after %s, with what had arrived', async (name, config) => {
    await using server = await serve((_asked, response) => {
      response.writeHead(200, sseHeaders)
      response.write(sse(chunk({ content: 'Hi' })))
    })
    const error = await failure(on(server, config))
    expect(error).toMatchObject({ code: 'timeout', retryable: true })
    expect(error.message).toContain(`Raise ${name}`)
    expect(error.partial?.message?.content).toEqual([{ type: 'text', text: 'Hi' }])
  })

  it('says nothing more once aborted, though more has come', async () => {
    await using server = await serve((_asked, response) => {
      response.writeHead(200, sseHeaders)
      response.end(sse(chunk({ content: 'a' }), chunk({ content: 'b' }), chunk({ content: 'c' }, 'stop'), '[DONE]'))
    })
    const controller = new AbortController()
    const events: ModelEvent[] = []
    const reading = async () => {
      for await (const event of on(server).stream(hello, { signal: controller.signal })) {
        events.push(event)
        controller.abort()
      }
    }
    await expect(reading()).rejects.toMatchObject({ code: 'aborted' })
    expect(events).toEqual([{ type: 'text-delta', text: 'a' }])
  })

  it('stops waiting for a key when aborted', async () => {
    const controller = new AbortController()
    setTimeout(() => controller.abort(), 20)
    const model = openai('m', { baseUrl: 'http://127.0.0.1:1/v1', apiKey: () => new Promise<string>(() => {}) })
    expect(await failure(model, controller.signal)).toMatchObject({ code: 'aborted' })
  })
})

describe('keys', () => {
  it('are asked for before each call when they are a function', async () => {
    await using server = await serve(greet)
    let count = 0
    const model = on(server, { apiKey: async () => `key-${++count}` })
    await ask(model)
    await ask(model)
    expect(server.asked.map(({ headers }) => headers.authorization)).toEqual(['Bearer key-1', 'Bearer key-2'])
  })

  it('go along as headers of any name, with own headers winning', async () => {
    await using server = await serve(greet)
    await ask(on(server, { apiKey: 'one', headers: { 'API-Key': 'two', Authorization: 'Basic three' } }))
    expect(server.asked[0]?.headers).toMatchObject({ 'api-key': 'two', authorization: 'Basic three' })
  })

  it.each([
    ['https://api.openai.com/v1', 'openai-key'],
    ['https://bedrock-runtime.us-west-2.amazonaws.com/openai/v1', 'bedrock-key'],
    ['https://somebody.else.example/v1', undefined],
    ['http://127.0.0.1:11434/v1', undefined],
    ['https://api.openai.com.evil.example/v1', undefined],
    ['https://evil.example/api.openai.com/v1', undefined],
    ['https://bedrock-runtime.evil.example/openai/v1', undefined],
  ])('of the environment go to %s only if they are meant for it', async (baseUrl, key) => {
    vi.stubEnv('OPENAI_API_KEY', 'openai-key')
    vi.stubEnv('AWS_BEARER_TOKEN_BEDROCK', 'bedrock-key')
    const { seen, fetch } = spy()
    await failure(openai('m', { baseUrl, fetch }))
    expect(seen[0]?.headers.authorization).toBe(key && `Bearer ${key}`)
  })

  it('and address of the environment belong together', async () => {
    vi.stubEnv('OPENAI_API_KEY', 'its-key')
    vi.stubEnv('OPENAI_BASE_URL', 'https://somebody.else.example/v1')
    const { seen, fetch } = spy()
    await failure(openai('m', { fetch }))
    expect(seen).toMatchObject([
      { url: 'https://somebody.else.example/v1/chat/completions', headers: { authorization: 'Bearer its-key' } },
    ])
    await failure(openai('m', { fetch, apiKey: false }))
    expect(seen[1]?.headers).not.toHaveProperty('authorization')
  })

  it('are missed before anything is sent', async () => {
    vi.stubEnv('OPENAI_API_KEY', '')
    vi.stubEnv('OPENAI_BASE_URL', '')
    const { seen, fetch } = spy()
    const error = await failure(openai('m', { fetch }))
    expect(error.code).toBe('credentials')
    expect(error.message).toContain('OPENAI_API_KEY')
    expect(seen).toEqual([])
  })

  it.each([
    ['http://10.0.0.1/v1', { apiKey: 'key' }, 'invalid-config'],
    ['http://a.example/v1', { headers: { 'x-token': 'key' } }, 'invalid-config'],
    ['http://localhost.example/v1', { apiKey: 'key' }, 'invalid-config'],
    ['http://127.0.0.1.example/v1', { apiKey: 'key' }, 'invalid-config'],
    ['http://a.example/v1', { apiKey: 'key', allowInsecure: true }, 'network'],
    ['http://a.example/v1', {}, 'network'],
    ['https://a.example/v1', { apiKey: 'key' }, 'network'],
    ['http://localhost:8000/v1', { apiKey: 'key' }, 'network'],
    ['http://[::1]:8000/v1', { apiKey: 'key' }, 'network'],
  ])('to %s with %j: %s', async (baseUrl, config, code) => {
    const { seen, fetch } = spy()
    expect((await failure(openai('m', { baseUrl, fetch, ...config }))).code).toBe(code)
    expect(seen).toHaveLength(code === 'network' ? 1 : 0)
  })

  it.each([301, 302, 307, 308])('do not follow a redirect with status %i', async (status) => {
    await using target = await serve(greet)
    await using server = await serve((_asked, response) => {
      response.writeHead(status, { location: `${target.url}/chat/completions?secret=1` })
      response.end()
    })
    const error = await failure(on(server, { apiKey: 'key' }))
    expect(error).toMatchObject({ code: 'network', retryable: false })
    expect(error.message).toContain(new URL(target.url).origin)
    expect(error.message).not.toContain('secret')
    expect(target.asked).toEqual([])
  })

  it('are in no error, whatever the server repeats', async () => {
    const [key, header] = ['sk-0123456789', 'token-0123456789']
    await using server = await serve(refuse(401, { message: `Wrong: ${key} and ${header}.`, code: key }))
    const error = await failure(on(server, { apiKey: key, headers: { 'x-token': header } }))
    expect(error.message).toContain('[hidden]')
    const shown = [error.message, error.stack, JSON.stringify(error), String(error.cause)].join()
    expect(shown).not.toMatch(/0123456789/)
  })

  it('that a function cannot give are an error', async () => {
    const failing = () => Promise.reject(new Error('vault is closed'))
    expect(await failure(openai('m', { baseUrl: 'http://127.0.0.1:1', apiKey: failing }))).toMatchObject({
      code: 'credentials',
    })
    const broken = openai('m', { baseUrl: 'http://127.0.0.1:1', apiKey: () => 'sk-1\nx: y' })
    const error = await failure(broken)
    expect(error.code).toBe('credentials')
    expect(error.message).not.toContain('sk-1')
  })
})

describe('config', () => {
  it.each<[object, string]>([
    [{ baseUrl: 'ftp://a' }, 'http or https URL'],
    [{ baseUrl: 'a.example/v1' }, 'http or https URL'],
    [{ baseUrl: 'https://me:secret@a.example/v1' }, 'user name or password'],
    [{ baseUrl: 'https://a.example/v1/chat/completions' }, 'must end before /chat/completions'],
    [{ dialect: 'klingon' }, 'dialect'],
    [{ apiKey: 'sk-\n' }, 'apiKey'],
    [{ headers: { 'x y': 'z' } }, 'headers'],
    [{ headers: { x: 'a\r\nb: c' } }, 'headers'],
    [{ fetch: 'yes' }, 'fetch'],
    [{ temperature: 3 }, 'temperature'],
    [{ maxTokens: 0 }, 'maxTokens'],
    [{ stopSequences: [''] }, 'stopSequences'],
    [{ seed: 1.5 }, 'seed'],
    [{ timeoutMs: 0 }, 'timeoutMs'],
    [{ additionalBody: { messages: [] } }, 'additionalBody'],
    [{ provider: 'Open AI' }, 'provider'],
    [{ maxToken: 1 }, 'no config member "maxToken"'],
  ])('refuses %j', (config, message) => {
    expect(() => openai('m', config as Partial<OpenAIConfig>)).toThrow(message)
    expect(() => openai('m', config as Partial<OpenAIConfig>)).toThrow(AgentError)
  })

  it('shows what is no secret', () => {
    const model = openai({
      modelId: 'm',
      baseUrl: 'http://127.0.0.1:1',
      apiKey: 'sk-1',
      headers: { a: 'b' },
      fetch,
      seed: 1,
    })
    expect(model.config).toEqual({ modelId: 'm', baseUrl: 'http://127.0.0.1:1', seed: 1 })
    expect(JSON.stringify(model)).not.toContain('sk-1')
  })

  it('names another provider for traces, for good', async () => {
    const model = openai('m', { provider: 'groq' })
    expect(model.provider).toBe('groq')
    expect(() => model.with({ provider: 'openai' })).toThrow('cannot change')
    expect(openai('m').provider).toBe('openai')
  })
})

describe('capabilities', () => {
  it('follow the server that the live config names', () => {
    const model = openai('m', { baseUrl: 'https://api.openai.com/v1' })
    expect(model.capabilities?.()).toMatchObject({
      toolChoice: ['any', 'none', 'tool'],
      outputSchema: true,
      strictTools: true,
      schemas: { tool: {}, output: { closedObjects: true, allRequired: true } },
      media: { user: ['image', 'document', 'audio'], toolResult: ['image', 'document'] },
    })
    expect(model.capabilities?.({ config: { dialect: 'llama.cpp' } })).toMatchObject({ toolChoice: ['any', 'none'] })
    model.updateConfig({ baseUrl: 'http://127.0.0.1:11434/v1' })
    expect(model.capabilities?.()).toMatchObject({ toolChoice: [], schemas: { output: {} } })
    expect(model.capabilities?.()).not.toHaveProperty('countsTokens')
  })

  it('do not claim what is not known of a server', () => {
    const known = openai('m', { baseUrl: 'https://somebody.else.example/v1' }).capabilities?.()
    expect(Object.keys(known ?? {})).toEqual(['schemas'])
  })
})
