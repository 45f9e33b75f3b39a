import type { AssistantPart, RunResult, Tool } from '@x/types'
import { scriptedModel } from '@x/types/testing'
import { describe, expect, test } from 'vitest'
import { runAgent } from '../src/index.js'
import type { LoopGuardOptions } from '../src/loop-guard.js'
import { loopGuard } from '../src/loop-guard.js'
import { callPart, finish, toolNamed, user } from './helpers.js'

const look = toolNamed('look', () => 'nothing')

/** A model that calls for ever, by a script of rounds. */
async function run(round: readonly string[], tool: Tool, options?: LoopGuardOptions): Promise<RunResult> {
  const answer = (turn: number): readonly AssistantPart[] => {
    const path = round[turn % round.length] ?? ''
    return [callPart(`c${turn}`, tool.name, { path, depth: 1 })]
  }
  const model = scriptedModel((_request, turn) => answer(turn))
  return finish(runAgent({ model, tools: [tool], use: [loopGuard(options)], maxTurns: 30 }, user('go')))
}

function refusals({ messages }: RunResult): number {
  return JSON.stringify(messages).split('was not run: the same call').length - 1
}

describe('a run that goes in circles is refused the repeated call, then ended', () => {
  test.each([
    ['one call', ['a'], 3 + 2],
    ['two in turn', ['a', 'b'], 6 + 2],
    ['three in turn', ['a', 'b', 'c'], 9 + 2],
  ])('%s', async (_name, round, turns) => {
    const result = await run(round, look)
    expect([result.status, result.turns, refusals(result)]).toEqual(['limit', turns, 2])
    expect(result.messages.at(-1)?.role).toBe('tool')
  })

  test('whatever the order of the members', async () => {
    const model = scriptedModel((_request, turn) => [
      callPart(`c${turn}`, 'look', turn % 2 ? { a: 1, b: 2 } : { b: 2, a: 1 }),
    ])
    const result = await finish(runAgent({ model, tools: [look], use: [loopGuard()], maxTurns: 9 }, user('go')))
    expect(result.turns).toBe(5)
  })
})

describe('a run that makes progress is left alone', () => {
  test('a call whose result changes', async () => {
    let percent = 0
    const poll = toolNamed('poll', () => `${percent++} %`)
    const result = await run(['a'], poll)
    expect([result.turns, refusals(result)]).toEqual([30, 0])
  })

  test('calls with another input each time', async () => {
    const round = Array.from({ length: 30 }, (_, index) => String(index))
    expect(refusals(await run(round, look))).toBe(0)
  })

  test('the same question asked anew by the user', async () => {
    const model = scriptedModel((_request, turn) => (turn % 2 ? 'nothing there' : [callPart('c', 'look', {})]))
    let messages: RunResult['messages'] = []
    for (let time = 0; time < 6; time++) {
      const next = await finish(runAgent({ model, tools: [look], use: [loopGuard()] }, [...messages, ...user('look')]))
      expect([next.status, refusals(next)]).toEqual(['done', 0])
      messages = next.messages
    }
  })
})

test('a refused call may come again once something else was done', async () => {
  let result = 'red'
  const check = toolNamed('check', () => result)
  const repair = toolNamed('repair', () => {
    result = 'green'
    return 'ok'
  })
  const names = ['check', 'check', 'check', 'check', 'repair', 'check']
  const calls = names.map((name, index) => [callPart(`c${index}`, name, {})])
  const model = scriptedModel([...calls, 'done'])
  const run = await finish(runAgent({ model, tools: [check, repair], use: [loopGuard()] }, user('go')))
  expect([run.status, refusals(run)]).toEqual(['done', 1])
  expect(JSON.stringify(run.messages.at(-2))).toContain('green')
})

test('tools that keep failing end the run', async () => {
  let count = 0
  const fail = toolNamed('fail', () => {
    throw new Error(`failure ${count++}`)
  })
  const result = await run(['a'], fail, { failures: 4 })
  expect([result.status, result.turns]).toEqual(['limit', 4])
})

test('a tool that works in between starts the count again', async () => {
  let count = 0
  const flaky = toolNamed('flaky', () => {
    count += 1
    if (count % 3) throw new Error(`failure ${count}`)
    return `success ${count}`
  })
  expect((await run(['a'], flaky, { failures: 3 })).turns).toBe(30)
})

test('calls that are refused side by side are one refusal: the model reads it before the run is ended', async () => {
  const twice = (turn: number) => ['a', 'b'].map((path) => callPart(`${path}${turn}`, 'look', { path }))
  const model = scriptedModel((_request, turn) => (turn < 4 ? twice(turn) : 'I see.'))
  const result = await finish(runAgent({ model, tools: [look], use: [loopGuard()] }, user('go')))
  expect([result.status, refusals(result)]).toEqual(['done', 2])
})
