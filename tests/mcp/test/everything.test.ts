import { execFileSync } from 'node:child_process'
import type { McpTools } from '@x/mcp'
import { mcpTools } from '@x/mcp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { drive, scriptedAgent } from '../src/drive.js'
import type { HttpProcess } from '../src/servers.js'
import { everythingOverHttp, isAlive, publishedServer } from '../src/servers.js'

/* The reference server of the protocol, as a process of its own, driven by an agent over both transports. */

const png = { type: 'image', format: 'png', source: { type: 'base64', base64: expect.stringMatching(/^iVBORw0KGgo/) } }

describe.each(['stdio', 'http'] as const)('server-everything over %s', (transport) => {
  let http: HttpProcess
  let server: McpTools
  beforeAll(async () => {
    if (transport === 'http') http = await everythingOverHttp()
    server = await mcpTools(transport === 'http' ? { url: http.url } : publishedServer('everything'), { prefix: 'e_' })
  })
  afterAll(async () => {
    await server.close()
    await http?.kill()
  })

  it('tells who it is and what it offers', async () => {
    expect(server.serverInfo).toEqual({
      name: 'mcp-servers/everything',
      version: expect.any(String),
      title: 'Everything Reference Server',
    })
    expect(server.instructions).toContain('Everything Server')
    expect(server.tools.length).toBeGreaterThan(10)
    for (const { name } of server.tools) expect(name).toMatch(/^e_[a-z-]+$/)
  })

  it('is called by an agent: text, images, structured content, resources, links and refusals', async () => {
    const agent = scriptedAgent(server.tools, [
      ['e_echo', { message: 'hi' }],
      ['e_get-sum', { a: 2, b: 40 }],
      ['e_get-tiny-image'],
      ['e_get-structured-content', { location: 'Chicago' }],
      ['e_get-resource-reference', { resourceType: 'Text', resourceId: 1 }],
      ['e_get-resource-links', { count: 1 }],
      ['e_echo', { message: 7 }],
    ])
    const { result, results } = await drive(agent)
    expect(result.status).toBe('done')
    expect(results).toEqual([
      { type: 'tool-result', id: 'c0', content: [{ type: 'text', text: 'Echo: hi' }] },
      { type: 'tool-result', id: 'c1', content: [{ type: 'text', text: 'The sum of 2 and 40 is 42.' }] },
      {
        type: 'tool-result',
        id: 'c2',
        content: [expect.objectContaining({ type: 'text' }), png, expect.objectContaining({ type: 'text' })],
      },
      {
        type: 'tool-result',
        id: 'c3',
        content: [{ type: 'json', value: { temperature: 36, conditions: 'Light rain / drizzle', humidity: 82 } }],
      },
      {
        type: 'tool-result',
        id: 'c4',
        content: [
          expect.objectContaining({ type: 'text' }),
          { type: 'text', text: expect.stringMatching(/^\[demo:\/\/resource\/dynamic\/text\/1\]\nResource 1: /) },
          expect.objectContaining({ type: 'text' }),
        ],
      },
      {
        type: 'tool-result',
        id: 'c5',
        content: [
          expect.objectContaining({ type: 'text' }),
          { type: 'text', text: expect.stringMatching(/^\[Resource demo:\/\/resource\/dynamic\//) },
        ],
      },
      {
        type: 'tool-result',
        id: 'c6',
        isError: true,
        content: [{ type: 'text', text: expect.stringContaining('expected string, received number') }],
      },
    ])
  })

  it('shows progress while it works', async () => {
    const times: number[] = []
    const agent = scriptedAgent(server.tools, [['e_trigger-long-running-operation', { duration: 0.6, steps: 3 }]])
    const { events } = await drive(agent, {
      onEvent: ({ type }) => (type === 'tool-progress' || type === 'tool-end') && times.push(performance.now()),
    })
    expect(events.filter(({ type }) => type.startsWith('tool-') && !type.startsWith('tool-call'))).toEqual([
      expect.objectContaining({ type: 'tool-start' }),
      { type: 'tool-progress', callId: 'c0', progress: { progress: 1, total: 3 } },
      { type: 'tool-progress', callId: 'c0', progress: { progress: 2, total: 3 } },
      { type: 'tool-progress', callId: 'c0', progress: { progress: 3, total: 3 } },
      expect.objectContaining({ type: 'tool-end' }),
    ])
    // The first came while two steps of 200 ms were still to be done.
    expect((times.at(-1) ?? 0) - (times[0] ?? 0)).toBeGreaterThan(300)
  })

  it('is left at once when the run is aborted, and can be used again', async () => {
    const controller = new AbortController()
    const agent = scriptedAgent(server.tools, [['e_trigger-long-running-operation', { duration: 30, steps: 300 }]])
    let abortedAt = 0
    const { result } = await drive(agent, {
      signal: controller.signal,
      onEvent: ({ type }) => {
        if (type !== 'tool-progress' || abortedAt > 0) return
        abortedAt = performance.now()
        controller.abort()
      },
    })
    expect(result.status).toBe('aborted')
    expect(performance.now() - abortedAt).toBeLessThan(5000)
    const { results } = await drive(scriptedAgent(server.tools, [['e_echo', { message: 'still here' }]]))
    expect(results).toMatchObject([{ content: [{ text: 'Echo: still here' }] }])
  })

  it('gives resources and prompts', async () => {
    const resources = await server.resources()
    const readme = resources.find(({ name }) => name === 'features.md')
    expect(readme).toMatchObject({ uri: expect.stringMatching(/^demo:/), mimeType: 'text/markdown' })
    expect(await server.readResource(readme?.uri ?? '')).toEqual([
      { type: 'text', text: expect.stringContaining('# Everything Server') },
    ])
    expect(await server.readResource('demo://resource/dynamic/blob/3')).toEqual([
      { type: 'text', text: expect.stringContaining('Resource 3: This is a base64 blob') },
    ])
    expect((await server.resourceTemplates()).map(({ uriTemplate }) => uriTemplate)).toContain(
      'demo://resource/dynamic/text/{resourceId}',
    )
    await expect(server.readResource('demo://nowhere')).rejects.toMatchObject({ name: 'AgentError' })
    expect((await server.prompts()).map(({ name }) => name)).toContain('args-prompt')
    expect(await server.prompt('args-prompt', { city: 'Bern' })).toEqual([
      { role: 'user', content: [{ type: 'text', text: "What's weather in Bern?" }] },
    ])
  })
})

describe('questions of server-everything', () => {
  const ask = [['trigger-elicitation-request']] as const

  it('are not asked when nobody can answer them: the tool is not even offered', async () => {
    await using server = await mcpTools(publishedServer('everything'))
    expect(server.tools.map(({ name }) => name)).not.toContain('trigger-elicitation-request')
  })

  it('suspend the run; the answer makes the call again, now with it', async () => {
    await using server = await mcpTools(publishedServer('everything'), { onElicitation: 'suspend' })
    const agent = scriptedAgent(server.tools, ask)
    const { result } = await drive(agent)
    expect(result).toMatchObject({
      status: 'suspended',
      pending: [{ callId: 'c0', reason: 'Please provide inputs for the following fields:' }],
    })
    const resumed = await agent.resume({ c0: { action: 'accept', content: { name: 'Ann', check: true } } })
    expect(resumed.status).toBe('done')
    expect(JSON.stringify(resumed.messages)).toContain('Name: Ann')
  })

  it('are answered at once by a function', async () => {
    await using server = await mcpTools(publishedServer('everything'), { onElicitation: () => ({ action: 'decline' }) })
    const { results } = await drive(scriptedAgent(server.tools, ask))
    expect(results[0]?.content[0]).toMatchObject({ text: expect.stringContaining('declined') })
  })
})

describe('a server-everything that is killed in the middle of a call', () => {
  const long = [
    ['trigger-long-running-operation', { duration: 60, steps: 600 }],
    ['echo', { message: 'back' }],
  ] as const

  it('over stdio: the call is made once more, as it does no harm, then fails; the next one starts the server again', async () => {
    const server = await mcpTools(publishedServer('everything'))
    const seen = new Set(children())
    const { results, result } = await drive(scriptedAgent(server.tools, long), {
      onEvent({ type }) {
        if (type !== 'tool-progress') return
        for (const pid of children().filter(isAlive)) {
          seen.add(pid)
          process.kill(pid, 'SIGKILL')
        }
      },
    })
    expect(result.status).toBe('done')
    expect(results).toMatchObject([
      { isError: true, content: [{ text: expect.stringMatching(/^The connection to the MCP server .* was lost\./) }] },
      { content: [{ text: 'Echo: back' }] },
    ])
    expect(seen.size).toBe(2)
    for (const pid of children()) seen.add(pid)
    expect(seen.size).toBe(3)
    await server.close()
    expect([...seen].filter(isAlive)).toEqual([])
  })

  it('over HTTP: the call fails, and once the server is back the next one opens a new session', async () => {
    const first = await everythingOverHttp()
    await using server = await mcpTools({ url: first.url })
    let killed: Promise<void> | undefined
    const { results } = await drive(scriptedAgent(server.tools, long.slice(0, 1)), {
      onEvent({ type }) {
        if (type === 'tool-progress') killed ??= first.kill()
      },
    })
    await killed
    expect(results).toMatchObject([{ isError: true, content: [{ text: expect.stringContaining('was lost') }] }])
    const second = await everythingOverHttp(first.port)
    const again = await drive(scriptedAgent(server.tools, long.slice(1)))
    expect(again.results).toMatchObject([{ content: [{ text: 'Echo: back' }] }])
    await second.kill()
  })

  it('over HTTP: a server that was started again meanwhile does not know the session, and nobody notices', async () => {
    const first = await everythingOverHttp()
    await using server = await mcpTools({ url: first.url })
    await first.kill()
    const second = await everythingOverHttp(first.port)
    const { results } = await drive(scriptedAgent(server.tools, long.slice(1)))
    expect(results).toMatchObject([{ content: [{ text: 'Echo: back' }] }])
    await second.kill()
  })
})

/** Processes that this one started and that run the server. */
function children(): number[] {
  const table = execFileSync('ps', ['-eo', 'pid,ppid,args'], { encoding: 'utf8' })
  return table
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([, parent, ...args]) => parent === String(process.pid) && args.join(' ').includes('server-everything'))
    .map(([pid]) => Number(pid))
}
