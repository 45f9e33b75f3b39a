import type { ModelEvent } from '@x/types'
import { foldEvents, isAgentError } from '@x/types'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { chunkReader } from '../src/chunk-reader.js'
import type { WireChunk, WireToolCall } from '../src/wire.js'
import { chunk, usage } from './server.js'

interface Read {
  readonly events: readonly ModelEvent[]
  readonly error?: unknown
}

function read(chunks: readonly object[], reasoningTag?: string): Read {
  const reader = chunkReader({ provider: 'openai', modelId: 'm', requestId: 'req-1', reasoningTag })
  const events: ModelEvent[] = []
  try {
    for (const each of chunks) events.push(...reader.push(each as WireChunk))
    events.push(...reader.end())
    return { events }
  } catch (error) {
    return { events, error }
  }
}

/** Between the first event and `model-end`. */
function body(chunks: readonly object[], reasoningTag?: string): readonly ModelEvent[] {
  const { events, error } = read([...chunks, { choices: [], usage }], reasoningTag)
  if (error) throw error
  return events.slice(0, -1)
}

const calls = (...tool_calls: readonly WireToolCall[]) => chunk({ tool_calls })
const start = (id: string, name = 'echo'): ModelEvent => ({ type: 'tool-call-start', id, name })
const input = (inputText: string): ModelEvent => ({ type: 'tool-call-delta', inputText })
const text = (text: string): ModelEvent => ({ type: 'text-delta', text })
const thought = (text: string): ModelEvent => ({ type: 'reasoning-delta', text })
const end: ModelEvent = { type: 'part-end' }
const done = chunk({}, 'tool_calls')

describe('chunkReader', () => {
  it('reads an answer as OpenAI streams it', () => {
    const last = { ...chunk({}, 'stop'), service_tier: 'default' }
    const chunks = [
      chunk({ role: 'assistant', content: '' }),
      chunk({ content: 'Hel' }),
      chunk({ content: 'lo' }),
      last,
    ]
    expect(read([...chunks, { choices: [], usage }]).events).toEqual([
      text('Hel'),
      text('lo'),
      end,
      {
        type: 'model-end',
        stopReason: 'end',
        providerStopReason: 'stop',
        usage: { inputTokens: 3, outputTokens: 2, totalTokens: 5 },
        metadata: { requestId: 'req-1', responseId: 'chatcmpl-1', responseModel: 'm' },
      },
    ])
  })

  it('reads a whole answer into the same parts', () => {
    const message = {
      content: 'Hi',
      reasoning: 'Hm',
      tool_calls: [
        { function: { name: 'echo', arguments: '' } },
        { function: { name: 'shout', arguments: { loud: true } } },
      ],
    }
    expect(body([{ id: 'x', choices: [{ message, finish_reason: 'tool_calls' }] }])).toEqual([
      ...[thought('Hm'), end, text('Hi'), end],
      ...[start('x-0'), end, start('x-1', 'shout'), input('{"loud":true}'), end],
    ])
  })

  describe('puts tool calls one after another', () => {
    it('that come one after another', () => {
      const chunks = [
        calls({ index: 0, id: 'a', function: { name: 'echo', arguments: '' } }),
        calls({ index: 0, function: { arguments: '{"n"' } }),
        calls({ index: 0, function: { arguments: ':1}' } }),
        calls({ index: 1, id: 'b', function: { name: 'echo', arguments: '{}' } }),
      ]
      expect(body([...chunks, done])).toEqual([
        ...[start('a'), input('{"n"'), input(':1}'), end],
        ...[start('b'), input('{}'), end],
      ])
    })

    it('whose deltas interleave', () => {
      const chunks = [
        calls(
          { index: 0, id: 'a', function: { name: 'echo', arguments: '' } },
          { index: 1, id: 'b', function: { name: 'echo', arguments: '' } },
        ),
        calls({ index: 1, function: { arguments: '{"x":' } }, { index: 0, function: { arguments: '{"x":"}' } }),
        calls({ index: 0, function: { arguments: '"}' } }),
        calls({ index: 1, function: { arguments: '2}' } }),
        chunk({ content: 'after' }),
      ]
      expect(body([...chunks, done])).toEqual([
        ...[start('a'), input('{"x":"}'), input('"}'), end],
        ...[start('b'), input('{"x":'), input('2}'), end],
        ...[text('after'), end],
      ])
    })

    it('with the flow going on to the second as soon as the first is whole', () => {
      const reader = chunkReader({ provider: 'openai', modelId: 'm' })
      reader.push(
        calls(
          { index: 0, id: 'a', function: { name: 'echo', arguments: '{' } },
          { index: 1, id: 'b', function: { name: 'echo' } },
        ),
      )
      expect(reader.push(calls({ index: 1, function: { arguments: '[1' } }))).toEqual([])
      expect(reader.push(calls({ index: 0, function: { arguments: '}' } }))).toEqual([
        ...[input('}'), end, start('b'), input('[1')],
      ])
      expect(reader.push(calls({ index: 1, function: { arguments: ']' } }))).toEqual([input(']')])
    })

    it('that all have the same index, each of them whole', () => {
      const whole = (id: string) => calls({ index: 0, id, function: { name: 'echo', arguments: '{"x":1}' } })
      expect(body([whole('a'), whole('b'), done])).toEqual([
        ...[start('a'), input('{"x":1}'), end, start('b'), input('{"x":1}'), end],
      ])
    })

    it('that have neither index nor id', () => {
      const whole = (name: string) => calls({ function: { name, arguments: '{}' } })
      expect(body([whole('echo'), whole('shout'), done])).toEqual([
        ...[start('chatcmpl-1-0'), input('{}'), end, start('chatcmpl-1-1', 'shout'), input('{}'), end],
      ])
    })

    it('whatever the order in which their deltas come', () => {
      const wanted = ['{"x":[1,{"y":"}]"}]}', '{}', '{"z":"\\"}"}']
      const property = fc.property(
        fc.infiniteStream(fc.nat(2)),
        fc.infiniteStream(fc.integer({ min: 1, max: 5 })),
        (turns, lengths) => {
          const left = [...wanted]
          const chunks = wanted.map((_text, index) => calls({ index, id: `c${index}`, function: { name: 'echo' } }))
          while (left.some((rest) => rest !== '')) {
            const index = turns.next().value ?? 0
            const length = lengths.next().value ?? 1
            const rest = left[index] ?? ''
            if (rest === '') continue
            chunks.push(calls({ index, function: { arguments: rest.slice(0, length) } }))
            left[index] = rest.slice(length)
          }
          const fold = foldEvents({ provider: 'p', modelId: 'm' })
          for (const event of read([...chunks, done]).events) fold.push(event)
          expect(fold.result().message.content).toEqual(
            wanted.map((json, index) => ({
              type: 'tool-call',
              id: `c${index}`,
              name: 'echo',
              input: JSON.parse(json),
            })),
          )
        },
      )
      fc.assert(property, { numRuns: 200 })
    })
  })

  it('takes a name that is repeated in each delta once', () => {
    const delta = (inputText: string) => calls({ index: 0, id: 'a', function: { name: 'echo', arguments: inputText } })
    expect(body([delta('{"x"'), delta(':1}'), done])).toEqual([start('a'), input('{"x"'), input(':1}'), end])
  })

  it('takes pieces that are alike for pieces, with name and id in each', () => {
    const delta = (inputText: string) => calls({ index: 0, id: 'a', function: { name: 'echo', arguments: inputText } })
    expect(body([...['[', '[', ']', ']'].map(delta), done])).toEqual([
      start('a'),
      ...['[', '[', ']', ']'].map(input),
      end,
    ])
  })

  it('takes a whole call that is repeated at the end once', () => {
    const whole = calls({ index: 0, id: 'a', function: { name: 'echo', arguments: '{"x":1}' } })
    expect(body([whole, chunk({ content: 'so' }), whole, done])).toEqual([
      ...[start('a'), input('{"x":1}'), end, text('so'), end],
    ])
  })

  it('keeps ids apart that the server gave twice', () => {
    const chunks = [0, 1].map((index) => calls({ index, id: 'a', function: { name: 'echo', arguments: '{}' } }))
    expect(body([...chunks, done]).filter(({ type }) => type === 'tool-call-start')).toEqual([start('a'), start('a-2')])
  })

  it('waits for a name that comes late', () => {
    const chunks = [
      calls({ index: 0, id: 'a', function: { arguments: '{' } }),
      calls({ index: 0, function: { name: 'echo', arguments: '}' } }),
    ]
    expect(body([...chunks, done])).toEqual([start('a'), input('{}'), end])
  })

  it('fails for a call of no tool', () => {
    const { error } = read([calls({ index: 0, id: 'a', function: { arguments: '{}' } }), done])
    expect(isAgentError(error, 'model-failed')).toBe(true)
  })

  it('fails when a call goes on that was whole', () => {
    const whole = calls({ index: 0, id: 'a', function: { name: 'echo', arguments: '{}' } })
    const { error } = read([whole, chunk({ content: 'so' }), calls({ index: 0, function: { arguments: ',' } }), done])
    expect(isAgentError(error, 'invalid-stream')).toBe(true)
  })

  it('reads empty deltas beside calls as nothing', () => {
    const mixed = chunk({
      content: '',
      reasoning: null,
      tool_calls: [{ index: 0, id: 'a', function: { name: 'echo' } }],
    })
    expect(body([mixed, chunk({ content: '' }), calls({ index: 0, function: { arguments: '{}' } }), done])).toEqual([
      ...[start('a'), input('{}'), end],
    ])
  })

  it.each([
    ['reasoning_content', { reasoning_content: 'Hm' }],
    ['reasoning', { reasoning: 'Hm' }],
    ['both at once', { reasoning: 'Hm', reasoning_content: 'Hm' }],
    ['a list of details', { reasoning_details: [{ type: 'reasoning.text', text: 'Hm' }] }],
    ['details beside the text', { reasoning: 'Hm', reasoning_details: [{ type: 'reasoning.text', text: 'Hm' }] }],
    ['parts of the content', { content: [{ type: 'thinking', thinking: [{ type: 'text', text: 'Hm' }] }] }],
  ])('reads thoughts under %s', (_what, delta) => {
    expect(body([chunk(delta), chunk({ content: 'Hi' }), chunk({}, 'stop')])).toEqual([
      ...[thought('Hm'), end, text('Hi'), end],
    ])
  })

  it('keeps signed and encrypted thoughts as a part of their own', () => {
    const detail = (more: object) => chunk({ reasoning_details: [{ index: 0, ...more }] })
    const chunks = [
      detail({ type: 'reasoning.text', text: 'H', format: 'f1' }),
      detail({ type: 'reasoning.text', text: 'm', signature: null }),
      detail({ type: 'reasoning.text', signature: 'sig' }),
      detail({ type: 'reasoning.encrypted', index: 1, data: 'ZGF0YQ==' }),
    ]
    const value = {
      reasoning_details: [
        { index: 0, type: 'reasoning.text', text: 'Hm', format: 'f1', signature: 'sig' },
        { index: 1, type: 'reasoning.encrypted', data: 'ZGF0YQ==' },
      ],
    }
    expect(body([...chunks, chunk({ content: 'Hi' }, 'stop')])).toEqual([
      ...[thought('H'), thought('m'), end, text('Hi'), end],
      { type: 'part', part: { type: 'provider', provider: 'openai', value } },
    ])
  })

  it('takes thoughts out of a tag that the text begins with, however it is cut', () => {
    const whole = '\n<think>a < b </thin k\n</think>\n\nSo <think>b</think>'
    for (let length = 1; length <= whole.length; length++) {
      const pieces = whole.match(new RegExp(`[\\s\\S]{1,${length}}`, 'g')) ?? []
      const events = body([...pieces.map((content) => chunk({ content })), chunk({}, 'stop')], 'think')
      const joined = (type: string) =>
        events.map((event) => (event.type === type && 'text' in event ? event.text : '')).join('')
      expect(joined('reasoning-delta')).toBe('a < b </thin k\n')
      expect(joined('text-delta')).toBe('So <think>b</think>')
    }
    expect(body([chunk({ content: '<thi' }, 'stop')], 'think')).toEqual([text('<thi'), end])
  })

  it('reads a refusal as a filtered answer', () => {
    const { events } = read([chunk({ refusal: 'I will not.' }), chunk({}, 'stop'), { choices: [], usage }])
    expect(events).toMatchObject([
      ...[text('I will not.'), end],
      { type: 'model-end', stopReason: 'filtered', providerStopReason: 'stop', metadata: { refused: true } },
    ])
  })

  it('reads citations of the web', () => {
    const annotations = [{ type: 'url_citation', url_citation: { url: 'https://a.example', title: 'A' } }]
    expect(body([chunk({ content: 'So.' }), chunk({ annotations }), chunk({}, 'stop')])).toEqual([
      text('So.'),
      {
        type: 'citation-delta',
        citation: { title: 'A', source: 'https://a.example', location: { type: 'web', url: 'https://a.example' } },
      },
      end,
    ])
  })

  it.each([
    ['stop', {}, 'end'],
    ['stop', { stop_reason: 'END' }, 'stop-sequence'],
    ['length', {}, 'length'],
    ['content_filter', {}, 'filtered'],
    ['model_length', {}, 'context-window'],
    ['tool_calls', {}, 'end'],
    ['something new', {}, 'end'],
  ])('takes the reason %s %j for %s', (finish_reason, more, stopReason) => {
    const last = { choices: [{ delta: { content: 'x' }, finish_reason, ...more }] }
    expect(read([last]).events.at(-1)).toMatchObject({ stopReason, providerStopReason: finish_reason })
  })

  it('takes stop beside a tool call for tool-use, and length for length', () => {
    const call = { tool_calls: [{ index: 0, id: 'a', function: { name: 'echo', arguments: '{"x' } }] }
    expect(read([chunk(call, 'stop')]).events.at(-1)).toMatchObject({ stopReason: 'tool-use' })
    expect(read([chunk(call, 'length')]).events.at(-1)).toMatchObject({ stopReason: 'length' })
  })

  it.each([
    ['error', 'model-failed'],
    ['abort', 'unavailable'],
    ['insufficient_system_resource', 'unavailable'],
  ])('takes the reason %s for no answer', (finish, code) => {
    expect(read([chunk({ content: 'x' }, finish)]).error).toMatchObject({ code, retryable: true })
  })

  it('never takes an answer without a reason for whole', () => {
    const { error } = read([chunk({ content: 'x' }), { choices: [], usage }])
    expect(error).toMatchObject({ code: 'stream-truncated', retryable: true })
  })

  it('keeps what had arrived, with parts that waited', () => {
    const reader = chunkReader({ provider: 'openai', modelId: 'm' })
    reader.push({ usage, ...calls({ index: 0, id: 'a', function: { name: 'echo', arguments: '{"x' } }) })
    reader.push(chunk({ content: 'later' }))
    expect(reader.partial()).toEqual({
      usage: { inputTokens: 3, outputTokens: 2, totalTokens: 5 },
      message: {
        role: 'assistant',
        model: { provider: 'openai', modelId: 'm' },
        content: [
          { type: 'tool-call', id: 'a', name: 'echo', input: {}, malformedInput: '{"x' },
          { type: 'text', text: 'later' },
        ],
      },
    })
  })

  it('says that tokens were not counted', () => {
    expect(read([chunk({ content: 'x' }, 'stop')]).events.slice(-2)).toMatchObject([
      { type: 'warning', code: 'usage-missing' },
      { type: 'model-end', usage: { inputTokens: 0, outputTokens: 0, totalTokens: 0 } },
    ])
  })

  it.each([
    [
      { prompt_tokens: 10, completion_tokens: 4, total_tokens: 14, prompt_tokens_details: { cached_tokens: 6 } },
      { inputTokens: 4, outputTokens: 4, totalTokens: 14, cacheReadTokens: 6 },
    ],
    [
      { prompt_tokens: 10, completion_tokens: 4, prompt_tokens_details: { cached_tokens: 0, cache_write_tokens: 3 } },
      { inputTokens: 7, outputTokens: 4, totalTokens: 14, cacheReadTokens: 0, cacheWriteTokens: 3 },
    ],
    [
      { prompt_tokens: 10, prompt_cache_hit_tokens: 8 },
      { inputTokens: 2, outputTokens: 0, totalTokens: 10, cacheReadTokens: 8 },
    ],
    [
      { prompt_tokens: 1, completion_tokens: 1, prompt_tokens_details: null },
      { inputTokens: 1, outputTokens: 1, totalTokens: 2 },
    ],
  ])('counts %j', (counted, expected) => {
    expect(read([{ ...chunk({ content: 'x' }, 'stop'), usage: counted }]).events.at(-1)).toMatchObject({
      usage: expected,
    })
  })

  it('tells the tokens spent on thoughts', () => {
    const counted = { ...usage, completion_tokens_details: { reasoning_tokens: 2 } }
    const end = read([{ ...chunk({ content: 'x' }, 'stop'), usage: counted }]).events.at(-1)
    expect(end).toMatchObject({ metadata: { reasoningTokens: 2 } })
  })

  it('reads the one answer that was asked for', () => {
    const other = { index: 1, delta: { content: 'other' }, finish_reason: 'length' }
    const own = { index: 0, delta: { content: 'own' }, finish_reason: 'stop' }
    expect(body([{ choices: [other, own] }])).toEqual([text('own'), end])
  })

  it.each([[null], ['text'], [7]])('fails for %j in place of an answer', (value) => {
    expect(read([value as unknown as object]).error).toMatchObject({ code: 'invalid-stream' })
  })
})
