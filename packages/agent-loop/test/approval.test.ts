import type { AgentConfig, AgentEvent, JsonValue, RunInput, RunResult, Tool } from '@x/types'
import { scriptedModel } from '@x/types/testing'
import { describe, expect, test } from 'vitest'
import { agentTool } from '../src/agent-tool.js'
import type { ApprovalOptions } from '../src/approval.js'
import { approval } from '../src/approval.js'
import { runAgent, textOf } from '../src/index.js'
import { addTool, callPart, collect, finish, toolNamed, user } from './helpers.js'

const deleted: JsonValue[] = []
const deleteTool: Tool = {
  ...toolNamed('delete', (input) => {
    deleted.push(input)
    return 'deleted'
  }),
  needsApproval: true,
}

const tools = [addTool, deleteTool]
const twoCalls = [callPart('1', 'add', { a: 1, b: 2 }), callPart('2', 'delete', { path: 'a' })]

function config(options?: ApprovalOptions, answers: readonly string[] = ['done']): AgentConfig {
  return { model: scriptedModel([...answers]), tools, use: [approval(options)] }
}

async function suspend(options?: ApprovalOptions): Promise<RunResult> {
  deleted.length = 0
  const result = await finish(runAgent({ ...config(options), model: scriptedModel([twoCalls]) }, user('go')))
  expect(result.status).toBe('suspended')
  return JSON.parse(JSON.stringify(result)) as RunResult
}

function resultTexts({ messages }: RunResult): unknown[] {
  const parts = messages.flatMap(({ content }) => content.filter((part) => part.type === 'tool-result'))
  return parts.map((part) => part.type === 'tool-result' && part.content.map((item) => 'text' in item && item.text))
}

describe('a call that needs a yes', () => {
  test('suspends the run once the others of its turn are done', async () => {
    const { pending, messages } = await suspend()
    expect(pending).toEqual([{ callId: '2', name: 'delete', input: { path: 'a' }, reason: 'approval' }])
    expect(messages.at(-1)).toMatchObject({ role: 'tool', content: [{ id: '1' }] })
    expect(deleted).toEqual([])
  })

  test('runs after a yes, in another process as well; what was finished does not run again', async () => {
    const stored = await suspend()
    const result = await finish(runAgent(config(), { ...stored, answers: { 2: { approved: true } } }))
    expect(textOf(result)).toBe('done')
    expect(deleted).toEqual([{ path: 'a' }])
    expect(resultTexts(result)).toEqual([['3'], ['deleted']])
  })

  test.each<[string, JsonValue, string]>([
    ['a no', { approved: false }, 'delete was not run. A person refused it.'],
    [
      'a no with a reason',
      { approved: false, reason: 'wrong file' },
      'delete was not run. A person refused it: wrong file',
    ],
    ['an answer that is neither', { approved: 'yes' }, 'delete was not run: the answer to it was not understood.'],
    ['an answer that is no object', true, 'delete was not run: the answer to it was not understood.'],
  ])('does not run after %s, and the model reads why', async (_name, answer, text) => {
    const result = await finish(runAgent(config(), { ...(await suspend()), answers: { 2: answer } }))
    expect(result.status).toBe('done')
    expect(resultTexts(result).at(-1)).toEqual([text])
    expect(deleted).toEqual([])
  })

  test('runs with an input that the person changed, and the model is told', async () => {
    const answers = { 2: { approved: true, input: { path: 'b' } } }
    const result = await finish(runAgent(config(), { ...(await suspend()), answers }))
    expect(deleted).toEqual([{ path: 'b' }])
    expect(resultTexts(result).at(-1)).toEqual(['A person changed the input to {"path":"b"}.', 'deleted'])
  })

  test('waits on when the run goes on without an answer to it', async () => {
    const again = await finish(runAgent(config(), await suspend()))
    expect(again).toMatchObject({ status: 'suspended', turns: 1, pending: [{ callId: '2' }] })
  })

  test('tells its start and end like any call, when refused too', async () => {
    const events = await collect(runAgent(config(), { ...(await suspend()), answers: { 2: { approved: false } } }))
    expect(events.flatMap(({ type }) => (type.startsWith('tool') ? [type] : []))).toEqual(['tool-start', 'tool-end'])
  })
})

describe('which calls wait', () => {
  test('those that a rule of the layer names, with its reason', async () => {
    const needsApproval: ApprovalOptions['needsApproval'] = ({ call }) => call.name === 'add' && 'sums are risky'
    const { pending } = await suspend({ needsApproval })
    expect(pending.map(({ name, reason }) => [name, reason])).toEqual([
      ['add', 'sums are risky'],
      ['delete', 'approval'],
    ])
  })

  test('not those that a tool lets pass', async () => {
    const careful = { ...deleteTool, needsApproval: (input: JsonValue) => (input as { path: string }).path !== 'tmp' }
    const model = scriptedModel([[callPart('1', 'delete', { path: 'tmp' })], 'done'])
    expect(await finish(runAgent({ ...config(), model, tools: [careful] }, user('go')))).toMatchObject({
      status: 'done',
    })
  })

  test('none where somebody is there to ask', async () => {
    deleted.length = 0
    const asked: string[] = []
    const ask: ApprovalOptions['ask'] = ({ call }, reason) => {
      asked.push(`${call.name}: ${reason}`)
      return { approved: true }
    }
    const model = scriptedModel([twoCalls, 'done'])
    const result = await finish(runAgent({ ...config({ ask, secret: 's'.repeat(16) }), model }, user('go')))
    expect([textOf(result), asked, deleted]).toEqual(['done', ['delete: approval'], [{ path: 'a' }]])
  })
})

describe('with a secret', () => {
  const secret = 'a secret of enough length'

  const answered = async (change: (stored: RunResult) => Record<string, unknown>, stored?: RunResult) => {
    const run = stored ?? (await suspend({ secret }))
    return finish(runAgent(config({ secret }), { ...run, ...change(run) } as never))
  }
  const tokenOf = ({ pending }: RunResult) => ((pending[0]?.state ?? {}) as { token: string }).token

  test('the right token lets the call run', async () => {
    await answered((stored) => ({ answers: { 2: { approved: true, token: tokenOf(stored) } } }))
    expect(deleted).toEqual([{ path: 'a' }])
  })

  test.each<[string, (stored: RunResult) => Record<string, unknown>]>([
    ['no token', () => ({ answers: { 2: { approved: true } } })],
    ['a token that is no token', () => ({ answers: { 2: { approved: true, token: 'x' } } })],
    [
      'the token beside a changed input of the answer',
      (stored) => ({ answers: { 2: { approved: true, token: tokenOf(stored), input: { path: '/' } } } }),
    ],
    [
      'the token beside a changed conversation',
      (stored) => ({
        messages: JSON.parse(JSON.stringify(stored.messages).replace('"path":"a"', '"path":"/"')) as unknown,
        answers: { 2: { approved: true, token: tokenOf(stored) } },
      }),
    ],
    [
      'the token of another tool',
      (stored) => ({
        messages: JSON.parse(JSON.stringify(stored.messages).replace('"delete"', '"erase"')) as unknown,
        answers: { 2: { approved: true, token: tokenOf(stored) } },
      }),
    ],
  ])('%s does not', async (_name, change) => {
    const result = await answered(change)
    expect(deleted).toEqual([])
    expect(JSON.stringify(resultTexts(result).at(-1))).toMatch(/not given for this call|not allowed|no tool named/)
  })

  test('a token made with another secret does not', async () => {
    const stored = await suspend({ secret: 'another secret, as long' })
    await answered(() => ({ answers: { 2: { approved: true, token: tokenOf(stored) } } }), stored)
    expect(deleted).toEqual([])
  })

  test('a short secret is refused', () => {
    expect(() => approval({ secret: 'short' })).toThrow('shorter than 16 characters')
  })
})

test('inside a sub-agent of a sub-agent the pause bubbles up and the answer goes down', async () => {
  deleted.length = 0
  const ask = (answers: Parameters<typeof scriptedModel>[0]) => scriptedModel(answers)
  const agents = (inner: readonly string[]): Tool =>
    agentTool({
      name: 'middle',
      description: 'asks the inner one',
      model: ask([[callPart('m', 'inner', { prompt: 'delete a' })], 'middle done']),
      tools: [
        agentTool({
          name: 'inner',
          description: 'deletes',
          model: ask([[callPart('i', 'delete', { path: 'a' })], ...inner]),
          tools: [deleteTool],
        }),
      ],
    })
  const use = [approval({ secret: 'a secret of enough length' })]
  const model = ask([[callPart('o', 'middle', { prompt: 'go' })], 'all done'])
  const first = await finish(runAgent({ model, use, tools: [agents([])] }, user('go')))
  const state = JSON.parse(JSON.stringify(first)) as RunResult
  expect(state.pending).toMatchObject([{ callId: 'o', reason: 'middle waits for: inner' }])
  const inner = state.pending[0]?.state as unknown as RunResult
  const innermost = inner.pending[0]?.state as unknown as RunResult
  const { token } = (innermost.pending[0]?.state ?? {}) as { token: string }

  // Another process: models that have only the later answers to give.
  const middle = agentTool({
    name: 'middle',
    description: 'asks the inner one',
    model: ask(['middle done']),
    tools: [agentTool({ name: 'inner', description: 'deletes', model: ask(['inner done']), tools: [deleteTool] })],
  })
  const answers = { o: { m: { i: { approved: true, token } } } }
  const result = await finish(runAgent({ model: ask(['all done']), use, tools: [middle] }, { ...state, answers }))
  expect([textOf(result), deleted]).toEqual(['all done', [{ path: 'a' }]])
})

describe('a call that was approved and then waits for something of its own', () => {
  // A sub-agent that must be approved itself, and whose own call must be approved too.
  const clerkOf = (answers: Parameters<typeof scriptedModel>[0], needsApproval: Tool['needsApproval'] = true) =>
    agentTool({
      ...{ name: 'clerk', description: 'deletes', needsApproval },
      model: scriptedModel(answers),
      tools: [deleteTool],
    })
  const secret = 'a secret of enough length'
  const stored = async (run: AsyncIterable<AgentEvent>) => JSON.parse(JSON.stringify(await finish(run))) as RunResult
  const tokenIn = (state: JsonValue | undefined) => ({ token: (state as { token: string } | undefined)?.token ?? '' })

  test.each<[string, ApprovalOptions]>([
    ['without a secret', {}],
    ['with one', { secret }],
  ])('goes on with the answer to that, %s', async (_name, options) => {
    deleted.length = 0
    const use = [approval(options)]
    const run = (model: AgentConfig['model'], clerk: Tool, input: RunInput) =>
      stored(runAgent({ model, tools: [clerk], use }, input))
    const asks = scriptedModel([[callPart('c', 'clerk', { prompt: 'delete a' })]])
    const first = await run(asks, clerkOf([]), user('go'))
    const yes = { approved: true, ...tokenIn(first.pending[0]?.state) }
    const clerk = clerkOf([[callPart('d', 'delete', { path: 'a' })]])
    const second = await run(scriptedModel([]), clerk, { ...first, answers: { c: yes } })
    expect(second).toMatchObject({
      status: 'suspended',
      pending: [{ callId: 'c', state: { pending: [{ callId: 'd' }] } }],
    })
    // Nobody answers, and it still waits for the same.
    const third = await run(scriptedModel([]), clerkOf([]), second)
    const inner = (third.pending[0]?.state as unknown as RunResult | undefined)?.pending[0]
    const answers = { c: { d: { approved: true, ...tokenIn(inner?.state) } } }
    const last = await run(scriptedModel(['done']), clerkOf(['deleted it']), { ...third, answers })
    expect([last.status, deleted, resultTexts(last)]).toEqual(['done', [{ path: 'a' }], [['deleted it']]])
  })

  test('is not taken for approved because a browser says so', async () => {
    const use = [approval({ secret })]
    const model = scriptedModel([[callPart('c', 'clerk', { prompt: 'delete a' })]])
    const first = await stored(runAgent({ model, tools: [clerkOf([])], use }, user('go')))
    const { token } = tokenIn(first.pending[0]?.state)
    for (const forged of ['', token]) {
      const pending = first.pending.map((call) => ({ ...call, state: { approval: { token: forged, edited: [] } } }))
      const again = await stored(runAgent({ model, tools: [clerkOf([])], use }, { ...first, pending }))
      expect(again).toMatchObject({ status: 'suspended', pending: [{ reason: 'approval' }] })
    }
  })

  test('keeps the input that the person gave, and whatever it left', async () => {
    const seen: unknown[] = []
    const twice: Tool = {
      ...{ name: 'twice', inputSchema: {}, needsApproval: true },
      async *step({ call, state, answer }) {
        seen.push([call.input, state, answer])
        if (answer === undefined) return { type: 'suspended', reason: 'more', state: 7 }
        return { type: 'result', result: { type: 'tool-result', id: call.id, content: [] } }
      },
    }
    const config = { tools: [twice], use: [approval()] }
    const first = await finish(
      runAgent({ ...config, model: scriptedModel([[callPart('1', 'twice', 'a')]]) }, user('go')),
    )
    const answers = { 1: { approved: true, input: 'b' } }
    const second = await stored(runAgent({ ...config, model: scriptedModel([]) }, { ...first, answers }))
    const model = scriptedModel(['done'])
    const last = await finish(runAgent({ ...config, model }, { ...second, answers: { 1: 'it' } }))
    expect(seen).toEqual([
      ['b', undefined, undefined],
      ['b', 7, 'it'],
    ])
    expect(resultTexts(last)).toEqual([['A person changed the input to "b".']])
  })
})

test('a person who is asked does not keep an aborted run from ending', async () => {
  const controller = new AbortController()
  const ask = () => {
    controller.abort()
    return new Promise<never>(() => undefined)
  }
  const model = scriptedModel([twoCalls])
  const result = await finish(runAgent({ ...config({ ask }), model, signal: controller.signal }, user('go')))
  expect(result.status).toBe('aborted')
})

test('a rule that fails at what the model wrote stops that call, not the run', async () => {
  deleted.length = 0
  const strict = { ...deleteTool, needsApproval: (input: JsonValue) => (input as { path: string }).path.length > 0 }
  const model = scriptedModel([[callPart('1', 'delete', null)], 'done'])
  const result = await finish(runAgent({ ...config(), model, tools: [strict] }, user('go')))
  expect([result.status, deleted]).toEqual(['done', []])
  expect(resultTexts(result)).toEqual([['delete was not run: the rule that says whether it needs an approval failed.']])
})

test.each(['__proto__', 'constructor', 'toString'])('a call may have the id %s', async (id) => {
  deleted.length = 0
  const first = await finish(runAgent({ ...config(), model: scriptedModel([[callPart(id, 'delete', 1)]]) }, user('go')))
  const again = await finish(runAgent(config(), { ...first, answers: {} }))
  expect(again).toMatchObject({ status: 'suspended', pending: [{ callId: id }] })
  const answers = JSON.parse(`{"${id}":{"approved":true}}`) as Record<string, JsonValue>
  expect((await finish(runAgent(config(), { ...again, answers }))).status).toBe('done')
  expect(deleted).toEqual([1])
})
