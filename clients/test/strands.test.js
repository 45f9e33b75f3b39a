import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Agent, BedrockModel, ModelError, tool } from '@strands-agents/sdk'
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

describe('Strands Agents (HTTP/2)', () => {
  it('streams two tool calls at once, then a third, and then the answer', () =>
    withLocal({}, async (local) => {
      const tools = makeTools()
      const pieces = []
      const result = await ask(local, tools, pieces)
      assert.deepEqual(tools.calls, expectedCalls)
      assert.equal(pieces.join(''), `Let me see.${finalText}`)
      assert.equal(result.toString(), finalText)
      assert.equal(result.stopReason, 'endTurn')
      assert.deepEqual(result.metrics.accumulatedUsage, reportedUsage(local))
      assertLoop(local, { turns: 3, httpVersion: '2' })
    }))

  it('gets reasoning with its signature, two different calls and cached tokens in one turn', () =>
    withLocal({ reply: reasonedReplies }, async (local) => {
      const result = await ask(local, makeTools())
      assert.equal(result.toString(), 'Snow, and 25.')
      assert.deepEqual(result.metrics.accumulatedUsage, {
        inputTokens: 150,
        outputTokens: 45,
        totalTokens: 2595,
        cacheReadInputTokens: 2200,
        cacheWriteInputTokens: 200,
      })
      assertLoop(local, { turns: 2, httpVersion: '2' })
      assert.deepEqual(local.requests[1].body.messages[1].content, reasonedReplies[0].content)
    }))

  it('tries again by itself when it is throttled', () =>
    withLocal({ reply: throttledReplies }, async (local) => {
      const result = await ask(local, makeTools())
      assert.equal(result.toString(), 'Here I am.')
      assertRetried(local)
    }))

  it('throws a ModelError with the exception that breaks a stream as its cause, and does not try again', () =>
    withLocal({ reply: brokenReplies }, async (local) => {
      const pieces = []
      await assert.rejects(
        ask(local, makeTools(), pieces),
        (error) => error instanceof ModelError && error.cause.name === 'ModelStreamErrorException',
      )
      assert.equal(pieces.join(''), wordsBeforeBreak)
      assert.equal(local.requests.length, 1)
    }))
})

/** Streams a run: the model's text goes to `pieces` as it comes, the agent's result is returned. */
async function ask(local, { weather, calculator }, pieces = []) {
  const agent = new Agent({
    model: new BedrockModel({
      modelId,
      region: 'us-east-1',
      clientConfig: { endpoint: local.url, credentials: { accessKeyId: 'local', secretAccessKey: 'local' } },
    }),
    tools: [toTool(weather, z.object({ city: z.string() })), toTool(calculator, z.object({ expression: z.string() }))],
    printer: false,
  })
  let result
  for await (const event of agent.stream(question)) {
    if (event.type === 'agentResultEvent') result = event.result
    const delta = event.type === 'modelStreamUpdateEvent' ? event.event.delta : undefined
    if (delta?.type === 'textDelta') pieces.push(delta.text)
  }
  return result
}

function toTool({ name, description, run }, inputSchema) {
  return tool({ name, description, inputSchema, callback: run })
}
