import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { OAuthClientProvider } from '@modelcontextprotocol/sdk/client/auth.js'
import { auth } from '@modelcontextprotocol/sdk/client/auth.js'
import type { OAuthClientInformationMixed, OAuthTokens } from '@modelcontextprotocol/sdk/shared/auth.js'
import { afterEach, expect, it } from 'vitest'
import { mcpTools, serveMcp } from '../src/index.js'

const closing: (() => Promise<unknown>)[] = []
afterEach(() => Promise.all(closing.splice(0).map((close) => close())))

/** The smallest authorization server: it registers anybody and gives a token for the code `right-code`. */
async function authorizationServer() {
  const requests: string[] = []
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    const path = request.url ?? ''
    requests.push(path)
    const json = (value: object, status = 200) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))
    if (path.startsWith('/.well-known/oauth-authorization-server')) {
      return json({
        issuer: origin(),
        authorization_endpoint: `${origin()}/authorize`,
        token_endpoint: `${origin()}/token`,
        registration_endpoint: `${origin()}/register`,
        response_types_supported: ['code'],
        code_challenge_methods_supported: ['S256'],
      })
    }
    if (path === '/register') return json({ ...JSON.parse(body), client_id: 'client-1' }, 201)
    const form = new URLSearchParams(body)
    if (path === '/token' && form.get('code') === 'right-code' && form.get('code_verifier')) {
      return json({ access_token: 'good-token', token_type: 'Bearer', expires_in: 3600 })
    }
    return json({ error: 'invalid_grant' }, path === '/token' ? 400 : 404)
  })
  const origin = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closing.push(() => new Promise((resolve) => server.close(resolve)))
  return { origin: origin(), requests }
}

function memoryProvider() {
  const sent: URL[] = []
  let information: OAuthClientInformationMixed | undefined
  let tokens: OAuthTokens | undefined
  let verifier = ''
  const provider: OAuthClientProvider = {
    redirectUrl: 'http://127.0.0.1:1/callback',
    clientMetadata: { redirect_uris: ['http://127.0.0.1:1/callback'], client_name: 'test' },
    clientInformation: () => information,
    saveClientInformation: (given) => void (information = given),
    tokens: () => tokens,
    saveTokens: (given) => void (tokens = given),
    redirectToAuthorization: (url) => void sent.push(url),
    saveCodeVerifier: (given) => void (verifier = given),
    codeVerifier: () => verifier,
  }
  return { provider, sent }
}

it('a person is sent to authorize; with the code that comes back the server lets the tools be used', async () => {
  const authorization = await authorizationServer()
  const served = serveMcp([{ name: 'hello', inputSchema: { type: 'object' }, execute: () => 'hello' }], {
    token: 'good-token',
  })
  closing.push(() => served.close())
  const { url } = await served.listen()
  // The protected server tells nothing of its authorization server here; its metadata are asked for at its origin.
  const rerouted: typeof fetch = (input, init) => {
    const target = new URL(input instanceof Request ? input.url : input)
    return fetch(target.pathname === '/mcp' ? target : new URL(target.pathname, authorization.origin), init)
  }
  const { provider, sent } = memoryProvider()
  const server = { url, authProvider: provider, fetch: rerouted }

  await expect(mcpTools(server)).rejects.toMatchObject({ code: 'access-denied' })
  expect(sent[0]?.pathname).toBe('/authorize')
  expect(sent[0]?.searchParams.get('client_id')).toBe('client-1')

  const serverUrl = new URL(url)
  await expect(auth(provider, { serverUrl, authorizationCode: 'wrong', fetchFn: rerouted })).rejects.toThrow()
  expect(await auth(provider, { serverUrl, authorizationCode: 'right-code', fetchFn: rerouted })).toBe('AUTHORIZED')
  await using connected = await mcpTools(server)
  expect(connected.tools.map(({ name }) => name)).toEqual(['hello'])
})
