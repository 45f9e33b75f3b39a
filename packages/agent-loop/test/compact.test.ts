import type { AgentConfig, Message, Model, Part } from '@x/types'
import { AgentError } from '@x/types'
import type { ScriptedTurn } from '@x/types/testing'
import { scriptedModel } from '@x/types/testing'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { CompactOptions } from '../src/compact.js'
import { compact } from '../src/compact.js'
import { runAgent, textOf } from '../src/index.js'
import { journal, memoryJournal } from '../src/journal.js'
import { callPart, collect, failure, finish, say, toolNamed } from './helpers.js'

const long = 'x'.repeat(3_000)

/** A task, and so many turns of about 1,000 tokens each. */
function history(turns: number, more: Partial<Message> = {}): Message[] {
  const task: Message = { role: 'user', id: 'task', content: [say('Find it.')] }
  const rest = Array.from({ length: turns }, (_, index): Message[] => [
    { role: 'assistant', id: `a${index}`, content: [callPart(`c${index}`, 'look', {})] },
    { role: 'tool', id: `t${index}`, content: [{ type: 'tool-result', id: `c${index}`, content: [say(long)] }] },
  ])
  return [task, ...rest.flat()].map((message, index) => (index === 1 ? ({ ...message, ...more } as Message) : message))
}

const cut = { maxTokens: 4_000, maxResultLength: false } as const satisfies CompactOptions

async function run(messages: readonly Message[], options: CompactOptions, turns: readonly ScriptedTurn[] = ['done']) {
  const model = scriptedModel(turns)
  const events = await collect(runAgent({ model, use: [compact(options)] }, messages))
  const last = events.at(-1)
  if (last?.type !== 'run-end') throw new Error('no end')
  return { model, events, result: last.result, asked: model.calls.map(({ request }) => request.messages) }
}

const ids = (messages: readonly Message[] = []) => messages.map(({ id }) => id)

describe('a conversation that is too long', () => {
  test('is cut in the middle before the model is asked, for good, with a note', async () => {
    const { asked, result, events } = await run(history(6), cut)
    expect(ids(asked[0])).toEqual(['task', 't4!short', 'a5', 't5'])
    expect(asked[0]?.[1]?.content).toEqual([
      say('(Earlier messages of this conversation were left out to save space.)'),
    ])
    expect(ids(result.messages)).toEqual(['task', 't4!short', 'a5', 't5', 't5~1'])
    expect(events.filter(({ type }) => type === 'history')).toHaveLength(1)
  })

  test('is left alone while calls wait for their results, and not even counted', async () => {
    const counted: unknown[] = []
    const model = scriptedModel(['done'], { capabilities: { countsTokens: 'exact' } })
    const countTokens: Model['countTokens'] = async ({ messages }) => {
      counted.push(messages.at(-1)?.role)
      return 5_000
    }
    const tools = [toolNamed('look', () => 'found')]
    const messages = history(6).slice(0, -1)
    await finish(runAgent({ model: { ...model, countTokens }, tools, use: [compact(cut)] }, messages))
    expect(counted).toEqual(['tool'])
    expect(model.calls[0]?.request.messages.at(-1)?.content).toMatchObject([{ content: [say('found')] }])
  })

  test('is left alone while it fits', async () => {
    const { asked, events } = await run(history(3), cut)
    expect(asked[0]).toHaveLength(7)
    expect(events.some(({ type }) => type === 'history')).toBe(false)
  })

  test('has long results of earlier turns cut first, and nothing else if that is enough', async () => {
    const { asked } = await run(history(6), { maxTokens: 4_000, maxResultLength: 100 })
    expect(ids(asked[0])).toEqual(ids(history(6)))
    const lengths = asked[0]?.flatMap(({ role, content }) => (role === 'tool' ? [JSON.stringify(content).length] : []))
    expect(lengths?.map((length) => length > 3_000)).toEqual([false, false, false, false, true, true])
  })

  test('keeps as many first messages as are pinned', async () => {
    const { asked } = await run(history(6), { ...cut, pinned: 3 })
    expect(ids(asked[0])).toEqual(['task', 'a0', 't0', 't4!short', 'a5', 't5'])
  })

  test('keeps a mark for prompt caching that stood in what is cut', async () => {
    const marked = history(6, { content: [callPart('c0', 'look', {})] })
    const result = marked[2] as Message & { role: 'tool' }
    marked[2] = { ...result, content: [...result.content, { type: 'cache-point' }] }
    expect((await run(marked, cut)).asked[0]?.[1]?.content.at(-1)).toEqual({ type: 'cache-point' })
  })

  test('is measured by what the service counted', async () => {
    const usage = { inputTokens: 100, outputTokens: 10, totalTokens: 5_110, cacheReadTokens: 5_000 }
    const short: Message[] = [
      { role: 'user', id: 'task', content: [say('Find it.')] },
      { role: 'assistant', id: 'a0', content: [say('Here?')], usage },
      { role: 'user', id: 'u1', content: [say('No.')] },
    ]
    const { asked } = await run(short, { ...cut, targetTokens: 10 })
    expect(ids(asked[0])).toEqual(['task', 'a0!short', 'u1'])
  })

  test('is counted by the model when that is near the limit and the model can count', async () => {
    let counts = 0
    const model: Model = Object.assign(scriptedModel(['done']), {
      countTokens: async () => {
        counts += 1
        return 10
      },
      capabilities: () => ({ countsTokens: 'exact' as const }),
    })
    const result = await finish(runAgent({ model, use: [compact(cut)] }, history(6)))
    expect([counts, result.messages.length]).toEqual([1, 14])
  })
})

describe('a request that the service calls too long', () => {
  const overflow = new AgentError('context-overflow', 'Too long.')

  test('is shortened and sent again, by itself', async () => {
    const { asked, result } = await run(history(6), { maxResultLength: false }, [overflow, overflow, 'done'])
    expect(textOf(result)).toBe('done')
    const lengths = asked.map((messages) => messages.length)
    expect(lengths[0]).toBe(13)
    expect(lengths[1]).toBeLessThan(13)
    expect(lengths[2]).toBeLessThan(lengths[1] ?? 0)
  })

  test('fails in the end, with the conversation kept', async () => {
    const model = scriptedModel(Array.from({ length: 9 }, () => overflow))
    const error = await failure(runAgent({ model, use: [compact({ maxResultLength: false })] }, history(6)))
    expect(error.code).toBe('context-overflow')
    expect(model.calls.length).toBeLessThanOrEqual(4)
    expect(error.partial?.messages?.[0]?.id).toBe('task')
  })
})

describe('a summary', () => {
  const summary = { ...cut, summary: true } as const

  test('is not taken for an earlier one of the same run that a journal has', async () => {
    const use = [journal(memoryJournal())]
    const config = (turns: readonly ScriptedTurn[], maxTokens: number): AgentConfig => ({
      ...{ model: scriptedModel(turns), runId: 'r' },
      use: [...use, compact({ ...summary, maxTokens })],
    })
    const died = await failure(
      runAgent(config(['first', new AgentError('throttled', 'Slow down.')], 4_000), history(6)),
    )
    const result = await finish(runAgent(config(['second', 'done'], 1_000), died.partial?.messages ?? []))
    expect(JSON.stringify(result.messages)).toContain('second')
    expect(JSON.stringify(result.messages)).not.toContain('first')
  })

  test('stands for what was cut; its words are not part of the answer', async () => {
    const { asked, events, result } = await run(history(6), summary, ['They looked five times.', 'done'])
    expect(JSON.stringify(asked[0])).toContain('Tool: xxx')
    expect(asked[1]?.[1]?.content).toEqual([say('This is what happened so far, in short:\n\nThey looked five times.')])
    const shown = events.flatMap((event) => (event.type === 'text-delta' ? [event.text] : []))
    expect(shown.join('')).toBe('done')
    expect(result.usage.totalTokens).toBe(4)
  })

  test('may be written by another model', async () => {
    const writer = scriptedModel(['In short.'])
    const { asked } = await run(history(6), { ...cut, summary: { model: writer, instruction: 'Sum up.' } })
    expect(JSON.stringify(writer.calls[0]?.request.messages)).toContain('Sum up.')
    expect(JSON.stringify(asked[0])).toContain('In short.')
  })

  test('that fails is a warning, and the run goes on without it', async () => {
    const { events, result } = await run(history(6), summary, [new AgentError('throttled', 'Slow down.'), 'done'])
    expect(textOf(result)).toBe('done')
    expect(events).toContainEqual({
      type: 'warning',
      code: 'no-summary',
      message: 'There is no summary: Slow down.',
    })
  })
})

test('limits that make no sense are refused', async () => {
  const config: AgentConfig = { model: scriptedModel(['x']), use: [compact({ maxTokens: 10, targetTokens: 10 })] }
  expect((await failure(runAgent(config, history(1)))).code).toBe('invalid-config')
})

test("a summary by the run's own model is asked under the run's patch", async () => {
  const model = scriptedModel(['short', 'done'])
  const use = [compact({ ...cut, summary: true })]
  await finish(runAgent({ model, use, config: { temperature: 0.5 } }, history(5)))
  expect(model.calls.map(({ config }) => config.temperature)).toEqual([0.5, 0.5])
})

describe('whatever the conversation', () => {
  const kind = fc.constantFrom<'said' | 'calls' | 'twins' | 'answer'>('said', 'calls', 'twins', 'answer')
  const size = fc.nat(900)
  const piece = fc.tuple(kind, size)
  const options = fc.record({
    maxTokens: fc.integer({ min: 20, max: 2_000 }),
    pinned: fc.nat(4),
    maxResultLength: fc.constantFrom<number | false>(false, 0, 30, 2_000),
    summary: fc.boolean(),
    overflows: fc.nat(3),
  })

  function messagesOf(pieces: readonly (readonly [string, number])[]): readonly Message[] {
    const rest = pieces.flatMap(([kind, length], index): Message[] => {
      const text = say('x'.repeat(length + 1))
      if (kind === 'said') return [{ role: 'user', id: `u${index}`, content: [text] }]
      if (kind === 'answer') return [{ role: 'assistant', id: `a${index}`, content: [text] }]
      // The same call ids every turn, as some models give.
      const names = kind === 'calls' ? ['1'] : ['1', '2']
      const result = (id: string) => ({ type: 'tool-result', id, content: [text] }) as const
      return [
        { role: 'assistant', id: `c${index}`, content: names.map((id) => callPart(id, 'look', {})) },
        { role: 'tool', id: `t${index}`, content: names.map(result) },
      ]
    })
    const first: Message = { role: 'user', id: 'task', content: [say('Find it.')] }
    const open = rest.at(-1)?.role === 'assistant' || rest.length === 0
    return [first, ...rest, ...(open ? [{ role: 'user', id: 'last', content: [say('Go on.')] } as const] : [])]
  }

  function faultOf(asked: readonly Message[], given: readonly Message[]): string | undefined {
    if (asked[0]?.role !== 'user') return 'starts with no user'
    if (new Set(asked.map(({ id }) => id)).size < asked.length) return 'an id twice'
    const question = given.findLast(({ role }) => role === 'user')
    if (!asked.some(({ id }) => id === question?.id)) return 'the question is lost'
    for (const [index, { role, content }] of asked.entries()) {
      const parts: readonly Part[] = content
      const calls = parts.flatMap((part) => (part.type === 'tool-call' ? [part.id] : []))
      const next: readonly Part[] = asked[index + 1]?.role === 'tool' ? (asked[index + 1]?.content ?? []) : []
      const results = next.flatMap((part) => (part.type === 'tool-result' ? [part.id] : []))
      if (role === 'assistant' && calls.join() !== results.join()) return 'a call without its result'
      if (role === 'tool' && asked[index - 1]?.role !== 'assistant') return 'a result without its call'
    }
    return undefined
  }

  test('each request is one that the service takes, and the last question is in it', async () => {
    const requests = fc.asyncProperty(fc.array(piece, { maxLength: 14 }), options, async (pieces, given) => {
      const { overflows, ...limits } = given
      const messages = messagesOf(pieces)
      const asked: (readonly Message[])[] = []
      let left = overflows
      const model = scriptedModel((request) => {
        if (JSON.stringify(request.messages).includes('<conversation>')) return 'a summary'
        asked.push(request.messages)
        return left-- > 0 ? new AgentError('context-overflow', 'Too long.') : 'done'
      })
      const events = runAgent({ model, use: [compact(limits)] }, messages)
      await finish(events).catch((error: unknown) => expect(error).toMatchObject({ code: 'context-overflow' }))
      for (const request of asked) expect(faultOf(request, messages)).toBeUndefined()
    })
    await fc.assert(requests, { numRuns: 300 })
  })
})
