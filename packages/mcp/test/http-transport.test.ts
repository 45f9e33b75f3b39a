import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import type { HttpServer, McpToolsOptions } from '../src/index.js'
import { mcpTools } from '../src/index.js'
import { contentOf, named, pause, runStep, until } from './helpers.js'

interface Message {
  readonly id?: number
  readonly method: string
  readonly params: { readonly name: string; readonly protocolVersion: string }
}

interface ByHand {
  readonly url: string
  readonly requests: {
    readonly method: string
    readonly headers: IncomingMessage['headers']
    readonly message?: Message
  }[]
  /** Forgets every session, as a server does that was started again. */
  restart(): void
  close(): Promise<void>
}

type Answer = (
  response: ServerResponse,
  message: Message,
  send: (result: object, id?: string) => void,
) => void | Promise<void>

const started: (() => Promise<void>)[] = []
afterEach(() => Promise.all(started.splice(0).map((close) => close())))

const hint = { readOnlyHint: true }
const tools = [{ name: 'write' }, { name: 'read', annotations: hint }].map((tool) => ({
  ...tool,
  inputSchema: { type: 'object' },
}))

/** Streamable HTTP by hand, so that it can misbehave; `onCall` answers `tools/call`, `onGet` the stream of notifications. */
async function serve(
  onCall: Answer,
  onGet: (response: ServerResponse) => void = (response) => response.writeHead(405).end(),
): Promise<ByHand> {
  const sessions = new Set<string>()
  const requests: ByHand['requests'] = []
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    const message = body === '' ? undefined : (JSON.parse(body) as Message)
    requests.push({ method: request.method ?? '', headers: request.headers, ...(message && { message }) })
    const session = String(request.headers['mcp-session-id'] ?? '')
    if (message?.method !== 'initialize' && !sessions.has(session))
      return response.writeHead(404).end('no such session')
    if (request.method === 'GET') return onGet(response)
    if (request.method === 'DELETE') return response.writeHead(sessions.delete(session) ? 200 : 404).end()
    if (!message || message.id === undefined) return response.writeHead(202).end()
    const json = (result: object) => {
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify({ jsonrpc: '2.0', id: message.id, result }))
    }
    if (message.method === 'initialize') {
      const id = randomUUID()
      sessions.add(id)
      response.setHeader('mcp-session-id', id)
      return json({
        protocolVersion: message.params.protocolVersion,
        capabilities: { tools: {} },
        serverInfo: { name: 'by-hand', version: '1' },
      })
    }
    if (message.method === 'tools/list') return json({ tools })
    return onCall(response, message, (result, id) => {
      if (!response.headersSent) response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write(
        `${id === undefined ? '' : `id: ${id}\n`}data: ${JSON.stringify({ jsonrpc: '2.0', id: message.id, result })}\n\n`,
      )
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const close = async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  started.push(close)
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp?key=sk-in-query`,
    requests,
    restart: () => sessions.clear(),
    close,
  }
}

async function open(server: Omit<HttpServer, 'url'> & { readonly url: string }, options?: McpToolsOptions) {
  const connected = await mcpTools(server, options)
  started.unshift(() => connected.close())
  return connected
}

const stream = (response: ServerResponse) =>
  response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders()
const hello = { content: [{ type: 'text', text: 'hello' }] }
const helloParts = [{ type: 'text', text: 'hello' }]
const callsOf = ({ requests }: ByHand) => requests.filter(({ message }) => message?.method === 'tools/call').length
const initsOf = ({ requests }: ByHand) => requests.filter(({ message }) => message?.method === 'initialize').length

describe('a server behind HTTP', () => {
  it('gets the given headers with every request, and the end of the session', async () => {
    const server = await serve((_response, _message, send) => send(hello))
    const connected = await open({ url: server.url, headers: { authorization: 'Bearer sk-12345678' } })
    expect(contentOf(await runStep(named(connected, 'write')))).toEqual(helloParts)
    await connected.close()
    expect(new Set(server.requests.map(({ headers }) => headers.authorization))).toEqual(
      new Set(['Bearer sk-12345678']),
    )
    expect(server.requests.at(-1)?.method).toBe('DELETE')
  })

  it('gets the token of the auth provider', async () => {
    const server = await serve((_response, _message, send) => send(hello))
    const authProvider = { tokens: () => ({ access_token: 'from-oauth', token_type: 'Bearer' }) }
    await open({ url: server.url, authProvider: authProvider as never })
    expect(server.requests[0]?.headers.authorization).toBe('Bearer from-oauth')
  })

  it('fails a call at once whose stream ends without an answer, and does not repeat it', async () => {
    const server = await serve((response) => {
      stream(response)
      setTimeout(() => response.end(': nothing\n\n'), 20)
    })
    const connected = await open(server)
    await expect(runStep(named(connected, 'write'))).rejects.toMatchObject({ code: 'network', retryable: true })
    expect(callsOf(server)).toBe(1)
  })

  it('repeats a call once that broke off, of a tool that only reads', async () => {
    const server = await serve((response, _message, send) => {
      stream(response)
      if (callsOf(server) > 1) return send(hello)
      setTimeout(() => response.destroy(), 20)
    })
    const connected = await open(server)
    expect(contentOf(await runStep(named(connected, 'read')))).toEqual(helloParts)
    expect(callsOf(server)).toBe(2)
  })

  it('resumes a stream that gave event ids, and does not call again', async () => {
    let broken: ((result: object) => void) | undefined
    const server = await serve(
      (response, _message, send) => {
        stream(response)
        response.write('retry: 20\nid: 1\ndata: \n\n')
        broken = send
        setTimeout(() => response.destroy(), 20)
      },
      (response) => {
        const resumed = server.requests.at(-1)?.headers['last-event-id'] === '1'
        if (!resumed || !broken) return response.writeHead(405).end()
        stream(response)
        const { id } = server.requests.findLast(({ message }) => message?.method === 'tools/call')?.message ?? {}
        response.write(`id: 2\ndata: ${JSON.stringify({ jsonrpc: '2.0', id, result: hello })}\n\n`)
      },
    )
    const connected = await open(server)
    expect(contentOf(await runStep(named(connected, 'write')))).toEqual(helloParts)
    expect(callsOf(server)).toBe(1)
  })

  it('fails a call that cannot be resumed, long before its timeout', async () => {
    const server = await serve((response) => {
      stream(response)
      response.write('retry: 20\nid: 1\ndata: \n\n')
      setTimeout(() => void server.close(), 20)
    })
    const connected = await open(server)
    await expect(runStep(named(connected, 'write'))).rejects.toMatchObject({ code: 'network' })
  })

  it('gets a new session, and the same call again, when it forgot the old one', async () => {
    const server = await serve((_response, _message, send) => send(hello))
    const connected = await open(server)
    server.restart()
    expect(contentOf(await runStep(named(connected, 'write')))).toEqual(helloParts)
    expect(initsOf(server)).toBe(2)
  })

  it('gets one new session for many calls', async () => {
    const server = await serve((_response, _message, send) => send(hello))
    const connected = await open(server)
    server.restart()
    await Promise.all(Array.from({ length: 5 }, () => runStep(named(connected, 'write'))))
    expect(initsOf(server)).toBe(2)
  })

  it('must not send a message of more than ten million bytes', async () => {
    const server = await serve((response) => {
      stream(response)
      response.write(`data: ${'x'.repeat(10_100_000)}`)
    })
    const connected = await open(server)
    await expect(runStep(named(connected, 'write'))).rejects.toMatchObject({ code: 'network' })
  })

  it('may send many small messages on one stream', async () => {
    const server = await serve(async (response, _message, send) => {
      stream(response)
      for (let sent = 0; sent < 12; sent++) {
        response.write(`: ${'x'.repeat(1_000_000)}\n\n`)
        await pause(1)
      }
      send(hello)
    })
    const connected = await open(server)
    expect(contentOf(await runStep(named(connected, 'write')))).toEqual(helloParts)
  })

  it('tells that it refused, without headers, query or credentials', async () => {
    const server = await serve((response) => {
      response.writeHead(500).end('wrong: Bearer sk-12345678 and sk-in-query')
    })
    const connected = await open({ url: server.url, headers: { authorization: 'Bearer sk-12345678' } })
    const failure = await runStep(named(connected, 'write')).catch((error) => error)
    expect(failure).toMatchObject({ code: 'unavailable', status: 500, retryable: true })
    expect(failure.message).toContain('refused: ')
    expect(failure.message).not.toContain('sk-')
  })

  it('that is not there fails as lost, and the call after it finds it again', async () => {
    const server = await serve((_response, _message, send) => send(hello))
    const connected = await open(server)
    let isDown = true
    const flaky: typeof fetch = (...args) => (isDown ? Promise.reject(new TypeError('fetch failed')) : fetch(...args))
    const other = await open({ url: server.url, fetch: (...args) => flaky(...args) }).catch((error) => error)
    expect(other).toMatchObject({ code: 'network' })
    isDown = false
    const again = await open({ url: server.url, fetch: (...args) => flaky(...args) })
    isDown = true
    await expect(runStep(named(again, 'write'))).rejects.toMatchObject({ code: 'network', retryable: true })
    isDown = false
    expect(contentOf(await runStep(named(again, 'write')))).toEqual(helloParts)
    expect(connected.tools).toHaveLength(2)
  })

  it('that wants a token refuses access', async () => {
    const refusing: typeof fetch = async () => new Response('who are you?', { status: 401 })
    await expect(mcpTools({ url: 'http://127.0.0.1:1/mcp', fetch: refusing })).rejects.toMatchObject({
      code: 'access-denied',
    })
  })

  it('hears of an abort at once', async () => {
    const server = await serve((response) => stream(response))
    const connected = await open(server)
    const controller = new AbortController()
    const run = runStep(named(connected, 'write'), {}, { signal: controller.signal })
    await until(() => callsOf(server) === 1)
    controller.abort()
    await expect(run).rejects.toMatchObject({ code: 'aborted' })
    await until(() => server.requests.some(({ message }) => message?.method === 'notifications/cancelled'))
  })
})
