import type { AssistantPart, JsonValue, Middleware } from '@x/types'
import { AgentError } from '@x/types'
import type { ScriptedTurn } from '@x/types/testing'
import { scriptedModel } from '@x/types/testing'
import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import type { CallHooks, HookName, StructuredClient } from '../src/client.js'
import { fromModel, judge } from '../src/client.js'

const schema = z.object({ n: z.number() })
const messages = [{ role: 'user', content: 'One?' }] as const
const call = (input: JsonValue): AssistantPart => ({ type: 'tool-call', id: 'c', name: 'answer', input })
const wrong: ScriptedTurn = [call({})]
const right: ScriptedTurn = [call({ n: 1 })]
const names: readonly HookName[] = [
  'completion:kwargs',
  'completion:response',
  'completion:error',
  'completion:last_attempt',
  'parse:error',
  'completion:usage',
]

function listen(client: StructuredClient): string[] {
  const told: string[] = []
  for (const name of names) client.on(name, ({ attempt }) => void told.push(`${attempt} ${name}`))
  return told
}

describe('hooks', () => {
  it('tell a wrong answer and the right one after it', async () => {
    const client = fromModel(scriptedModel([wrong, right]))
    const told = listen(client)
    await client.create({ schema, messages })
    expect(told).toEqual([
      '1 completion:kwargs',
      '1 completion:response',
      '1 completion:usage',
      '1 parse:error',
      '2 completion:kwargs',
      '2 completion:response',
      '2 completion:usage',
    ])
  })

  it('tell of the end when nothing was right', async () => {
    const client = fromModel(
      scriptedModel(() => wrong),
      { maxRetries: 0 },
    )
    const told = listen(client)
    await expect(client.create({ schema, messages })).rejects.toMatchObject({ code: 'invalid-output' })
    expect(told.slice(-2)).toEqual(['1 parse:error', '1 completion:last_attempt'])
  })

  it('tell a failing call, which is not made again', async () => {
    const error = new AgentError('access-denied', 'No.')
    const client = fromModel(scriptedModel([error]))
    const told = listen(client)
    const errors: unknown[] = []
    client.on('completion:error', (payload) => void errors.push(payload.error))
    client.on('completion:last_attempt', (payload) => void errors.push(payload.error))
    await expect(client.create({ schema, messages })).rejects.toBe(error)
    expect(told).toEqual(['1 completion:kwargs', '1 completion:error', '1 completion:last_attempt'])
    expect(errors).toEqual([error, error])
  })

  it('tell nothing when nothing was sent', async () => {
    const client = fromModel(scriptedModel([]))
    const told = listen(client)
    await expect(client.create({ schema, messages, maxRetries: -1 })).rejects.toMatchObject({ code: 'invalid-config' })
    expect(told).toEqual([])
  })

  it('are told what is sent, what came and what it cost', async () => {
    const client = fromModel(scriptedModel([wrong, right]))
    const payloads: object[] = []
    for (const name of names) client.on(name, (payload) => void payloads.push(payload))
    await client.create({ schema, messages, modelId: 'other', temperature: 0.5, maxRetries: 4 })
    const at = { modelId: 'other', attempt: 1, maxAttempts: 5, isLastAttempt: false }
    const usage = { inputTokens: 1, outputTokens: 1, totalTokens: 2 }
    expect(payloads.slice(0, 4)).toMatchObject([
      { ...at, request: { tools: [{ name: 'answer' }] }, config: { modelId: 'other', temperature: 0.5 } },
      { ...at, response: { stopReason: 'tool-use', usage } },
      { ...at, usage, totalUsage: usage },
      { ...at, failed: { mode: 'tool', problems: [{ path: 'n' }] } },
    ])
    expect(payloads.at(-1)).toMatchObject({ attempt: 2, totalUsage: { totalTokens: 4 } })
  })

  it('see the stream, the iterable and the plain completion too', async () => {
    const client = fromModel(scriptedModel(() => right))
    const told = listen(client)
    for await (const _piece of client.createPartial({ schema, messages }));
    await client.create({ messages })
    expect(told).toEqual([1, 2].flatMap(() => ['1 completion:kwargs', '1 completion:response', '1 completion:usage']))
  })

  it('do not see what others ask within the call: a judge, a check, a layer', async () => {
    const verdict: AssistantPart = { type: 'tool-call', id: 'j', name: 'judgement', input: { reason: '', holds: true } }
    const model = scriptedModel([right, [{ type: 'text', text: 'Yes.' }], [verdict]])
    const client = fromModel(model)
    const told = listen(client)
    const { objection } = judge({ model, statement: 'It is one.' })
    await client.create({
      schema,
      messages,
      async validate(output, { run }) {
        for await (const _event of run.model({ name: 'check', model, request: { messages: [] } }));
        return objection(output, { run })
      },
    })
    expect(model.calls).toHaveLength(3)
    expect(told).toEqual(['1 completion:kwargs', '1 completion:response', '1 completion:usage'])
  })

  it('may be given with one call, one or several at a time', async () => {
    const client = fromModel(scriptedModel(() => right))
    const told: string[] = []
    const hooks: CallHooks = {
      'completion:kwargs': [() => told.push('a'), () => told.push('b')],
      'completion:usage': () => told.push('c'),
    }
    client.on('completion:kwargs', () => told.push('client'))
    await client.create({ schema, messages, hooks })
    await client.create({ schema, messages })
    expect(told).toEqual(['client', 'a', 'b', 'c', 'client'])
  })

  it('are taken away one by one, by name or all at once', async () => {
    const client = fromModel(scriptedModel(() => right))
    const told = listen(client)
    const more = () => void told.push('more')
    client.on('completion:kwargs', more)
    client.off('completion:kwargs', more)
    client.clear('completion:usage')
    await client.create({ schema, messages })
    expect(told).toEqual(['1 completion:kwargs', '1 completion:response'])
    client.clear()
    await client.create({ schema, messages })
    expect(told).toHaveLength(2)
  })

  it('of a name that does not exist are refused', async () => {
    const client = fromModel(scriptedModel([]))
    const name = 'completion:kwarg' as HookName
    for (const run of [() => client.on(name, () => {}), () => client.off(name, () => {}), () => client.clear(name)]) {
      expect(run).toThrow(/no hook "completion:kwarg".*completion:kwargs/)
    }
    await expect(client.create({ schema, messages, hooks: { [name]: () => {} } })).rejects.toThrow('no hook')
  })

  it('break nothing when they throw or reject, and say so as a warning of the run', async () => {
    const warnings: string[] = []
    const watch: Middleware = {
      name: 'watch',
      async *run(runCall, next) {
        const step = next(runCall)
        for (;;) {
          const { done, value } = await step.next()
          if (done) return value
          if (value.type === 'warning') warnings.push(`${value.code}: ${value.message}`)
          yield value
        }
      },
    }
    const client = fromModel(scriptedModel([wrong, right]), { use: [watch] })
    const told: string[] = []
    for (const name of ['completion:kwargs', 'parse:error'] as const) {
      client.on(name, () => {
        throw new Error('oops')
      })
      client.on(name, async () => {
        throw new Error('oops later')
      })
      client.on(name, () => void told.push(name))
    }
    expect(await client.create({ schema, messages })).toEqual({ n: 1 })
    expect(told).toEqual(['completion:kwargs', 'parse:error', 'completion:kwargs'])
    expect(warnings).toEqual([
      'listener-failed: A handler of the hook completion:kwargs failed: oops',
      'listener-failed: onAttempt failed: A handler of the hook parse:error failed: oops',
      'listener-failed: A handler of the hook completion:kwargs failed: oops',
    ])
  })
})
