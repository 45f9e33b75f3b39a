import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseAllow } from '../src/http-allow.js'

const isAllowed = (entry: string, url: string) => parseAllow([entry])(new URL(url))

describe('parseAllow', () => {
  it.each([
    ['example.com', 'https://example.com/any/path?query'],
    ['EXAMPLE.com', 'https://Example.COM:443/'],
    ['https://example.com', 'https://example.com/'],
    ['https://example.com/', 'https://example.com/'],
    ['http://example.com', 'http://example.com/'],
    ['http://localhost:8080', 'http://localhost:8080/'],
    ['example.com:8443', 'https://example.com:8443/'],
    ['*.example.com', 'https://a.example.com/'],
    ['*.example.com', 'https://a.b.example.com/'],
    ['*', 'https://anything.test/'],
    ['http://*', 'http://anything.test/'],
    ['*:8443', 'https://anything.test:8443/'],
    ['bücher.example', 'https://xn--bcher-kva.example/'],
    ['http://127.0.0.1:80', 'http://2130706433/'],
    ['[::1]:8443', 'https://[0:0::1]:8443/'],
  ])('%s allows %s', (entry, url) => {
    expect(isAllowed(entry, url)).toBe(true)
  })

  it.each([
    ['example.com', 'http://example.com/'],
    ['example.com', 'https://example.com:8443/'],
    ['example.com', 'https://sub.example.com/'],
    ['example.com', 'https://example.com.evil.test/'],
    ['example.com', 'https://evil-example.com/'],
    ['example.com', 'https://example.com./'],
    ['example.com', 'https://evil.test/example.com'],
    ['example.com', 'https://example.com@evil.test/'],
    ['example.com', 'https://evil.test\\@example.com/'],
    ['example.com', 'https://evil.test#@example.com'],
    ['exаmple.com', 'https://example.com/'],
    ['*.example.com', 'https://example.com/'],
    ['*.example.com', 'https://evilexample.com/'],
    ['*.example.com', 'https://a.example.com:444/'],
    ['*', 'http://anything.test/'],
    ['*', 'https://anything.test:8443/'],
    ['*', 'ftp://anything.test/'],
    ['http://*', 'https://anything.test/'],
  ])('%s does not allow %s', (entry, url) => {
    expect(isAllowed(entry, url)).toBe(false)
  })

  it.each([
    ...['', ' ', '**', '*.*', '*.', 'a.*', '*a.test', '*.127.0.0.1', 'ftp://a.test', 'https://', 'https://a.test/path'],
    ...['user@a.test', 'a.test?x', 'a.test#x', 'a b', 'a.test:0x50', 'a.test:99999', '//a.test', '*.[::1]', 'a\\b'],
  ])('refuses the entry %j', (entry) => {
    expect(() => parseAllow([entry])).toThrow('httpRequest cannot allow')
  })

  it('has no default', () => {
    expect(() => parseAllow([])).toThrow('needs a list `allow`')
    expect(() => parseAllow(undefined as unknown as string[])).toThrow('needs a list `allow`')
  })

  it('allows a URL only if its host is that of the entry, whatever else the URL holds', () => {
    const rule = parseAllow(['allowed.test', '*.allowed.test'])
    void fc.assert(
      fc.property(fc.webUrl({ withFragments: true, withQueryParameters: true }), fc.string(), (url, noise) => {
        for (const text of [url, url.replace('//', `//${noise}`), `${noise}allowed.test${noise}`, `https://${noise}`]) {
          if (!URL.canParse(text) || !rule(new URL(text))) continue
          expect(new URL(text).hostname).toMatch(/(^|\.)allowed\.test$/)
        }
      }),
    )
  })
})
