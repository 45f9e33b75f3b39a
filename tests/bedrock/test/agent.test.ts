import { Agent as HttpAgent } from 'node:http'
import { NodeHttpHandler } from '@smithy/node-http-handler'
import { Agent, textOf } from '@x/agent-loop'
import { retry } from '@x/agent-loop/retry'
import type { BedrockLocal, BedrockLocalOptions, Reply } from '@x/bedrock-local'
import { startBedrockLocal } from '@x/bedrock-local'
import type { BedrockModel } from '@x/provider-bedrock'
import { bedrock } from '@x/provider-bedrock'
import type { AgentEvent, JsonValue, Tool } from '@x/types'
import { isAgentError } from '@x/types'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { credentials } from '../src/recorded.js'

/* The whole agent over the wire: what a run tells, how it can be left, and that it can go on whatever the wire does. */

const started: BedrockLocal[] = []
afterEach(() => Promise.all(started.splice(0).map((local) => local.close())))

async function serve(options: BedrockLocalOptions): Promise<BedrockLocal> {
  const local = await startBedrockLocal(options)
  started.push(local)
  return local
}

const transports = [
  ['HTTP/2', () => ({}), 1],
  // Without keep-alive a connection that stays open is one that was leaked.
  ['HTTP/1.1', () => ({ requestHandler: new NodeHttpHandler({ httpAgent: new HttpAgent({ keepAlive: false }) }) }), 0],
] as const

const toolUse = (toolUseId: string, name: string, input: JsonValue = {}) => ({ toolUse: { toolUseId, name, input } })

const waitTool = (startedTools: string[]): Tool => ({
  name: 'wait',
  inputSchema: { type: 'object' },
  execute: (_input, { id, signal }) =>
    new Promise((_resolve, reject) => {
      startedTools.push(id)
      signal.addEventListener('abort', () => reject(signal.reason))
    }),
})

const addTool: Tool = {
  name: 'add',
  inputSchema: { type: 'object' },
  execute: (input) => String(Object.values(input as { [name: string]: number }).reduce((sum, term) => sum + term, 0)),
}

for (const [transport, handler, kept] of transports) {
  for (const streaming of [true, false]) {
    const modelAt = (local: BedrockLocal): BedrockModel =>
      bedrock('us.anthropic.claude-sonnet-4-6', {
        region: 'us-east-1',
        endpoint: local.url,
        credentials,
        streaming,
        clientConfig: { ...handler(), maxAttempts: 1 },
      })

    describe(`an agent over ${transport}, ${streaming ? 'streaming' : 'not streaming'}`, () => {
      it('tells a two-tool turn as the README draws it', async () => {
        const local = await serve({
          reply: [
            { content: [toolUse('t1', 'add', { a: 1, b: 2 }), toolUse('t2', 'add', { a: 3, b: 4 })], deltaLength: 100 },
            { content: [{ text: 'Three and seven.' }], deltaLength: 100 },
          ],
        })
        const agent = new Agent({ model: modelAt(local), tools: [addTool] })
        const types: string[] = []
        for await (const event of agent.stream('Add.')) types.push(event.type)
        expect(types).toEqual([
          'run-start',
          ...['turn-start', 'model-start'],
          ...['tool-call-start', 'tool-call-delta', 'part-end'],
          ...['tool-call-start', 'tool-call-delta', 'part-end'],
          ...['model-end', 'message'],
          ...['tool-start', 'tool-start', 'tool-end', 'tool-end', 'message'],
          ...['turn-start', 'model-start', 'text-delta', 'part-end', 'model-end', 'message'],
          'run-end',
        ])
        const [, second] = local.requests.map(({ body }) => body.messages?.at(-1))
        expect(second).toEqual({
          role: 'user',
          content: [
            { toolResult: { toolUseId: 't1', content: [{ text: '3' }] } },
            { toolResult: { toolUseId: 't2', content: [{ text: '7' }] } },
          ],
        })
      })

      it('can be left while tools run, and at once', async () => {
        const local = await serve({ reply: [{ content: [toolUse('t1', 'wait'), toolUse('t2', 'wait')] }, 'Well.'] })
        const startedTools: string[] = []
        const agent = new Agent({ model: modelAt(local), tools: [waitTool(startedTools)] })
        const events = agent.stream('Wait.')
        let next = await events.next()
        while ((next.value as AgentEvent).type !== 'message') next = await events.next()
        for (let tools = 0; tools < 2; tools++) await events.next()
        const pending = events.next()
        await vi.waitFor(() => expect(startedTools).toEqual(['t1', 't2']))

        const left = performance.now()
        await events.return(undefined as never)
        expect(performance.now() - left).toBeLessThan(100)
        await pending

        // The answer had come to its end before: over HTTP/2 its connection waits for the next request, and serves it.
        await vi.waitFor(() => expect(local.connections).toBe(kept))
        expect(textOf(await agent.run('And now?'))).toBe('Well.')
        await vi.waitFor(() => expect(local.connections).toBe(kept))
        expect(local.requests.every(({ status }) => status === 200)).toBe(true)
      })

      it('survives an endpoint that dies in the middle of an answer', async () => {
        const dying = await serve({
          reply: ['A long answer that is never finished, as it goes.'],
          delayMs: 20,
          firstDelayMs: streaming ? 20 : 5000,
        })
        const model = modelAt(dying)
        const agent = new Agent({ model })
        const run = streaming
          ? (async () => {
              for await (const event of agent.stream('Go.')) if (event.type === 'text-delta') await dying.close()
            })()
          : agent.run('Go.')
        if (!streaming) {
          await vi.waitFor(() => expect(dying.requests).toHaveLength(1))
          await dying.close()
        }
        const error = await run.then(
          () => undefined,
          (error: unknown) => error,
        )
        expect(isAgentError(error) && ['stream-truncated', 'network'].includes(error.code)).toBe(true)
        expect(error).toMatchObject({ retryable: true })
        if (streaming) expect(error).toMatchObject({ partial: { message: { content: [{ type: 'text' }] } } })
        expect(agent.messages.map(({ role }) => role)).toEqual(['user'])

        const healthy = await serve({ reply: ['Whole.'] })
        model.updateConfig({ endpoint: healthy.url })
        expect(textOf(await agent.run())).toBe('Whole.')
      })

      it('goes on after an abort in the middle of an answer, and the connection is released', async () => {
        const local = await serve({ reply: () => 'One two three four five six.', delayMs: 5, firstDelayMs: 20 })
        const agent = new Agent({ model: modelAt(local) })
        const controller = new AbortController()
        const seen: AgentEvent[] = []
        for await (const event of agent.stream('Go.', { signal: controller.signal })) {
          seen.push(event)
          if (event.type === (streaming ? 'text-delta' : 'model-start')) controller.abort()
        }
        expect(seen.at(-1)).toMatchObject({ type: 'run-end', result: { status: 'aborted' } })
        await vi.waitFor(() => expect(local.connections).toBe(0))
        expect(textOf(await agent.run('Again.'))).toBe('One two three four five six.')
      })
    })
  }
}

describe('the retry layer over the wire', () => {
  const throttling = { error: 'ThrottlingException', message: 'Too many requests, please wait before trying again.' }
  const inStream = (afterFrames: number) => ({
    content: [{ text: 'Half an answer.' }],
    fault: { type: 'exception' as const, ...throttling, afterFrames },
  })
  const cases: [string, Reply][] = [
    ['HTTP 429 with retry-after', { fault: { type: 'http', status: 429, ...throttling, retryAfterSeconds: 1 } }],
    ['throttlingException as the first frame', inStream(0)],
    ['throttlingException after some text', inStream(3)],
    ['a clean end without messageStop', { content: [{ text: 'Half.' }], fault: { type: 'end', afterFrames: 2 } }],
    ['a reset in mid-answer', { content: [{ text: 'Half.' }], fault: { type: 'reset', afterFrames: 2 } }],
  ]

  it.each(cases)('asks again after %s, and no text is shown twice as final', async (_name, fault) => {
    const local = await serve({ reply: [fault, 'The whole answer.'] })
    const model = bedrock('us.anthropic.claude-sonnet-4-6', {
      ...{ region: 'us-east-1', endpoint: local.url, credentials, clientConfig: { maxAttempts: 1 } },
    })
    const agent = new Agent({ model, use: [retry({ baseDelayMs: 1 })] })
    let screen = ''
    const delays: number[] = []
    for await (const event of agent.stream('Go.')) {
      if (event.type === 'text-delta') screen += event.text
      if (event.type === 'model-retry') {
        screen = ''
        delays.push(event.delayMs)
      }
    }
    expect(screen).toBe('The whole answer.')
    expect(agent.messages).toHaveLength(2)
    expect(delays).toHaveLength(1)
    if (_name.includes('retry-after')) expect(delays[0]).toBe(1000)
  })
})
