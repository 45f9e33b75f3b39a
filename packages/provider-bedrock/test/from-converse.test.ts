import type { ContentBlockDelta, ContentBlockStart, ConverseStreamOutput } from '@aws-sdk/client-bedrock-runtime'
import type { ModelEvent } from '@x/types'
import { describe, expect, it } from 'vitest'
import { fromConverse } from '../src/from-converse.js'

const modelId = 'us.anthropic.claude-sonnet-4-6'
const start = (contentBlockIndex: number, value: object) =>
  ({ contentBlockStart: { contentBlockIndex, start: value as ContentBlockStart } }) as const
const delta = (contentBlockIndex: number, value: object) =>
  ({ contentBlockDelta: { contentBlockIndex, delta: value as ContentBlockDelta } }) as const
const stop = (contentBlockIndex: number) => ({ contentBlockStop: { contentBlockIndex } }) as const
const messageStop = (stopReason: string) => ({ messageStop: { stopReason } }) as ConverseStreamOutput
const counts = { inputTokens: 1, outputTokens: 2, totalTokens: 3 }
const metadata = { metadata: { usage: counts, metrics: { latencyMs: 5 } } } as const
const end = (stopReason: string, providerStopReason: string) => ({
  type: 'model-end',
  stopReason,
  providerStopReason,
  usage: counts,
  latencyMs: 5,
})

function read(...events: ConverseStreamOutput[]): ModelEvent[] {
  const reader = fromConverse(modelId)
  return events.flatMap((event) => [...reader.push(event)])
}

describe('fromConverse', () => {
  it('gives out each kind of part as it comes', () => {
    const events = read(
      { messageStart: { role: 'assistant' } },
      delta(0, { reasoningContent: { text: 'hm' } }),
      delta(0, { reasoningContent: { signature: 's' } }),
      stop(0),
      delta(1, { reasoningContent: { redactedContent: Buffer.from([0, 1]) } }),
      stop(1),
      delta(2, { text: '' }),
      delta(2, { text: 'a' }),
      delta(2, { citation: { title: 't', sourceContent: [{ text: 'c' }], location: { web: { url: 'u' } } } }),
      stop(2),
      start(3, { toolUse: { toolUseId: 't1', name: 'add', type: 'tool_use' } }),
      delta(3, { toolUse: { input: '' } }),
      delta(3, { toolUse: { input: '{"a":' } }),
      delta(3, { toolUse: { input: '1}' } }),
      stop(3),
      messageStop('tool_use'),
      metadata,
    )

    expect(events).toEqual([
      { type: 'reasoning-delta', text: 'hm' },
      { type: 'reasoning-delta', signature: 's' },
      { type: 'part-end' },
      { type: 'reasoning-delta', redacted: 'AAE=' },
      { type: 'part-end' },
      { type: 'text-delta', text: 'a' },
      { type: 'citation-delta', citation: { title: 't', citedText: ['c'], location: { type: 'web', url: 'u' } } },
      { type: 'part-end' },
      { type: 'tool-call-start', id: 't1', name: 'add' },
      { type: 'tool-call-delta', inputText: '{"a":' },
      { type: 'tool-call-delta', inputText: '1}' },
      { type: 'part-end' },
      end('tool-use', 'tool_use'),
    ])
  })

  it('says nothing of empty blocks, and closes a part when its block changes its kind or is never stopped', () => {
    const events = read(
      start(0, {}),
      delta(0, { text: '' }),
      stop(0),
      delta(1, { reasoningContent: { text: 'hm' } }),
      delta(1, { text: 'a' }),
      messageStop('end_turn'),
      metadata,
    )

    expect(events).toEqual([
      { type: 'reasoning-delta', text: 'hm' },
      { type: 'part-end' },
      { type: 'text-delta', text: 'a' },
      { type: 'part-end' },
      end('end', 'end_turn'),
    ])
  })

  it('carries server tool calls, their results and unknown blocks as whole provider parts', () => {
    const events = read(
      start(0, { toolUse: { toolUseId: 's', name: 'nova_code_interpreter', type: 'server_tool_use' } }),
      delta(0, { toolUse: { input: '{"snippet":' } }),
      delta(0, { toolUse: { input: '"1"}' } }),
      stop(0),
      start(1, { toolResult: { toolUseId: 's', type: 'nova_code_interpreter_result', status: 'success' } }),
      delta(1, { toolResult: [{ json: { out: 1 } }] }),
      delta(1, { toolResult: [{ text: 'x' }] }),
      stop(1),
      start(2, { $unknown: ['hologram', { depth: 3, text: 'a' }] }),
      delta(2, { $unknown: ['hologram', { text: 'b' }] }),
      stop(2),
      messageStop('end_turn'),
      metadata,
    )

    const part = (value: object) => ({ type: 'part', part: { type: 'provider', provider: 'aws.bedrock', value } })
    const name = 'nova_code_interpreter'
    expect(events).toEqual([
      part({ toolUse: { toolUseId: 's', name, type: 'server_tool_use', input: { snippet: '1' } } }),
      part({
        toolResult: {
          toolUseId: 's',
          type: 'nova_code_interpreter_result',
          status: 'success',
          content: [{ json: { out: 1 } }, { text: 'x' }],
        },
      }),
      part({ hologram: { depth: 3, text: 'ab' } }),
      end('end', 'end_turn'),
    ])
  })

  it('gives an image out once its bytes are together', () => {
    const events = read(
      start(0, { image: { format: 'png' } }),
      delta(0, { image: { source: { bytes: Buffer.from([0]) } } }),
      delta(0, { image: { source: { bytes: Buffer.from([1]) } } }),
      stop(0),
      messageStop('end_turn'),
      metadata,
    )

    const image = { type: 'image', format: 'png', source: { type: 'base64', base64: 'AAE=' } }
    expect(events).toEqual([{ type: 'part', part: image }, end('end', 'end_turn')])
  })

  it('lets interleaved blocks wait for the one that began first', () => {
    const reader = fromConverse(modelId)
    const out = [
      delta(0, { text: 'a' }),
      start(1, { toolUse: { toolUseId: 't1', name: 'add' } }),
      delta(2, { text: 'z' }),
      delta(1, { toolUse: { input: '{}' } }),
      stop(1),
      delta(0, { text: 'b' }),
      stop(0),
      delta(2, { text: 'y' }),
      stop(2),
    ].map((event) => reader.push(event))

    const ended = { type: 'part-end' }
    expect(out).toEqual([
      [{ type: 'text-delta', text: 'a' }],
      [],
      [],
      [],
      [],
      [{ type: 'text-delta', text: 'b' }],
      [
        ended,
        { type: 'tool-call-start', id: 't1', name: 'add' },
        { type: 'tool-call-delta', inputText: '{}' },
        ended,
        { type: 'text-delta', text: 'z' },
      ],
      [{ type: 'text-delta', text: 'y' }],
      [ended],
    ])
  })

  it.each([
    ['end_turn', 'end'],
    ['tool_use', 'end'],
    ['max_tokens', 'length'],
    ['stop_sequence', 'stop-sequence'],
    ['guardrail_intervened', 'guardrail'],
    ['content_filtered', 'filtered'],
    ['malformed_model_output', 'malformed'],
    ['malformed_tool_use', 'malformed'],
    ['model_context_window_exceeded', 'context-window'],
    ['something_new', 'end'],
  ])('makes the stop reason %s %s beside no tool call', (word, stopReason) => {
    expect(read(messageStop(word), metadata)).toEqual([end(stopReason, word)])
  })

  it('believes a whole tool call more than the word end_turn, and max_tokens more than the call', () => {
    const call = [start(0, { toolUse: { toolUseId: 't1', name: 'add' } }), stop(0)]

    expect(read(...call, messageStop('end_turn'), metadata).at(-1)).toEqual(end('tool-use', 'end_turn'))
    expect(read(...call, messageStop('max_tokens'), metadata).at(-1)).toEqual(end('length', 'max_tokens'))
  })

  it('ends with everything that the service told beside the answer, in whatever order it came', () => {
    const reader = fromConverse(modelId, 'req-1')
    const usage = { inputTokens: 8, outputTokens: 4, cacheReadInputTokens: 1, cacheWriteInputTokens: 2 }
    const cacheDetails = [{ ttl: '1h', inputTokens: 2 }]
    const first = reader.push({
      metadata: {
        usage: { ...usage, cacheDetails },
        metrics: { latencyMs: 5 },
        trace: { promptRouter: { invokedModelId: 'm' } },
        performanceConfig: { latency: 'optimized' },
        serviceTier: { type: 'flex' },
      },
    } as ConverseStreamOutput)
    expect(first).toEqual([])

    const last = reader.push({ messageStop: { stopReason: 'end_turn', additionalModelResponseFields: { x: [1] } } })

    expect(last).toEqual([
      {
        ...end('end', 'end_turn'),
        usage: {
          inputTokens: 8,
          outputTokens: 4,
          totalTokens: 15,
          cacheReadTokens: 1,
          cacheWriteTokens: 2,
          cacheDetails,
        },
        trace: { promptRouter: { invokedModelId: 'm' } },
        metadata: {
          requestId: 'req-1',
          performanceConfig: { latency: 'optimized' },
          serviceTier: { type: 'flex' },
          additionalModelResponseFields: { x: [1] },
        },
      },
    ])
    expect(reader.push(delta(9, { text: 'late' }))).toEqual([])
  })

  it('does not end without both messageStop and metadata, and keeps what had arrived', () => {
    const reader = fromConverse(modelId)
    const calls = [start(1, { toolUse: { toolUseId: 't', name: 'add' } }), delta(1, { toolUse: { input: '{"a"' } })]
    for (const event of [delta(0, { text: 'a' }), ...calls, start(2, { image: { format: 'png' } })]) reader.push(event)

    expect(reader.push(messageStop('tool_use'))).toEqual([])
    expect(reader.partial()).toEqual({
      message: {
        role: 'assistant',
        model: { provider: 'aws.bedrock', modelId },
        content: [
          { type: 'text', text: 'a' },
          { type: 'tool-call', id: 't', name: 'add', input: {}, malformedInput: '{"a"' },
        ],
      },
    })
    expect(fromConverse(modelId).partial()).toBeUndefined()
  })

  it('never takes an answer for whole whose tool call was not closed', () => {
    const open = start(0, { toolUse: { toolUseId: 't', name: 'add' } })

    expect(() => read(open, messageStop('tool_use'), metadata)).toThrow(
      expect.objectContaining({ code: 'stream-truncated', retryable: true }),
    )
  })
})
