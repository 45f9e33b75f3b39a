import { afterEach, describe, expect, test } from 'vitest'
import { allChecks } from '../src/all-checks.js'
import type { AssistantPart, Model, ModelEvent } from '../src/index.js'
import { AgentError, defineModel } from '../src/index.js'
import type { ModelScenarios } from '../src/testing.js'
import { checkModel, formatReport, scriptedModel } from '../src/testing.js'
import { referenceModel } from './reference-model.js'
import { Counter, everyScenario, lastText, plain } from './reference-services.js'
import { leaked, twins } from './twins.js'

const names = allChecks.map(({ name }) => name)

afterEach(() => {
  for (const timer of leaked.splice(0)) clearTimeout(timer)
})

test('a right model with every scenario passes every check, and nothing is skipped', async () => {
  const { model, ...options } = everyScenario()
  const report = await checkModel(model, options)
  expect(report.passed, formatReport(report)).toBe(true)
  expect(report.complete, formatReport(report)).toBe(true)
  expect(report.checks.filter(({ status }) => status !== 'passed')).toEqual([])
  expect(report.checks.map(({ name }) => name)).toEqual(names)
})

describe('each check catches a model that breaks it', () => {
  test('there is a broken twin for every check, and for nothing else', () => {
    expect(Object.keys(twins)).toEqual(names)
  })

  test.each(Object.entries(twins))('%s', async (name, { make }) => {
    const { model, ...reference } = everyScenario()
    const { model: broken = model, ...options } = make()
    const scenarios = { ...reference.scenarios, ...options.scenarios }
    const report = await apart(() =>
      checkModel(broken, { ...reference, ...options, scenarios, only: [name], timeoutMs: 2000 }),
    )
    expect(report.checks).toEqual([{ name, status: 'failed', reason: expect.any(String) }])
    expect(report.checks[0]?.reason).not.toContain('took longer than 2000 ms')
    expect(report.passed).toBe(false)
  })
})

describe('what a model declares', () => {
  const poor = {
    ...{ tools: false, streamsTools: false, toolChoice: [], outputSchema: false, cachePoints: [] },
    media: { user: [], toolResult: [] },
  }

  test('a model that can do little passes when it refuses the rest', async () => {
    const { model: _rich, ...options } = everyScenario()
    const report = await checkModel(referenceModel(plain, poor), options)
    expect(report.passed, formatReport(report)).toBe(true)
    expect(report.complete).toBe(true)
    const skipped = report.checks.filter(({ status }) => status === 'skipped')
    expect(Object.fromEntries(skipped.map(({ name, reason }) => [name, reason]))).toEqual({
      'takes results that failed, and results in JSON': 'the model has no tools',
      'answers without a call although it could': 'the model has no tools',
      'makes many calls in one answer and takes all their results': 'the model has no tools',
      'reads no arguments as an empty object': 'the model has no tools',
      'keeps malformed arguments as they came, never as whole': 'the model has no tools',
      'takes a call that was cut at the limit for cut': 'the model has no tools',
      'takes a tool choice or refuses it clearly': 'the model has no tools',
      'answers in JSON of the schema': 'the model takes no output schema',
    })
  })

  const turned = {
    'calls a tool and goes on from its result': 'it declares tools: false',
    'takes media or refuses them clearly': 'it declares that it does not take image',
    'takes cache points or says that it does not': 'it declares no cache points in system',
    'takes an output schema or refuses it clearly': 'it declares that it does not take an output schema',
  }

  test.each(Object.entries(turned))(
    'a model that cannot do it and answers all the same fails: %s',
    async (name, why) => {
      const says = () => 'Whatever you say.'
      const pretending = { ...scriptedModel(says), capabilities: () => poor }
      const { checks } = await checkModel(pretending, { only: [name] })
      expect(checks).toEqual([{ name, status: 'failed', reason: expect.stringContaining(why) }])
    },
  )

  test('a model that is said to have no tools may ignore them, but not call them', async () => {
    const only = ['calls a tool and goes on from its result']
    const ignoring = await checkModel(
      scriptedModel(() => 'Hello.'),
      { toolRequest: false, only },
    )
    expect(ignoring.passed).toBe(true)
    const calling = await checkModel(referenceModel(plain), { toolRequest: false, only })
    expect(calling.checks[0]?.reason).toBe('it is said to have no tools, and calls one')
  })

  test('scenarios for what a model does not have are not asked for', async () => {
    const only = ['reads no arguments as an empty object', 'answers in JSON of the schema']
    const without = await checkModel(referenceModel(plain, poor), { only })
    expect(without).toMatchObject({ passed: true, complete: true })
    const said = await checkModel(
      scriptedModel(() => 'Hello.'),
      { toolRequest: false, only },
    )
    expect(said.checks.map(({ give }) => give)).toEqual([undefined, 'scenarios.output'])
  })
})

describe('a service that tells what it sees', () => {
  test('shows a request that was sent although the call was aborted before', async () => {
    const counter = new Counter()
    const model = referenceModel(counter.watch(plain))
    const hasty: Model = {
      ...model,
      async *stream(request, options) {
        void model.stream(request)[Symbol.asyncIterator]().next()
        yield* model.stream(request, options)
      },
    }
    const only = ['refuses to start when already aborted']
    expect((await checkModel(hasty, { only })).passed).toBe(true)
    const { checks } = await checkModel(hasty, { only, service: counter.probe })
    expect(checks[0]?.reason).toBe('a request was sent although it was aborted before')
  })

  test('shows a call that goes on after its consumer has left', async () => {
    const counter = new Counter()
    const model = referenceModel(counter.watch(plain))
    const clinging: Model = {
      ...model,
      stream(request, options) {
        const events = model.stream(request, options)[Symbol.asyncIterator]()
        let left = false
        const next = async () => (left ? { done: true as const, value: undefined } : events.next())
        const leave = async () => {
          left = true
          return { done: true as const, value: undefined }
        }
        return { [Symbol.asyncIterator]: () => ({ next, return: leave }) }
      },
    }
    const only = ['can be left early and asked again']
    expect((await checkModel(clinging, { only })).passed).toBe(true)
    const { checks } = await checkModel(clinging, { only, service: counter.probe, timeoutMs: 1000 })
    expect(checks[0]?.reason).toBe('the service is still answering: the connection was not released')
  })
})

describe('what is missing', () => {
  test('a check without its scenario is skipped, and the report says what to give', async () => {
    const report = await checkModel(referenceModel(plain))
    expect(report.passed, formatReport(report)).toBe(true)
    expect(report.complete).toBe(false)
    const needed = allChecks.flatMap(({ name, needs }) => (needs ? [{ name, needs }] : []))
    const skipped = report.checks.filter(({ status }) => status === 'skipped')
    expect(skipped.map(({ name }) => name)).toEqual(needed.map(({ name }) => name))
    expect(skipped.find(({ name }) => name === 'says that it was throttled')).toEqual({
      name: 'says that it was throttled',
      status: 'skipped',
      reason: 'give scenarios.throttled',
      give: 'scenarios.throttled',
    })
    expect(skipped.map(({ give }) => give)).toContain("scenarios['many-calls']")
    expect(skipped.map(({ give }) => give)).toContain('secrets')
  })

  test('an endless answer that does not count what it sends is not enough', async () => {
    const only = ['does not run ahead of its reader']
    const { checks } = await checkModel(referenceModel(plain), { scenarios: { endless: {} }, only })
    expect(checks[0]).toMatchObject({ status: 'skipped', give: 'scenarios.endless.service.sent' })
  })

  test('what a model does not have is skipped without being asked for', async () => {
    const { countTokens: _count, capabilities: _told, ...bare } = referenceModel(plain)
    const only = ['counts the tokens of a request', 'declares what it can do, as JSON and without contradiction']
    const report = await checkModel(bare as Model, { only })
    expect(report).toMatchObject({ passed: true, complete: true })
    expect(report.checks.map(({ status, reason }) => [status, reason])).toEqual([
      ['skipped', 'the model does not say what it can do'],
      ['skipped', 'the model has no countTokens'],
    ])
  })

  test('a check that does not exist cannot be asked for', async () => {
    await expect(checkModel(referenceModel(plain), { only: ['is beautiful'] })).rejects.toMatchObject({
      code: 'invalid-config',
      message: expect.stringContaining('names itself'),
    })
  })
})

test('a scripted model passes, with all that it can be made to do', async () => {
  const echo = scriptedModel(lastText, { deltaLength: 1 })
  const malformed = { type: 'tool-call', id: '1', name: 'echo', input: {}, malformedInput: '{"text":' } as const
  const once = (...content: readonly AssistantPart[]) =>
    scriptedModel(({ messages }) => (messages.some(({ role }) => role === 'assistant') ? 'Done.' : content))
  const failing = (code: string, retryable: boolean) =>
    scriptedModel(() => ({ error: new AgentError(code, 'It failed.', { retryable }) }))
  const partial = { message: { role: 'assistant' as const, content: [{ type: 'text' as const, text: 'One two' }] } }
  const broken = (code: string) =>
    scriptedModel(() => ({
      content: [{ type: 'text', text: 'One two' }],
      error: new AgentError(code, 'It broke.', { retryable: true, partial }),
    }))
  const scenarios: ModelScenarios = {
    ...{ echo: { model: echo }, bytewise: { model: echo } },
    output: { model: scriptedModel(() => '{"greeting":"Hello."}') },
    reasoning: { model: once({ type: 'reasoning', text: 'Hm.', signature: 'c2ln' }, { type: 'text', text: 'Hi.' }) },
    length: { model: scriptedModel(() => ({ content: [], stopReason: 'length' })) },
    'stop-sequence': { model: scriptedModel(() => ({ content: [], stopReason: 'stop-sequence' })) },
    filtered: { model: scriptedModel(() => ({ content: [], stopReason: 'filtered' })) },
    'no-call': { model: scriptedModel(() => 'No need.') },
    'no-arguments': { model: once({ type: 'tool-call', id: '1', name: 'echo', input: {} }) },
    'malformed-call': { model: once(malformed) },
    'cut-call': { model: scriptedModel(() => ({ content: [malformed], stopReason: 'length' })) },
    ...{ truncated: { model: broken('stream-truncated') }, broken: { model: broken('stream-truncated') } },
    ...{ 'fails-midway': { model: broken('unavailable') }, throttled: { model: failing('throttled', true) } },
    'context-overflow': { model: failing('context-overflow', false) },
  }
  const report = await checkModel(
    scriptedModel(({ tools, messages }) =>
      tools?.some((tool) => 'name' in tool) && !messages.some(({ role }) => role === 'tool')
        ? [{ type: 'tool-call', id: '1', name: 'echo', input: { text: 'ping' } }]
        : 'Hello there, good to see you.',
    ),
    { scenarios },
  )
  expect(report.passed, formatReport(report)).toBe(true)
  expect(report.checks.filter(({ status }) => status === 'passed').length).toBeGreaterThan(45)
})

test('a check that takes too long fails', async () => {
  const silent = defineModel({
    ...{ provider: 'silent', config: { modelId: 's' }, keys: ['modelId'] },
    async *stream(): AsyncGenerator<ModelEvent> {
      await new Promise(() => {})
    },
  })
  const report = await checkModel(silent, { timeoutMs: 10 })
  expect(report.checks.filter(({ reason }) => reason?.includes('longer than 10 ms')).length).toBeGreaterThan(15)
})

/** Without the runner's own watch for rejections, which would fail the run for those that a twin is made to leave. */
async function apart<Result>(work: () => Promise<Result>): Promise<Result> {
  const listeners = process.listeners('unhandledRejection')
  process.removeAllListeners('unhandledRejection')
  try {
    return await work()
  } finally {
    for (const listener of listeners) process.on('unhandledRejection', listener)
  }
}
