import { LLMock } from '@copilotkit/aimock'
import { Agent, textOf } from '@x/agent-loop'
import { retry } from '@x/agent-loop/retry'
import { openai } from '@x/provider-openai'
import { extract } from '@x/structured'
import { defineTool } from '@x/tools'
import type { AgentEvent, Middleware, Model } from '@x/types'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'

const server = new LLMock({ port: 0, host: '127.0.0.1', logLevel: 'silent', chunkSize: 6 })
let url = ''

beforeAll(async () => {
  const call = (name: string, input: object, id: string) => ({ name, arguments: input as Record<string, unknown>, id })
  server.on(
    { userMessage: 'add both', hasToolResult: false },
    {
      content: 'Let me see.',
      toolCalls: [call('add', { a: 2, b: 40 }, 'call_1'), call('add', { a: 1, b: 1 }, 'call_2')],
    },
  )
  server.on({ userMessage: 'add both', hasToolResult: true }, { content: 'They are 42 and 2.' })
  server.on({ userMessage: 'break it', hasToolResult: false }, { toolCalls: [call('shatter', {}, 'call_1')] })
  server.on({ userMessage: 'break it', toolResultContains: 'The tool failed.' }, { content: 'It broke.' })
  server.on({ userMessage: 'take long', hasToolResult: false }, { toolCalls: [call('wait', {}, 'call_1')] })
  server.on({ userMessage: 'say much' }, { content: 'word '.repeat(200) }, { latency: 20 })
  server.on({ userMessage: 'Summarise' }, { content: 'In short: sums.' })
  const person = { name: 'Ada', born: 1815 }
  server.on({ userMessage: 'Who was Ada', responseFormat: 'json_schema' }, { content: JSON.stringify(person) })
  server.on({ userMessage: 'Who was Ada', toolName: 'answer' }, { toolCalls: [call('answer', person, 'call_1')] })
  server.onMessage(/./, { content: 'Hello there.', usage: { prompt_tokens: 9, completion_tokens: 3 } })
  url = `${await server.start()}/v1`
})
afterEach(() => server.clearRequests())
afterAll(() => server.stop())

const numbers = z.object({ a: z.number(), b: z.number() })
const add = defineTool({ name: 'add', description: 'Adds.', input: numbers, execute: ({ a, b }) => a + b })

async function collect(events: AsyncIterable<AgentEvent>): Promise<AgentEvent[]> {
  const collected: AgentEvent[] = []
  for await (const event of events) collected.push(event)
  return collected
}

const bodies = () => server.getRequests().map(({ body }) => body as Record<string, unknown>)

describe.each([{ streaming: true }, { streaming: false }])('the loop on openai, $streaming as streaming', (config) => {
  const model = () => openai('small-1', { baseUrl: url, dialect: 'openai', apiKey: 'sk-1', ...config })

  it('answers, and counts what it used', async () => {
    const result = await new Agent({ model: model(), system: 'Be kind.' }).run('Hello')
    expect(textOf(result)).toBe('Hello there.')
    expect(result.usage).toEqual({ inputTokens: 9, outputTokens: 3, totalTokens: 12 })
    expect(bodies()).toMatchObject([{ model: 'small-1', messages: [{ role: 'system' }, { role: 'user' }] }])
  })

  it('runs tools at once and sends their results', async () => {
    const events = await collect(new Agent({ model: model(), tools: [add] }).stream('Please add both'))
    const types = events
      .map(({ type }) => type)
      .filter((type) => type.startsWith('tool-') && type !== 'tool-call-delta')
    expect(types).toEqual(['tool-call-start', 'tool-call-start', 'tool-start', 'tool-start', 'tool-end', 'tool-end'])
    const last = events.at(-1)
    expect(last?.type === 'run-end' && textOf(last.result)).toBe('They are 42 and 2.')
    expect(bodies()[1]?.messages).toEqual([
      { role: 'user', content: 'Please add both' },
      {
        role: 'assistant',
        content: 'Let me see.',
        tool_calls: [
          { id: 'call_1', type: 'function', function: { name: 'add', arguments: '{"a":2,"b":40}' } },
          { id: 'call_2', type: 'function', function: { name: 'add', arguments: '{"a":1,"b":1}' } },
        ],
      },
      { role: 'tool', tool_call_id: 'call_1', content: '42' },
      { role: 'tool', tool_call_id: 'call_2', content: '2' },
    ])
  })

  it('lets the model read what failed', async () => {
    const shatter = defineTool({
      name: 'shatter',
      description: 'Breaks.',
      input: z.object({}),
      execute: () => {
        throw new Error('It is made of glass.')
      },
    })
    const result = await new Agent({ model: model(), tools: [shatter] }).run('Now break it')
    expect(textOf(result)).toBe('It broke.')
    expect(JSON.stringify(bodies()[1])).toContain('It is made of glass.')
  })

  it('ends when aborted, in a tool and in an answer', async () => {
    const inTool = new AbortController()
    const wait = defineTool({
      name: 'wait',
      description: 'Waits.',
      input: z.object({}),
      execute: (_input, { signal }) =>
        new Promise<string>((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason))
          inTool.abort()
        }),
    })
    const stopped = await new Agent({ model: model(), tools: [wait] }).run('Please take long', {
      signal: inTool.signal,
    })
    expect(stopped.status).toBe('aborted')

    const inAnswer = new AbortController()
    const events: AgentEvent[] = []
    for await (const event of new Agent({ model: model() }).stream('Please say much', { signal: inAnswer.signal })) {
      events.push(event)
      if (event.type === (config.streaming ? 'text-delta' : 'model-start')) inAnswer.abort()
    }
    const last = events.at(-1)
    expect(last).toMatchObject({ type: 'run-end', result: { status: 'aborted' } })
    expect(events.filter(({ type }) => type === 'text-delta')).toHaveLength(config.streaming ? 1 : 0)
  })

  it('asks again under the retry layer when the server is busy', async () => {
    server.nextRequestError(429, { message: 'Slow down.', type: 'requests', code: 'rate_limit_exceeded' })
    const agent = new Agent({ model: model(), use: [retry({ baseDelayMs: 1 })] })
    const events = await collect(agent.stream('Hello'))
    expect(events.filter(({ type }) => type === 'model-retry')).toMatchObject([{ attempt: 2, code: 'throttled' }])
    const last = events.at(-1)
    expect(last?.type === 'run-end' && textOf(last.result)).toBe('Hello there.')
  })

  it('does not ask again when that would not help', async () => {
    server.nextRequestError(401, { message: 'Incorrect API key provided.', code: 'invalid_api_key' })
    const agent = new Agent({ model: model(), use: [retry({ baseDelayMs: 1 })] })
    await expect(agent.run('Hello')).rejects.toMatchObject({ code: 'credentials' })
    expect(bodies()).toHaveLength(1)
  })

  it("makes a layer's own calls in the same run", async () => {
    const summaries: string[] = []
    const summariser: Middleware = {
      name: 'summariser',
      async *turn(call, next) {
        const result = yield* next(call)
        const text = { type: 'text', text: 'Summarise this.' } as const
        const request = { messages: [...result.messages, { role: 'user', content: [text] } as const] }
        const { message } = yield* call.run.model({ name: 'summary', model: call.model, request })
        summaries.push(message.content.map((part) => (part.type === 'text' ? part.text : '')).join(''))
        return result
      },
    }
    const result = await new Agent({ model: model(), use: [summariser] }).run('Hello')
    expect(textOf(result)).toBe('Hello there.')
    expect(summaries).toEqual(['In short: sums.'])
    expect(result.usage.inputTokens).toBeGreaterThan(9)
  })

  it('runs an agent as the tool of another', async () => {
    const helper = new Agent({ model: model(), name: 'helper', tools: [add] })
    const ask = defineTool({
      name: 'shatter',
      description: 'Asks a helper.',
      input: z.object({}),
      execute: async () => {
        throw new Error(textOf(await helper.run('Please add both')))
      },
    })
    const result = await new Agent({ model: model(), tools: [ask] }).run('Now break it')
    expect(textOf(result)).toBe('It broke.')
    expect(JSON.stringify(result.messages)).toContain('They are 42 and 2.')
  })

  const person = z.object({ name: z.string(), born: z.number() })
  it.each(['tool', 'native'] as const)('gives a typed answer in the mode %s', async (mode) => {
    const { output } = await extract({ model: model(), schema: person, prompt: 'Who was Ada?', mode })
    expect(output).toEqual({ name: 'Ada', born: 1815 })
    const [body] = bodies()
    if (mode === 'tool') expect(body?.tool_choice).toEqual({ type: 'function', function: { name: 'answer' } })
    else
      expect(body?.response_format).toMatchObject({
        type: 'json_schema',
        json_schema: { name: 'answer', strict: true },
      })
  })

  it('says no optional member to a server that wants all of them required', async () => {
    const schema = person.extend({ died: z.number().optional() })
    await extract({ model: model(), schema, prompt: 'Who was Ada?', mode: 'native', maxRetries: 0 }).catch(() => {})
    const format = bodies()[0]?.response_format as { json_schema: { schema: { required: string[] } } }
    expect(format.json_schema.schema.required).toEqual(['name', 'born', 'died'])
  })
})

it('gives the same messages streamed and in one piece', async () => {
  const run = (streaming: boolean) => {
    const model: Model = openai('small-1', { baseUrl: url, streaming })
    return new Agent({ model, tools: [add] }).run('Please add both')
  }
  const contentOf = async (streaming: boolean) =>
    (await run(streaming)).messages.map(({ role, content }) => ({ role, content }))
  expect(await contentOf(true)).toEqual(await contentOf(false))
})
