import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js'
import { liveTools, mcpTools, serveMcp } from '@x/mcp'
import { calculator } from '@x/tools/calculator'
import { build } from 'esbuild'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { approveAll, drive, scriptedAgent } from '../src/drive.js'
import { isAlive } from '../src/servers.js'

let folder: string
let program: string
beforeAll(async () => {
  const here = fileURLToPath(new URL('..', import.meta.url))
  // Below node_modules, so that the program finds the packages that stay outside the bundle.
  folder = await mkdtemp(join(here, 'node_modules', '.served-tools-'))
  program = join(folder, 'served-tools.mjs')
  await build({
    entryPoints: [fileURLToPath(new URL('../src/served-tools.ts', import.meta.url))],
    outfile: program,
    bundle: true,
    format: 'esm',
    platform: 'node',
    conditions: ['@x/source'],
    external: ['@modelcontextprotocol/*'],
    logLevel: 'silent',
  })
})
afterAll(() => rm(folder, { recursive: true }))

const clients: Client[] = []
afterEach(() => Promise.all(clients.splice(0).map((client) => client.close())))

async function connect(transport: Transport, answer?: boolean): Promise<Client> {
  const capabilities = answer === undefined ? {} : { elicitation: { form: {} } }
  const client = new Client({ name: 'tester', version: '1' }, { capabilities })
  if (answer !== undefined) {
    client.setRequestHandler(ElicitRequestSchema, () => ({ action: 'accept', content: { approved: answer } }))
  }
  clients.push(client)
  await client.connect(transport)
  return client
}

describe('our tools over stdio, for a client of the SDK', () => {
  const start = () => new StdioClientTransport({ command: process.execPath, args: [program], stderr: 'pipe' })

  it('are listed, called and refused', async () => {
    const client = await connect(start())
    expect((await client.listTools()).tools.map(({ name }) => name)).toEqual(['add', 'count', 'erase', 'grow'])
    expect(await client.callTool({ name: 'add', arguments: { a: 2, b: 40 } })).toEqual({
      structuredContent: { sum: 42 },
      content: [{ type: 'text', text: '{"sum":42}' }],
    })
    expect(await client.callTool({ name: 'add', arguments: { a: 'two' } })).toMatchObject({
      isError: true,
      content: [{ text: expect.stringMatching(/The input of add does not fit its schema:\n- /) }],
    })
    expect(await client.callTool({ name: 'erase' })).toMatchObject({ isError: true })
    await expect(client.callTool({ name: 'nope' })).rejects.toThrow('There is no tool named nope.')
  })

  it('ask the person at the client before what needs an approval', async () => {
    expect(await (await connect(start(), true)).callTool({ name: 'erase' })).toMatchObject({
      content: [{ text: 'erased' }],
    })
    expect(await (await connect(start(), false)).callTool({ name: 'erase' })).toMatchObject({ isError: true })
  })

  it('show progress and stop when cancelled', async () => {
    const transport = start()
    let words = ''
    transport.stderr?.on('data', (chunk) => (words += chunk))
    const client = await connect(transport)
    const controller = new AbortController()
    const progress: unknown[] = []
    const call = client.callTool({ name: 'count' }, undefined, {
      signal: controller.signal,
      onprogress: (value) => progress.push(value) === 3 && controller.abort(),
    })
    await expect(call).rejects.toThrow()
    expect(progress.slice(0, 2)).toEqual([
      { progress: 1, total: 1000 },
      { progress: 2, total: 1000 },
    ])
    await expect.poll(() => words, { timeout: 20_000 }).toBe('count was cancelled\n')
  })

  it('end with the client', async () => {
    const transport = start()
    const client = await connect(transport)
    const pid = transport.pid ?? 0
    expect(isAlive(pid)).toBe(true)
    await client.close()
    await expect.poll(() => isAlive(pid), { timeout: 20_000 }).toBe(false)
  })
})

describe('our tools over stdio, for an agent of ours', () => {
  it('come and go while it runs', async () => {
    const changes: string[][] = []
    await using server = await mcpTools(
      { command: process.execPath, args: [program] },
      { onToolsChanged: ({ tools }) => changes.push(tools.map(({ name }) => name)) },
    )
    const waiting = {
      name: 'waiting',
      async *turn(call: never, next: (call: never) => AsyncGenerator<never, never>) {
        const result = yield* next(call)
        // The server tells of its new tool beside its answer; a turn later it is there for sure.
        if (changes.length === 0) await expect.poll(() => changes.length, { timeout: 20_000 }).toBe(1)
        return result
      },
    }
    const agent = scriptedAgent([], [['grow'], ['grown']], [approveAll, liveTools(server), waiting as never])
    const { results } = await drive(agent)
    expect(results).toMatchObject([
      { content: [{ text: 'There is one more tool now.' }] },
      { content: [{ text: 'I am new.' }] },
    ])
    expect(changes).toEqual([['add', 'count', 'erase', 'grow', 'grown']])
  })
})

describe('our tools over HTTP', () => {
  it('serve a client of the SDK and an agent of ours at once, each with a session', async () => {
    await using served = serveMcp([calculator()], { token: 'open-sesame', env: { unused: true } })
    const { url } = await served.listen()
    const headers = { authorization: 'Bearer open-sesame' }
    const transport = new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } })
    const client = await connect(transport as Transport)
    await using server = await mcpTools({ url, headers }, { approval: 'never' })
    const [theirs, ours] = await Promise.all([
      client.callTool({ name: 'calculator', arguments: { expression: '6 * 7' } }),
      drive(scriptedAgent(server.tools, [['calculator', { expression: '0.1 + 0.2' }]], [])),
    ])
    expect(theirs).toMatchObject({ content: [{ text: expect.stringContaining('42') }] })
    expect(JSON.stringify(ours.results)).toContain('0.3')
    await expect(mcpTools({ url })).rejects.toMatchObject({ code: 'access-denied', status: 401 })
  })
})
