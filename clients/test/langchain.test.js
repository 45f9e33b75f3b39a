import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ChatBedrockConverse } from '@langchain/aws'
import { tool } from '@langchain/core/tools'
import { createAgent } from 'langchain'
import { z } from 'zod'
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

describe('LangChain ChatBedrockConverse in createAgent (HTTP/2)', () => {
  it('streams two tool calls at once, then a third, and then the answer', () =>
    withLocal({}, async (local) => {
      const tools = makeTools()
      const pieces = []
      const answers = await ask(local, tools, pieces)
      assert.deepEqual(tools.calls, expectedCalls)
      assert.equal(pieces.join(''), `Let me see.${finalText}`)
      assert.equal(answers.at(-1).text, finalText)
      assert.deepEqual(usageOf(answers), reportedUsage(local))
      assertLoop(local, { turns: 3, httpVersion: '2' })
    }))

  it('gets reasoning with its signature, two different calls and cached tokens in one turn', () =>
    withLocal({ reply: reasonedReplies }, async (local) => {
      const answers = await ask(local, makeTools())
      assert.equal(answers.at(-1).text, 'Snow, and 25.')
      const { input_tokens: input, total_tokens: total, input_token_details: cached } = answers[0].usage_metadata
      assert.deepEqual(
        { input, total, cached },
        { input: 1320, total: 1360, cached: { cache_read: 1000, cache_creation: 200 } },
      )
      assertLoop(local, { turns: 2, httpVersion: '2' })
      assert.deepEqual(local.requests[1].body.messages[1].content, reasonedReplies[0].content)
    }))

  it('tries again by itself when it is throttled', () =>
    withLocal({ reply: throttledReplies }, async (local) => {
      const answers = await ask(local, makeTools())
      assert.equal(answers.at(-1).text, 'Here I am.')
      assertRetried(local)
    }))

  it('throws the exception that breaks a stream, and does not try again', () =>
    withLocal({ reply: brokenReplies }, async (local) => {
      const pieces = []
      await assert.rejects(ask(local, makeTools(), pieces), {
        name: 'ModelStreamErrorException',
        message: 'The model broke off.',
      })
      assert.equal(pieces.join(''), wordsBeforeBreak)
      assert.equal(local.requests.length, 1)
    }))
})

/** Streams a run: the model's text goes to `pieces` as it comes, its whole messages are returned. */
async function ask(local, { weather, calculator }, pieces = []) {
  // `endpointHost` is always https and overrides the endpoint of `clientOptions`, so the environment has to say it.
  Object.assign(process.env, local.env)
  const agent = createAgent({
    model: new ChatBedrockConverse({ model: modelId, region: 'us-east-1' }),
    tools: [toTool(weather, z.object({ city: z.string() })), toTool(calculator, z.object({ expression: z.string() }))],
  })
  const input = { messages: [{ role: 'user', content: question }] }
  let messages = []
  for await (const [mode, chunk] of await agent.stream(input, { streamMode: ['messages', 'values'] })) {
    if (mode === 'values') messages = chunk.messages
    else if (chunk[0].type === 'ai') pieces.push(chunk[0].text)
  }
  return messages.filter(({ type }) => type === 'ai')
}

function toTool({ name, description, run }, schema) {
  return tool((input) => run(input), { name, description, schema })
}

function usageOf(answers) {
  return answers
    .map(({ usage_metadata: usage }) => ({
      inputTokens: usage.input_tokens,
      outputTokens: usage.output_tokens,
      totalTokens: usage.total_tokens,
    }))
    .reduce(addUsage)
}
