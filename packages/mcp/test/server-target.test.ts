import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js'
import { describe, expect, it } from 'vitest'
import { mcpTools } from '../src/index.js'
import { fakeServer, named, plainTool, runStep } from './helpers.js'

describe('a server', () => {
  it.each([['file:///etc/passwd'], ['ws://localhost/mcp'], ['nonsense with:password'], ['']])(
    'cannot be at the url %j, which is not repeated',
    async (url) => {
      const failure = mcpTools({ url })
      await expect(failure).rejects.toMatchObject({ code: 'invalid-config' })
      await expect(failure).rejects.toThrow(/^The url of an MCP server must begin with http:\/\/ or https:\/\/\.$/)
    },
  )

  it.each([[{}], [{ command: '' }]])('cannot be %j', async (server) => {
    await expect(mcpTools(server as never)).rejects.toMatchObject({ code: 'invalid-config' })
  })

  it('may be a connected client, which stays open', async () => {
    const fake = fakeServer([plainTool('a')], () => ({ content: [{ type: 'text', text: 'hi' }] }))
    const [ours, theirs] = InMemoryTransport.createLinkedPair()
    await fake.server.connect(theirs)
    const client = new Client({ name: 'mine', version: '1' })
    await expect(mcpTools(client)).rejects.toThrow('The given MCP client is not connected.')
    await client.connect(ours)
    await expect(mcpTools(client, { onElicitation: 'suspend' })).rejects.toMatchObject({ code: 'invalid-config' })

    const server = await mcpTools(client)
    expect((await runStep(named(server, 'a'))).outcome).toMatchObject({ type: 'result' })
    await server.close()
    expect(await client.ping()).toEqual({})
  })

  it('is told who connects', async () => {
    const fake = fakeServer([])
    const [ours, theirs] = InMemoryTransport.createLinkedPair()
    await fake.server.connect(theirs)
    await mcpTools(ours, { name: 'shop', version: '2.0.0' })
    expect(fake.server.getClientVersion()).toEqual({ name: 'shop', version: '2.0.0' })
  })
})
