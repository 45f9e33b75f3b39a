import { openai } from '@x/provider-openai'
import type { ModelRequest } from '@x/types'
import { checkModel, formatReport } from '@x/types/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Aimock } from '../src/aimock.js'
import { startAimock } from '../src/aimock.js'

const call = (text: string) => ({ name: 'echo', arguments: { text } })
const refusal = (status: number, error: object) => ({ error: { message: 'No.', ...error }, status })

/** What the server does when it is asked for a scenario by its name. */
const scenarios: Readonly<Record<string, { response: object; truncateAfterChunks?: number }>> = {
  length: { response: { content: 'And so it goes', finishReason: 'length' } },
  filtered: { response: { content: 'I cannot say', finishReason: 'content_filter' } },
  reasoning: { response: { content: 'Hello.', reasoning: 'They greet me.' } },
  output: { response: { content: '{"greeting":"Hello."}' } },
  'no-call': { response: { content: 'I know that myself.' } },
  'many-calls': { response: { toolCalls: [call('a'), call('b'), call('c')] } },
  'no-arguments': { response: { toolCalls: [{ name: 'echo', arguments: {} }] } },
  truncated: { response: { content: 'A text long enough to be cut somewhere.' }, truncateAfterChunks: 3 },
  throttled: { response: refusal(429, { type: 'requests', code: 'rate_limit_exceeded' }) },
  unavailable: { response: refusal(503, { type: 'server_error' }) },
  'access-denied': { response: refusal(401, { code: 'invalid_api_key' }) },
  'no-such-model': { response: refusal(404, { code: 'model_not_found' }) },
  'bad-request': { response: refusal(400, { type: 'invalid_request_error' }) },
  'context-overflow': { response: refusal(400, { code: 'context_length_exceeded' }) },
}

const fixtures = [
  ...['many-calls', 'no-arguments', 'reasoning'].map((name) => ({
    match: { userMessage: `scenario ${name}`, hasToolResult: true },
    response: { content: 'Done.' },
  })),
  ...Object.entries(scenarios).map(([name, { response, ...rest }]) => ({
    match: { userMessage: `scenario ${name}` },
    response,
    ...rest,
  })),
  { match: { toolName: 'echo', hasToolResult: false }, response: { toolCalls: [call('ping')] } },
  { match: { userMessage: '' }, response: { content: 'Hello there, good to see you.' } },
]

const tools = [{ name: 'echo', description: 'Gives the text back.', inputSchema: { type: 'object' } }]
const aboutTools = ['no-call', 'many-calls', 'no-arguments']
const requestOf = (name: string): ModelRequest => ({
  messages: [{ role: 'user', content: [{ type: 'text', text: `scenario ${name}` }] }],
  ...(aboutTools.includes(name) && { tools }),
})

describe.each([{ streaming: true }, { streaming: false }])(
  'with a server of others, $streaming as streaming',
  (config) => {
    let server: Aimock
    beforeAll(async () => {
      server = await startAimock(fixtures)
    })
    afterAll(() => server.close())

    it('openai passes checkModel', async () => {
      const model = openai('small-1', { baseUrl: server.url, apiKey: 'sk-very-secret', ...config })
      const names = Object.keys(scenarios).filter((name) => config.streaming || name !== 'truncated')
      const report = await checkModel(model, {
        secrets: ['sk-very-secret'],
        scenarios: {
          ...Object.fromEntries(names.map((name) => [name, { request: requestOf(name) }])),
          unreachable: { model: model.with({ baseUrl: 'http://127.0.0.1:1/v1' }) },
        },
      })
      expect(report.passed, formatReport(report)).toBe(true)
      expect(report.checks.filter(({ status }) => status === 'passed').length).toBeGreaterThan(38)
    })
  },
)
