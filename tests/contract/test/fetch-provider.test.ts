import { Agent, textOf } from '@x/agent-loop'
import { checkModel, formatReport } from '@x/types/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { chatAnswers, endless, plain, scenariosAt } from '../src/chat-answers.js'
import { startChatEndpoint } from '../src/chat-endpoint.js'
import { fetchModel } from '../src/fetch-provider.js'
import { toolNamed } from '../src/helpers.js'

let endpoint: Awaited<ReturnType<typeof startChatEndpoint>>
const sent = { sent: 0 }
beforeAll(async () => {
  endpoint = await startChatEndpoint({ ...chatAnswers, plain, endless: endless(sent) })
})
afterAll(() => endpoint.close())

const model = (name = 'plain') => fetchModel({ modelId: 'small-1', url: endpoint.url(name), apiKey: 'sk-secret-1' })

test('(j) a small provider over fetch passes every check that its wire allows', async () => {
  const unreachable = 'http://127.0.0.1:9'
  const scenarios = scenariosAt((name) => ({
    model: name === 'unreachable' ? model().with({ url: unreachable }) : model(name),
    service: { ...endpoint.service, sent: () => sent.sent },
  }))
  const { service } = endpoint
  const report = await checkModel(model(), { scenarios, service, secrets: ['sk-secret-1'] })
  expect(report.passed, formatReport(report)).toBe(true)
  // Its wire knows no reasoning, no schema and no word for a stop sequence.
  expect(report.checks.flatMap(({ give = [] }) => give)).toEqual([
    "scenarios['stop-sequence']",
    'scenarios.reasoning',
    'scenarios.output',
  ])
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
  expect(model().config).toEqual({ modelId: 'small-1', url: endpoint.url('plain') })
})
