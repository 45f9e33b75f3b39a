import type { ServerHttp2Session, ServerHttp2Stream } from 'node:http2'
import { constants } from 'node:http2'
import { connect as connectTcp, createServer as createTcpServer } from 'node:net'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { http2Handler } from '../src/http2-handler.js'
import { Http2Pool } from '../src/http2-pool.js'
import { listen, openSockets, serve, stopServers, track } from './http2-endpoint.js'

afterEach(stopServers)

function client(options: { idleTimeoutMs?: number; maxIdle?: number; pingAfterMs?: number } = {}) {
  const { idleTimeoutMs = 60_000, maxIdle = 64, pingAfterMs = 60_000 } = options
  const pool = new Http2Pool({ idleTimeoutMs, maxIdle })
  const handler = http2Handler(pool, { connectTimeoutMs: 10_000, pingAfterMs, pingTimeoutMs: 100 })
  const start = (port: number, more: { abortSignal?: AbortSignal; requestTimeout?: number } = {}) => {
    const request = {
      protocol: 'http:',
      hostname: '127.0.0.1',
      port,
      method: 'POST',
      path: '/p',
      headers: {},
      body: 'hi',
    }
    return handler.handle(request, more)
  }
  const ask = async (port: number, more = {}) => {
    const { response } = await start(port, more)
    const chunks: Buffer[] = []
    for await (const chunk of response.body) chunks.push(chunk)
    return `${response.statusCode} ${Buffer.concat(chunks)}`
  }
  return { pool, start, ask }
}

const ok = (stream: ServerHttp2Stream) => {
  stream.respond({ ':status': 200, 'x-amzn-requestid': 'req' })
  stream.end('yes')
}

describe('requests one after another', () => {
  it('share one connection', async () => {
    const { port, sessions, requests } = await serve(ok)
    const { ask } = client()

    for (let request = 0; request < 100; request++) expect(await ask(port)).toBe('200 yes')

    expect(requests()).toBe(100)
    expect(sessions).toHaveLength(1)
  })

  it('share the connection that was opened beforehand', async () => {
    const { port, sessions } = await serve(ok)
    const { pool, ask } = client()

    await pool.warm(`http://127.0.0.1:${port}`, 10_000)
    expect(sessions).toHaveLength(1)
    await ask(port)

    expect(sessions).toHaveLength(1)
    await expect(client().pool.warm('http://127.0.0.1:1', 10_000)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  })

  it('give plain headers', async () => {
    const { port } = await serve((stream) => {
      stream.respond({ ':status': 404, 'set-cookie': ['a', 'b'] })
      stream.end()
    })

    const { response } = await client().start(port)

    expect(response.statusCode).toBe(404)
    expect(response.headers['set-cookie']).toBe('a, b')
    response.body.resume()
  })
})

describe('requests at the same time', () => {
  it('have a connection each, of which a bounded number is kept', async () => {
    const { port, sessions } = await serve((stream) => setTimeout(() => ok(stream), 20))
    const { pool, ask } = client({ maxIdle: 3 })

    const answers = await Promise.all(Array.from({ length: 10 }, () => ask(port)))

    expect(new Set(answers)).toEqual(new Set(['200 yes']))
    expect(sessions).toHaveLength(10)
    expect(pool.idleCount(`http://127.0.0.1:${port}`)).toBe(3)
    await vi.waitFor(() => expect(sessions.filter(({ closed }) => !closed)).toHaveLength(3))
  })
})

describe('an idle connection', () => {
  it('is closed after its time', async () => {
    const { port, sessions } = await serve(ok)
    const { pool, ask } = client({ idleTimeoutMs: 30 })

    await ask(port)

    await vi.waitFor(() => expect(sessions[0]?.closed).toBe(true))
    expect(pool.idleCount(`http://127.0.0.1:${port}`)).toBe(0)
    expect(await ask(port)).toBe('200 yes')
  })

  it('keeps no process alive, and one at work does', async () => {
    const held: ServerHttp2Stream[] = []
    const { port } = await serve((stream) => void held.push(stream))
    const { ask } = client()
    const answer = ask(port)
    await vi.waitFor(() => expect(held).toHaveLength(1))
    expect(openSockets()).toBe(2)
    for (const stream of held) ok(stream)
    await answer

    // The server's end of it.
    expect(openSockets()).toBe(1)
  })

  it.each([
    ['told to go away', (session: ServerHttp2Session) => session.goaway()],
    ['closed', (session: ServerHttp2Session) => session.close()],
    ['destroyed', (session: ServerHttp2Session) => session.destroy()],
  ])('that was %s is not used again, at once or later', async (_how, end) => {
    const { port, sessions } = await serve(ok)
    const { ask } = client()
    for (const waitMs of [0, 30]) {
      await ask(port)
      const last = sessions.at(-1)
      if (last) end(last)
      if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs))

      expect(await ask(port)).toBe('200 yes')
    }
    expect(sessions.length).toBeGreaterThanOrEqual(2)
  })

  it('whose peer is gone without a word is given up, and the request goes over a new one', async () => {
    const { port, sessions } = await serve(ok)
    let isDead = false
    const proxy = createTcpServer((near) => {
      const far = connectTcp(port, '127.0.0.1')
      track(near)
      track(far)
      const dead = () => isDead
      const wasThere = !isDead
      near.on('data', (bytes) => !(wasThere && dead()) && far.write(bytes))
      far.on('data', (bytes) => !(wasThere && dead()) && near.write(bytes))
    })
    const proxyPort = await listen(proxy)
    const { ask } = client({ pingAfterMs: 0 })
    expect(await ask(proxyPort)).toBe('200 yes')

    isDead = true

    expect(await ask(proxyPort)).toBe('200 yes')
    expect(sessions).toHaveLength(2)
  })

  it('whose peer takes long to answer, but is there, is waited for', async () => {
    const { port, requests } = await serve((stream) => setTimeout(() => ok(stream), 400))
    const { ask } = client({ pingAfterMs: 0 })

    for (const answer of [await ask(port), await ask(port)]) expect(answer).toBe('200 yes')

    expect(requests()).toBe(2)
  })
})

describe('a request that fails', () => {
  const reset = (code: number) => (stream: ServerHttp2Stream, number: number) =>
    number === 2 ? stream.close(code) : ok(stream)

  it('is sent once more when the server says that it did nothing with it', async () => {
    const { port, requests } = await serve(reset(constants.NGHTTP2_REFUSED_STREAM))
    const { ask } = client()
    await ask(port)

    expect(await ask(port)).toBe('200 yes')
    expect(requests()).toBe(3)
  })

  it('is not sent again when the server may have done something with it', async () => {
    const { port, requests } = await serve(reset(constants.NGHTTP2_INTERNAL_ERROR))
    const { ask } = client()
    await ask(port)

    await expect(ask(port)).rejects.toMatchObject({ code: 'ERR_HTTP2_STREAM_ERROR' })
    expect(requests()).toBe(2)
    expect(await ask(port)).toBe('200 yes')
  })

  it('is sent once more only, and not at all over a new connection', async () => {
    const { port, requests } = await serve((stream, number) => (number === 1 ? ok(stream) : stream.session?.destroy()))
    const { ask } = client()
    await ask(port)

    await expect(ask(port)).rejects.toThrow()
    expect(requests()).toBe(3)
    await expect(ask(port)).rejects.toThrow()
    expect(requests()).toBe(4)
  })

  it('because nobody listens says so', async () => {
    await expect(client().ask(1)).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } })
  })

  it('for its time ran out is a timeout, and its connection is gone', async () => {
    const { port, sessions, requests } = await serve((_stream, number) => number)
    const { ask } = client()

    await expect(ask(port, { requestTimeout: 30 })).rejects.toMatchObject({ name: 'TimeoutError' })
    await vi.waitFor(() => expect(sessions[0]?.closed).toBe(true))
    expect(requests()).toBe(1)
  })
})

describe('an abort', () => {
  it('before the request sends nothing', async () => {
    const { port, sessions } = await serve(ok)

    await expect(client().start(port, { abortSignal: AbortSignal.abort('no') })).rejects.toMatchObject({
      name: 'AbortError',
      cause: 'no',
    })
    expect(sessions).toEqual([])
  })

  it('ends its own connection and no other one, before the answer and in it', async () => {
    const { port, sessions } = await serve((stream, number) => {
      if (number > 1) stream.respond({ ':status': 200 })
      if (number === 3) setTimeout(() => stream.end('whole'), 50)
    })
    const { start, ask } = client()
    const [early, late] = [new AbortController(), new AbortController()]
    const unanswered = start(port, { abortSignal: early.signal })
    await vi.waitFor(() => expect(sessions).toHaveLength(1))
    const { response } = await start(port, { abortSignal: late.signal })
    response.body.resume()
    const other = ask(port)

    early.abort()
    late.abort()

    await expect(unanswered).rejects.toMatchObject({ name: 'AbortError' })
    await vi.waitFor(() => expect(sessions.map(({ closed }) => closed)).toEqual([true, true, false]))
    expect(await other).toBe('200 whole')
  })

  it('after the end keeps the connection', async () => {
    const { port, sessions } = await serve(ok)
    const { ask } = client()
    for (let request = 0; request < 3; request++) {
      const controller = new AbortController()
      await ask(port, { abortSignal: controller.signal })
      controller.abort()
    }

    expect(sessions).toHaveLength(1)
  })
})

describe('a reader', () => {
  it('that is slow holds the server back, and one that reads gets far more than 64 KB at once', async () => {
    let sent = 0
    const { port } = await serve((stream) => {
      stream.respond({ ':status': 200 })
      const write = () => {
        while (sent < 8_000_000 && stream.write(Buffer.alloc(10_000))) sent += 10_000
        if (sent < 8_000_000) stream.once('drain', write)
      }
      write()
    })
    const controller = new AbortController()
    const { response } = await client().start(port, { abortSignal: controller.signal })
    response.body.pause()

    await vi.waitFor(() => expect(sent).toBeGreaterThan(500_000))
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(sent).toBeLessThan(4_000_000)
    controller.abort()
  })
})
