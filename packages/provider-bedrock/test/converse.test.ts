import type { BedrockRuntimeClient, ConverseStreamOutput } from '@aws-sdk/client-bedrock-runtime'
import type { ModelEvent } from '@x/types'
import { describe, expect, it } from 'vitest'
import { converse } from '../src/converse.js'

const request = { messages: [{ role: 'user', content: [{ type: 'text', text: 'hi' }] }] } as const
const counts = { inputTokens: 1, outputTokens: 2, totalTokens: 3 }
// The text is never stopped, so one event of the wire closes it and ends the answer.
const wholeAnswer = [
  { contentBlockDelta: { contentBlockIndex: 0, delta: { text: 'a' } } },
  { messageStop: { stopReason: 'end_turn' } },
  { metadata: { usage: counts, metrics: { latencyMs: 5 } } },
] as const

/** A client whose stream gives `events` and then fails like a connection that is gone. */
function clientOf(events: readonly ConverseStreamOutput[]): BedrockRuntimeClient {
  async function* stream() {
    yield* events
    throw Object.assign(new Error('aborted'), { code: 'ECONNRESET' })
  }
  const send = async () => ({ $metadata: { requestId: 'req-1' }, stream: stream() })
  return { send, config: { region: async () => 'us-east-1' } } as unknown as BedrockRuntimeClient
}

async function read(events: readonly ConverseStreamOutput[], abortAt?: ModelEvent['type']): Promise<string[]> {
  const controller = new AbortController()
  const config = { modelId: 'a.b', client: clientOf(events) }
  const types: string[] = []
  for await (const { type } of converse(request, { config, signal: controller.signal })) {
    types.push(type)
    if (type === abortAt) controller.abort()
  }
  return types
}

describe('converse', () => {
  it('ends well after model-end, whatever becomes of the connection or the signal then', async () => {
    const whole = ['text-delta', 'part-end', 'model-end']

    expect(await read(wholeAnswer)).toEqual(whole)
    expect(await read(wholeAnswer, 'model-end')).toEqual(whole)
  })

  it('never ends without model-end, also when it is aborted right before', async () => {
    await expect(read(wholeAnswer, 'part-end')).rejects.toMatchObject({ code: 'aborted' })
    await expect(read(wholeAnswer.slice(0, 2))).rejects.toMatchObject({ code: 'network', requestId: 'req-1' })
  })
})
