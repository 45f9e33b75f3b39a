import { describe, expect, it } from 'vitest'
import { answerOf } from '../src/answer.js'
import type { ReplyParts, WireBlock } from '../src/index.js'
import { toStreamEvents } from '../src/to-stream-events.js'
import { fixture, fixturesNote, haveFixtures } from './fixtures.js'
import { modelId } from './helpers.js'

const body = { messages: [{ role: 'user' as const, content: [{ text: 'Hello' }] }] }
const request = { operation: 'ConverseStream' as const, modelId, body, headers: {} }

/** Events as they stand in JSON. */
function eventsOf(reply: ReplyParts): unknown {
  const pace = { firstDelayMs: 0, delayMs: 0 }
  return JSON.parse(JSON.stringify(toStreamEvents(answerOf({ latencyMs: 7, ...reply }, request, pace))))
}

const start = ['messageStart', { role: 'assistant' }]
const usage = { inputTokens: 10, outputTokens: 5, totalTokens: 15 }
const end = (stopReason: string) => [
  ['messageStop', { stopReason }],
  ['metadata', { metrics: { latencyMs: 7 }, usage }],
]
const delta = (contentBlockIndex: number, value: object) => ['contentBlockDelta', { contentBlockIndex, delta: value }]
const stop = (contentBlockIndex: number) => ['contentBlockStop', { contentBlockIndex }]

describe('toStreamEvents', () => {
  it('gives text no contentBlockStart, and cuts it into about a word each', () => {
    expect(eventsOf({ content: [{ text: 'The sky is blue.' }], usage })).toEqual([
      start,
      delta(0, { text: 'The' }),
      delta(0, { text: ' sky' }),
      delta(0, { text: ' is' }),
      delta(0, { text: ' blue.' }),
      stop(0),
      ...end('end_turn'),
    ])
  })

  it('gives a tool call its start, and cuts its JSON through names and values', () => {
    const toolUse = { toolUseId: 'tooluse_1', name: 'add', input: { a: 1, b: 22 } }
    expect(eventsOf({ content: [{ text: 'Sum' }, { toolUse }], deltaLength: 5, usage })).toEqual([
      start,
      delta(0, { text: 'Sum' }),
      stop(0),
      ['contentBlockStart', { contentBlockIndex: 1, start: { toolUse: { name: 'add', toolUseId: 'tooluse_1' } } }],
      delta(1, { toolUse: { input: '' } }),
      delta(1, { toolUse: { input: '{"a":' } }),
      delta(1, { toolUse: { input: '1,"b"' } }),
      delta(1, { toolUse: { input: ':22}' } }),
      stop(1),
      ...end('tool_use'),
    ])
  })

  it('sends malformed tool input as it stands', () => {
    const toolUse = { toolUseId: 'tooluse_1', name: 'add', inputText: '{"a": 1,' }
    expect(eventsOf({ content: [{ toolUse }], deltaLength: 100, stopReason: 'max_tokens', usage })).toEqual([
      start,
      ['contentBlockStart', { contentBlockIndex: 0, start: { toolUse: { name: 'add', toolUseId: 'tooluse_1' } } }],
      delta(0, { toolUse: { input: '' } }),
      delta(0, { toolUse: { input: '{"a": 1,' } }),
      stop(0),
      ...end('max_tokens'),
    ])
  })

  it('streams reasoning as Claude does: text, then one signature; redacted reasoning in a block of its own', () => {
    const content = [
      { reasoningContent: { reasoningText: { text: 'Let me see', signature: 'c2ln' } } },
      { reasoningContent: { redactedContent: 'aGlkZGVu' } },
      { text: 'Yes.' },
    ]
    expect(eventsOf({ content, usage })).toEqual([
      start,
      delta(0, { reasoningContent: { text: 'Let' } }),
      delta(0, { reasoningContent: { text: ' me' } }),
      delta(0, { reasoningContent: { text: ' see' } }),
      delta(0, { reasoningContent: { signature: 'c2ln' } }),
      stop(0),
      delta(1, { reasoningContent: { redactedContent: 'aGlkZGVu' } }),
      stop(1),
      delta(2, { text: 'Yes.' }),
      stop(2),
      ...end('end_turn'),
    ])
  })

  it('streams cited text before its citations, and server tools without asking the caller for a result', () => {
    const citation = { title: 'Sky', location: { web: { url: 'https://example.com' } } }
    const content = [
      { toolUse: { toolUseId: 'tooluse_s', name: 'nova_grounding', type: 'server_tool_use', input: {} } },
      { toolResult: { toolUseId: 'tooluse_s', content: [{ text: 'blue' }], type: 'nova_grounding_result' } },
      { citationsContent: { content: [{ text: 'Blue.' }], citations: [citation] } },
    ]
    expect(eventsOf({ content, deltaLength: 100, usage })).toEqual([
      start,
      [
        'contentBlockStart',
        {
          contentBlockIndex: 0,
          start: { toolUse: { name: 'nova_grounding', toolUseId: 'tooluse_s', type: 'server_tool_use' } },
        },
      ],
      delta(0, { toolUse: { input: '' } }),
      delta(0, { toolUse: { input: '{}' } }),
      stop(0),
      [
        'contentBlockStart',
        { contentBlockIndex: 1, start: { toolResult: { toolUseId: 'tooluse_s', type: 'nova_grounding_result' } } },
      ],
      delta(1, { toolResult: [{ text: 'blue' }] }),
      stop(1),
      delta(2, { text: 'Blue.' }),
      delta(2, { citation }),
      stop(2),
      ...end('end_turn'),
    ])
  })

  it('never cuts through a character of two units', () => {
    const events = eventsOf({ content: [{ text: 'a🦄b' }], deltaLength: 1, usage }) as [string, { delta?: object }][]
    expect(events.flatMap(([, payload]) => payload.delta ?? [])).toEqual([{ text: 'a' }, { text: '🦄' }, { text: 'b' }])
  })

  it('carries what else a reply says', () => {
    const trace = { guardrail: { actionReason: 'No action.' } }
    const events = eventsOf({ content: [], trace, additionalModelResponseFields: { stop: 'x' }, usage }) as unknown[]
    expect(events.slice(1)).toEqual([
      ['messageStop', { additionalModelResponseFields: { stop: 'x' }, stopReason: 'end_turn' }],
      ['metadata', { metrics: { latencyMs: 7 }, trace, usage }],
    ])
  })
})

interface StreamCase {
  readonly id: string
  readonly kind: string
  readonly input: { readonly events: readonly (readonly [string, { readonly contentBlockIndex?: number }])[] }
}

describe.skipIf(!haveFixtures)(`the order of events beside recordings${fixturesNote}`, () => {
  const recorded = fixture<StreamCase>('converse-streams.json').filter(({ kind }) => kind === 'converse-stream')

  it.each(recorded)('is the one of $id, when its blocks are sent again', ({ input }) => {
    const order = shapeOf(input.events)
    const content = order.flatMap((line) => blocksByStart[line] ?? [])
    // Each block of the recording is made again by the way it begins; the skeleton of both streams must agree.
    expect(shapeOf(eventsOf({ content }) as StreamCase['input']['events'])).toEqual(order)
  })
})

const blocksByStart: { readonly [line: string]: WireBlock[] } = {
  'block: text': [{ text: 'words' }],
  'block: citation': [{ citationsContent: { content: [{ text: 'words' }], citations: [{ title: 'x' }] } }],
  'block: reasoningContent': [{ reasoningContent: { reasoningText: { text: 'words', signature: 's' } } }],
  'block: start toolUse': [{ toolUse: { name: 'f', input: {} } }],
  'block: start toolResult': [{ toolResult: { toolUseId: 't', content: [] } }],
}

/** One line for each block, by how it begins, between the events round them. */
function shapeOf(events: StreamCase['input']['events']): readonly string[] {
  const open = new Map<number, string>()
  return events.flatMap(([type, payload]) => {
    const index = payload.contentBlockIndex
    if (index === undefined) return [type]
    const { start: begun, delta: piece } = payload as { start?: object; delta?: object }
    const kind = begun ? `start ${Object.keys(begun)[0]}` : Object.keys(piece ?? {})[0]
    const known = open.get(index)
    if (known === undefined || (known === 'block: text' && kind === 'citation')) open.set(index, `block: ${kind}`)
    return type === 'contentBlockStop' ? [open.get(index) ?? 'nothing'] : []
  })
}
