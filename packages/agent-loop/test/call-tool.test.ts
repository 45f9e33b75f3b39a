import type { JsonValue, Tool, ToolOutcome } from '@x/types'
import { AgentError } from '@x/types'
import { scriptedModel } from '@x/types/testing'
import { describe, expect, test } from 'vitest'
import { agentTool } from '../src/agent-tool.js'
import { hooks, runAgent } from '../src/index.js'
import { callPart, failure, finish, toolNamed, user } from './helpers.js'

async function outcomeOf(tool: Tool, input: JsonValue = {}): Promise<ToolOutcome | undefined> {
  let outcome: ToolOutcome | undefined
  const see = hooks({ afterTool: (seen) => void (outcome = seen) })
  const model = scriptedModel([[callPart('1', tool.name, input)], 'done'])
  await finish(runAgent({ model, tools: [tool], use: [see] }, user('go')))
  return outcome
}

const text = (text: string, errorCode?: string) => ({
  type: 'result',
  result: { type: 'tool-result', id: '1', content: [{ type: 'text', text }], ...(errorCode && { isError: true }) },
  ...(errorCode && { errorCode }),
})

describe('what a tool returns', () => {
  const returned = async (value: unknown) => {
    const outcome = await outcomeOf(toolNamed('give', () => value as JsonValue))
    return outcome?.type === 'result' ? outcome.result.content : undefined
  }

  test.each<[string, unknown, unknown]>([
    ['text', 'hello', [{ type: 'text', text: 'hello' }]],
    ['nothing', undefined, [{ type: 'text', text: '(no output)' }]],
    ['null', null, [{ type: 'json', value: null }]],
    ['a number', 3, [{ type: 'json', value: 3 }]],
    ['an object', { a: 1 }, [{ type: 'json', value: { a: 1 } }]],
    ['a list', [1, 2], [{ type: 'json', value: [1, 2] }]],
    ['an empty list', [], [{ type: 'json', value: [] }]],
    ['a date', new Date(0), [{ type: 'json', value: '1970-01-01T00:00:00.000Z' }]],
    ['a big integer', { n: 2n ** 64n }, [{ type: 'json', value: { n: '18446744073709551616' } }]],
    ['parts', [{ type: 'text', text: 'a' }], [{ type: 'text', text: 'a' }]],
    ['a list that only looks like parts', [{ type: 'text' }], [{ type: 'json', value: [{ type: 'text' }] }]],
    ['a list with a stranger', [{ type: 'constructor' }], [{ type: 'json', value: [{ type: 'constructor' }] }]],
  ])('%s', async (_name, value, content) => {
    expect(await returned(value)).toEqual(content)
  })

  test('a value without a JSON form is an error result', async () => {
    const cycle: Record<string, unknown> = {}
    cycle.self = cycle
    expect(await outcomeOf(toolNamed('give', () => cycle as JsonValue))).toEqual(
      text('The tool returned a value that cannot be written as JSON.', 'tool-failed'),
    )
  })
})

describe('what goes wrong is a result that the model reads', () => {
  test('a tool that throws', async () => {
    const tool = toolNamed('fail', () => {
      throw new Error('The disk is full.')
    })
    expect(await outcomeOf(tool)).toEqual(text('The disk is full.', 'tool-failed'))
  })

  test('a tool that rejects with something else than an error', async () => {
    expect(await outcomeOf(toolNamed('fail', () => Promise.reject('why')))).toEqual(text('why', 'tool-failed'))
  })

  test('a tool that does not exist', async () => {
    const model = scriptedModel([[callPart('1', 'nowhere', {})], 'done'])
    const { messages } = await finish(runAgent({ model }, user('go')))
    expect(messages[2]?.content).toEqual([text('There is no tool named nowhere.', 'unknown-tool').result])
  })

  test('a tool without a function', async () => {
    expect(await outcomeOf({ name: 'empty', inputSchema: {} })).toEqual(
      text('The tool empty has neither execute nor step.', 'tool-failed'),
    )
  })

  test('an approval that depends on the input', async () => {
    const tool = {
      ...toolNamed('pay', () => 'paid'),
      needsApproval: (input: JsonValue) => (input as { eur: number }).eur > 9,
    }
    expect(await outcomeOf(tool, { eur: 9 })).toEqual(text('paid'))
    expect(await outcomeOf(tool, { eur: 10 })).toEqual(
      text('pay was not run: it needs an approval, and nobody gave one.', 'not-approved'),
    )
  })
})

test('errors of scope run pass through', async () => {
  const tool = toolNamed('spend', () => {
    throw new AgentError('budget', 'Spent.', { scope: 'run' })
  })
  const model = scriptedModel([[callPart('1', 'spend', {})]])
  expect(await failure(runAgent({ model, tools: [tool] }, user('go')))).toMatchObject({ code: 'budget' })
})

test('a tool that does not listen to its signal does not keep the run from ending', async () => {
  const controller = new AbortController()
  const deaf = toolNamed('deaf', () => {
    controller.abort()
    return new Promise(() => {})
  })
  const model = scriptedModel([[callPart('1', 'deaf', {})]])
  const run = runAgent({ model, tools: [deaf], signal: controller.signal }, user('go'))
  expect(await finish(run)).toMatchObject({ status: 'aborted' })
})

test('the key of a call is stable and holds its message and id', async () => {
  const keys: string[] = []
  const tool = toolNamed('note', (_input, { key }) => void keys.push(key))
  const run = () => {
    const model = scriptedModel([[callPart('1', 'note', {})], [callPart('1', 'note', {})], 'done'])
    return finish(runAgent({ model, tools: [tool], runId: 'r' }, user('go')))
  }
  await run()
  await run()
  expect(keys).toEqual(['r/r.0~1/1', 'r/r.0~3/1', 'r/r.0~1/1', 'r/r.0~3/1'])
})

describe('a bound in time', () => {
  test('a tool that takes longer is aborted and told to the model', async () => {
    let reason: unknown
    const tool = toolNamed('slow', (_input, { signal }) => {
      return new Promise((resolve) => {
        signal.addEventListener('abort', () => {
          reason = signal.reason
          resolve('too late')
        })
      })
    })
    const outcome = await outcomeOf({ ...tool, timeoutMs: 20 })
    expect(outcome).toMatchObject({ type: 'result' })
    expect(reason).toMatchObject({ code: 'timeout' })
  })

  test('a tool that does not listen is left behind', async () => {
    const tool = toolNamed('deaf', () => new Promise(() => undefined))
    expect(await outcomeOf({ ...tool, timeoutMs: 20 })).toEqual(text('deaf took longer than 20 ms.', 'timeout'))
  })

  test('a tool that is in time keeps its result', async () => {
    expect(await outcomeOf({ ...toolNamed('quick', () => 'here'), timeoutMs: 60_000 })).toEqual(text('here'))
  })
})

test('a sequential tool never runs beside another call of its turn', async () => {
  const order: string[] = []
  const tool = (name: string, sequential: boolean): Tool => ({
    ...toolNamed(name, async () => {
      order.push(`${name} starts`)
      await new Promise((resolve) => setTimeout(resolve, 5))
      order.push(`${name} ends`)
      return name
    }),
    sequential,
  })
  const calls = ['a', 'b', 'alone', 'c'].map((name) => callPart(name, name, {}))
  const tools = [tool('a', false), tool('b', false), tool('alone', true), tool('c', false)]
  const { messages } = await finish(runAgent({ model: scriptedModel([calls, 'done']), tools }, user('go')))
  expect(order).toEqual([
    ...['a starts', 'b starts', 'a ends', 'b ends'],
    ...['alone starts', 'alone ends', 'c starts', 'c ends'],
  ])
  expect(messages[2]?.content.map((part) => part.type === 'tool-result' && part.id)).toEqual(['a', 'b', 'alone', 'c'])
})

test('a model of another version of the contract is refused', async () => {
  const model = { ...scriptedModel(['hi']), specVersion: 2 as unknown as 1 }
  expect(await failure(runAgent({ model }, user('go')))).toMatchObject({
    code: 'invalid-model',
    message: expect.stringContaining('version 2'),
  })
})

test('a sub-agent that takes too long is aborted; the model reads it, and what it spent counts', async () => {
  const child = agentTool({
    ...{ name: 'child', description: 'is slow', tools: [toolNamed('slow', () => new Promise(() => undefined))] },
    model: scriptedModel([[callPart('s', 'slow', {})]]),
  })
  const model = scriptedModel([[callPart('1', 'child', { prompt: 'go' })], 'done'])
  const result = await finish(runAgent({ model, tools: [{ ...child, timeoutMs: 20 }] }, user('go')))
  expect(result.messages[2]?.content).toMatchObject([
    { isError: true, content: [{ text: 'child took longer than 20 ms.' }] },
  ])
  expect([result.status, result.usage.totalTokens]).toEqual(['done', 2 + 2 + 2])
})

test('a bound that no timer can hold is none', async () => {
  const tool = toolNamed('quick', () => new Promise((resolve) => setTimeout(() => resolve('ok'), 100)))
  expect(await outcomeOf({ ...tool, timeoutMs: Number.POSITIVE_INFINITY })).toEqual(text('ok'))
})
