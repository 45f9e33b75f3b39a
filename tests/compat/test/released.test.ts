import { readdirSync } from 'node:fs'
import { Agent, runAgent, textOf } from '@x/agent-loop'
import { retry } from '@x/agent-loop/retry'
import type { AgentEvent, Message, Model, Tool } from '@x/types'
import { isAgentError } from '@x/types'
import { checkModel, formatReport } from '@x/types/testing'
import { afterAll, describe, expect, test } from 'vitest'

/*
 * The example provider of each release, as it was then, its own copy of the contract included, in the loop of today.
 * What fails here fails for everybody who has written a provider.
 */

interface Released {
  readonly provider: {
    acmeCloud(modelId: string, config: { readonly baseUrl: string; readonly apiKey: string }): Model
  }
  readonly service: {
    readonly behaviours: { readonly [name: string]: unknown }
    startService(): Promise<{
      readonly apiKey: string
      readonly probe: object
      url(behaviour: string): string
      close(): Promise<void>
    }>
  }
}

const folder = new URL('../released/', import.meta.url)
const versions = readdirSync(folder)

test('there is a released provider', () => {
  expect(versions).not.toEqual([])
})

describe.each(versions)('the provider released with %s', async (version) => {
  const { provider, service } = await load(version)
  const running = await service.startService()
  afterAll(() => running.close())
  const on = (behaviour: string) =>
    provider.acmeCloud('acme-1', { baseUrl: running.url(behaviour), apiKey: running.apiKey })

  test('passes the checks of today', { timeout: 120_000 }, async () => {
    const wires = Object.keys(service.behaviours).map((name) => [name, { model: on(name), service: running.probe }])
    const report = await checkModel(on('echo'), {
      service: running.probe,
      secrets: [running.apiKey],
      scenarios: Object.fromEntries(wires),
    })
    expect(report.passed, formatReport(report)).toBe(true)
  })

  test('tells the loop the same events as on its first day', async () => {
    const events: AgentEvent[] = []
    const question = ask('Hi there')
    for await (const event of runAgent({ model: on('echo'), tools: [shout], runId: 'r' }, question)) events.push(event)
    expect(events.map(({ type }) => type)).toEqual([
      'run-start',
      ...['turn-start', 'model-start', 'tool-call-start', 'tool-call-delta', 'tool-call-delta', 'tool-call-delta'],
      ...['part-end', 'model-end', 'message', 'tool-start', 'tool-end', 'message'],
      ...['turn-start', 'model-start', 'text-delta', 'part-end', 'model-end', 'message'],
      'run-end',
    ])
    expect(events.at(-1)).toMatchObject({
      result: {
        status: 'done',
        usage: { inputTokens: 6, outputTokens: 10, totalTokens: 16 },
        messages: [
          { role: 'user' },
          { role: 'assistant', content: [{ type: 'tool-call', name: 'shout', input: { text: 'ping' } }] },
          { role: 'tool', content: [{ type: 'tool-result', content: [{ type: 'text', text: 'PING' }] }] },
          { role: 'assistant', content: [{ type: 'text', text: 'PING' }], model: { provider: 'acme-cloud' } },
        ],
      },
    })
  })

  test('holds a conversation in an agent', async () => {
    const agent = new Agent({ model: on('echo') })
    expect(textOf(await agent.run('First.'))).toBe('First.')
    expect(textOf(await agent.run('Second.', { config: { temperature: 0 } }))).toBe('Second.')
    expect(agent.messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'user', 'assistant'])
  })

  test('takes its reasoning back in the next turn', async () => {
    const agent = new Agent({ model: on('reasoning') })
    await agent.run('Think.')
    expect(textOf(await agent.run('Once more.'))).toBe('Once more.')
    expect(agent.messages[1]?.content[0]).toMatchObject({ type: 'reasoning', signature: expect.any(String) })
  })

  test('fails with errors that the layers of today understand, although the class is another', async () => {
    const layers = [retry({ maxAttempts: 2, random: () => 0, maxTotalMs: 60_000 })]
    const types: string[] = []
    const run = runAgent({ model: on('fails-midway'), use: layers }, ask('Hi'))
    const failure = await drain(run, (event) => types.push(event.type)).catch((error: unknown) => error)
    expect(types.filter((type) => type === 'model-retry')).toHaveLength(1)
    expect(isAgentError(failure, 'unavailable')).toBe(true)
    expect(failure).toMatchObject({ partial: { message: { content: [{ text: 'Half an answer' }] } } })
  })

  test('stops at an abort, and the conversation stays whole', async () => {
    const controller = new AbortController()
    const agent = new Agent({ model: on('stalled') })
    const events = agent.stream('Hi', { signal: controller.signal })
    let end: AgentEvent | undefined
    for await (const event of events) {
      if (event.type === 'text-delta') controller.abort()
      end = event
    }
    expect(end).toMatchObject({ result: { status: 'aborted', partial: { content: [{ text: 'Wait' }] } } })
    expect(agent.messages).toHaveLength(1)
  })
})

test('a model of a later contract is told from one of this', async () => {
  const { provider } = await load(versions[0] ?? '')
  const model = provider.acmeCloud('acme-1', { baseUrl: 'http://127.0.0.1:9', apiKey: 'none' })
  expect(model.specVersion).toBe(1)
  const later = { ...model, modelId: model.modelId, specVersion: 2 } as unknown as Model
  const { checks } = await checkModel(later, { only: ['names itself'] })
  expect(checks).toEqual([{ name: 'names itself', status: 'failed', reason: 'specVersion is 2, not 1' }])
})

const shout: Tool = {
  name: 'shout',
  inputSchema: { type: 'object', properties: { text: { type: 'string' } } },
  execute: (input) => String((input as { text: string }).text).toUpperCase(),
}

function ask(text: string): Message[] {
  return [{ role: 'user', content: [{ type: 'text', text }] }]
}

async function load(version: string): Promise<Released> {
  const file = async (name: string): Promise<unknown> => import(new URL(`${version}/${name}`, folder).href)
  return { provider: await file('provider.mjs'), service: await file('service.mjs') } as Released
}

async function drain(events: AsyncIterable<AgentEvent>, onEvent: (event: AgentEvent) => void): Promise<void> {
  for await (const event of events) onEvent(event)
}
