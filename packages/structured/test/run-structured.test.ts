import { Agent, calledTool, hooks } from '@x/agent-loop'
import { defineTool } from '@x/tools'
import type { AssistantPart, Capabilities, JsonValue, Middleware, ModelRequest } from '@x/types'
import { AgentError } from '@x/types'
import type { ScriptedTurn } from '@x/types/testing'
import { scriptedModel } from '@x/types/testing'
import { beforeEach, describe, expect, expectTypeOf, it } from 'vitest'
import * as z from 'zod'
import { extract, failureOf, forgetRefusals, runStructured } from '../src/index.js'

const schema = z.object({ city: z.string(), celsius: z.number() })
const right = { city: 'Oslo', celsius: 4 }
const prompt = 'How warm is it in Oslo?'
const weather = defineTool({
  name: 'weather',
  description: 'The weather.',
  input: z.object({ city: z.string() }),
  execute: () => '4 degrees',
})
const call = (name: string, input: JsonValue, id = name): AssistantPart => ({ type: 'tool-call', id, name, input })
const lookUp = [call('weather', { city: 'Oslo' })]
const text = (value: JsonValue) => JSON.stringify(value)
const native: Capabilities = { outputSchema: true }
const failed = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error) => error,
  )

const agentOf = (
  turns: readonly ScriptedTurn[] | ((request: ModelRequest, turn: number) => ScriptedTurn),
  capabilities: Capabilities = {},
) => {
  const model = scriptedModel(turns, { capabilities })
  return { model, agent: new Agent({ model, tools: [weather], system: 'Be exact.' }) }
}
const requestOf = ({ calls }: ReturnType<typeof scriptedModel>, index: number) => calls[index]?.request as ModelRequest
const toolNames = ({ tools = [] }: ModelRequest) => tools.map((tool) => ('name' in tool ? tool.name : tool.type))
const roles = (messages: readonly { readonly role: string }[]) => messages.map(({ role }) => role).join(' ')

beforeEach(forgetRefusals)

describe('runStructured', () => {
  it('ends a run by a tool of its own, the real tools staying as they are', async () => {
    const { model, agent } = agentOf([lookUp, [call('answer', right)]])
    const { output, mode, result, attempts, usage } = await runStructured(agent, { schema, prompt })
    expectTypeOf(output).toEqualTypeOf<{ city: string; celsius: number }>()
    expect({ output, mode, status: result.status, turns: result.turns }).toEqual({
      output: right,
      mode: 'tool',
      status: 'done',
      turns: 2,
    })
    expect(attempts).toHaveLength(1)
    expect(usage).toBe(result.usage)
    const request = requestOf(model, 0)
    expect(toolNames(request)).toEqual(['weather', 'answer'])
    expect(request.toolChoice).toBeUndefined()
    expect(request.system).toMatchObject([{ text: 'Be exact.' }, { text: expect.stringContaining('tool "answer"') }])
    expect(roles(agent.messages)).toBe('user assistant tool assistant tool')
    // The agent goes on without the answer tool.
    await failed(agent.run('Thanks.'))
    expect(toolNames(requestOf(model, 2))).toEqual(['weather'])
  })

  it('asks for the output schema beside the tools where the model takes one', async () => {
    const { model, agent } = agentOf([lookUp, text(right)], native)
    const { output, mode, message, result } = await runStructured(agent, { schema, prompt })
    expect({ output, mode }).toEqual({ output: right, mode: 'native' })
    expect(model.calls.map(({ request }) => [toolNames(request), request.output?.name])).toEqual([
      [['weather'], 'answer'],
      [['weather'], 'answer'],
    ])
    expect(result.messages.at(-1)).toEqual(message)
  })

  it('steps down to a tool when the service refuses the schema beside tools', async () => {
    const refusal = new AgentError('invalid-request', 'output_config: Extra inputs are not permitted')
    const { agent } = agentOf(
      ({ output, messages }) => (output ? refusal : messages.length === 1 ? lookUp : [call('answer', right)]),
      native,
    )
    const { output, mode, stepsDown, result } = await runStructured(agent, { schema, prompt })
    expect({ output, mode, turns: result.turns }).toEqual({ output: right, mode: 'tool', turns: 2 })
    expect(stepsDown[0]).toEqual({ mode: 'native', reason: refusal.message })
    // It says nothing about the schema by itself.
    const alone = scriptedModel([text(right)], { capabilities: native })
    expect((await extract({ model: alone, schema, prompt })).mode).toBe('native')
  })

  it('reads JSON in the text of a model without tools', async () => {
    const { model, agent } = agentOf([`It is\n${text(right)}`], { tools: false })
    expect(await runStructured(agent, { schema, prompt })).toMatchObject({ output: right, mode: 'prompted' })
    expect(requestOf(model, 0).system?.at(-1)).toMatchObject({ text: expect.stringContaining('JSON Schema') })
  })

  it('forces the answer when there is nothing else to call', async () => {
    const model = scriptedModel([[call('answer', right)]])
    await runStructured(new Agent({ model }), { schema, prompt, mode: 'strict-tool' })
    expect(requestOf(model, 0)).toMatchObject({ toolChoice: { tool: 'answer' }, tools: [{ strict: true }] })
  })

  it('asks again within the run for a wrong call, and then forces the answer', async () => {
    const { model, agent } = agentOf([lookUp, [call('answer', { city: 'SECRET' })], [call('answer', right)]])
    const { output, attempts, result } = await runStructured(agent, { schema, prompt })
    expect(output).toEqual(right)
    expect(attempts.map(({ problem }) => problem === undefined)).toEqual([false, true])
    expect(requestOf(model, 2).toolChoice).toEqual({ tool: 'answer' })
    const told = text(requestOf(model, 2).messages.at(-1) as unknown as JsonValue)
    expect(told).toContain('- celsius: ')
    expect(told).not.toContain('SECRET')
    expect(result.turns).toBe(3)
  })

  it('asks again for an answer in text, and leaves no trace of it', async () => {
    const { model, agent } = agentOf([lookUp, 'It is 4 degrees.', [call('answer', right)]])
    const { result } = await runStructured(agent, { schema, prompt })
    expect(requestOf(model, 2).messages.at(-1)).toMatchObject({
      role: 'user',
      content: [{ text: expect.stringContaining('did not call') }],
    })
    expect(requestOf(model, 2).toolChoice).toEqual({ tool: 'answer' })
    expect(roles(result.messages)).toBe('user assistant tool assistant tool')
  })

  it('shows only the last wrong answer of native output, and leaves no trace of it', async () => {
    const { model, agent } = agentOf([lookUp, '{"city":1}', '{"city":"Oslo"}', text(right)], native)
    const { attempts, result } = await runStructured(agent, { schema, prompt, repair: false })
    expect(attempts).toHaveLength(3)
    expect(model.calls.map(({ request }) => request.messages.length)).toEqual([1, 3, 5, 5])
    expect(text(requestOf(model, 3).messages as unknown as JsonValue)).not.toContain('{\\"city\\":1}')
    expect(roles(result.messages)).toBe('user assistant tool assistant')
    expect(roles(agent.messages)).toBe('user assistant tool assistant')
  })

  it('repairs, validates further and tells attempts as extract does', async () => {
    const { agent } = agentOf([
      [call('answer', { city: 'Rome', celsius: '4' })],
      [call('answer', { city: 'Oslo', celsius: '4' })],
    ])
    const seen: unknown[] = []
    const validated: string[] = []
    const { repairs } = await runStructured(agent, {
      schema,
      prompt,
      onAttempt: ({ problem }) => void seen.push(problem),
      validate({ city }) {
        validated.push(city)
        return city === 'Oslo' ? undefined : 'the wrong city.'
      },
    })
    expect(repairs).toMatchObject([{ path: 'celsius' }])
    expect(seen).toEqual(['The answer is not right: the wrong city.', undefined])
    expect(validated).toEqual(['Rome', 'Oslo'])
  })

  it('gives up after maxRetries, with the run and every attempt', async () => {
    const { agent, model } = agentOf(() => [call('answer', { city: 'Oslo' })])
    const error = await failed(runStructured(agent, { schema, prompt, maxRetries: 1 }))
    expect(error).toMatchObject({ code: 'invalid-output', partial: { usage: { totalTokens: 4 } } })
    expect(model.calls).toHaveLength(2)
    const { attempts, result, mode } = failureOf(error) ?? {}
    expect({ attempts: attempts?.length, status: result?.status, mode }).toEqual({
      attempts: 2,
      status: 'done',
      mode: 'tool',
    })
    expect(roles(agent.messages)).toBe('user assistant tool assistant tool')
  })

  it.each<[string, Record<string, unknown>, readonly ScriptedTurn[], string, string | undefined]>([
    ['its turns are used up', { maxTurns: 1 }, [lookUp], 'incomplete', 'limit'],
    ['a stop condition is met', { stopWhen: calledTool('weather') }, [lookUp], 'incomplete', 'done'],
    ['the answer is cut', {}, [{ content: [call('answer', right)], stopReason: 'length' }], 'incomplete', 'length'],
    [
      'the answer is withheld',
      {},
      [{ content: [{ type: 'text', text: 'no' }], stopReason: 'filtered' }],
      'guardrail',
      'filtered',
    ],
  ])('keeps the result when %s', async (_when, options, turns, code, status) => {
    const { agent } = agentOf(turns)
    const error = await failed(runStructured(agent, { schema, prompt, ...options }))
    expect(error).toMatchObject({ code })
    expect(failureOf(error)?.result?.status).toBe(status)
    expect(error.partial.messages).toBe(failureOf(error)?.result?.messages)
  })

  it('keeps the result when it is aborted', async () => {
    const abort = new AbortController()
    const model = scriptedModel([lookUp])
    const agent = new Agent({ model, tools: [weather], use: [hooks({ afterTool: () => abort.abort() })] })
    const error = await failed(runStructured(agent, { schema, prompt, signal: abort.signal }))
    expect(error.code).toBe('aborted')
    expect(failureOf(error)?.result?.status).toBe('aborted')
  })

  it('passes errors of the run on', async () => {
    const gone = new AgentError('unavailable', 'Gone.')
    const { agent } = agentOf([lookUp, gone])
    const error = await failed(runStructured(agent, { schema, prompt }))
    expect(error).toBe(gone)
    expect(failureOf(error)).toMatchObject({ mode: 'tool', attempts: [] })
    expect(roles(error.partial.messages)).toBe('user assistant tool')
  })

  it('goes on after a suspension, also in another process, and also when the answer came beside it', async () => {
    const ask: Middleware = {
      name: 'ask',
      async *tool(given, next) {
        if (given.call.name !== 'weather') return yield* next(given)
        if (given.answer === undefined) return { type: 'suspended', reason: 'May I?' }
        return yield* next(given)
      },
    }
    for (const turns of [[lookUp, [call('answer', right)]], [[...lookUp, call('answer', right)]]]) {
      const model = scriptedModel(turns)
      const config = { model, tools: [weather], use: [ask] }
      const agent = new Agent(config)
      const error = await failed(runStructured(agent, { schema, prompt }))
      expect(error).toMatchObject({ code: 'incomplete', message: expect.stringContaining('waits for answers') })
      const { messages, pending } = JSON.parse(JSON.stringify(failureOf(error)?.result))
      expect(pending).toMatchObject([{ callId: 'weather' }])
      const other = new Agent({ ...config, messages, pending })
      const { output, result } = await runStructured(other, { schema, answers: { weather: true } })
      expect({ output, status: result.status }).toEqual({ output: right, status: 'done' })
    }
  })

  it('takes what has the shape of an agent, and says when it cannot be resumed', async () => {
    const { agent } = agentOf([[call('answer', right)]])
    const shape = { run: agent.run.bind(agent) }
    expect((await runStructured(shape, { schema, prompt })).output).toEqual(right)
    expect(await failed(runStructured(shape, { schema, answers: {} }))).toMatchObject({ code: 'unsupported' })
    // @ts-expect-error no schema
    expect(await failed(runStructured(shape, { prompt }))).toMatchObject({ code: 'invalid-config' })
  })
})
