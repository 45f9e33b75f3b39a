import { describe, expect, it } from 'vitest'
import type { LiveReply, WireStreamEvent } from '../src/index.js'
import { clientOf, converse, converseStream, httpVersions, textOf, until, withLocal } from './helpers.js'

const usage = { inputTokens: 3, outputTokens: 2, totalTokens: 5 }
const delta = (contentBlockIndex: number, value: object): WireStreamEvent =>
  ({ contentBlockDelta: { contentBlockIndex, delta: value } }) as WireStreamEvent
const stop = (contentBlockIndex: number): WireStreamEvent => ({ contentBlockStop: { contentBlockIndex } })
const ending: readonly WireStreamEvent[] = [
  { messageStop: { stopReason: 'tool_use', additionalModelResponseFields: { stop_sequence: 'x' } } },
  { metadata: { usage, metrics: { latencyMs: 8 }, trace: { guardrail: { actionReason: 'No action.' } } } },
]

function live(...events: readonly WireStreamEvent[]): LiveReply {
  async function* sent() {
    yield* events
  }
  return { events: sent() }
}

const everything: readonly WireStreamEvent[] = [
  { messageStart: { role: 'assistant' } },
  delta(0, { reasoningContent: { text: 'h' } }),
  delta(0, { reasoningContent: { text: 'm' } }),
  delta(0, { reasoningContent: { signature: 'c2ln' } }),
  stop(0),
  delta(1, { reasoningContent: { redactedContent: 'aGk=' } }),
  stop(1),
  delta(2, { text: 'a' }),
  delta(2, { text: 'b' }),
  stop(2),
  delta(3, { text: 'cited' }),
  delta(3, { citation: { title: 'T' } }),
  stop(3),
  { contentBlockStart: { contentBlockIndex: 4, start: { toolUse: { toolUseId: 't', name: 'n' } } } },
  delta(4, { toolUse: { input: '{"a"' } }),
  delta(4, { toolUse: { input: ':1}' } }),
  stop(4),
  { contentBlockStart: { contentBlockIndex: 5, start: { toolUse: { toolUseId: 'u', name: 'n' } } } },
  stop(5),
  { contentBlockStart: { contentBlockIndex: 6, start: { toolResult: { toolUseId: 't', status: 'success' } } } },
  delta(6, { toolResult: [{ text: 'r' }] }),
  stop(6),
  { contentBlockStart: { contentBlockIndex: 7, start: { image: { format: 'png' } } } },
  delta(7, { image: { source: { bytes: 'aGk=' } } }),
  stop(7),
  ...ending,
]

describe('a live reply', () => {
  it.each(httpVersions)('goes out event by event over %s', async (version) => {
    await withLocal({ reply: () => live(...everything) }, async (local) => {
      const { events, error } = await converseStream(clientOf(local, version))
      expect(error).toBeUndefined()
      expect(events.map((event) => Object.keys(event)[0])).toEqual(everything.map((event) => Object.keys(event)[0]))
      expect(events.at(-1)).toEqual(ending[1])
      await until(() => local.requests[0]?.outcome === 'whole')
      expect(local.requests[0]?.usage).toEqual(usage)
    })
  })

  it('answers Converse as a whole once its last event has come', async () => {
    await withLocal({ reply: [live(...everything)] }, async (local) => {
      const answer = await converse(clientOf(local))
      const bytes = new Uint8Array(Buffer.from('hi'))
      expect(answer.output?.message?.content).toEqual([
        { reasoningContent: { reasoningText: { text: 'hm', signature: 'c2ln' } } },
        { reasoningContent: { redactedContent: bytes } },
        { text: 'ab' },
        { citationsContent: { content: [{ text: 'cited' }], citations: [{ title: 'T' }] } },
        { toolUse: { toolUseId: 't', name: 'n', input: { a: 1 } } },
        { toolUse: { toolUseId: 'u', name: 'n', input: {} } },
        { toolResult: { toolUseId: 't', status: 'success', content: [{ text: 'r' }] } },
        { image: { format: 'png', source: { bytes } } },
      ])
      expect(answer).toMatchObject({
        stopReason: 'tool_use',
        usage,
        metrics: { latencyMs: 8 },
        trace: { guardrail: { actionReason: 'No action.' } },
        additionalModelResponseFields: { stop_sequence: 'x' },
      })
    })
  })

  it('ends with the exception that it names', async () => {
    const events = [delta(0, { text: 'So far' }), { throttlingException: { message: 'Too many tokens' } }] as const
    await withLocal({ reply: () => live(...events, ...ending) }, async (local) => {
      const streamed = await converseStream(clientOf(local))
      expect(textOf(streamed.events)).toBe('So far')
      expect(streamed.error).toMatchObject({ name: 'ThrottlingException', message: 'Too many tokens' })
      await until(() => local.requests[0]?.outcome === 'fault')
      expect(local.requests[0]?.error).toBe('throttlingException: Too many tokens')
      await expect(converse(clientOf(local))).rejects.toMatchObject({
        name: 'ThrottlingException',
        $metadata: { httpStatusCode: 429 },
      })
    })
  })

  it('ends with an exception that says so when its iterable throws', async () => {
    async function* failing(): AsyncGenerator<WireStreamEvent> {
      yield delta(0, { text: 'So far' })
      throw new Error('my own bug')
    }
    await withLocal({ reply: () => ({ events: failing() }) }, async (local) => {
      const { events, error } = await converseStream(clientOf(local))
      expect(textOf(events)).toBe('So far')
      expect(error).toMatchObject({
        name: 'InternalServerException',
        message: 'bedrock-local: the events of the reply failed: my own bug',
      })
    })
  })

  it.each(httpVersions)('lets go of its iterable when the client leaves over %s', async (version) => {
    const left: string[] = []
    async function* endless(): AsyncGenerator<WireStreamEvent> {
      try {
        for (;;) {
          yield delta(0, { text: 'on and ' })
          await new Promise((resolve) => setTimeout(resolve, 2))
        }
      } finally {
        left.push('yes')
      }
    }
    await withLocal({ reply: () => ({ events: endless() }) }, async (local) => {
      const abort = new AbortController()
      const streamed = converseStream(clientOf(local, version), 'Hello', abort.signal)
      await until(() => local.requests[0]?.status === 200)
      abort.abort()
      await streamed
      await until(() => left.length === 1 && local.requests[0]?.outcome === 'client-left')
    })
  })
})
