import type { AgentConfig, AgentEvent, Message, ToolCall, ToolOutcome } from '@x/types'
import { scriptedModel } from '@x/types/testing'
import { describe, expect, test } from 'vitest'
import { agentTool } from '../src/agent-tool.js'
import { runAgent, textOf } from '../src/index.js'
import { journal, memoryJournal } from '../src/journal.js'
import { steering } from '../src/steering.js'
import { addTool, callPart, collect, finish, say, toolNamed, user } from './helpers.js'

const sum = [callPart('1', 'add', { a: 1, b: 2 })]
const texts = (messages: readonly Message[] = []) =>
  messages.flatMap(({ role, content }) =>
    content.map((part) => (part.type === 'text' ? `${role}: ${part.text}` : `${role}: ${part.type}`)),
  )

describe('steer', () => {
  test('is delivered before the next model step, after the results', async () => {
    const desk = steering()
    const model = scriptedModel([sum, 'ok'])
    const tool = toolNamed('add', () => {
      desk.steer('Be quick.')
      return '3'
    })
    const events = await collect(runAgent({ model, tools: [tool], use: [desk] }, user('go')))
    expect(texts(model.calls[1]?.request.messages)).toEqual([
      'user: go',
      'assistant: tool-call',
      'tool: tool-result',
      'user: Be quick.',
    ])
    expect(events.map(({ type }) => type).filter((type) => type === 'history')).toHaveLength(1)
    expect(desk.queued).toEqual({ steer: [], followUp: [] })
  })

  test('keeps the run going when it would have ended', async () => {
    const desk = steering()
    const model = scriptedModel((_request, turn) => {
      if (turn === 0) desk.steer('And now?')
      return `answer ${turn}`
    })
    const result = await finish(runAgent({ model, use: [desk] }, user('go')))
    expect(texts(result.messages)).toEqual(['user: go', 'assistant: answer 0', 'user: And now?', 'assistant: answer 1'])
    expect(new Set(result.messages.map(({ id }) => id)).size).toBe(4)
  })

  test('waits while a call waits for its answer', async () => {
    const desk = steering()
    const waits: AgentConfig['use'] = [
      {
        name: 'waits',
        async *tool(call, next) {
          return call.answer ? yield* next(call) : { type: 'suspended', reason: 'ask' }
        },
      },
      desk,
    ]
    const model = scriptedModel([sum, 'ok'])
    const first = await finish(runAgent({ model, tools: [addTool], use: waits }, user('go')))
    desk.steer('Hurry.')
    const done = await finish(runAgent({ model, tools: [addTool], use: waits }, { ...first, answers: { 1: true } }))
    expect(texts(done.messages).slice(1)).toEqual([
      'assistant: tool-call',
      'tool: tool-result',
      'user: Hurry.',
      'assistant: ok',
    ])
  })

  test('takes parts and messages as well', async () => {
    const desk = steering()
    desk.steer([say('a')])
    desk.steer([{ role: 'user', content: [say('b')] }])
    const model = scriptedModel(['ok'])
    await finish(runAgent({ model, use: [desk] }, user('go')))
    expect(texts(model.calls[0]?.request.messages)).toEqual(['user: go', 'user: a', 'user: b'])
  })
})

describe('follow up', () => {
  test('comes after the answer, one at a time', async () => {
    const desk = steering()
    desk.followUp('second')
    desk.followUp('third')
    const model = scriptedModel(['one', 'two', 'three'])
    const result = await finish(runAgent({ model, use: [desk] }, user('first')))
    expect(texts(result.messages)).toEqual([
      ...['user: first', 'assistant: one', 'user: second', 'assistant: two', 'user: third', 'assistant: three'],
    ])
    expect([result.status, textOf(result), result.turns]).toEqual(['done', 'three', 3])
  })

  test('stays in the queue when the run does not end well', async () => {
    const desk = steering()
    desk.followUp('later')
    const model = scriptedModel([{ content: [say('cut')], stopReason: 'length' }])
    expect((await finish(runAgent({ model, use: [desk] }, user('go')))).status).toBe('length')
    expect(texts(desk.queued.followUp)).toEqual(['user: later'])
  })
})

describe('cancel one tool', () => {
  test('ends that call; the others and the run go on', async () => {
    const desk = steering()
    let aborted = false
    const slow = toolNamed('slow', (_input, { signal }) => {
      signal.addEventListener('abort', () => {
        aborted = true
      })
      setTimeout(() => desk.cancelTool('1', 'Not needed.'), 1)
      return new Promise(() => undefined)
    })
    const model = scriptedModel([[callPart('1', 'slow', {}), callPart('2', 'add', { a: 1, b: 2 })], 'done'])
    const events = await collect(runAgent({ model, tools: [slow, addTool], use: [desk] }, user('go')))
    const ends = events.flatMap((event) => (event.type === 'tool-end' ? [event] : []))
    expect(ends.map(({ callId, outcome }) => [callId, 'errorCode' in outcome && outcome.errorCode])).toEqual([
      ['2', false],
      ['1', 'aborted'],
    ])
    expect(JSON.stringify(events.at(-1))).toContain('slow was cancelled. Not needed.')
    expect(aborted).toBe(true)
  })

  test('says when there is no such call', () => {
    expect(steering().cancelTool('1')).toBe(false)
  })

  test('an abort of the run stays an abort', async () => {
    const controller = new AbortController()
    const slow = toolNamed('slow', () => {
      controller.abort()
      return new Promise(() => undefined)
    })
    const model = scriptedModel([[callPart('1', 'slow', {})]])
    const config = { model, tools: [slow], use: [steering()], signal: controller.signal }
    expect((await finish(runAgent(config, user('go')))).status).toBe('aborted')
  })
})

test('words do not come between the results of one turn, when some of its calls still wait', async () => {
  const desk = steering()
  const model = scriptedModel([[callPart('1', 'add', { a: 1, b: 2 }), callPart('2', 'later', {})], 'ok'])
  const later = {
    ...{ name: 'later', inputSchema: {} },
    async *step({ answer, call }: ToolCall): AsyncGenerator<AgentEvent, ToolOutcome, void> {
      if (answer === undefined) return { type: 'suspended', reason: 'ask' }
      return { type: 'result', result: { type: 'tool-result', id: call.id, content: [] } }
    },
  }
  const config = { model, tools: [addTool, later], use: [desk] }
  const first = await finish(runAgent(config, user('go')))
  desk.steer('Hurry.')
  const done = await finish(runAgent(config, { ...first, answers: { 2: true } }))
  expect(done.messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'tool', 'tool', 'user', 'assistant'])
})

test('what a cancelled sub-agent has spent counts', async () => {
  const desk = steering()
  const slow = toolNamed('slow', () => {
    desk.cancelTool('1')
    return new Promise(() => undefined)
  })
  const usage = { inputTokens: 100, outputTokens: 0, totalTokens: 100 }
  const clerkModel = scriptedModel([{ content: [callPart('s', 'slow', {})], usage }])
  const clerk = agentTool({ name: 'clerk', description: 'is slow', model: clerkModel, tools: [slow] })
  const model = scriptedModel([[callPart('1', 'clerk', { prompt: 'go' })], 'ok'])
  const result = await finish(runAgent({ model, tools: [clerk], use: [desk] }, user('go')))
  expect([result.status, result.usage.inputTokens]).toEqual(['done', 102])
})

test('a run that is repeated without the words is not given their answers from a journal', async () => {
  const port = memoryJournal()
  const idempotent = { ...addTool, annotations: { idempotent: true } }
  const sums = (count: number, last: string) =>
    scriptedModel((_request, turn) => (turn < count ? [callPart(`c${turn}`, 'add', { a: turn, b: 0 })] : last))
  const desk = steering()
  const go = user('go').map((message) => ({ ...message, id: 'm' }))
  const spoken = sums(1, 'said in answer to Bob')
  const say2: AgentConfig['use'] = [
    {
      name: 'two words',
      async *turn(call, next) {
        if (call.turn === 2) for (const word of ['It is Bob.', 'Hi.']) desk.steer(word)
        return yield* next(call)
      },
    },
  ]
  const config = { tools: [idempotent], runId: 'r' }
  await finish(runAgent({ ...config, model: spoken, use: [...say2, desk, journal(port)] }, go))
  const again = await finish(runAgent({ ...config, model: sums(1, 'unspoken'), use: [journal(port)] }, go))
  expect(textOf(again)).toBe('unspoken')
})
