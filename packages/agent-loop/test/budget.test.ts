import type { AgentConfig, Model, Usage } from '@x/types'
import { AgentError } from '@x/types'
import { scriptedModel } from '@x/types/testing'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { agentTool } from '../src/agent-tool.js'
import type { BudgetOptions } from '../src/budget.js'
import { budget } from '../src/budget.js'
import { fallback } from '../src/fallback.js'
import { runAgent, textOf } from '../src/index.js'
import { retry } from '../src/retry.js'
import { addTool, callPart, failure, finish, say, toolNamed, user } from './helpers.js'

const usage = (inputTokens: number, outputTokens = 0): Usage => ({
  inputTokens,
  outputTokens,
  totalTokens: inputTokens + outputTokens,
})
const sum = (id: string) => callPart(id, 'add', { a: 1, b: 2 })

/** Calls a tool for ever; each answer takes `tokens`. */
function restless(tokens = 100): AgentConfig['model'] {
  return scriptedModel((_request, turn) => ({ content: [sum(`c${turn}`)], usage: usage(tokens) }))
}

function run(options: BudgetOptions, model = restless(), more: Partial<AgentConfig> = {}) {
  return runAgent({ model, tools: [addTool], use: [budget(options)], config: { maxTokens: 10 }, ...more }, user('go'))
}

describe('a limit ends the run before the call that does not fit, with the conversation kept', () => {
  test.each<[string, BudgetOptions, number, string]>([
    // 300 are spent after three calls; the fourth may take about 40.
    ['tokens', { tokens: 310 }, 3, 'The budget of 310 tokens does not allow more: 300 spent, and the next call may'],
    ['turns', { turns: 2 }, 2, 'The budget of 2 turns does not allow more: 2 spent.'],
    ['tool calls', { toolCalls: 2 }, 3, 'The budget of 2 toolCalls does not allow more: 2 spent.'],
    ['no tokens at all', { tokens: 0 }, 0, 'The budget of 0 tokens'],
  ])('%s', async (_name, options, calls, text) => {
    const model = restless()
    const error = await failure(run(options, model))
    expect(error).toMatchObject({ code: 'budget', scope: 'run', message: expect.stringContaining(text) })
    expect((model as ReturnType<typeof scriptedModel>).calls).toHaveLength(calls)
    expect(error.partial?.usage?.totalTokens ?? 0).toBe(calls * 100)
    expect(error.partial?.messages?.[0]?.role).toBe('user')
    // It can go on: with a larger budget the same conversation works.
    const more = scriptedModel(['done'])
    expect(textOf(await finish(runAgent({ model: more, tools: [addTool] }, error.partial?.messages ?? [])))).toBe(
      'done',
    )
  })

  test('a run within its limits does not notice', async () => {
    const model = scriptedModel([[sum('1')], 'done'])
    expect(textOf(await finish(run({ tokens: 10_000, turns: 2, toolCalls: 1, wallMs: 60_000 }, model)))).toBe('done')
  })
})

describe('time', () => {
  test('a model that is still talking is aborted, and the half answer kept', async () => {
    const model = scriptedModel([{ content: [say('a long story that nobody waits for')], delayMs: 20 }])
    const error = await failure(run({ wallMs: 50 }, model))
    expect(error).toMatchObject({ code: 'budget', message: expect.stringContaining('wallMs') })
    expect(error.partial?.message?.content).toMatchObject([{ type: 'text' }])
  })

  test('a tool that is still at work is aborted', async () => {
    let aborted = false
    const tool = toolNamed('add', (_input, { signal }) => {
      signal.addEventListener('abort', () => {
        aborted = true
      })
      return new Promise(() => undefined)
    })
    const error = await failure(run({ wallMs: 30 }, scriptedModel([[sum('1')]]), { tools: [tool] }))
    expect([error.code, aborted]).toEqual(['budget', true])
    expect(error.partial?.messages?.at(-1)?.role).toBe('tool')
  })

  test('an abort by the caller stays an abort', async () => {
    const signal = AbortSignal.timeout(20)
    const model = scriptedModel([{ content: [say('a long story')], delayMs: 20 }])
    expect((await finish(run({ wallMs: 60_000 }, model, { signal }))).status).toBe('aborted')
  })
})

describe('what is reserved', () => {
  test('maxTokens of the call, else a default', async () => {
    const model = scriptedModel(['never asked'])
    const error = await failure(run({ tokens: 1_000 }, model, { config: { maxTokens: 5_000 } }))
    expect(error.message).toContain('may take 50')
    expect((await failure(run({ tokens: 1_000 }, model, { config: {} }))).message).toContain('may take 4')
    expect(model.calls).toHaveLength(0)
  })

  test('is given back for what it did not take', async () => {
    const model = scriptedModel([[sum('1')], [sum('2')], 'done'])
    expect(textOf(await finish(run({ tokens: 700 }, model, { config: { maxTokens: 500 } })))).toBe('done')
  })

  test('so calls side by side cannot overdraw together', async () => {
    const child = (name: string) =>
      agentTool({ name, description: name, model: scriptedModel(['ok']), config: { maxTokens: 600 } })
    const model = scriptedModel([[callPart('1', 'a', { prompt: 'x' }), callPart('2', 'b', { prompt: 'x' })], 'done'])
    const error = await failure(run({ tokens: 1_000 }, model, { tools: [child('a'), child('b')] }))
    expect(error.code).toBe('budget')
  })

  test('by the count of the model where a guess could be wrong about the limit', async () => {
    const counted: Model = Object.assign(scriptedModel(['fits']), {
      countTokens: async () => 10,
      capabilities: () => ({ countsTokens: 'exact' as const }),
    })
    const long = user('word '.repeat(400))
    const config = { tools: [], use: [budget({ tokens: 300 })], config: { maxTokens: 10 } }
    expect(textOf(await finish(runAgent({ ...config, model: counted }, long)))).toBe('fits')
    expect((await failure(runAgent({ ...config, model: scriptedModel(['no']) }, long))).code).toBe('budget')
  })
})

describe('what is spent', () => {
  test('by failed attempts counts', async () => {
    const failed = new AgentError('throttled', 'Slow down.', { retryable: true, partial: { usage: usage(500) } })
    const model = scriptedModel([failed, { content: [sum('1')], usage: usage(10) }, 'never'])
    const use = [budget({ tokens: 540 }), retry({ baseDelayMs: 0 })]
    const error = await failure(run({}, model, { use }))
    expect([error.code, model.calls.length]).toEqual(['budget', 2])
  })

  test('by sub-agents counts for the whole tree; a share of their own is one limit more', async () => {
    const child = (own: readonly AgentConfig[]) => {
      const tool = agentTool({
        name: 'child',
        description: 'works',
        model: restless(200),
        tools: [addTool],
        use: own.flatMap(({ use = [] }) => use),
        config: { maxTokens: 10 },
      })
      const model = scriptedModel([[callPart('1', 'child', { prompt: 'x' })], 'done'])
      return run({ tokens: 850 }, model, { tools: [tool] })
    }
    const shared = await failure(child([]))
    expect([shared.code, shared.partial?.usage?.totalTokens]).toEqual(['budget', 2 + 4 * 200])
    const own = await failure(child([{ model: restless(), use: [budget({ tokens: 210 })] }]))
    expect([own.code, own.partial?.usage?.totalTokens]).toEqual(['budget', 2 + 200])
  })

  test('is counted anew for each run', async () => {
    const layer = budget({ turns: 1 })
    for (let time = 0; time < 2; time++) {
      expect((await finish(runAgent({ model: scriptedModel(['ok']), use: [layer] }, user('go')))).status).toBe('done')
    }
  })
})

describe('money', () => {
  const prices = { 'scripted-1': { input: 1_000, output: 1_000 } }

  test('is spent at the price of each token', async () => {
    // 100 tokens a call at 0.001 each; the third call would need more than is left.
    const error = await failure(run({ cost: 0.25, prices }))
    expect(error.message).toContain('The budget of 0.25 cost does not allow more: 0.2 spent')
  })

  test('a model without a price is not asked', async () => {
    const model = scriptedModel(['never'], { modelId: 'other' })
    const error = await failure(run({ cost: 1, prices }, model))
    expect(error.message).toContain('There is no price for other')
    expect(model.calls).toHaveLength(0)
  })

  test('something used that has no price stops the next call', async () => {
    const cached = { ...usage(1), cacheReadTokens: 5 }
    const model = scriptedModel([{ content: [sum('1')], usage: cached }, 'never'])
    const error = await failure(run({ cost: 1, prices }, model))
    expect(error.message).toContain('There is no price for what scripted-1 used')
    expect(model.calls).toHaveLength(1)
  })

  test('is settled at the price of the tier that answered', async () => {
    const tiered = { 'scripted-1': { input: 1_000, output: 1_000, tiers: { priority: 5 } } }
    const end = {
      type: 'model-end',
      stopReason: 'tool-use',
      providerStopReason: 'tool_use',
      usage: usage(100),
    } as const
    const model: Model = {
      ...scriptedModel([]),
      async *stream() {
        yield { type: 'tool-call-start', id: crypto.randomUUID(), name: 'add' }
        yield { type: 'part-end' }
        yield { ...end, metadata: { serviceTier: { type: 'priority' } } }
      },
    }
    const error = await failure(run({ cost: 0.51, prices: tiered }, model))
    expect(error.message).toContain('0.5 spent')
  })
})

describe('what cannot work is refused at once', () => {
  test.each<[string, BudgetOptions, string]>([
    ['a limit below zero', { tokens: -1 }, 'The limit "tokens" of budget() is -1'],
    ['a limit that is no number', { turns: Number.NaN }, 'The limit "turns"'],
    ['cost without prices', { cost: 1 }, 'no prices'],
  ])('%s', (_name, options, text) => expect(() => budget(options)).toThrow(text))
})

test.each([Number.POSITIVE_INFINITY, 2 ** 31])(
  'a bound in time of %d ms does not end the run at once',
  async (wallMs) => {
    const model = scriptedModel([{ content: [sum('1')], delayMs: 5 }, 'done'])
    expect(textOf(await finish(run({ wallMs }, model)))).toBe('done')
  },
)

describe('a fallback that answers', () => {
  const dear = (usages: readonly number[]) =>
    scriptedModel(
      usages.map((tokens, index) => ({ content: [sum(`${index}`)], usage: usage(tokens) })),
      { modelId: 'dear' },
    )
  const prices = { 'scripted-1': { input: 1_000, output: 1_000 }, dear: { input: 5_000, output: 5_000 } }
  const down = () => {
    throw new AgentError('unavailable', 'Down.', { partial: { usage: usage(10) } })
  }

  test('is paid at its own price', async () => {
    const use = [budget({ cost: 0.9, prices }), fallback([{ model: dear([100, 100, 100]) }])]
    const error = await failure(run({}, scriptedModel(down), { use, config: { maxTokens: 10 } }))
    // The first call at 0.55, failed attempt and all at the dearer price; the second one at 0.5.
    expect(error.message).toContain('1.05 spent')
  })

  test('and one without a price stops the next call', async () => {
    const use = [budget({ cost: 9, prices: { 'scripted-1': prices['scripted-1'] } }), fallback([{ model: dear([1]) }])]
    const error = await failure(run({}, scriptedModel(down), { use }))
    expect(error.message).toContain('There is no price for what dear used')
  })
})

test('a text in a document or in Chinese is reserved at its length', async () => {
  const long = { type: 'document', name: 'a', source: { type: 'text', text: 'x'.repeat(9_000) } } as const
  const limits = { tools: [], use: [budget({ tokens: 2_500 })], config: { maxTokens: 10 } }
  for (const part of [long, { type: 'text', text: '\u4e2d'.repeat(2_600) } as const]) {
    const error = await failure(
      runAgent({ ...limits, model: scriptedModel(['no']) }, [{ role: 'user', content: [part] }]),
    )
    expect(error.code).toBe('budget')
  }
})

test('calls that take no more than was reserved for them never overdraw, however many are side by side', async () => {
  const shape = fc.record({
    tokens: fc.nat(3_000),
    children: fc.array(fc.array(fc.nat(200), { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 5 }),
    own: fc.option(fc.nat(600), { nil: undefined }),
  })
  await fc.assert(
    fc.asyncProperty(shape, async ({ tokens, children, own }) => {
      let taken = 0
      const answer = (id: string, outputTokens: number, isLast: boolean) => {
        taken += outputTokens
        return { content: isLast ? [say('ok')] : [sum(id)], usage: usage(0, outputTokens) }
      }
      const tools = children.map((outputs, index) => {
        const model = scriptedModel((_request, turn) =>
          answer(`${turn}`, outputs[turn] ?? 0, turn + 1 >= outputs.length),
        )
        const share = own === undefined ? [] : [budget({ tokens: own })]
        return agentTool({
          ...{ name: `c${index}`, description: 'works', model, tools: [addTool], use: share },
          config: { maxTokens: 200 },
        })
      })
      const calls = tools.map(({ name }) => callPart(name, name, { prompt: 'x' }))
      const model = scriptedModel([
        { content: calls, usage: usage(0) },
        { content: [say('done')], usage: usage(0) },
      ])
      const events = runAgent({ model, tools, use: [budget({ tokens })], config: { maxTokens: 10 } }, user('go'))
      await finish(events).catch((error: unknown) => expect(error).toMatchObject({ code: 'budget' }))
      expect(taken).toBeLessThanOrEqual(tokens)
    }),
    { numRuns: 200 },
  )
})
