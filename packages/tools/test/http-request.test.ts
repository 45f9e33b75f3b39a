import { describe, expect, it } from 'vitest'
import type { HttpRequestOptions } from '../src/http-request.js'
import { httpRequest } from '../src/http-request.js'
import { serve, shown } from './http-server.js'
import { certificate } from './https-certificate.js'
import { toolContext } from './tool-context.js'

/** Allows everything on loopback unless told otherwise. */
async function ask(input: object, options: Partial<HttpRequestOptions> & { origin: string }, env?: unknown) {
  const { origin, ...others } = options
  const { context, emitted } = toolContext({ env })
  const tool = httpRequest({ allow: [origin], allowPrivate: true, ...others })
  const output = await tool.execute({ url: origin, ...input }, context)
  return { output, text: shown(output), emitted }
}

const local = async () => [{ address: '127.0.0.1', family: 4 as const }]

describe('the tool http_request', () => {
  it('reads by default, and says what it may ask', () => {
    const tool = httpRequest({ allow: ['api.example.com', '*.example.org'] })
    expect(tool.description).toContain('Allowed hosts: api.example.com, *.example.org.')
    expect(Object.keys(Object(tool.inputSchema.properties))).toEqual(['url', 'headers', 'as', 'offset'])
    expect(tool.needsApproval).toBeUndefined()
    expect(tool.annotations).toEqual({
      title: 'HTTP request',
      readOnly: true,
      destructive: false,
      idempotent: true,
      openWorld: true,
    })
  })

  it('waits for a yes before a method that may change something', () => {
    const tool = httpRequest({ allow: ['a.test'], methods: ['GET', 'POST'] })
    const needsApproval = tool.needsApproval as (input: object) => boolean
    expect(needsApproval({ url: 'https://a.test', method: 'POST' })).toBe(true)
    expect(needsApproval({ url: 'https://a.test' })).toBe(false)
    expect(tool.annotations).toMatchObject({ readOnly: false, destructive: true, idempotent: false })
    const postOnly = httpRequest({ allow: ['a.test'], methods: ['POST'] }).needsApproval as typeof needsApproval
    expect(postOnly({ url: 'https://a.test' })).toBe(true)
    expect(httpRequest({ allow: ['a.test'], methods: ['POST'], needsApproval: false }).needsApproval).toBeUndefined()
  })

  it.each([
    [{ allow: [] }, 'needs a list `allow`'],
    [{ allow: ['a.test'], methods: [] }, 'cannot offer the method'],
    [{ allow: ['a.test'], methods: ['get'] }, 'cannot offer the method "get"'],
    [{ allow: ['a.test'], methods: ['CONNECT'] }, 'cannot offer the method "CONNECT"'],
    [{ allow: ['a.test'], requestHeaders: ['Host'] }, 'set the header "Host"'],
    [{ allow: ['a.test'], requestHeaders: ['X-Forwarded-For'] }, 'set the header "X-Forwarded-For"'],
    [{ allow: ['a.test'], requestHeaders: ['a: b'] }, 'set the header "a: b"'],
    [{ allow: ['a.test'], headers: { 'https://a.test/': {} } }, 'which is no origin'],
    [{ allow: ['a.test'], maxBytes: 0 }, 'The option maxBytes of httpRequest is 0'],
  ])('refuses the options %j', (options, words) => {
    expect(() => httpRequest(options)).toThrow(words)
  })
})

describe('an answer', () => {
  it('is JSON for JSON', async () => {
    const { origin } = await serve((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/problem+json' }).end('{"a": [1, 2]}')
    })
    expect((await ask({}, { origin })).output).toEqual([
      { type: 'text', text: `HTTP 200 OK\n${origin}/\ncontent-type: application/problem+json` },
      { type: 'json', value: { a: [1, 2] } },
    ])
  })

  it('is Markdown for a page, with absolute links and without scripts', async () => {
    const { origin } = await serve((_request, response) => {
      response.setHeader('content-type', 'text/html')
      response.end('<title>T</title><script>evil()</script><h1>Head</h1><p><a href="/b?c=1">link</a> <b>bold</b>')
    })
    const { text } = await ask({}, { origin })
    expect(text).toContain(`# Head\n\n[link](${origin}/b?c=1) **bold**`)
    expect(text).not.toContain('evil')
    expect((await ask({ as: 'text' }, { origin })).text).toContain('<script>evil()</script>')
    const own = { origin, toMarkdown: (html: string, url: string) => `${html.length} from ${url}` }
    expect((await ask({}, own)).text).toContain(`92 from ${origin}/`)
  })

  it('comes with its status, whatever that is, and a few headers', async () => {
    const { origin } = await serve((_request, response) => {
      response.writeHead(429, { 'retry-after': '7', 'set-cookie': 'session=1', 'content-type': 'text/plain' })
      response.end('slower')
    })
    expect((await ask({}, { origin })).text).toBe(
      `HTTP 429 Too Many Requests\n${origin}/\ncontent-type: text/plain\nretry-after: 7\n\nslower`,
    )
  })

  it('is shown piece by piece', async () => {
    const { origin } = await serve((_request, response) => response.end('0123456789'.repeat(3)))
    const { text } = await ask({}, { origin, maxChars: 12 })
    expect(text).toContain('(Characters 0 to 12 of 30. Ask for more with offset 12.)\n\n012345678901')
    expect((await ask({ offset: 24 }, { origin, maxChars: 12 })).text).toContain(
      '(Characters 24 to 30 of 30.)\n\n456789',
    )
    expect((await ask({ offset: 99 }, { origin })).text).toContain('(nothing from there on)')
  })

  it('is text with a note when it says it is JSON and is not, and an error when JSON was asked for', async () => {
    const { origin } = await serve((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).end('{oops')
    })
    expect((await ask({}, { origin })).text).toContain('cannot be read as such.)\n\n{oops')
    await expect(ask({ as: 'json' }, { origin })).rejects.toThrow('The answer is not JSON. Ask for it as text.')
  })

  it.each([
    ['text/plain; charset=iso-8859-1', Buffer.from([0x67, 0x72, 0xfc, 0xdf]), 'grüß'],
    ['text/plain; charset="shift_jis"', Buffer.from([0x93, 0xfa, 0x96, 0x7b]), '日本'],
    ['text/plain; charset=utf-16le', Buffer.from('grüß', 'utf16le'), 'grüß'],
    ['text/plain; charset=none', Buffer.from('grüß'), 'grüß'],
    ['text/plain; charset=iso-8859-1', Buffer.from('\uFEFFgrüß'), 'grüß'],
    ['text/html', Buffer.from('<meta charset="windows-1251">\xcc\xe8\xf0', 'latin1'), 'Мир'],
    ['', Buffer.from('grüß'), 'grüß'],
  ])('is decoded by its charset: %s', async (type, bytes, text) => {
    const { origin } = await serve((_request, response) => {
      response.writeHead(200, type === '' ? {} : { 'content-type': type }).end(bytes)
    })
    expect((await ask({}, { origin })).text.endsWith(text)).toBe(true)
  })

  it('is described and not shown when it is binary, by its type or by its bytes', async () => {
    const { origin, requests } = await serve((request, response) => {
      const type = request.url === '/image' ? { 'content-type': 'image/png', 'content-length': 1e9 } : {}
      response.writeHead(200, type).write(request.url === '/noise' ? Buffer.alloc(300, 0xfe) : Buffer.from('PNG\0\0'))
      if (request.url !== '/image') response.end()
    })
    expect((await ask({ url: `${origin}/image` }, { origin })).text).toContain('image/png, 1000000000 bytes: not shown')
    expect((await ask({ url: `${origin}/zeros` }, { origin })).text).toContain('of no known type, 5 bytes: not shown')
    expect((await ask({ url: `${origin}/noise` }, { origin })).text).toContain('of no known type, 300 bytes: not shown')
    expect(requests).toHaveLength(3)
  })

  it('says so when there is no body', async () => {
    const { origin } = await serve((_request, response) => response.writeHead(204).end())
    expect((await ask({}, { origin })).text).toBe(`HTTP 204 No Content\n${origin}/\n(no body)`)
  })

  it('tells of its progress while a long body comes', async () => {
    const { origin } = await serve((_request, response) => {
      response.writeHead(200, { 'content-length': 4 })
      for (const [index, letter] of [...'abcd'].entries()) setTimeout(() => response.write(letter), index * 400)
    })
    const { text, emitted } = await ask({}, { origin })
    expect(text).toContain('abcd')
    expect(emitted.length).toBeGreaterThan(0)
    expect(emitted[0]).toEqual({ receivedBytes: expect.any(Number), totalBytes: 4 })
  })
})

describe('what is sent', () => {
  it('holds method, allowed headers and body', async () => {
    const { origin } = await serve(async (request, response) => {
      const body = (await request.toArray()).join('')
      response.end(`${request.method} ${request.headers['content-type']} ${request.headers['user-agent']} ${body}`)
    })
    const input = { method: 'POST', headers: { 'content-type': 'text/x' }, body: 'grüß' }
    const { text } = await ask(input, { origin, methods: ['GET', 'POST'], userAgent: 'me' })
    expect(text).toContain('POST text/x me grüß')
  })

  it('holds no header, method or body that was not allowed', async () => {
    const { origin, requests } = await serve((_request, response) => response.end())
    const refused = [
      { headers: { cookie: 'a=b' } },
      { headers: { Host: 'evil.test' } },
      { headers: { accept: 'a\r\nx-evil: 1' } },
      { method: 'POST' },
      { body: 'text' },
    ]
    for (const input of refused) {
      await expect(ask(input, { origin })).rejects.toMatchObject({ code: 'invalid-tool-input' })
    }
    expect(requests).toHaveLength(0)
  })

  it("holds an origin's own headers, which the model never sees", async () => {
    const { origin, requests } = await serve((request, response) => {
      response.writeHead(200, { link: `<${request.headers.authorization}>` })
      response.end(JSON.stringify({ headers: request.headers }))
    })
    const headers = { [origin]: (env: unknown) => ({ Authorization: `Bearer ${Object(env).token}` }) }
    const asked = { origin, headers, requestHeaders: ['authorization'] }
    const { text } = await ask({ headers: { authorization: 'mine' } }, asked, { token: 's3cret-t0ken' })
    expect(requests[0]?.headers.authorization).toBe('Bearer s3cret-t0ken')
    expect(text).not.toContain('s3cret')
    expect(text).toContain('"authorization":"[hidden]"')
    expect(text).toContain('link: <[hidden]>')
  })

  it('does not tell a secret that cannot be sent', async () => {
    const { origin } = await serve((_request, response) => response.end())
    const error = await ask({}, { origin, headers: { [origin]: { authorization: 's3cret\n' } } }).catch(
      (caught) => caught,
    )
    expect(error).toMatchObject({ code: 'invalid-config', scope: 'run' })
    expect(error.message).not.toContain('s3cret')
  })
})

describe('a redirect', () => {
  it('is followed by hand, each hop with its own headers', async () => {
    const far = await serve((request, response) => response.end(JSON.stringify(request.headers)))
    const near = await serve((request, response) => {
      response.writeHead(302, { location: request.url === '/' ? '/next' : `${far.origin}/there` }).end('moved')
    })
    const options = {
      ...{ origin: near.origin, allow: [near.origin, far.origin], requestHeaders: ['accept', 'cookie', 'x-mine'] },
      headers: { [near.origin]: { authorization: 'near-secret' }, [far.origin]: { 'x-key': 'far-secret' } },
    }
    const { text } = await ask({ headers: { cookie: 'a=b', 'x-mine': '1', accept: 'text/x' } }, options)
    expect(near.requests.map(({ headers }) => [headers.authorization, headers.cookie])).toEqual([
      ['near-secret', 'a=b'],
      ['near-secret', 'a=b'],
    ])
    const { authorization, cookie, accept, 'x-mine': mine, 'x-key': key } = far.requests[0]?.headers ?? {}
    expect({ authorization, cookie, accept, mine, key }).toEqual({ accept: 'text/x', key: 'far-secret' })
    expect(text).toContain(`HTTP 200 OK\n${far.origin}/there`)
  })

  it.each([
    ['another host', 'https://evil.test/', 'redirects to https://evil.test, which is not allowed'],
    ['another port', 'http://127.0.0.1:1/', 'redirects to http://127.0.0.1:1, which is not allowed'],
    ['another scheme', 'file:///etc/passwd', 'redirects to a file: address'],
    ['a script', 'javascript:alert(1)', 'redirects to a javascript: address'],
    ['a password', '//user:pass@127.0.0.1/', 'holds a user name or a password'],
    ['nonsense', 'http://[', 'redirects to an address that cannot be read'],
    ['metadata', 'http://169.254.169.254/latest/meta-data/', 'which is not allowed'],
  ])('to %s is refused', async (_kind, location, words) => {
    const { origin } = await serve((_request, response) => response.writeHead(302, { location }).end())
    const refusal = ask({}, { origin })
    await expect(refusal).rejects.toMatchObject({ code: 'access-denied' })
    await expect(refusal).rejects.toThrow(words)
  })

  it('is checked anew: a host that may be private does not lead to one that may not', async () => {
    const { port, requests } = await serve((_request, response) => {
      response.writeHead(302, { location: `http://inside.test:${port}/` }).end()
    })
    const origin = `http://outside.test:${port}`
    const options = { origin, allow: [origin, `http://*.test:${port}`], allowPrivate: ['outside.test'], lookup: local }
    await expect(ask({}, options)).rejects.toThrow('inside.test is at a private or otherwise special address')
    expect(requests).toHaveLength(1)
  })

  it('ends after so many', async () => {
    const { origin, requests } = await serve((_request, response) => response.writeHead(302, { location: '/' }).end())
    await expect(ask({}, { origin, maxRedirects: 3 })).rejects.toThrow('redirects more than 3 times')
    expect(requests).toHaveLength(4)
    await expect(ask({}, { origin, maxRedirects: 0 })).rejects.toThrow('redirects more than 0 times')
  })

  it('turns POST into GET where browsers do, and sends no body to another origin', async () => {
    const far = await serve((_request, response) => response.end('far'))
    const near = await serve((request, response) => {
      const [, status = '', to] = (request.url ?? '').split('/')
      if (status === 'end') response.end(`${request.method} ${request.headers['content-type']}`)
      else response.writeHead(Number(status), { location: to === 'far' ? far.origin : '/end' }).end()
    })
    const options = { origin: near.origin, allow: [near.origin, far.origin], methods: ['GET', 'POST', 'PUT'] }
    const post = (path: string, method = 'POST') =>
      ask({ url: `${near.origin}${path}`, method, body: 'b', headers: { 'content-type': 'text/x' } }, options)
    for (const status of [301, 302, 303]) expect((await post(`/${status}`)).text).toContain('GET undefined')
    for (const status of [307, 308]) expect((await post(`/${status}`)).text).toContain('POST text/x')
    expect((await post('/302', 'PUT')).text).toContain('PUT text/x')
    expect((await post('/303/far')).text).toContain('far')
    await expect(post('/307/far')).rejects.toThrow(`redirects this POST to ${far.origin}`)
    expect(far.requests).toHaveLength(1)
  })
})

describe('an address', () => {
  it.each([
    ...['http://127.0.0.1/', 'http://localhost/', 'http://2130706433/', 'http://0x7f.1/', 'http://0177.0.0.1/'],
    ...['http://[::1]/', 'http://[::ffff:127.0.0.1]/', 'http://[::]/', 'http://0/', 'http://169.254.169.254/'],
    ...['http://10.0.0.1/', 'http://[fd00:ec2::254]/', 'http://[64:ff9b::7f00:1]/', 'http://[2002:7f00:1::]/'],
  ])('that is private is refused: %s', async (url) => {
    const { context } = toolContext()
    await expect(httpRequest({ allow: ['http://*'] }).execute({ url }, context)).rejects.toMatchObject({
      code: 'access-denied',
      message: expect.stringContaining('private or otherwise special address'),
    })
  })

  it.each([
    ['http://user@a.test/', 'user name or a password'],
    ['http://:pass@a.test/', 'user name or a password'],
    ['http://a.test./', 'ends in a dot'],
    ['ftp://a.test/', 'ftp: address'],
    ['file:///etc/passwd', 'file: address'],
    ['http://b.test/', 'http://b.test, which is not allowed. Allowed: http://a.test.'],
    ['http://a.test:8080/', 'http://a.test:8080, which is not allowed'],
    ['/relative', 'not an absolute URL'],
  ])('is refused before anything is resolved: %s', async (url, words) => {
    const lookup = () => Promise.reject(new Error('resolved'))
    const { context } = toolContext()
    await expect(httpRequest({ allow: ['http://a.test'], lookup }).execute({ url }, context)).rejects.toThrow(words)
  })

  it('is resolved once, and the very address that was checked is connected to', async () => {
    const { port, requests } = await serve((request, response) => response.end(request.headers.host))
    const answers = ['127.0.0.1', '203.0.113.1', '203.0.113.1']
    let asked = 0
    const lookup = async () => [{ address: answers[asked++] ?? '', family: 4 as const }]
    // The system knows no such name, so a second resolution, by whomever, would fail.
    const origin = `http://rebinding.test:${port}`
    const { text } = await ask({}, { origin, lookup })
    expect(text).toContain(`rebinding.test:${port}`)
    expect([asked, requests.length]).toEqual([1, 1])
  })
})

describe('TLS', () => {
  it('is checked against the name that was asked for, at the address that was checked', async () => {
    const { port } = await serve((_request, response) => response.end('secret garden'), { tls: true })
    const origin = `https://secure.test:${port}`
    expect((await ask({}, { origin, lookup: local, ca: certificate })).text).toContain('secret garden')
    await expect(ask({}, { origin, lookup: local })).rejects.toThrow('The certificate or the TLS of secure.test')
    const stranger = { origin: `https://stranger.test:${port}`, lookup: local, ca: certificate }
    await expect(ask({}, stranger)).rejects.toThrow('ERR_TLS_CERT_ALTNAME_INVALID')
  })
})
