import type { Capabilities, ModelRequest } from '@x/types'
import { AgentError } from '@x/types'
import type { ScriptedTurn } from '@x/types/testing'
import { scriptedModel } from '@x/types/testing'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import * as z from 'zod'
import { extract, failureOf, forgetRefusals } from '../src/index.js'

const schema = z.object({ name: z.string() })
const prompt = 'Who?'
const all: Capabilities = { outputSchema: true, strictTools: true, tools: true, toolChoice: ['any', 'tool'] }
const spent = { inputTokens: 1, outputTokens: 0, totalTokens: 1 }

/** Answers in whatever way it was asked. */
const answer = ({ tools, output }: ModelRequest): ScriptedTurn =>
  tools && !output ? [{ type: 'tool-call', id: '1', name: 'answer', input: { name: 'Ann' } }] : '{"name":"Ann"}'

/** A service that refuses some ways of asking with the words of the real one. */
const refusing = (
  words: Partial<Record<'native' | 'strict' | 'tool' | 'choice' | 'system', string>>,
  capabilities = all,
) =>
  scriptedModel(
    (request) => {
      const [tool] = request.tools ?? []
      const isStrict = tool && !('type' in tool) && tool.strict
      const said =
        (request.output && words.native) ||
        (isStrict && words.strict) ||
        (tool && words.tool) ||
        (tool && request.toolChoice !== 'auto' && words.choice) ||
        (request.system && words.system)
      return said ? new AgentError('invalid-request', said, { partial: { usage: spent } }) : answer(request)
    },
    { capabilities },
  )

const ways = (model: ReturnType<typeof scriptedModel>) =>
  model.calls.map(({ request: { output, tools, toolChoice } }) => {
    if (output) return 'native'
    const [tool] = tools ?? []
    if (!tool || 'type' in tool) return 'prompted'
    return `${tool.strict ? 'strict-' : ''}tool${toolChoice === 'auto' ? ' auto' : ''}`
  })

beforeEach(forgetRefusals)
afterEach(() => void vi.useRealTimers())

describe('the ladder', () => {
  it.each<[string, Capabilities | undefined, string, unknown]>([
    ['nothing is known', undefined, 'tool', { tool: 'answer' }],
    ['an output schema is taken', all, 'native', undefined],
    ['strict tools are taken', { ...all, outputSchema: false }, 'strict-tool', { tool: 'answer' }],
    ['a tool can be forced by name', { toolChoice: ['any', 'tool'] }, 'tool', { tool: 'answer' }],
    ['some tool can be forced', { toolChoice: ['any'] }, 'tool', 'any'],
    ['no tool can be forced', { toolChoice: [] }, 'tool', 'auto'],
    ['there are no tools', { tools: false, strictTools: true }, 'prompted', undefined],
  ])('asks in the best way that is known to be taken when %s', async (_when, capabilities, mode, toolChoice) => {
    const model = scriptedModel(answer, capabilities && { capabilities })
    const result = await extract({ model, schema, prompt })
    expect(result).toMatchObject({ output: { name: 'Ann' }, mode })
    expect(model.calls.map(({ request }) => request.toolChoice)).toEqual([toolChoice])
    expect(result.attempts.map((attempt) => attempt.mode)).toEqual([mode])
  })

  it('asks for the output schema in its own dialect, and checks what that could not say', async () => {
    const person = z.object({ age: z.number().min(0) })
    const model = scriptedModel(['nobody', '{"age":-1}', '{"age":36}'], { capabilities: all })
    const result = await extract({ model, schema: person, prompt, name: 'person', description: 'Who.' })
    expect(result).toMatchObject({ output: { age: 36 }, mode: 'native' })
    const { tools, toolChoice, system, output } = model.calls[0]?.request ?? {}
    expect({ tools, toolChoice, system }).toEqual({})
    expect(output).toMatchObject({ name: 'person', description: 'Who.', schema: { additionalProperties: false } })
    expect(JSON.stringify(output?.schema)).not.toContain('"minimum"')
    const last = (index: number) => JSON.stringify(model.calls[index]?.request.messages.at(-1))
    expect(last(1)).toContain('The answer is not JSON alone.')
    expect(last(2)).toContain('- age: ')
  })

  it('tells an instruction to a model that cannot be forced', async () => {
    const model = scriptedModel(answer, { capabilities: { toolChoice: [] } })
    await extract({ model, schema, prompt, system: 'Be exact.' })
    expect(model.calls[0]?.request.system).toMatchObject([
      { text: 'Be exact.' },
      { text: expect.stringContaining('calling the tool "answer"') },
    ])
  })

  it("tells the schema in the system text when there are no tools, behind the caller's own", async () => {
    const model = scriptedModel(['I think it is\n```json\n{"name":"Ann"}\n```'], { capabilities: { tools: false } })
    const result = await extract({ model, schema, prompt, system: 'Be exact.' })
    expect(result).toMatchObject({ output: { name: 'Ann' }, mode: 'prompted', repairs: [] })
    const { system, messages } = model.calls[0]?.request ?? {}
    expect(system).toMatchObject([{ text: 'Be exact.' }, { text: expect.stringContaining('"properties":{"name"') }])
    expect(messages).toHaveLength(1)
  })

  it("asks for what the model can do under the call's own config", async () => {
    const capabilities = (options?: { readonly config?: object }): Capabilities =>
      options?.config ? { toolChoice: [] } : { toolChoice: ['tool'] }
    const model = Object.assign(scriptedModel(answer), { capabilities })
    await extract({ model, schema, prompt })
    await extract({ model, schema, prompt, config: { temperature: 1 } })
    expect(ways(model)).toEqual(['tool', 'tool auto'])
  })

  it('takes the next way for a schema that the better one cannot say, and says why', async () => {
    const open = z.object({ name: z.string(), rest: z.unknown().optional() })
    const model = scriptedModel(answer, { capabilities: all })
    const result = await extract({ model, schema: open, prompt })
    expect(result.mode).toBe('tool')
    expect(result.stepsDown.map(({ mode }) => mode)).toEqual(['native', 'strict-tool'])
    expect(result.stepsDown[0]?.reason).toContain('rest')
    expect(ways(model)).toEqual(['tool'])
  })

  it('steps down once for each way that the service refuses, adds their usage up, and remembers them', async () => {
    const words = {
      native: 'The model returned the following errors: output_config.format: Extra inputs are not permitted',
      strict: 'The model returned the following errors: tools.0.custom.strict: Extra inputs are not permitted',
      tool: "This model doesn't support tool use.",
    }
    const model = refusing(words)
    const result = await extract({ model, schema, prompt })
    expect(result).toMatchObject({ output: { name: 'Ann' }, mode: 'prompted', usage: { totalTokens: 5 } })
    expect(result.attempts).toHaveLength(1)
    expect(result.stepsDown).toEqual([
      { mode: 'native', reason: words.native },
      { mode: 'strict-tool', reason: words.strict },
      { mode: 'tool', reason: words.tool },
    ])
    expect(ways(model)).toEqual(['native', 'strict-tool', 'tool', 'prompted'])

    const next = await extract({ model, schema: z.object({ name: z.string(), b: z.string().optional() }), prompt })
    expect(next.stepsDown).toEqual(result.stepsDown)
    expect(ways(model).slice(4)).toEqual(['prompted'])
    // Not for another model, nor for another region of the same.
    await extract({ model: model.with({ modelId: 'scripted-2' }), schema, prompt })
    expect(ways(model).slice(5)).toEqual(['native', 'strict-tool', 'tool', 'prompted'])
  })

  it('tries again after an hour, as support may have arrived', async () => {
    vi.useFakeTimers({ now: 0, toFake: ['Date'] })
    const model = refusing({ native: 'outputConfig.textFormat: Extra inputs are not permitted' })
    await extract({ model, schema, prompt })
    vi.setSystemTime(3_599_000)
    await extract({ model, schema, prompt })
    vi.setSystemTime(3_601_000)
    await extract({ model, schema, prompt })
    expect(ways(model)).toEqual(['native', 'strict-tool', 'strict-tool', 'native', 'strict-tool'])
  })

  it('remembers what was wrong with one schema for that schema alone', async () => {
    const model = refusing({ native: 'The compiled grammar is too large, which would cause performance issues.' })
    await extract({ model, schema, prompt })
    await extract({ model, schema, prompt })
    await extract({ model, schema: z.object({ name: z.string().optional() }), prompt })
    expect(ways(model)).toEqual(['native', 'strict-tool', 'strict-tool', 'native', 'strict-tool'])
  })

  it('does not remember what another setting of the request ruled out', async () => {
    const model = refusing({ native: 'output_config.format: Citations cannot be combined with structured outputs.' })
    await extract({ model, schema, prompt })
    await extract({ model, schema, prompt })
    expect(ways(model)).toEqual(['native', 'strict-tool', 'native', 'strict-tool'])
  })

  it('leaves the choice to a model that refuses to be forced, in the same mode', async () => {
    const words = "This model doesn't support the toolConfig.toolChoice.tool field. Remove it and try again."
    const model = refusing({ choice: words }, {})
    const result = await extract({ model, schema, prompt })
    expect(result).toMatchObject({ mode: 'tool', stepsDown: [{}, {}, { mode: 'tool', reason: words }] })
    expect(ways(model)).toEqual(['tool', 'tool auto'])
  })

  it('tells the schema behind the question to a model that takes no system prompt', async () => {
    const model = refusing(
      { system: 'titan models take no system prompt: say it in the first user message.' },
      { tools: false },
    )
    const result = await extract({ model, schema, prompt })
    expect(result.mode).toBe('prompted')
    const { system, messages } = model.calls[1]?.request ?? {}
    expect(system).toBeUndefined()
    expect(messages).toMatchObject([
      { content: [{ text: prompt }] },
      { content: [{ text: expect.stringContaining('JSON Schema') }] },
    ])
  })

  it.each([
    ['speaks of something else', 'invalid-request', '`temperature` and `top_p` cannot both be specified.'],
    ['is no refusal', 'throttled', 'Too many requests for this output_config.'],
  ])('passes an error on that %s', async (_what, code, message) => {
    const thrown = new AgentError(code, message)
    const model = scriptedModel(() => thrown, { capabilities: all })
    const error = await extract({ model, schema, prompt }).catch((error) => error)
    expect(error).toBe(thrown)
    expect(model.calls).toHaveLength(1)
    expect(failureOf(error)).toMatchObject({ mode: 'native', attempts: [] })
  })

  it('gives up on a refusal that goes on', async () => {
    const model = scriptedModel(() => new AgentError('invalid-request', 'toolChoice: not taken.'), { capabilities: {} })
    await expect(extract({ model, schema, prompt })).rejects.toMatchObject({ code: 'invalid-request' })
    // Forced, by itself, and then it is an error.
    expect(ways(model)).toEqual(['tool', 'tool auto'])
  })
})

describe('a pinned mode', () => {
  it.each([
    ['native', 'native'],
    ['JSON_SCHEMA', 'native'],
    ['BEDROCK_STRUCTURED_OUTPUTS', 'native'],
    ['strict-tool', 'strict-tool'],
    ['TOOLS_STRICT', 'strict-tool'],
    ['BEDROCK_TOOLS_STRICT', 'strict-tool'],
    ['tool', 'tool'],
    ['TOOLS', 'tool'],
    ['bedrock_tools', 'tool'],
    ['prompted', 'prompted'],
    ['JSON', 'prompted'],
    ['MD_JSON', 'prompted'],
    ['BEDROCK_JSON', 'prompted'],
  ] as const)('%s asks as %s', async (mode, way) => {
    const model = scriptedModel(answer, { capabilities: all })
    expect(await extract({ model, schema, prompt, mode })).toMatchObject({ mode: way, stepsDown: [] })
    expect(ways(model)).toEqual([way])
  })

  it('lists the modes when there is none of the name', async () => {
    const model = scriptedModel(answer)
    // @ts-expect-error no such mode
    const error = await extract({ model, schema, prompt, mode: 'function' }).catch((error) => error)
    expect(error).toMatchObject({ code: 'invalid-config' })
    expect(error.message).toMatch(
      /There is no mode "function"\. Modes: native, strict-tool, tool, prompted\..*BEDROCK_TOOLS/,
    )
    expect(model.calls).toHaveLength(0)
  })

  it('never steps down, and remembers nothing', async () => {
    const model = refusing({ native: 'output_config.format: Extra inputs are not permitted' })
    await expect(extract({ model, schema, prompt, mode: 'native' })).rejects.toMatchObject({ code: 'invalid-request' })
    await extract({ model, schema, prompt })
    await expect(extract({ model, schema, prompt, mode: 'native' })).rejects.toMatchObject({ code: 'invalid-request' })
    expect(ways(model)).toEqual(['native', 'native', 'strict-tool', 'native'])
  })

  it('is asked in another way of the same mode', async () => {
    const model = refusing({ choice: "This model doesn't support the toolConfig.toolChoice.tool field." }, {})
    expect(await extract({ model, schema, prompt, mode: 'tool' })).toMatchObject({
      mode: 'tool',
      stepsDown: [{ mode: 'tool' }],
    })
    await extract({ model, schema, prompt, mode: 'tool' })
    expect(ways(model)).toEqual(['tool', 'tool auto', 'tool auto'])
  })

  it.each([
    ['native', { outputSchema: false }],
    ['strict-tool', { strictTools: false }],
    ['tool', { tools: false }],
  ] as const)(
    'is refused before anything is sent when it is known that %s is not taken',
    async (mode, capabilities) => {
      const model = scriptedModel(answer, { capabilities })
      await expect(extract({ model, schema, prompt, mode })).rejects.toMatchObject({ code: 'unsupported' })
      expect(model.calls).toHaveLength(0)
    },
  )

  it('says what of the schema it cannot say', async () => {
    const model = scriptedModel(answer, { capabilities: all })
    const open = z.object({ rest: z.unknown() })
    await expect(extract({ model, schema: open, prompt, mode: 'native' })).rejects.toMatchObject({
      code: 'unsupported',
    })
    expect(model.calls).toHaveLength(0)
  })
})
