import { describe, expect, test } from 'vitest'
import type { Model, ModelEvent, ModelRequest } from '../src/index.js'
import { AgentError, defineModel } from '../src/index.js'
import { checkModel, formatReport, scriptedModel } from '../src/testing.js'

/** Calls the tool it is offered once, and greets otherwise. */
const answer = ({ messages, tools }: ModelRequest) =>
  tools && !messages.some(({ role }) => role === 'tool')
    ? [{ type: 'tool-call' as const, id: '1', name: 'echo', input: { text: 'ping' } }]
    : 'Hello there, good to see you.'

const good = () => scriptedModel(answer)

test('a right model passes every check', async () => {
  const report = await checkModel(good())
  expect(report.passed, formatReport(report)).toBe(true)
  expect(report.checks.map(({ name }) => name)).toEqual(Object.keys(broken))
})

/** For each check a model that it catches. */
const broken: Readonly<Record<string, () => Model>> = {
  'names itself': () => scriptedModel(answer, { provider: 'My Provider' }),
  'answers with text and says how it ended': () => scriptedModel(() => ({ content: [], stopReason: 'length' })),
  'counts tokens': () =>
    changed((event) => (event.type === 'model-end' ? { ...event, usage: { ...event.usage, inputTokens: -1 } } : event)),
  'sends events that survive JSON': () =>
    changed((event) =>
      event.type === 'model-end' ? { ...event, metadata: { at: new Date(0) as unknown as string } } : event,
    ),
  'leaves the request as it was': () => {
    const model = good()
    return {
      ...model,
      stream: (request, options) => {
        ;(request.messages as unknown[]).push({ role: 'assistant', content: [] })
        return model.stream(request, options)
      },
    }
  },
  'calls a tool and goes on from its result': () =>
    changed((event) => (event.type === 'tool-call-start' ? { ...event, name: 'other' } : event)),
  'refuses to start when already aborted': () => deaf(),
  'stops when aborted on the way': () => deaf(),
  'can be left early and asked again': () => {
    const model = good()
    let left = false
    return {
      ...model,
      async *stream(request) {
        if (left) throw new Error('the connection is still taken')
        left = true
        for await (const event of model.stream(request)) yield event
        left = false
      },
    }
  },
  'answers several callers at once': () => {
    const model = good()
    let calls = 0
    return {
      ...model,
      async *stream(request, options) {
        calls += 1
        await new Promise((resolve) => setTimeout(resolve, 1))
        const crowded = calls > 1
        try {
          for await (const event of model.stream(request, options)) {
            if (!(crowded && event.type === 'text-delta')) yield event
            else yield { type: 'text-delta', text: '' }
          }
        } finally {
          calls -= 1
        }
      },
    }
  },
  'refuses config members that do not exist': () => ({
    ...good(),
    config: {},
    updateConfig() {},
    stream: good().stream,
  }),
  'keeps its config free of secrets and calls': () => {
    const model = good()
    return {
      ...model,
      get config() {
        return model.config
      },
      stream(request, options) {
        if (options?.config) model.updateConfig({ temperature: Math.random(), ...options.config })
        return model.stream(request, options)
      },
    }
  },
}

describe('each check catches a model that breaks it', () => {
  test.each(Object.entries(broken))('%s', async (name, make) => {
    const report = await checkModel(make(), { timeoutMs: 2000 })
    expect(report.passed).toBe(false)
    expect(report.checks.find((check) => check.name === name)).toMatchObject({
      passed: false,
      error: expect.any(String),
    })
  })
})

test('a check that takes too long fails', async () => {
  const silent = defineModel({
    ...{ provider: 'silent', config: { modelId: 's' }, keys: ['modelId'] },
    async *stream(): AsyncGenerator<ModelEvent> {
      await new Promise(() => {})
    },
  })
  const report = await checkModel(silent, { timeoutMs: 10 })
  expect(report.checks.filter(({ error }) => error?.includes('longer than 10 ms')).length).toBeGreaterThan(5)
})

test('a report reads as a table', () => {
  const checks = [
    { name: 'a', passed: true },
    { name: 'b', passed: false, error: 'why' },
  ]
  expect(formatReport({ passed: false, checks })).toBe('ok      a\nFAILED  b\n          why')
})

function changed(change: (event: ModelEvent) => ModelEvent): Model {
  const model = good()
  return {
    ...model,
    async *stream(request, options) {
      for await (const event of model.stream(request, options)) yield change(event)
    },
  }
}

function deaf(): Model {
  const model = good()
  return {
    ...model,
    async *stream(request, options) {
      if (options?.signal?.reason === 'never') throw new AgentError('aborted', 'never')
      yield* model.stream(request)
    },
  }
}
