import { describe, expect, it } from 'vitest'
import { connectTo, fakeServer } from './helpers.js'

/** A server that answers these methods with these results. */
function answering(results: { readonly [method: string]: unknown }) {
  const capabilities = {
    ...('resources/list' in results && { resources: {} }),
    ...('prompts/list' in results && { prompts: {} }),
  }
  const fake = fakeServer([], undefined, capabilities)
  const handlers = (fake.server as unknown as { _requestHandlers: Map<string, unknown> })._requestHandlers
  for (const [method, result] of Object.entries(results)) {
    handlers.set(method, async (request: { params: unknown }) =>
      typeof result === 'function' ? result(request.params) : result,
    )
  }
  return connectTo(fake, { maxResultBytes: 1000 })
}

describe('resources', () => {
  it('are listed page by page', async () => {
    const pages = [
      {
        resources: [
          { uri: 'a:1', name: 'one', title: 'One', description: 'd', mimeType: 'text/plain', size: 3, icons: [] },
        ],
        nextCursor: '1',
      },
      { resources: [{ uri: 'a:2', name: 'two' }, null] },
    ]
    const server = await answering({ 'resources/list': ({ cursor = '0' }) => pages[Number(cursor)] })
    expect(await server.resources()).toEqual([
      { uri: 'a:1', name: 'one', title: 'One', description: 'd', mimeType: 'text/plain', size: 3 },
      { uri: 'a:2', name: 'two' },
    ])
  })

  it('have templates', async () => {
    const resourceTemplates = [{ uriTemplate: 'a:{id}', name: 'all' }]
    const server = await answering({ 'resources/list': {}, 'resources/templates/list': { resourceTemplates } })
    expect(await server.resourceTemplates()).toEqual(resourceTemplates)
  })

  it('are read as parts of a user message', async () => {
    const contents = [
      { uri: 'a:1', mimeType: 'text/plain', text: 'hello' },
      { uri: 'a:2', mimeType: 'image/png', blob: 'AAAA' },
      { uri: 'file:///b/Plan 1.pdf', mimeType: 'application/pdf', blob: 'AAAA' },
      { uri: 'a:3', mimeType: 'audio/wav', blob: 'AAAA' },
    ]
    const server = await answering({ 'resources/list': {}, 'resources/read': { contents } })
    const source = { type: 'base64', base64: 'AAAA' }
    expect(await server.readResource('a:1')).toEqual([
      { type: 'text', text: '[a:1]\nhello' },
      { type: 'image', format: 'png', source },
      { type: 'document', name: 'file b Plan 1 pdf', format: 'pdf', source },
      { type: 'audio', format: 'wav', source },
    ])
  })

  it('are none, and cannot be read, when the server has none', async () => {
    const server = await answering({})
    expect(await server.resources()).toEqual([])
    expect(await server.resourceTemplates()).toEqual([])
    await expect(server.readResource('a:1')).rejects.toMatchObject({ code: 'unsupported' })
  })

  it('can be aborted', async () => {
    const server = await answering({ 'resources/list': {}, 'resources/read': () => new Promise(() => {}) })
    await expect(server.readResource('a:1', { signal: AbortSignal.timeout(20) })).rejects.toMatchObject({
      code: 'aborted',
    })
  })
})

describe('prompts', () => {
  it('are listed with their arguments', async () => {
    const prompts = [
      {
        name: 'greet',
        title: 'Greet',
        description: 'd',
        arguments: [{ name: 'who', description: 'w', required: true }, { name: 'how' }],
      },
      { name: 'plain' },
    ]
    const server = await answering({ 'prompts/list': { prompts } })
    expect(await server.prompts()).toEqual(prompts)
  })

  it('give messages to start with, neighbours of one role as one', async () => {
    const seen: unknown[] = []
    const server = await answering({
      'prompts/list': {},
      'prompts/get': (params: unknown) => {
        seen.push(params)
        return {
          messages: [
            { role: 'user', content: { type: 'text', text: 'Look at this.' } },
            { role: 'user', content: { type: 'image', mimeType: 'image/jpeg', data: 'AAAA' } },
            { role: 'assistant', content: { type: 'text', text: 'I see.' } },
            {
              role: 'assistant',
              content: { type: 'resource', resource: { uri: 'a:1', mimeType: 'application/pdf', blob: 'AAAA' } },
            },
          ],
        }
      },
    })
    expect(await server.prompt('greet', { who: 'Ann' })).toEqual([
      {
        role: 'user',
        content: [
          { type: 'text', text: 'Look at this.' },
          { type: 'image', format: 'jpeg', source: { type: 'base64', base64: 'AAAA' } },
        ],
      },
      {
        role: 'assistant',
        content: [
          { type: 'text', text: 'I see.' },
          { type: 'text', text: '[document]' },
        ],
      },
    ])
    expect(seen).toMatchObject([{ name: 'greet', arguments: { who: 'Ann' } }])
  })

  it('are cut all together', async () => {
    const message = { role: 'user', content: { type: 'text', text: 'x'.repeat(900) } }
    const server = await answering({ 'prompts/list': {}, 'prompts/get': { messages: [message, message] } })
    const [first] = await server.prompt('long')
    expect(JSON.stringify(first).length).toBeLessThan(1200)
    expect(JSON.stringify(first)).toContain('more bytes did not fit')
  })

  it('fail with the server’s words', async () => {
    const server = await answering({
      'prompts/list': {},
      'prompts/get'() {
        throw Object.assign(new Error('No prompt of that name.'), { code: -32602 })
      },
    })
    await expect(server.prompt('x')).rejects.toMatchObject({
      message: expect.stringContaining('No prompt of that name.'),
    })
  })
})
