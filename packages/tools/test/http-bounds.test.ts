import { brotliCompressSync, gzipSync } from 'node:zlib'
import { isAgentError } from '@x/types'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { HttpRequestOptions } from '../src/http-request.js'
import { httpRequest } from '../src/http-request.js'
import { serve, serveTcp, shown } from './http-server.js'
import { toolContext } from './tool-context.js'

async function ask(
  origin: string,
  options: Partial<HttpRequestOptions> = {},
  signal?: AbortSignal,
  input: object = {},
) {
  const { context } = toolContext(signal ? { signal } : {})
  const tool = httpRequest({ allow: [origin], allowPrivate: true, ...options })
  return shown(await tool.execute({ url: origin, ...input }, context))
}

/** Fails as `code`, in the time that the bound says, give or take a busy machine. */
async function expectFailure(work: Promise<unknown>, code: string, words: string, withinMs = 30_000) {
  const startMs = performance.now()
  await expect(work).rejects.toMatchObject({ code, message: expect.stringContaining(words) })
  expect(performance.now() - startMs).toBeLessThan(withinMs)
}

describe('time', () => {
  it('is bounded while a name is resolved', async () => {
    const lookup = () => new Promise<never>(() => undefined)
    const work = ask('http://slow.test', { lookup, connectTimeoutMs: 100 })
    await expectFailure(work, 'timeout', 'The host slow.test could not be resolved within 100 ms.')
  })

  it('is bounded while a connection is made, its TLS included', async () => {
    const { origin } = await serveTcp(() => undefined)
    const work = ask(origin.replace('http:', 'https:'), { connectTimeoutMs: 100 })
    await expectFailure(work, 'timeout', 'could not be connected to within 100 ms.')
  })

  it('is bounded while nothing is answered', async () => {
    const { origin } = await serve(() => undefined)
    await expectFailure(ask(origin, { idleTimeoutMs: 100 }), 'timeout', 'did not answer within 100 ms.')
  })

  it('is bounded while a body stalls', async () => {
    const { origin } = await serve((_request, response) => response.write('a'))
    await expectFailure(ask(origin, { idleTimeoutMs: 100 }), 'timeout', 'sent nothing more within 100 ms.')
  })

  it('is bounded for headers that drip', async () => {
    const { origin } = await serveTcp((socket) => {
      socket.write('HTTP/1.1 200 OK\r\n')
      const timer = setInterval(() => socket.write('x: y\r\n'), 20)
      socket.on('close', () => clearInterval(timer))
    })
    await expectFailure(ask(origin, { timeoutMs: 300 }), 'timeout', 'The request was not done within 300 ms.')
  })

  it('is bounded for a body that drips, packed or not', async () => {
    for (const coding of ['identity', 'gzip']) {
      const { origin } = await serveTcp((socket) => {
        socket.write(`HTTP/1.1 200 OK\r\ncontent-encoding: ${coding}\r\n\r\n`)
        if (coding === 'gzip') socket.write(gzipSync('abc').subarray(0, 12))
        const timer = setInterval(() => socket.write(coding === 'gzip' ? '' : 'a'), 20)
        socket.on('close', () => clearInterval(timer))
      })
      await expectFailure(ask(origin, { timeoutMs: 300 }), 'timeout', 'not done within 300 ms.')
    }
  })

  it('is bounded for endless words before the answer', async () => {
    const { origin } = await serveTcp((socket) => {
      const timer = setInterval(() => socket.write('HTTP/1.1 103 Early Hints\r\n\r\n'), 5)
      socket.on('close', () => clearInterval(timer))
    })
    await expectFailure(ask(origin, { timeoutMs: 300 }), 'timeout', 'not done within 300 ms.')
  })

  it('is bounded over all redirects together', async () => {
    const { origin } = await serve((_request, response) => {
      setTimeout(() => response.writeHead(302, { location: '/' }).end(), 60)
    })
    await expectFailure(ask(origin, { timeoutMs: 300, maxRedirects: 1_000 }), 'timeout', 'not done within 300 ms.')
  })

  it('is bounded for a converter of its own', async () => {
    const { origin } = await serve((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/html' }).end('<p>page')
    })
    const toMarkdown = () => new Promise<string>(() => undefined)
    await expectFailure(ask(origin, { timeoutMs: 300, toMarkdown }), 'timeout', 'not done within 300 ms.')
  })
})

describe('an abort', () => {
  it('ends the call at once in every phase, and the connection with it', async () => {
    const phases = ['', 'HTTP/1.1 200 OK\r\n', 'HTTP/1.1 200 OK\r\n\r\nbody']
    for (const phase of phases) {
      let ended: () => void = () => undefined
      const end = new Promise<void>((resolve) => (ended = resolve))
      const { origin } = await serveTcp((socket) => {
        socket.write(phase)
        socket.on('data', () => undefined)
        socket.on('close', () => ended())
      })
      const controller = new AbortController()
      setTimeout(() => controller.abort(new Error('enough')), 100)
      await expectFailure(ask(origin, {}, controller.signal), 'aborted', 'The request was aborted.')
      await end
    }
  })

  it('before the call sends nothing', async () => {
    const { origin, requests } = await serve((_request, response) => response.end())
    await expectFailure(ask(origin, {}, AbortSignal.abort()), 'aborted', 'The request was aborted.')
    expect(requests).toHaveLength(0)
  })
})

describe('size', () => {
  it('of a body without end is bounded, and the connection is left', async () => {
    let ended: () => void = () => undefined
    const end = new Promise<void>((resolve) => (ended = resolve))
    const { origin } = await serve((_request, response) => {
      const more = () => {
        while (response.write('abcd'.repeat(4_096)));
      }
      response.on('drain', more).on('close', ended)
      more()
    })
    const text = await ask(origin, { maxBytes: 100_000 })
    expect(text).toContain('(Only the first 100000 bytes were read.)')
    expect(text).toContain('(Characters 0 to 20000 of 100000.')
    await end
  })

  it.each([
    ['gzip', gzipSync(Buffer.alloc(50_000_000, 0x61))],
    ['br', brotliCompressSync(Buffer.alloc(50_000_000, 0x61))],
  ])('of a bomb in %s is bounded', async (coding, bomb) => {
    const { origin } = await serve((_request, response) =>
      response.writeHead(200, { 'content-encoding': coding }).end(bomb),
    )
    const before = process.memoryUsage().arrayBuffers
    const text = await ask(origin, { maxBytes: 200_000 })
    expect(text).toContain('(Only the first 200000 bytes were read.)')
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(20_000_000)
  })

  it('of packed bytes that unpack to nothing is bounded', async () => {
    const { origin } = await serve((_request, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' })
      const empty = Buffer.concat(Array.from({ length: 1_000 }, () => gzipSync('')))
      const more = () => {
        while (response.write(empty));
      }
      response.on('drain', more)
      more()
    })
    await expectFailure(ask(origin, { maxBytes: 100_000 }), 'network', 'sent too much')
  })

  it('of headers is bounded', async () => {
    const { origin } = await serveTcp((socket) => socket.write(`HTTP/1.1 200 OK\r\nx: ${'y'.repeat(100_000)}\r\n\r\n`))
    await expectFailure(ask(origin), 'network', 'sent an answer that cannot be read (HPE_HEADER_OVERFLOW)')
  })

  it('of a character at the cut is not left half', async () => {
    const { origin } = await serve((_request, response) => response.end('aü'.repeat(100)))
    const text = await ask(origin, { maxBytes: 200 })
    expect(text.endsWith('üa')).toBe(true)
    expect(text).not.toContain('\uFFFD')
  })
})

describe('what comes over the wire', () => {
  it.each([
    ['packed in a way not asked for', { 'content-encoding': 'zstd' }, 'x', 'not asked for'],
    ['packed twice', { 'content-encoding': 'gzip, gzip' }, gzipSync(gzipSync('x')), 'not asked for'],
    ['packed like a member of an object', { 'content-encoding': 'constructor' }, 'x', 'not asked for'],
    ['not packed although it says so', { 'content-encoding': 'gzip' }, 'plain', 'cannot be read (Z_DATA_ERROR)'],
    [
      'packed and cut',
      { 'content-encoding': 'gzip' },
      gzipSync('x'.repeat(99)).subarray(0, 20),
      'cannot be read (Z_BUF_ERROR)',
    ],
  ])('is refused when %s', async (_kind, headers, body, words) => {
    const { origin } = await serve((_request, response) => response.writeHead(200, headers).end(body))
    await expectFailure(ask(origin), 'network', words)
  })

  it('is unpacked', async () => {
    const { origin } = await serve((request, response) => {
      expect(request.headers['accept-encoding']).toBe('gzip, deflate, br')
      response.writeHead(200, { 'content-encoding': 'GZIP' }).end(gzipSync('packed'))
    })
    expect(await ask(origin)).toContain('packed')
  })

  it.each([
    ['nothing', '', 'could not be reached (ECONNRESET)'],
    ['no HTTP', 'SSH-2.0-OpenSSH\r\n', 'cannot be read (HPE_'],
    ['a body that breaks off', 'HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc', 'could not be reached (ECONNRESET)'],
    ['two lengths', 'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nabc', 'cannot be read (HPE_'],
    [
      'an upgrade',
      'HTTP/1.1 101 Switching\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n',
      'could not be reached (ECONNRESET)',
    ],
  ])('is refused when it is %s', async (_kind, bytes, words) => {
    const { origin } = await serveTcp((socket) => socket.once('data', () => socket.end(bytes)))
    await expectFailure(ask(origin), 'network', words)
  })

  it('is refused when nobody listens', async () => {
    await expectFailure(ask('http://127.0.0.1:1'), 'network', '127.0.0.1:1 could not be reached (ECONNREFUSED).')
  })

  it('never crashes the tool, whatever it is', async () => {
    let answer = Buffer.alloc(0)
    const { origin } = await serveTcp((socket) => socket.once('data', () => socket.end(answer)))
    const types = fc.constantFrom('text/html', 'application/json', 'text/plain; charset=utf-16', 'image/png', '', ';;=')
    const codings = fc.constantFrom('identity', 'gzip', 'br', 'deflate', 'x')
    const statuses = fc.constantFrom(200, 204, 301, 304, 404, 599, 999)
    await fc.assert(
      fc.asyncProperty(
        statuses,
        types,
        codings,
        fc.uint8Array(),
        fc.string(),
        async (status, type, coding, bytes, location) => {
          const clean = location.replace(/[^\x21-\x7e]/g, '')
          const head = `HTTP/1.1 ${status} X\r\ncontent-type: ${type}\r\ncontent-encoding: ${coding}\r\nlocation: ${clean}\r\n\r\n`
          answer = Buffer.concat([Buffer.from(head), bytes])
          const outcome = await ask(origin, { toMarkdown: (html) => html }).catch((error) => error)
          expect(typeof outcome === 'string' || isAgentError(outcome)).toBe(true)
        },
      ),
      { numRuns: 300 },
    )
  })
})

describe('any input', () => {
  it('gives a result or an AgentError', async () => {
    const { origin } = await serve((_request, response) => response.end('ok'))
    const input = fc.record(
      {
        url: fc.oneof(fc.constant(origin), fc.webUrl(), fc.string(), fc.constant(`${origin}/\0\r\n`)),
        method: fc.oneof(fc.constantFrom('GET', 'POST', 'get'), fc.string()),
        headers: fc.dictionary(fc.constantFrom('accept', 'x', '__proto__', 'content-type'), fc.string()),
        body: fc.string(),
        as: fc.constantFrom('auto', 'json', 'markdown', 'x'),
        offset: fc.oneof(fc.integer(), fc.double()),
      },
      { requiredKeys: [] },
    )
    const options = { methods: ['GET', 'POST'], toMarkdown: (html: string) => html }
    await fc.assert(
      fc.asyncProperty(fc.oneof(input, fc.anything()), async (value) => {
        const tool = httpRequest({ allow: [origin], allowPrivate: true, ...options })
        const outcome = await tool.execute(value as never, toolContext().context).catch((error) => error)
        expect(Array.isArray(outcome) || isAgentError(outcome)).toBe(true)
      }),
      { numRuns: 300 },
    )
  })
})
