import type { Message, RunResult } from '@x/types'
import { describe, expect, it } from 'vitest'
import { traceOf } from '../src/trace-of.js'

const usage = { inputTokens: 5, outputTokens: 2, totalTokens: 7 }
const model = { provider: 'p', modelId: 'm' }
const call = (id: string, name: string) => ({ type: 'tool-call', id, name, input: {} }) as const
const answer = (...content: (Message & { role: 'assistant' })['content']): Message => ({
  ...{ role: 'assistant', content, model, usage, stopReason: content.length > 0 ? 'tool-use' : 'end' },
})
const results = (...ids: string[]): Message => ({
  role: 'tool',
  content: ids.map((id) => ({ type: 'tool-result', id, content: [], ...(id.startsWith('bad') && { isError: true }) })),
})
const question: Message = { role: 'user', content: [{ type: 'text', text: 'secret' }] }
const run = (messages: Message[], more: Partial<RunResult> = {}): RunResult => ({
  ...{ runId: 'r', status: 'done', messages, usage, turns: 1, pending: [], ...more },
})

describe('traceOf(result)', () => {
  it('tells of each answer and of each call in it, without times', () => {
    const messages = [question, answer(call('a', 'add'), call('bad', 'sub')), results('bad', 'a'), answer()]
    expect(traceOf(run(messages, { turns: 2 }))).toEqual({
      ...{ kind: 'agent', name: '', usage, end: 'done' },
      children: [
        { kind: 'model', name: 'm', usage, end: 'tool-use', children: [] },
        { kind: 'tool', name: 'add', children: [] },
        { kind: 'tool', name: 'sub', error: 'tool-failed', children: [] },
        { kind: 'model', name: 'm', usage, end: 'end', children: [] },
      ],
    })
  })

  it('leaves out the runs before it', () => {
    const messages = [question, answer(call('a', 'old')), results('a'), answer(), question, answer()]
    expect(traceOf(run(messages)).children).toHaveLength(1)
    expect(traceOf(run(messages, { turns: 0 })).children).toEqual([])
  })

  it('finds the results of calls whose ids come again', () => {
    const messages = [question, answer(call('bad', 'add')), results('a'), answer(call('bad', 'add')), results('bad')]
    expect(traceOf(run(messages, { turns: 2 })).children.map(({ error }) => error)).toEqual([
      ...[undefined, undefined, undefined, 'tool-failed'],
    ])
  })

  it('says which calls wait, and what was under way when the run was aborted', () => {
    const waiting = run([question, answer(call('a', 'pay'))], {
      status: 'suspended',
      pending: [{ callId: 'a', name: 'pay', input: {}, reason: 'approval' }],
    })
    expect(traceOf(waiting).children).toMatchObject([{ kind: 'model' }, { name: 'pay', end: 'suspended' }])
    const cut = run([question], { status: 'aborted', turns: 0, partial: { role: 'assistant', content: [], model } })
    expect(traceOf(cut).children).toEqual([{ kind: 'model', name: 'm', end: 'aborted', children: [] }])
  })

  it('holds no word of what was said', () => {
    expect(JSON.stringify(traceOf(run([question, answer()])))).not.toContain('secret')
  })
})
