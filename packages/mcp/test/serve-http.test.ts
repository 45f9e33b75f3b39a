import { request } from 'node:http'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { LATEST_PROTOCOL_VERSION, ToolListChangedNotificationSchema } from '@modelcontextprotocol/sdk/types.js'
import type { Tool } from '@x/types'
import { afterEach, describe, expect, it } from 'vitest'
import type { McpServing, ServeOptions } from '../src/index.js'
import { serveMcp } from '../src/index.js'
import { until } from './helpers.js'

const aborted: unknown[] = []
const tools: readonly Tool[] = [
  { name: 'hello', inputSchema: { type: 'object' }, execute: (_input, { env }) => `hello ${JSON.stringify(env)}` },
  {
    name: 'hangs',
    inputSchema: { type: 'object' },
    execute: (_input, { signal }) =>
      new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(aborted.push(1)))),
  },
]

const initialize = {
  jsonrpc: '2.0',
  id: 0,
  method: 'initialize',
  params: { protocolVersion: LATEST_PROTOCOL_VERSION, capabilities: {}, clientInfo: { name: 'raw', version: '1' } },
}
const list = { jsonrpc: '2.0', id: 1, method: 'tools/list' }

const post = (message: unknown, headers: { readonly [name: string]: string } = {}) =>
  new Request('http://127.0.0.1/mcp', {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream', ...headers },
    body: JSON.stringify(message),
  })

async function open(served: McpServing, headers: { readonly [name: string]: string } = {}): Promise<string> {
  const response = await served.fetch(post(initialize, headers))
  await response.body?.cancel()
  return response.headers.get('mcp-session-id') ?? ''
}

const opened: McpServing[] = []
afterEach(() => Promise.all(opened.splice(0).map((served) => served.close())))
function serve(options?: ServeOptions): McpServing {
  const served = serveMcp(tools, options)
  opened.push(served)
  return served
}

async function clientOf(url: string, headers: { [name: string]: string } = {}) {
  const client = new Client({ name: 'tester', version: '1' })
  const transport = new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } })
  await client.connect(transport as never)
  return client
}

describe('the handler', () => {
  it('answers programs on this machine', async () => {
    const served = serve()
    const session = await open(served)
    expect(session).toMatch(/^[0-9a-f-]{36}$/)
    const response = await served.fetch(post(list, { 'mcp-session-id': session }))
    expect(await response.text()).toContain('"name":"hello"')
  })

  it.each([
    [{ host: 'evil.example' }, 403],
    [{ host: 'evil.example:80' }, 403],
    [{ host: '127.0.0.1.evil.example' }, 403],
    [{ host: 'localhost@evil.example' }, 403],
    [{ host: 'localhost:3000' }, 200],
    [{ host: 'LOCALHOST' }, 200],
    [{ host: '[::1]:3000' }, 200],
    [{ origin: 'https://evil.example' }, 403],
    [{ origin: 'http://localhost:3000' }, 403],
    [{ origin: 'null' }, 403],
  ])('answers a request with %j by %i', async (headers, status) => {
    expect((await serve().fetch(post(initialize, headers as { [name: string]: string }))).status).toBe(status)
  })

  it('answers the hosts and origins that are allowed instead', async () => {
    const served = serve({
      allowedHosts: ['mcp.example.com', 'other.example:8080'],
      allowedOrigins: ['https://app.example.com'],
    })
    const status = async (headers: { [name: string]: string }) => (await served.fetch(post(initialize, headers))).status
    expect(await status({ host: 'mcp.example.com', origin: 'https://app.example.com' })).toBe(200)
    expect(await status({ host: 'other.example:8080' })).toBe(200)
    expect(await status({ host: 'other.example:1' })).toBe(403)
    expect(await status({ host: 'localhost' })).toBe(403)
  })

  it('wants the token, if there is one', async () => {
    const served = serve({ token: 'open-sesame' })
    const status = async (authorization?: string) =>
      (await served.fetch(post(initialize, authorization ? { authorization } : {}))).status
    expect(await status()).toBe(401)
    expect(await status('Bearer wrong')).toBe(401)
    expect(await status('Basic open-sesame')).toBe(401)
    expect(await status('Bearer open-sesame')).toBe(200)
    const asking = serve({ token: async (token) => (token === 'a' ? true : ('yes' as never)) })
    expect((await asking.fetch(post(initialize, { authorization: 'Bearer a' }))).status).toBe(200)
    const refused = await asking.fetch(post(initialize, { authorization: 'Bearer b' }))
    expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([401, 'Bearer'])
  })

  it('lets nobody else carry a session on', async () => {
    const served = serve({ token: () => true })
    const session = await open(served, { authorization: 'Bearer ann' })
    const status = async (token: string) =>
      (await served.fetch(post(list, { 'mcp-session-id': session, authorization: `Bearer ${token}` }))).status
    expect([await status('bob'), await status('ann')]).toEqual([404, 200])
  })

  it('forgets the session that was quiet the longest', async () => {
    const served = serve({ maxSessions: 2 })
    const status = async (session: string) => {
      const response = await served.fetch(post(list, { 'mcp-session-id': session }))
      await response.text()
      return response.status
    }
    const [first, second] = [await open(served), await open(served)]
    expect(await status(first)).toBe(200)
    const third = await open(served)
    expect([await status(second), await status(first), await status(third)]).toEqual([404, 200, 200])
  })

  it('opens no session for anything but the beginning of one', async () => {
    const served = serve({ maxSessions: 1 })
    const session = await open(served)
    expect((await served.fetch(post(list))).status).toBe(400)
    expect((await served.fetch(post('nonsense'))).status).toBe(400)
    expect((await served.fetch(post(list, { 'mcp-session-id': session }))).status).toBe(200)
  })

  it('refuses bodies that are too large', async () => {
    const served = serve({ maxBodyBytes: 1000 })
    expect((await served.fetch(post({ ...initialize, padding: 'x'.repeat(1000) }))).status).toBe(413)
  })

  it('gives env the request that opened the session', async () => {
    const served = serve({ env: ({ request }: { request?: Request }) => request?.headers.get('x-user') })
    const session = await open(served, { 'x-user': 'ann' })
    const call = { jsonrpc: '2.0', id: 2, method: 'tools/call', params: { name: 'hello' } }
    const response = await served.fetch(post(call, { 'mcp-session-id': session, 'x-user': 'bob' }))
    expect(await response.text()).toContain('hello \\"ann\\"')
  })
})

describe('the listener', () => {
  it('serves a client of the SDK, progress of the list included', async () => {
    const served = serve()
    await using listener = await served.listen()
    expect(listener.url).toBe(`http://127.0.0.1:${listener.port}/mcp`)
    const client = await clientOf(listener.url)
    expect(await client.callTool({ name: 'hello' })).toEqual({ content: [{ type: 'text', text: 'hello undefined' }] })
    const told = new Promise((resolve) => client.setNotificationHandler(ToolListChangedNotificationSchema, resolve))
    // The stream of notifications is opened by the client after the session; until then nobody could hear of it.
    const again = setInterval(() => served.setTools(tools.slice(0, 1)), 20)
    await told
    clearInterval(again)
    expect((await client.listTools()).tools).toHaveLength(1)
    await client.close()
  })

  it('cancels what runs when the client asks for it, and when the session ends', async () => {
    aborted.length = 0
    const served = serve()
    const listener = await served.listen()
    const client = await clientOf(listener.url)
    await expect(client.callTool({ name: 'hangs' }, undefined, { signal: AbortSignal.timeout(50) })).rejects.toThrow()
    await until(() => aborted.length === 1)
    const left = client.callTool({ name: 'hangs' }).catch(() => undefined)
    await new Promise((resolve) => setTimeout(resolve, 50))
    await (client.transport as StreamableHTTPClientTransport).terminateSession()
    await until(() => aborted.length === 2)
    await client.close()
    await left
  })

  it('is found at its path alone, on the loopback interface alone', async () => {
    const served = serve()
    const listener = await served.listen({ path: '/tools' })
    expect(listener.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/tools$/)
    const status = async (path: string) => (await fetch(new URL(path, listener.url), { method: 'POST' })).status
    expect(await status('/mcp')).toBe(404)
    expect(await status('/tools')).not.toBe(404)
    await expect(fetch(`http://[::1]:${listener.port}/tools`)).rejects.toThrow()
  })

  it('looks at the Host header that was sent', async () => {
    const listener = await serve().listen()
    const status = await new Promise((resolve, reject) => {
      const options = {
        port: listener.port,
        host: '127.0.0.1',
        path: '/mcp',
        method: 'POST',
        headers: { host: 'rebound.example' },
      }
      request(options, (response) => resolve(response.resume().statusCode))
        .on('error', reject)
        .end('{}')
    })
    expect(status).toBe(403)
  })

  it('answers a target that is no URL, and stays up', async () => {
    const listener = await serve().listen()
    const status = await new Promise((resolve, reject) => {
      request({ port: listener.port, host: '127.0.0.1', path: '//[', method: 'GET' }, (response) =>
        resolve(response.resume().statusCode),
      )
        .on('error', reject)
        .end()
    })
    expect(status).toBe(400)
    expect((await fetch(new URL('/other', listener.url))).status).toBe(404)
  })

  it('cannot have a port that is taken', async () => {
    const served = serve()
    const { port } = await served.listen()
    await expect(served.listen({ port })).rejects.toThrow('EADDRINUSE')
  })

  it('is closed with the serving, streams of notifications too', async () => {
    const served = serve()
    const { url } = await served.listen()
    const client = await clientOf(url)
    await served.close()
    await expect(fetch(url)).rejects.toThrow()
    await client.close()
  })
})
