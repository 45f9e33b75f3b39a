import { describe, expect, test } from 'vitest'
import type { ModelEvent, ModelRequest } from '../src/index.js'
import { AgentError, defineModel } from '../src/index.js'

interface Config {
  readonly modelId: string
  readonly temperature?: number
  readonly stop?: readonly string[]
  readonly apiKey?: string
}

const request: ModelRequest = { messages: [] }

function setUp(config: Partial<Config> = {}) {
  const seen: Config[] = []
  const model = defineModel<Config, 'apiKey'>({
    provider: 'test',
    config: { modelId: 'one', apiKey: 'secret', ...config },
    keys: ['modelId', 'temperature', 'stop'],
    privateKeys: ['apiKey'],
    checkConfig({ temperature = 0 }) {
      if (temperature > 1) throw new AgentError('invalid-config', 'temperature is at most 1.')
    },
    async *stream(_request, call): AsyncGenerator<ModelEvent> {
      await Promise.resolve()
      seen.push(call.config)
    },
    countTokens: async (_request, { config }) => (config.temperature ?? 0) * 100,
    capabilities: ({ modelId }) => ({ tools: modelId === 'one' }),
  })
  const ask = async (config?: object) => {
    for await (const _event of model.stream(request, config && { config: config as { [key: string]: number } }));
    return seen.at(-1)
  }
  return { model, ask, seen }
}

describe('config', () => {
  test('is shown without what is private', () => {
    const { model } = setUp({ temperature: 0.5 })
    expect(model.config).toEqual({ modelId: 'one', temperature: 0.5 })
    expect(JSON.stringify(model)).not.toContain('secret')
    expect(Object.isFrozen(model.config)).toBe(true)
  })

  test('reaches the provider whole', async () => {
    expect(await setUp().ask()).toEqual({ modelId: 'one', apiKey: 'secret' })
  })

  test.each([{ modelId: '' }, { modelId: undefined as unknown as string }])('needs a modelId: %j', (config) => {
    expect(() => setUp(config)).toThrow(/needs a modelId/)
  })
})

describe('updateConfig', () => {
  test('counts from the next call on; a call under way keeps what it began with', async () => {
    const { model, ask, seen } = setUp()
    const events = model.stream(request)
    model.updateConfig({ temperature: 1, modelId: 'two' })
    for await (const _event of events);
    expect(seen).toEqual([{ modelId: 'one', apiKey: 'secret' }])
    expect(await ask()).toEqual({ modelId: 'two', apiKey: 'secret', temperature: 1 })
    expect(model.modelId).toBe('two')
    expect(model.capabilities?.()).toEqual({ tools: false })
  })

  test('takes a member away with undefined, but never the modelId', () => {
    const { model } = setUp({ temperature: 1 })
    model.updateConfig({ temperature: undefined })
    expect(model.config).toEqual({ modelId: 'one' })
    expect(() => model.updateConfig({ modelId: undefined })).toThrow(/needs a modelId/)
    expect(model.modelId).toBe('one')
  })

  test('refuses what does not exist and says what does; nothing has changed then', () => {
    const { model } = setUp()
    expect(() => model.updateConfig({ temperature: 1, temprature: 2 } as object)).toThrow(
      /no config member "temprature".*Known members: modelId, temperature, stop, apiKey/,
    )
    expect(model.config).toEqual({ modelId: 'one' })
  })

  test('refuses what checkConfig refuses', () => {
    const { model } = setUp()
    expect(() => model.updateConfig({ temperature: 2 })).toThrow('temperature is at most 1.')
    expect(model.config).toEqual({ modelId: 'one' })
  })
})

describe('a patch for one call', () => {
  test('lies over the live config and is gone afterwards', async () => {
    const { model, ask } = setUp({ temperature: 0.5 })
    expect(await ask({ temperature: 0 })).toMatchObject({ temperature: 0 })
    model.updateConfig({ stop: ['x'] })
    expect(await ask({ temperature: 0 })).toMatchObject({ temperature: 0, stop: ['x'] })
    expect(await ask()).toMatchObject({ temperature: 0.5, stop: ['x'] })
    expect(await model.countTokens?.(request, { config: { temperature: 1 } })).toBe(100)
  })

  test('with a member that does not exist is refused before anything is sent', () => {
    const { model, seen } = setUp()
    expect(() => model.stream(request, { config: { nope: 1 } })).toThrow(/no config member "nope"/)
    expect(seen).toEqual([])
  })
})

test('with() gives a model of its own; neither follows the other', () => {
  const { model } = setUp()
  const hot = model.with({ temperature: 1 })
  model.updateConfig({ modelId: 'two' })
  hot.updateConfig({ stop: ['x'] })
  expect(hot.config).toEqual({ modelId: 'one', temperature: 1, stop: ['x'] })
  expect(model.config).toEqual({ modelId: 'two' })
})

test('a signal is never missing', async () => {
  const signals: boolean[] = []
  const model = defineModel({
    ...{ provider: 'test', config: { modelId: 'one' }, keys: ['modelId'] },
    async *stream(_request, { signal }): AsyncGenerator<ModelEvent> {
      signals.push(signal.aborted)
    },
  })
  for await (const _event of model.stream(request));
  for await (const _event of model.stream(request, { signal: AbortSignal.abort() }));
  expect(signals).toEqual([false, true])
})

test('capabilities are told under the config of the moment, with a patch of the call over it', () => {
  const model = defineModel({
    provider: 'test',
    config: { modelId: 'one', reasoning: false },
    keys: ['modelId', 'reasoning'],
    async *stream() {},
    capabilities: ({ reasoning }) => ({ toolChoice: reasoning ? [] : ['tool'] }),
  })
  expect(model.capabilities?.()).toEqual({ toolChoice: ['tool'] })
  expect(model.capabilities?.({ config: { reasoning: true } })).toEqual({ toolChoice: [] })
  expect(() => model.capabilities?.({ config: { nope: 1 } })).toThrow('no config member "nope"')
  model.updateConfig({ reasoning: true })
  expect(model.capabilities?.()).toEqual({ toolChoice: [] })
})
