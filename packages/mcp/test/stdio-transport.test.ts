import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { mcpTools } from '../src/index.js'
import { contentOf, isAlive, named, runStep, until } from './helpers.js'

/*
 * A server of fifty lines that speaks the protocol by hand, so that it can misbehave. It writes its pid to a file at each
 * start, and the tools do what their names say.
 */
const program = `
import { appendFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
const [pidFile, mode] = process.argv.slice(2)
appendFileSync(pidFile, process.pid + '\\n')
if (mode === 'dies') { console.error('no license for ' + process.env.LICENSE); process.exit(3) }
if (mode === 'stubborn') { process.on('SIGTERM', () => {}); setInterval(() => {}, 1000) }
const send = (message) => process.stdout.write(JSON.stringify({ jsonrpc: '2.0', ...message }) + '\\n')
const hint = { readOnlyHint: true }
const tools = [['env'], ['crash'], ['crash-once', hint], ['flood'], ['noise'], ['at-once']].map(([name, annotations]) => ({ name, inputSchema: { type: 'object' }, annotations }))
const lines = createInterface({ input: process.stdin })
lines.on('close', () => mode !== 'stubborn' && process.exit(0))
lines.on('line', (line) => {
  const { id, method, params } = JSON.parse(line)
  const answer = (result) => send({ id, result })
  const text = (text) => answer({ content: [{ type: 'text', text }] })
  if (method === 'initialize') {
    if (mode === 'mute') return
    answer({ protocolVersion: params.protocolVersion, capabilities: { tools: {} }, serverInfo: { name: 'by-hand', version: '1' } })
  }
  if (method === 'tools/list') answer({ tools })
  if (method !== 'tools/call') return
  if (params.name === 'env') text(Object.keys(process.env).sort().join())
  if (params.name === 'crash') { console.error('out of ideas'); process.exit(1) }
  if (params.name === 'crash-once') crashOnce()
  if (params.name === 'at-once') {
    const progress = { method: 'notifications/progress', params: { progressToken: params._meta.progressToken, progress: 1 } }
    const messages = [progress, { id, result: { content: [] } }]
    process.stdout.write(messages.map((message) => JSON.stringify({ jsonrpc: '2.0', ...message }) + '\\n').join(''))
  }
  if (params.name === 'flood') process.stdout.write('x'.repeat(11_000_000))
  if (params.name === 'noise') { process.stdout.write('Listening!\\n{"jsonrpc":"1.0"}\\n\\n'); text('still here') }
  function crashOnce() {
    import('node:fs').then(({ readFileSync }) => {
      if (readFileSync(pidFile, 'utf8').trim().split('\\n').length === 1) process.exit(1)
      text('second time')
    })
  }
})
`

let folder: string
let count = 0
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mcp-stdio-'))
  await writeFile(join(folder, 'server.mjs'), program)
})
afterAll(() => rm(folder, { recursive: true }))

/** The server's description, and the pids it had so far. */
function serverOf(mode = '', env?: { readonly [name: string]: string }) {
  const pidFile = join(folder, `pids-${++count}`)
  const server = { command: process.execPath, args: [join(folder, 'server.mjs'), pidFile, mode], ...(env && { env }) }
  return { server, pids: async () => (await readFile(pidFile, 'utf8').catch(() => '')).trim().split('\n').map(Number) }
}

describe('a server process', () => {
  it('sees the variables it was given, and of ours only those that are harmless', async () => {
    process.env.MCP_TEST_PRIVATE = 'private'
    await using server = await mcpTools(serverOf('', { GIVEN: '1' }).server)
    const [part] = contentOf(await runStep(named(server, 'env')))
    const names = part?.type === 'text' ? part.text.split(',') : []
    expect(names).toContain('GIVEN')
    expect(names).toContain('PATH')
    expect(names).not.toContain('MCP_TEST_PRIVATE')
    delete process.env.MCP_TEST_PRIVATE
  })

  it('is gone after close, which may be called twice', async () => {
    const { server, pids } = serverOf()
    const tools = await mcpTools(server)
    const [pid = 0] = await pids()
    expect(isAlive(pid)).toBe(true)
    await Promise.all([tools.close(), tools.close()])
    expect(isAlive(pid)).toBe(false)
    await tools[Symbol.asyncDispose]()
  })

  it('is killed when it does not go', async () => {
    const { server, pids } = serverOf('stubborn')
    const tools = await mcpTools(server)
    await tools.close()
    expect((await pids()).map(isAlive)).toEqual([false])
  })

  it('does not outlive this process, however many there are', async () => {
    const before = process.listeners('exit')
    const servers = Array.from({ length: 3 }, () => serverOf('stubborn'))
    const tools = await Promise.all(servers.map(({ server }) => mcpTools(server)))
    const pids = (await Promise.all(servers.map((each) => each.pids()))).flat()
    const added = process.listeners('exit').filter((listener) => !before.includes(listener))
    expect(added).toHaveLength(1)
    added[0]?.call(process, 0)
    await until(() => !pids.some(isAlive))
    await Promise.all(tools.map((each) => each.close()))
    expect(process.listeners('exit')).toEqual(before)
  })

  it('leaves no process behind when it does not start up in time, or connecting is aborted', async () => {
    for (const options of [{ timeoutMs: 300 }, { signal: AbortSignal.timeout(300) }]) {
      const { server, pids } = serverOf('mute')
      const code = 'timeoutMs' in options ? 'timeout' : 'aborted'
      await expect(mcpTools(server, options)).rejects.toMatchObject({ code })
      expect((await pids()).map(isAlive)).toEqual([false])
    }
  })

  it('tells its last words when it ends at once, without the secrets of its environment', async () => {
    const { server } = serverOf('dies', { LICENSE: 'ABC-123-DEF' })
    await expect(mcpTools(server)).rejects.toMatchObject({
      code: 'network',
      message: expect.stringContaining('Its last words: no license for [redacted]'),
    })
  })

  it('must exist', async () => {
    await expect(mcpTools({ command: 'no-such-program-anywhere' })).rejects.toMatchObject({
      code: 'invalid-config',
      message: expect.stringContaining('"no-such-program-anywhere" cannot be started: there is no such program.'),
    })
  })

  it('that crashes fails the call, is not asked a second time, and is started again by the next call', async () => {
    const { server, pids } = serverOf()
    await using tools = await mcpTools(server)
    await expect(runStep(named(tools, 'crash'))).rejects.toMatchObject({
      code: 'network',
      retryable: true,
      scope: 'step',
      message: expect.stringContaining('out of ideas'),
    })
    expect(await pids()).toHaveLength(1)
    expect(contentOf(await runStep(named(tools, 'noise')))).toEqual([{ type: 'text', text: 'still here' }])
    expect(await pids()).toHaveLength(2)
    expect((await pids()).map(isAlive)).toEqual([false, true])
  })

  it('that crashes under a tool that only reads is asked once more', async () => {
    const { server, pids } = serverOf()
    await using tools = await mcpTools(server)
    expect(contentOf(await runStep(named(tools, 'crash-once')))).toEqual([{ type: 'text', text: 'second time' }])
    expect(await pids()).toHaveLength(2)
  })

  it('is started once when many calls find it gone', async () => {
    const { server, pids } = serverOf()
    await using tools = await mcpTools(server)
    await runStep(named(tools, 'crash')).catch(() => undefined)
    await Promise.all(Array.from({ length: 5 }, () => runStep(named(tools, 'noise'))))
    expect(await pids()).toHaveLength(2)
  })

  it('ends when it sends a message without end', async () => {
    const { server, pids } = serverOf()
    await using tools = await mcpTools(server)
    await expect(runStep(named(tools, 'flood'))).rejects.toMatchObject({ code: 'network' })
    const [pid = 0] = await pids()
    await until(() => !isAlive(pid))
  })

  it('may send progress and answer in one piece', async () => {
    await using tools = await mcpTools(serverOf().server)
    const { events } = await runStep(named(tools, 'at-once'))
    expect(events).toEqual([{ type: 'tool-progress', callId: 'c1', progress: { progress: 1 } }])
  })

  it('may write what is no message', async () => {
    await using tools = await mcpTools(serverOf().server)
    expect(contentOf(await runStep(named(tools, 'noise')))).toEqual([{ type: 'text', text: 'still here' }])
  })
})
