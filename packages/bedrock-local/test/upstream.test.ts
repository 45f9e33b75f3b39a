import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { LLMock } from '@copilotkit/aimock'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import type { BedrockLocal } from '../src/index.js'
import { runCommand } from '../src/run-command.js'
import { clientOf, converse, converseStream, httpVersions } from './helpers.js'

const upstream = new LLMock({ port: 0, host: '127.0.0.1', logLevel: 'silent', chunkSize: 5 })
let url = ''

beforeAll(async () => {
  upstream.on(
    { toolName: 'add', hasToolResult: false },
    {
      toolCalls: [
        { name: 'add', arguments: { a: 2, b: 40 }, id: 'call_1' },
        { name: 'add', arguments: { a: 1, b: 1 }, id: 'call_2' },
      ],
    },
  )
  upstream.on({ toolResultContains: '42' }, { content: 'The sum is 42.' })
  upstream.onMessage('busy', { error: { message: 'Slow down.', type: 'requests' }, status: 429 })
  upstream.onMessage(/./, { content: 'Hello from upstream.', usage: { prompt_tokens: 7, completion_tokens: 5 } })
  url = `${await upstream.start()}/v1`
})
afterEach(() => {
  vi.unstubAllEnvs()
  upstream.clearRequests()
})
afterAll(() => upstream.stop())

/** The command as a user gives it, with the real server behind it. */
async function withUpstream(use: (local: BedrockLocal) => Promise<void>, address = url): Promise<void> {
  const args = ['--port', '0', '--quiet', '--upstream', address, '--upstream-model', 'small-1']
  const local = await runCommand(args, { print: () => {}, printError: () => {} })
  if (typeof local === 'number') throw new Error(`The command ended with ${local}.`)
  try {
    await use(local)
  } finally {
    await local.close()
  }
}

const lastRequest = () => upstream.getLastRequest() as { body: Record<string, unknown> }

const toolConfig = {
  tools: [
    {
      toolSpec: {
        name: 'add',
        description: 'Adds two numbers',
        inputSchema: {
          json: { type: 'object', properties: { a: { type: 'number' }, b: { type: 'number' } }, required: ['a', 'b'] },
        },
      },
    },
  ],
}

describe.each(httpVersions)('bedrock-local --upstream, over %s', (version) => {
  it('answers Converse, with the settings of the request and the name of its own model', async () => {
    await withUpstream(async (local) => {
      const answer = await converse(clientOf(local, version), {
        system: [{ text: 'Be brief.' }],
        messages: [{ role: 'user', content: [{ text: 'Hello' }] }],
        inferenceConfig: { maxTokens: 50, temperature: 0.5, stopSequences: ['END'] },
      })
      expect(answer.output?.message?.content).toEqual([{ text: 'Hello from upstream.' }])
      expect(answer.stopReason).toBe('end_turn')
      expect(answer.usage).toMatchObject({ inputTokens: 7, outputTokens: 5 })
      expect(lastRequest().body).toMatchObject({
        model: 'small-1',
        messages: [
          { role: 'system', content: 'Be brief.' },
          { role: 'user', content: 'Hello' },
        ],
        max_tokens: 50,
        temperature: 0.5,
        stop: ['END'],
      })
    })
  })

  it('streams tool calls and goes on from their results', async () => {
    await withUpstream(async (local) => {
      const client = clientOf(local, version)
      const asked = { role: 'user' as const, content: [{ text: 'What is 2 and 40, and 1 and 1?' }] }
      const { events, error } = await converseStream(client, { toolConfig, messages: [asked] })
      expect(error).toBeUndefined()
      const starts = events.flatMap(({ contentBlockStart }) => (contentBlockStart ? [contentBlockStart.start] : []))
      expect(starts).toEqual([
        { toolUse: { toolUseId: 'call_1', name: 'add' } },
        { toolUse: { toolUseId: 'call_2', name: 'add' } },
      ])
      const inputs = events.map(({ contentBlockDelta }) => contentBlockDelta?.delta?.toolUse?.input ?? '').join('')
      expect(inputs).toBe('{"a":2,"b":40}{"a":1,"b":1}')
      expect(events.find(({ messageStop }) => messageStop)?.messageStop?.stopReason).toBe('tool_use')

      const toolUse = (toolUseId: string, a: number, b: number) => ({
        toolUse: { toolUseId, name: 'add', input: { a, b } },
      })
      const result = (toolUseId: string, text: string) => ({ toolResult: { toolUseId, content: [{ text }] } })
      const answer = await converseStream(client, {
        toolConfig,
        messages: [
          asked,
          { role: 'assistant', content: [toolUse('call_1', 2, 40), toolUse('call_2', 1, 1)] },
          { role: 'user', content: [result('call_1', '2'), result('call_2', '42')] },
        ],
      })
      expect(answer.events.map(({ contentBlockDelta }) => contentBlockDelta?.delta?.text ?? '').join('')).toBe(
        'The sum is 42.',
      )
      expect(lastRequest().body.messages).toMatchObject([
        { role: 'user' },
        { role: 'assistant', tool_calls: [{ id: 'call_1' }, { id: 'call_2' }] },
        { role: 'tool', tool_call_id: 'call_1', content: '2' },
        { role: 'tool', tool_call_id: 'call_2', content: '42' },
      ])
    })
  })
})

describe('bedrock-local --upstream', () => {
  it("tells the server's refusals as the service tells its own", async () => {
    await withUpstream(async (local) => {
      await expect(converse(clientOf(local), 'busy')).rejects.toMatchObject({
        name: 'ThrottlingException',
        message: expect.stringContaining('Slow down'),
      })
    })
  })

  it('sends the key in UPSTREAM_API_KEY, and none that is meant for another server', async () => {
    vi.stubEnv('OPENAI_API_KEY', 'sk-of-openai')
    const keys: unknown[] = []
    const server = createServer((request, response) => {
      keys.push(request.headers.authorization)
      response.writeHead(401).end()
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`
    const refused = (local: BedrockLocal) =>
      expect(converse(clientOf(local), 'Hello')).rejects.toMatchObject({ name: 'UnrecognizedClientException' })
    await withUpstream(refused, address)
    vi.stubEnv('UPSTREAM_API_KEY', 'sk-of-upstream')
    await withUpstream(refused, address)
    expect(keys).toEqual([undefined, 'Bearer sk-of-upstream'])
    server.close()
  })

  it('does not start with an address that is none', async () => {
    const errors: string[] = []
    const args = ['--port', '0', '--upstream', 'ftp://127.0.0.1', '--upstream-model', 'small-1']
    const started = await runCommand(args, { print: () => {}, printError: (text) => void errors.push(text) })
    expect(started).toBe(1)
    expect(errors).toEqual([expect.stringContaining('http or https URL')])
  })
})
