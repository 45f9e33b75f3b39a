import { X509Certificate } from 'node:crypto'
import { Agent } from 'node:https'
import { connect } from 'node:tls'
import { BedrockRuntimeClient } from '@aws-sdk/client-bedrock-runtime'
import { NodeHttp2Handler, NodeHttpHandler } from '@smithy/node-http-handler'
import { describe, expect, it } from 'vitest'
import type { BedrockLocal, Fault } from '../src/index.js'
import { makeCertificate } from '../src/make-certificate.js'
import type { HttpVersion } from './helpers.js'
import { converse, converseStream, httpVersions, textOf, until, withLocal } from './helpers.js'

/** A real client that trusts `ca` alone. */
function secureClientOf(local: BedrockLocal, version: HttpVersion, ca = local.certificate): BedrockRuntimeClient {
  const trust = ca === undefined ? {} : { ca }
  return new BedrockRuntimeClient({
    endpoint: local.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
    requestHandler:
      version === 'HTTP/2'
        ? new NodeHttp2Handler({ nodeHttp2ConnectOptions: trust, disableConcurrentStreams: true })
        : new NodeHttpHandler({ httpsAgent: new Agent(trust) }),
  })
}

describe('makeCertificate', () => {
  it('vouches for the loopback names and no others, and is no authority', () => {
    const now = new Date('2026-12-31T23:30:00Z')
    const certificate = new X509Certificate(makeCertificate(now).cert)
    expect(certificate.verify(certificate.publicKey)).toBe(true)
    expect(certificate.checkHost('localhost')).toBe('localhost')
    expect(certificate.checkIP('127.0.0.1')).toBe('127.0.0.1')
    expect(certificate.checkIP('::1')).toBe('::1')
    expect(certificate.checkHost('example.com')).toBeUndefined()
    expect(certificate.ca).toBe(false)
    expect(new Date(certificate.validFrom)).toEqual(new Date('2026-12-31T22:30:00Z'))
    expect(new Date(certificate.validTo)).toEqual(new Date('2027-01-30T23:30:00Z'))
  })

  it('is another one each time', () => {
    const [first, second] = [makeCertificate(), makeCertificate()].map(({ cert }) => new X509Certificate(cert))
    expect(first?.serialNumber).not.toBe(second?.serialNumber)
    expect(first?.publicKey.equals(second?.publicKey as never)).toBe(false)
  })
})

describe.each(httpVersions)('TLS over %s', (version) => {
  it('serves a client that trusts its certificate', async () => {
    await withLocal({ tls: true, reply: () => 'over TLS' }, async (local) => {
      expect(local.url).toBe(`https://127.0.0.1:${local.port}`)
      const client = secureClientOf(local, version)
      const { events, error } = await converseStream(client)
      expect(error).toBeUndefined()
      expect(textOf(events)).toBe('over TLS')
      expect((await converse(client)).output?.message?.content).toEqual([{ text: 'over TLS' }])
      client.destroy()
      await until(() => local.connections === 0)
    })
  })

  it('is not trusted by anybody else', async () => {
    await withLocal({ tls: true, reply: () => 'hi' }, async (local) => {
      const stranger = makeCertificate().cert
      await expect(converse(secureClientOf(local, version, stranger))).rejects.toThrow(/certificate/)
    })
  })

  it('serves a certificate that it is given', async () => {
    const mine = makeCertificate()
    await withLocal({ tls: mine, reply: () => 'mine' }, async (local) => {
      expect(local.certificate).toBe(mine.cert)
      expect((await converse(secureClientOf(local, version))).stopReason).toBe('end_turn')
    })
  })

  it.each<[Fault, string | RegExp]>([
    [{ type: 'cut', afterFrames: 3, bytes: 20 }, version === 'HTTP/2' ? /^Truncated/ : /aborted/],
    [{ type: 'reset', afterFrames: 3 }, version === 'HTTP/2' ? '' : /aborted|ECONNRESET/],
  ])('breaks an answer off with %j', async (fault, message) => {
    await withLocal({ tls: true, reply: [{ content: [{ text: 'a b c' }], fault }] }, async (local) => {
      const { events, error } = await converseStream(secureClientOf(local, version))
      expect(error?.message ?? '').toMatch(message)
      expect(textOf(events)).toBe('a b')
      expect(events.some(({ messageStop }) => messageStop)).toBe(false)
    })
  })

  it('closes at once while an answer is under way', async () => {
    const reply = [{ content: [{ text: 'a b c' }], delayMs: 60_000 }]
    await withLocal({ tls: true, reply }, async (local) => {
      const streamed = converseStream(secureClientOf(local, version))
      await until(() => local.requests[0]?.status === 200)
      await local.close()
      expect((await streamed).events.some(({ messageStop }) => messageStop)).toBe(false)
    })
  })
})

describe('TLS', () => {
  it('speaks HTTP/1.1 with a client that offers no protocol', async () => {
    await withLocal({ tls: true }, async (local) => {
      const socket = connect({ port: local.port, host: '127.0.0.1', ca: local.certificate as string })
      let received = ''
      socket.on('data', (bytes) => {
        received += bytes
      })
      socket.write('GET /nowhere HTTP/1.1\r\nhost: localhost\r\n\r\n')
      await until(() => received.includes('UnknownOperationException'))
      expect(received).toMatch(/^HTTP\/1\.1 404 /)
      socket.destroy()
    })
  })

  it('does not serve cleartext beside it', async () => {
    await withLocal({ tls: true }, async (local) => {
      await expect(fetch(local.url.replace('https', 'http'))).rejects.toThrow()
    })
  })
})
