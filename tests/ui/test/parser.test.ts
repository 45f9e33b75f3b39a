import { runAgent } from '@x/agent-loop'
import { agentTool } from '@x/agent-loop/agent-tool'
import { retry } from '@x/agent-loop/retry'
import type { UIMessageChunk } from '@x/agent-loop/ui-stream'
import { fromUIMessages, toUIMessageResponse, toUIMessageStream, visibleParts } from '@x/agent-loop/ui-stream'
import type { AgentConfig, Tool } from '@x/types'
import { AgentError } from '@x/types'
import { scriptedModel } from '@x/types/testing'
import type { UIMessageChunk as OfficialChunk, UIMessage } from 'ai'
import {
  createUIMessageStream,
  createUIMessageStreamResponse,
  DefaultChatTransport,
  readUIMessageStream,
  safeValidateUIMessages,
} from 'ai'
import { afterEach, expect, test } from 'vitest'
import type { Served } from '../src/serve.js'
import { serve } from '../src/serve.js'

let served: Served | undefined
afterEach(() => served?.close())

const question: UIMessage = { id: 'u1', role: 'user', parts: [{ type: 'text', text: 'Hi' }] }

const look: Tool = {
  name: 'look',
  inputSchema: { type: 'object' },
  async *execute() {
    yield { percent: 50 }
    return { found: 3 }
  },
}

/** Sends the messages over HTTP and reads the answer with the client's own transport and parser. */
async function ask(
  config: AgentConfig,
  messages: UIMessage[] = [question],
): Promise<{ message: UIMessage; errors: unknown[] }> {
  served = await serve(async (request) => {
    const { messages } = (await request.json()) as { messages: UIMessage[] }
    const input = await fromUIMessages(messages)
    return toUIMessageResponse(runAgent(config, input), { originalMessages: messages, signal: request.signal })
  })
  const transport = new DefaultChatTransport({ api: `${served.url}/api/chat` })
  const trigger = 'submit-message'
  const stream = await transport.sendMessages({
    trigger,
    chatId: 'c',
    messageId: undefined,
    messages,
    abortSignal: undefined,
  })
  const errors: unknown[] = []
  let message: UIMessage | undefined
  for await (const state of readUIMessageStream({ stream, onError: (error) => errors.push(error) })) message = state
  if (!message) throw new Error('there is no message')
  return { message, errors }
}

test('what is sent is of the types that the client knows', () => {
  const asOfficial = (chunk: UIMessageChunk): OfficialChunk => chunk
  expect(asOfficial({ type: 'start-step' })).toEqual({ type: 'start-step' })
})

test('a run with thoughts, a tool, progress, sources and a file is one valid message', async () => {
  const citations = [{ title: 'Page', location: { type: 'web', url: 'https://example.org/' } }] as const
  const model = scriptedModel([
    [
      { type: 'reasoning', text: 'I should look.', signature: 'sig' },
      { type: 'tool-call', id: 'c1', name: 'look', input: { at: 'x' } },
    ],
    [
      { type: 'text', text: 'I found three.', citations },
      { type: 'image', format: 'png', source: { type: 'base64', base64: 'AAAA' } },
    ],
  ])
  const { message, errors } = await ask({ model, tools: [look], runId: 'r' })
  expect(errors).toEqual([])
  expect(message.metadata).toMatchObject({ runId: 'r', status: 'done', turns: 2, usage: { inputTokens: 2 } })
  expect(JSON.parse(JSON.stringify(message.parts))).toMatchObject([
    { type: 'step-start' },
    { type: 'reasoning', text: 'I should look.', state: 'done', providerMetadata: { x: { signature: 'sig' } } },
    { type: 'tool-look', toolCallId: 'c1', state: 'output-available', input: { at: 'x' }, output: { found: 3 } },
    { type: 'data-tool-progress', id: 'c1', data: { toolName: 'look', progress: { percent: 50 } } },
    { type: 'step-start' },
    { type: 'text', text: 'I found three.', state: 'done' },
    { type: 'source-url', url: 'https://example.org/', title: 'Page' },
    { type: 'file', mediaType: 'image/png', url: 'data:image/png;base64,AAAA' },
  ])
  expect(await safeValidateUIMessages({ messages: [message] })).toMatchObject({ success: true })
})

test('the message comes back as the conversation that the run ended with', async () => {
  const model = scriptedModel([
    [
      { type: 'reasoning', text: 'Hm.', signature: 'sig' },
      { type: 'tool-call', id: 'c1', name: 'look', input: {} },
    ],
    'Three.',
    'Bye.',
  ])
  const config = { model, tools: [look] }
  const { message } = await ask(config)
  const more: UIMessage = { id: 'u2', role: 'user', parts: [{ type: 'text', text: 'Thanks' }] }
  const { messages } = await fromUIMessages(JSON.parse(JSON.stringify([question, { ...message, id: 'a1' }, more])))
  await runAgent(config, messages).next()
  const events = runAgent(config, messages)
  for await (const event of events) if (event.type === 'model-end') break
  const said = model.calls[2]?.request.messages ?? []
  expect(said.map(({ role, id }) => `${role} ${id}`)).toEqual([
    'user u1',
    'assistant u1~1',
    'tool u1~2',
    'assistant u1~3',
    'user u2',
  ])
  expect(said[1]).toMatchObject({ content: [{ signature: 'sig' }, { id: 'c1' }], model: { provider: 'scripted' } })
  expect(said[2]?.content).toEqual([
    { type: 'tool-result', id: 'c1', content: [{ type: 'json', value: { found: 3 } }] },
  ])
})

test('after a retry in mid-answer the page shows the second answer alone, and no call is left open', async () => {
  const error = new AgentError('network', 'lost', { retryable: true })
  const call = { type: 'tool-call', id: 'c1', name: 'look', input: {} } as const
  const model = scriptedModel([{ content: [{ type: 'text', text: 'Half' }, call], error }, 'Whole.'])
  const { message, errors } = await ask({ model, tools: [look], use: [retry({ baseDelayMs: 0 })] })
  expect(errors).toEqual([])
  expect(visibleParts(message.parts).map((part) => ('text' in part ? part.text : part.type))).toEqual([
    'step-start',
    'Whole.',
  ])
  expect(message.parts.filter(({ type }) => type === 'tool-look')).toMatchObject([{ state: 'output-error' }])
})

test("a sub-agent's chunks make a message of their own, read by the same parser", async () => {
  const child = agentTool({ name: 'helper', description: 'Helps', model: scriptedModel(['I helped.']) })
  const call = { type: 'tool-call', id: 'h', name: 'helper', input: { prompt: 'Help' } } as const
  const run = runAgent({ model: scriptedModel([[call], 'Done.']), tools: [child] }, [
    { role: 'user', content: [{ type: 'text', text: 'Hi' }] },
  ])
  const inner: OfficialChunk[] = []
  for await (const chunk of toUIMessageStream(run)) if (chunk.type === 'data-child') inner.push(chunk.data.chunk)
  const stream = new ReadableStream<OfficialChunk>({
    start(controller) {
      for (const chunk of inner) controller.enqueue(chunk)
      controller.close()
    },
  })
  let message: UIMessage | undefined
  for await (const state of readUIMessageStream({ stream })) message = state
  expect(message?.parts).toMatchObject([{ type: 'step-start' }, { type: 'text', text: 'I helped.', state: 'done' }])
})

test('the chunks can be merged into a stream that the server writes more to', async () => {
  const run = runAgent({ model: scriptedModel(['Hello.']) }, [
    { role: 'user', content: [{ type: 'text', text: 'Hi' }] },
  ])
  const stream = createUIMessageStream({
    execute: ({ writer }) => {
      writer.write({ type: 'data-mine', data: 1 })
      writer.merge(toUIMessageStream(run))
    },
  })
  const text = await createUIMessageStreamResponse({ stream }).text()
  expect(text).toContain('"type":"data-mine"')
  expect(text).toContain('"delta":"Hello."')
})
