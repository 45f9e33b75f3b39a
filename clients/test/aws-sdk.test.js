import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { BedrockRuntimeClient, ConverseStreamCommand, ModelStreamErrorException } from '@aws-sdk/client-bedrock-runtime'
import { NodeHttpHandler } from '@smithy/node-http-handler'
import {
  addUsage,
  assertLoop,
  assertRetried,
  brokenReplies,
  expectedCalls,
  finalText,
  makeTools,
  modelId,
  question,
  reasonedReplies,
  reportedUsage,
  throttledReplies,
  withLocal,
  wordsBeforeBreak,
} from './helpers.js'

const handlers = [
  { name: 'its default handler', httpVersion: '2', config: () => ({}) },
  { name: 'NodeHttpHandler', httpVersion: '1.1', config: () => ({ requestHandler: new NodeHttpHandler() }) },
]

for (const { name, httpVersion, config } of handlers) {
  describe(`AWS SDK with ${name} (HTTP/${httpVersion})`, () => {
    const withClient = (options, use) =>
      withLocal(options, async (local) => {
        const client = new BedrockRuntimeClient({
          endpoint: local.url,
          region: 'us-east-1',
          credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
          ...config(),
        })
        await use(client, local).finally(() => client.destroy())
      })

    it('streams two tool calls at once, then a third, and then the answer', () =>
      withClient({}, async (client, local) => {
        const tools = makeTools()
        const { text, usages } = await runLoop(client, tools)
        assert.deepEqual(tools.calls, expectedCalls)
        assert.equal(text, finalText)
        assert.deepEqual(usages.reduce(addUsage), reportedUsage(local))
        assertLoop(local, { turns: 3, httpVersion })
      }))

    it('gets reasoning with its signature, two different calls and cached tokens in one turn', () =>
      withClient({ reply: reasonedReplies }, async (client, local) => {
        const { text, usages } = await runLoop(client, makeTools())
        assert.equal(text, 'Snow, and 25.')
        assert.deepEqual(usages, [
          { ...reasonedReplies[0].usage, totalTokens: 1360 },
          { ...reasonedReplies[1].usage, totalTokens: 1235 },
        ])
        assertLoop(local, { turns: 2, httpVersion })
        assert.deepEqual(local.requests[1].body.messages[1].content, reasonedReplies[0].content)
      }))

    it('tries again by itself when it is throttled', () =>
      withClient({ reply: throttledReplies }, async (client, local) => {
        const { text } = await runLoop(client, makeTools())
        assert.equal(text, 'Here I am.')
        assertRetried(local)
      }))

    it('throws the exception that breaks a stream, and does not try again', () =>
      withClient({ reply: brokenReplies }, async (client, local) => {
        const messages = [{ role: 'user', content: [{ text: question }] }]
        const { stream } = await client.send(new ConverseStreamCommand({ modelId, messages }))
        let text = ''
        await assert.rejects(
          async () => {
            for await (const { contentBlockDelta } of stream) text += contentBlockDelta?.delta.text ?? ''
          },
          (error) => error instanceof ModelStreamErrorException && error.message === 'The model broke off.',
        )
        assert.equal(text, wordsBeforeBreak)
        assert.equal(local.requests.length, 1)
      }))
  })
}

/** The loop that every user of the raw SDK writes: asks, runs the tools that are called, asks again. */
async function runLoop(client, { weather, calculator }) {
  const toolConfig = { tools: [toToolSpec(weather, 'city'), toToolSpec(calculator, 'expression')] }
  const messages = [{ role: 'user', content: [{ text: question }] }]
  const usages = []
  for (;;) {
    const { stream } = await client.send(new ConverseStreamCommand({ modelId, messages, toolConfig }))
    const { content, stopReason, usage } = await readStream(stream)
    usages.push(usage)
    if (stopReason !== 'tool_use') return { text: content.map(({ text }) => text).join(''), usages }
    const results = content.flatMap(({ toolUse }) => (toolUse ? [answer(toolUse)] : []))
    messages.push({ role: 'assistant', content }, { role: 'user', content: results })
  }

  function answer({ toolUseId, name, input }) {
    const output = [weather, calculator].find((tool) => tool.name === name).run(input)
    return { toolResult: { toolUseId, content: [{ json: { output } }] } }
  }
}

function toToolSpec({ name, description }, property) {
  const json = { type: 'object', properties: { [property]: { type: 'string' } }, required: [property] }
  return { toolSpec: { name, description, inputSchema: { json } } }
}

/** Puts the blocks of one answer together, and checks that the answer is whole. */
async function readStream(stream) {
  const content = []
  let stopReason
  let usage
  for await (const event of stream) {
    if (event.contentBlockStart) {
      const { contentBlockIndex, start } = event.contentBlockStart
      content[contentBlockIndex] = { toolUse: { ...start.toolUse, input: '' } }
    } else if (event.contentBlockDelta) {
      const { contentBlockIndex, delta } = event.contentBlockDelta
      content[contentBlockIndex] = withDelta(content[contentBlockIndex], delta)
    } else if (event.messageStop) stopReason = event.messageStop.stopReason
    else if (event.metadata) usage = event.metadata.usage
  }
  assert.ok(stopReason && usage)
  const parsed = content.map((block) =>
    block.toolUse ? { toolUse: { ...block.toolUse, input: JSON.parse(block.toolUse.input) } } : block,
  )
  return { content: parsed, stopReason, usage }
}

function withDelta(block, { text, toolUse, reasoningContent }) {
  if (text !== undefined) return { text: (block?.text ?? '') + text }
  if (toolUse) return { toolUse: { ...block.toolUse, input: block.toolUse.input + toolUse.input } }
  const { text: before = '', ...rest } = block?.reasoningContent.reasoningText ?? {}
  const { text: piece = '', ...more } = reasoningContent
  return { reasoningContent: { reasoningText: { ...rest, ...more, text: before + piece } } }
}
