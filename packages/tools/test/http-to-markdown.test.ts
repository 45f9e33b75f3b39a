import { describe, expect, it, vi } from 'vitest'
import { httpRequest } from '../src/http-request.js'
import { toMarkdown } from '../src/http-to-markdown.js'
import { serve, shown } from './http-server.js'
import { toolContext } from './tool-context.js'

const { signal } = new AbortController()
const convert = (html: string) => toMarkdown(html, 'https://a.test/dir/page', signal)

/** Takes turndown some seconds. */
const slowPage = '<a><b><i><p>'.repeat(20_000)

describe('toMarkdown', () => {
  it.each([
    ['<h2>Head</h2><ul><li>one<li>two</ul>', '## Head\n\n-   one\n-   two'],
    ['<pre><code>a &lt; b</code></pre>', '```\na < b\n```'],
    [
      '<a href="other?a=1#b">link</a> <a href="javascript:alert(1)">bad</a> <a>none</a>',
      '[link](https://a.test/dir/other?a=1#b) bad none',
    ],
    [
      '<img src="/i.png" alt="two\nwords"> <img src="data:image/png;base64,AAAA" alt="inline">',
      '![two words](https://a.test/i.png) inline',
    ],
    ['<style>p{}</style><script>alert(1)</script><noscript>no</noscript><p>text<!-- comment --></p>', 'text'],
    ['', ''],
  ])('converts %s', async (html, markdown) => {
    expect(await convert(html)).toBe(markdown)
  })

  it('can be aborted while a page takes its time, and blocks nobody meanwhile', async () => {
    const startMs = performance.now()
    let ticks = 0
    const timer = setInterval(() => (ticks += 1), 10)
    const work = toMarkdown(slowPage, 'https://a.test', AbortSignal.timeout(500))
    await expect(work).rejects.toMatchObject({ code: 'aborted' })
    clearInterval(timer)
    expect(ticks).toBeGreaterThan(5)
    expect(performance.now() - startMs).toBeLessThan(4_000)
  })

  it('fails for a page that is nested too deep', async () => {
    await expect(convert('<b>'.repeat(10_000))).rejects.toMatchObject({ code: 'tool-failed' })
  })

  it('says what to install when turndown is missing', async () => {
    vi.doMock('node:module', () => ({
      createRequire: () => ({
        resolve() {
          throw new Error('Cannot find module')
        },
      }),
    }))
    vi.resetModules()
    const { toMarkdown } = await import('../src/http-to-markdown.js')
    vi.doUnmock('node:module')
    await expect(toMarkdown('<p>', 'https://a.test', signal)).rejects.toMatchObject({
      code: 'invalid-config',
      scope: 'run',
      message: expect.stringContaining('npm install turndown'),
    })
  })
})

describe('a page that cannot be converted', () => {
  it('is shown as it came, unless Markdown was asked for', async () => {
    const { origin } = await serve((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/html' }).end('<b>'.repeat(10_000))
    })
    const tool = httpRequest({ allow: [origin], allowPrivate: true })
    const { context } = toolContext()
    const text = shown(await tool.execute({ url: origin }, context))
    expect(text).toContain('(HTML as it came: it could not be converted.)')
    expect(text).toContain('<b><b>')
    await expect(tool.execute({ url: origin, as: 'markdown' }, context)).rejects.toMatchObject({ code: 'tool-failed' })
  })

  it('is held to the time of the whole call', async () => {
    const { origin } = await serve((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/html' }).end(slowPage)
    })
    const tool = httpRequest({ allow: [origin], allowPrivate: true, timeoutMs: 500 })
    await expect(tool.execute({ url: origin }, toolContext().context)).rejects.toMatchObject({ code: 'timeout' })
  })
})
