import type { AgentConfig, RunResult, Tool } from '@x/types'
import { scriptedModel } from '@x/types/testing'
import { describe, expect, test } from 'vitest'
import { agentTool } from '../src/agent-tool.js'
import { approval } from '../src/approval.js'
import { runAgent, textOf } from '../src/index.js'
import type { JournalOptions } from '../src/journal.js'
import { journal, memoryJournal } from '../src/journal.js'
import { callPart, failure, finish, toolNamed, user } from './helpers.js'

/** A payment that hangs the first time, as a process that dies in it would leave it. */
function world(options?: JournalOptions) {
  const entries = new Map<string, string>()
  const paid: string[] = []
  let hangs = true
  const pay: Tool = toolNamed('pay', (_input, { key }) => {
    paid.push(key)
    if (!hangs) return 'paid'
    hangs = false
    return new Promise(() => undefined)
  })
  const model = scriptedModel(({ messages }) =>
    messages.some(({ role }) => role === 'tool') ? 'done' : [callPart('1', 'pay', {})],
  )
  const config = (tools: readonly Tool[]): AgentConfig => ({
    model,
    tools,
    use: [journal(memoryJournal(entries), options)],
    runId: 'r',
  })
  /** Leaves the run in the middle of its tool and never comes back to it. */
  const crash = async (tools: readonly Tool[] = [pay]) => {
    const run = runAgent(config(tools), user('go'))
    for await (const event of run) if (event.type === 'tool-start') break
    expect(JSON.parse(entries.get('r/r.0~1/1') ?? 'null')).toEqual({ status: 'started' })
  }
  return { entries, paid, pay, model, config, crash }
}

test('what is on record is not done again', async () => {
  const { entries, config, model, paid, pay } = world({ unfinished: 'run-again' })
  const quick = { ...pay, execute: () => 'paid' }
  const first = await finish(runAgent(config([quick]), user('go')))
  expect([...entries.keys()]).toEqual(['r/r.0', 'r/r.0~1/1', 'r/r.0~2'])
  const again = await finish(runAgent(config([]), user('go')))
  expect([again, model.calls.length, paid]).toEqual([first, 2, []])
})

describe('a tool that started and did not finish', () => {
  test('waits for a person by default', async () => {
    const { config, crash, pay, paid } = world()
    await crash()
    const result = await finish(runAgent(config([pay]), user('go')))
    expect(result.pending).toEqual([
      {
        callId: '1',
        name: 'pay',
        input: {},
        reason: 'It started before a crash, and nobody knows whether it had its effect.',
        state: { unfinished: true },
      },
    ])
    expect(paid).toHaveLength(1)
  })

  test('runs again when the person says so, under the same idempotency key', async () => {
    const { config, crash, pay, paid } = world()
    await crash()
    const waiting = JSON.parse(JSON.stringify(await finish(runAgent(config([pay]), user('go'))))) as RunResult
    const result = await finish(runAgent(config([pay]), { ...waiting, answers: { 1: { runAgain: true } } }))
    expect([textOf(result), paid]).toEqual(['done', ['r/r.0~1/1', 'r/r.0~1/1']])
  })

  test('still waits when the run goes on without an answer, under whatever run id', async () => {
    const { config, crash, pay, paid } = world()
    await crash()
    const waiting = await finish(runAgent(config([pay]), user('go')))
    for (const runId of ['r', 'another']) {
      for (const answers of [{}, { 1: true }, { 1: { runAgain: false } }]) {
        const result = await finish(runAgent({ ...config([pay]), runId }, { ...waiting, answers }))
        expect([result.status, result.pending, paid.length]).toEqual(['suspended', waiting.pending, 1])
      }
    }
  })

  test('is not run again because it was approved with a token', async () => {
    const { config, pay, paid } = world()
    const tool = { ...pay, needsApproval: true }
    const { use = [], ...rest } = config([tool])
    const guarded = { ...rest, use: [...use, approval({ secret: 'a secret of sixteen' })] }
    const waiting = await finish(runAgent(guarded, user('go')))
    const state = waiting.pending[0]?.state as { token: string } | undefined
    const input = { ...waiting, answers: { 1: { approved: true, token: state?.token ?? '' } } }
    const run = runAgent(guarded, input)
    for await (const event of run) if (event.type === 'tool-start') break
    const result = await finish(runAgent(guarded, input))
    expect([result.status, result.pending[0]?.state, paid.length]).toEqual(['suspended', { unfinished: true }, 1])
  })

  test('has the result that the person found out, and that is on record', async () => {
    const { config, crash, entries, pay, paid } = world()
    await crash()
    const waiting = await finish(runAgent(config([pay]), user('go')))
    const result = await finish(runAgent(config([pay]), { ...waiting, answers: { 1: { result: 'It was paid.' } } }))
    expect([textOf(result), paid.length]).toEqual(['done', 1])
    expect(result.messages[2]?.content).toMatchObject([{ content: [{ text: 'It was paid.' }] }])
    expect(entries.get('r/r.0~1/1')).toContain('It was paid.')
  })

  test('runs again by itself when it is idempotent or only reads', async () => {
    for (const annotations of [{ idempotent: true }, { readOnly: true }]) {
      const { config, crash, pay, paid } = world()
      const tool = { ...pay, annotations }
      await crash([tool])
      expect([textOf(await finish(runAgent(config([tool]), user('go')))), paid.length]).toEqual(['done', 2])
    }
  })

  test('ends the run where the policy is to fail', async () => {
    const { config, crash, pay, paid } = world({ unfinished: 'fail' })
    await crash()
    const error = await failure(runAgent(config([pay]), user('go')))
    expect(error).toMatchObject({ code: 'journal', scope: 'run', hint: expect.stringContaining('run again') })
    expect(paid).toHaveLength(1)
  })

  test('is judged call by call where the policy is a function', async () => {
    const { config, crash, pay, paid } = world({
      unfinished: ({ call }) => (call.name === 'pay' ? 'run-again' : 'ask'),
    })
    await crash()
    await finish(runAgent(config([pay]), user('go')))
    expect(paid).toHaveLength(2)
  })
})

test('the steps of a sub-agent are on record under keys of their own, so it goes on where it was', async () => {
  const { entries, config, pay, paid } = world({ unfinished: 'run-again' })
  const childModel = scriptedModel(({ messages }) =>
    messages.some(({ role }) => role === 'tool') ? 'child done' : [callPart('c', 'pay', {})],
  )
  const child = agentTool({ name: 'clerk', description: 'pays', model: childModel, tools: [pay] })
  const parent = scriptedModel(({ messages }) =>
    messages.some(({ role }) => role === 'tool') ? 'all done' : [callPart('1', 'clerk', { prompt: 'pay' })],
  )
  const run = () => runAgent({ ...config([child]), model: parent }, user('go'))
  for await (const event of run()) if (event.type === 'child' && event.event.type === 'tool-start') break
  expect(textOf(await finish(run()))).toBe('all done')
  expect([childModel.calls.length, parent.calls.length, paid.length]).toEqual([2, 2, 2])
  expect([...entries.keys()].filter((key) => key.endsWith('/c'))).toHaveLength(1)
})

test('a call that waits for an answer is not on record, so that the answer is heard', async () => {
  const entries = new Map<string, string>()
  const use: AgentConfig['use'] = [
    journal(memoryJournal(entries)),
    {
      name: 'waits',
      async *tool(call, next) {
        return call.answer === undefined ? { type: 'suspended', reason: 'why' } : yield* next(call)
      },
    },
  ]
  const tools = [toolNamed('pay', () => 'paid')]
  const model = scriptedModel([[callPart('1', 'pay', {})], 'done'])
  const first = await finish(runAgent({ model, tools, use, runId: 'r' }, user('go')))
  expect(first.status).toBe('suspended')
  expect(entries.has('r/r.0~1/1')).toBe(false)
  const answers = { 1: true }
  expect(textOf(await finish(runAgent({ model, tools, use, runId: 'r' }, { ...first, answers })))).toBe('done')
})
