import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createAmazonBedrock } from '@ai-sdk/amazon-bedrock'
import { isStepCount, streamText, tool } from 'ai'
import { z } from 'zod'
import {
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

describe('Vercel AI SDK (fetch, HTTP/1.1)', () => {
  it('streams two tool calls at once, then a third, and then the answer', () =>
    withLocal({}, async (local) => {
      const tools = makeTools()
      const result = ask(local, tools)
      let text = ''
      for await (const piece of result.textStream) text += piece
      assert.deepEqual(tools.calls, expectedCalls)
      assert.equal(text, `Let me see.${finalText}`)
      assert.equal(await result.text, finalText)
      assert.equal(await result.finishReason, 'stop')
      const { inputTokens, outputTokens, totalTokens } = await result.totalUsage
      assert.deepEqual({ inputTokens, outputTokens, totalTokens }, reportedUsage(local))
      assertLoop(local, { turns: 3, httpVersion: '1.1' })
      // Its own SigV4 signer was at work, not an API key.
      assert.match(local.requests[0].headers['x-amz-date'], /^\d{8}T\d{6}Z$/)
    }))

  it('gets reasoning with its signature, two different calls and cached tokens in one turn', () =>
    withLocal({ reply: reasonedReplies }, async (local) => {
      const result = ask(local, makeTools())
      assert.equal(await result.text, 'Snow, and 25.')
      const [first] = await result.steps
      assert.equal(first.reasoningText, 'Both tools are needed here.')
      assert.deepEqual(first.usage.inputTokenDetails, {
        noCacheTokens: 120,
        cacheReadTokens: 1000,
        cacheWriteTokens: 200,
      })
      assertLoop(local, { turns: 2, httpVersion: '1.1' })
      assert.deepEqual(local.requests[1].body.messages[1].content, reasonedReplies[0].content)
    }))

  it('tries again by itself when it is throttled', () =>
    withLocal({ reply: throttledReplies }, async (local) => {
      const result = ask(local, makeTools())
      assert.equal(await result.text, 'Here I am.')
      assertRetried(local)
    }))

  it('tells of a broken stream by onError and the finish reason, but gives the text so far as if it were the answer', () =>
    withLocal({ reply: brokenReplies }, async (local) => {
      const errors = []
      const result = ask(local, makeTools(), { onError: ({ error }) => errors.push(error) })
      assert.equal(await result.text, wordsBeforeBreak)
      assert.equal(await result.finishReason, 'error')
      assert.deepEqual(
        errors.map(({ type, statusCode, message }) => ({ type, statusCode, message })),
        [{ type: 'modelStreamErrorException', statusCode: 424, message: 'The model broke off.' }],
      )
      assert.equal(local.requests.length, 1)
    }))
})

function ask(local, { weather, calculator }, options = {}) {
  const bedrock = createAmazonBedrock({
    baseURL: local.url,
    region: 'us-east-1',
    accessKeyId: 'local',
    secretAccessKey: 'local',
  })
  return streamText({
    model: bedrock(modelId),
    prompt: question,
    tools: {
      [weather.name]: tool({
        description: weather.description,
        inputSchema: z.object({ city: z.string() }),
        execute: weather.run,
      }),
      [calculator.name]: tool({
        description: calculator.description,
        inputSchema: z.object({ expression: z.string() }),
        execute: calculator.run,
      }),
    },
    stopWhen: isStepCount(5),
    ...options,
  })
}
