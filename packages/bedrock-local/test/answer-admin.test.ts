import { request } from 'node:http'
import { describe, expect, it } from 'vitest'
import type { BedrockLocal } from '../src/index.js'
import { isLocalCaller } from '../src/is-local-caller.js'
import { clientOf, converse, until, withLocal } from './helpers.js'

/** As fetch, which sends no host of one's own. */
function ask(
  { port }: BedrockLocal,
  headers: { readonly [name: string]: string },
  method = 'GET',
  path = '/__local',
): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const asked = request({ port, host: '127.0.0.1', method, path, headers }, (response) => {
      response.resume()
      resolve(response.statusCode)
    })
    asked.once('error', reject)
    asked.end()
  })
}

const postFaults = (local: BedrockLocal, body: string) => fetch(`${local.url}/__local/faults`, { method: 'POST', body })

describe('the admin routes', () => {
  it('tell how the endpoint fares, without bodies, headers or credentials', async () => {
    const credentials = { accessKeyId: 'local', secretAccessKey: 'local' }
    const faults = [{ fault: 'ThrottlingException', times: 1 }]
    await withLocal({ reply: () => 'the answer', credentials, faults }, async (local) => {
      await converse(clientOf(local, 'HTTP/2', 2), 'the question')
      await until(() => local.requests[1]?.outcome === 'whole')
      const response = await fetch(`${local.url}/__local`)
      const text = await response.text()
      expect(JSON.parse(text)).toEqual({
        version: expect.stringMatching(/^\d+\.\d+\.\d+/),
        url: local.url,
        connections: expect.any(Number),
        requests: { Converse: { 200: 1, 429: 1 } },
        pending: 0,
        faults: [{ fault: 'ThrottlingException', times: 1, hit: 1 }],
        recent: [
          expect.objectContaining({ operation: 'Converse', status: 429, outcome: 'refused' }),
          expect.objectContaining({ operation: 'Converse', status: 200, outcome: 'whole', usage: expect.anything() }),
        ],
      })
      expect(text).not.toMatch(/the question|the answer|secret|authorization/i)
      expect(local.requests).toHaveLength(2)
    })
  })

  it('count requests that are no longer kept, and those that wait', async () => {
    let release = (_: string) => {}
    const held = new Promise<string>((resolve) => {
      release = resolve
    })
    let asked = 0
    const reply = () => (++asked <= 3 ? 'hi' : held)
    await withLocal({ reply, keepRequests: 1 }, async (local) => {
      for (let index = 0; index < 3; index++) await converse(clientOf(local))
      const waiting = converse(clientOf(local))
      await until(() => asked === 4)
      const status = await (await fetch(`${local.url}/__local/`)).json()
      expect(status).toMatchObject({ requests: { Converse: { 200: 3 } }, pending: 1 })
      expect(status).toMatchObject({ recent: [{ operation: 'Converse' }] })
      release('done')
      await waiting
    })
  })

  it('set, show and clear faults', async () => {
    await withLocal({ reply: () => 'hi' }, async (local) => {
      const rule = { fault: 'ServiceUnavailableException', times: 5 }
      expect(await (await postFaults(local, JSON.stringify(rule))).json()).toEqual({ faults: [{ ...rule, hit: 0 }] })
      await expect(converse(clientOf(local))).rejects.toMatchObject({ name: 'ServiceUnavailableException' })
      expect(await (await fetch(`${local.url}/__local/faults`)).json()).toEqual({ faults: [{ ...rule, hit: 1 }] })
      await fetch(`${local.url}/__local/faults`, { method: 'DELETE' })
      expect((await converse(clientOf(local))).stopReason).toBe('end_turn')
      await postFaults(local, JSON.stringify([{ fault: { type: 'end', afterFrames: 0 } }, { fault: 'reset' }]))
      await expect(converse(clientOf(local))).rejects.toMatchObject({ name: 'SyntaxError' })
      await postFaults(local, '[]')
      expect((await converse(clientOf(local))).stopReason).toBe('end_turn')
    })
  })

  it.each([
    ['no JSON', 'The body is no JSON.'],
    ['{"times":3}', 'A rule is an object with a fault'],
    ['null', 'A rule is an object with a fault'],
    ['{"fault":"oops"}', 'There is no fault "oops"'],
  ])('refuse %s', async (body, message) => {
    await withLocal({ reply: () => 'hi' }, async (local) => {
      const response = await postFaults(local, body)
      expect(response.status).toBe(400)
      expect(await response.json()).toEqual({ message: expect.stringContaining(message) })
    })
  })

  it('know their paths and methods', async () => {
    await withLocal({}, async (local) => {
      expect(await ask(local, {}, 'GET', '/__local/nothing')).toBe(404)
      expect(await ask(local, {}, 'GET', '/__local/toString')).toBe(404)
      expect(await ask(local, {}, 'DELETE', '/__local')).toBe(405)
      expect(await ask(local, {}, 'POST', '/__localhost')).toBe(404)
      expect(local.requests).toHaveLength(1)
    })
  })

  it.each([
    [{ host: 'localhost:8100' }, 200],
    [{ host: '[::1]:8100' }, 200],
    [{ host: '127.0.0.1' }, 200],
    [{ host: 'localhost', origin: 'http://localhost:3000' }, 200],
    [{ host: 'evil.example' }, 403],
    [{ host: '127.0.0.1.evil.example' }, 403],
    [{ host: 'localhost@evil.example' }, 403],
    [{ host: 'localhost', origin: 'https://evil.example' }, 403],
    [{ host: 'localhost', origin: 'http://localhost.evil.example' }, 403],
    [{ host: 'localhost', origin: 'null' }, 403],
    [{ host: 'localhost', 'sec-fetch-site': 'cross-site' }, 403],
  ])('answer callers on this machine alone: %j', async (headers, status) => {
    await withLocal({ faults: [{ fault: 'reset' }] }, async (local) => {
      expect(await ask(local, headers)).toBe(status)
      expect(await ask(local, headers, 'DELETE', '/__local/faults')).toBe(status)
    })
  })

  it.each(['', '   ', '/', ':80'])('take a caller that names %j for one from elsewhere', (authority) => {
    expect(isLocalCaller({ authority, headers: {} })).toBe(false)
  })
})

it('answers no page of another site, whatever it asks for', async () => {
  await withLocal({ reply: () => 'hi' }, async (local) => {
    const post = (headers: { readonly [name: string]: string }) =>
      ask(local, headers, 'POST', '/model/us.amazon.nova-lite-v1%3A0/converse')
    expect(await post({ origin: 'https://evil.example' })).toBe(403)
    expect(await post({ 'sec-fetch-site': 'cross-site' })).toBe(403)
    expect(local.requests.map(({ error }) => error)).toEqual(
      Array(2).fill('AccessDeniedException: bedrock-local does not answer web pages of other sites.'),
    )
    // Comes through, and lacks a body.
    expect(await post({ origin: 'http://localhost:5173' })).toBe(400)
  })
})
