import type { Server } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Agent, textOf } from '@x/agent-loop'
import { checkModel, formatReport } from '@x/types/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { fetchModel } from '../src/fetch-provider.js'
import { toolNamed } from '../src/helpers.js'

/** A chat-completions endpoint that calls every tool it is offered once, and then speaks. */
const server: Server = createServer((request, response) => {
  let text = ''
  request.on('data', (chunk: Buffer) => (text += chunk.toString()))
  request.on('end', () => {
    const body = JSON.parse(text) as { messages: { role: string }[]; tools?: { function: { name: string } }[] }
    const answered = body.messages.some(({ role }) => role === 'tool')
    const chunk = (delta: object, finish_reason: string | null = null) => ({ choices: [{ delta, finish_reason }] })
    const calls = (answered ? [] : (body.tools ?? [])).map(({ function: { name } }, index) => [
      chunk({ tool_calls: [{ index, id: `c${index}`, function: { name, arguments: '' } }] }),
      chunk({ tool_calls: [{ index, function: { arguments: '{"text":' } }] }),
      chunk({ tool_calls: [{ index, function: { arguments: '"ping"}' } }] }),
    ])
    const chunks = [
      ...(calls.length > 0 ? calls.flat() : [chunk({ content: 'Hello' }), chunk({ content: ' there.' })]),
      chunk({}, calls.length > 0 ? 'tool_calls' : 'stop'),
      { choices: [], usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 } },
    ]
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.end([...chunks.map((value) => `data: ${JSON.stringify(value)}\n\n`), 'data: [DONE]\n\n'].join(''))
  })
})

let url = ''
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => void server.close())

const model = () => fetchModel({ modelId: 'small-1', url, apiKey: 'secret' })

test('(j) a provider of a hundred lines over fetch passes checkModel', async () => {
  const report = await checkModel(model())
  expect(report.passed, formatReport(report)).toBe(true)
  expect(report.checks.length).toBeGreaterThan(10)
})

test('(j) the loop runs on it unchanged', async () => {
  const echo = toolNamed('echo', (input) => (input as { text: string }).text)
  const shout = toolNamed('shout', (input) => (input as { text: string }).text.toUpperCase())
  const agent = new Agent({ model: model(), tools: [echo, shout], system: 'Be kind.' })
  const result = await agent.run('Say ping twice.')
  expect(textOf(result)).toBe('Hello there.')
  expect(result.messages[2]?.content).toMatchObject([
    { id: 'c0', content: [{ text: 'ping' }] },
    { id: 'c1', content: [{ text: 'PING' }] },
  ])
  expect(result.usage).toEqual({ inputTokens: 6, outputTokens: 4, totalTokens: 10 })
})

test('(j) its key is neither in its config nor in its JSON', () => {
  expect(JSON.stringify(model())).not.toContain('secret')
  expect(model().config).toEqual({ modelId: 'small-1', url })
})
