import type { ModelEvent, ModelRequest } from '@x/types'
import { checkModel, formatReport } from '@x/types/testing'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { acmeCloud } from '../src/index.js'
import { behaviours } from './behaviours.js'
import type { Service } from './start-service.js'
import { startService } from './start-service.js'

let service: Service

beforeAll(async () => {
  service = await startService()
})

afterAll(() => service.close())

test('passes every check of the kit', { timeout: 120_000 }, async () => {
  const wires = Object.keys(behaviours).map((name) => [name, { model: on(name), service: service.probe }])
  const report = await checkModel(on('echo'), {
    service: service.probe,
    secrets: [service.apiKey],
    scenarios: {
      ...Object.fromEntries(wires),
      'access-denied': { model: on('echo').with({ apiKey: 'another key' }) },
      unreachable: { model: on('echo').with({ baseUrl: 'http://127.0.0.1:9' }) },
    },
  })
  console.log(formatReport(report))
  expect(report.passed, formatReport(report)).toBe(true)
  expect(report.complete, formatReport(report)).toBe(true)
})

test('an answer is one sequence of events', async () => {
  expect(await eventsOf('reasoning', ask('Hi there'))).toEqual([
    { type: 'reasoning-delta', text: 'They said:' },
    { type: 'reasoning-delta', text: ' Hi there' },
    { type: 'reasoning-delta', signature: expect.any(String) },
    { type: 'part-end' },
    { type: 'text-delta', text: 'Hi ' },
    { type: 'text-delta', text: 'there' },
    { type: 'part-end' },
    {
      type: 'model-end',
      stopReason: 'end',
      providerStopReason: 'stop',
      usage: { inputTokens: 3, outputTokens: 5, totalTokens: 8 },
    },
  ])
})

test('a broken connection is a truncated answer, with what had arrived', async () => {
  await expect(eventsOf('dropped', ask('Hi'))).rejects.toMatchObject({
    code: 'stream-truncated',
    retryable: true,
    partial: { message: { content: [{ type: 'text', text: expect.stringMatching(/^Half/) }] } },
  })
})

test('a refusal carries its status, its request id and how long to wait', async () => {
  await expect(eventsOf('throttled', ask('Hi'))).rejects.toMatchObject({
    code: 'throttled',
    ...{ status: 429, retryable: true, retryAfterMs: 2000, requestId: 'request-1' },
  })
})

test('codes and reasons that nobody has heard of are told, not guessed at', async () => {
  await expect(eventsOf('new-error', ask('Hi'))).rejects.toMatchObject({ code: 'invalid-request', status: 418 })
  const events = await eventsOf('new-reason', ask('Hi'))
  expect(events).toContainEqual({ type: 'warning', message: 'Acme Cloud stopped for an unknown reason: tired.' })
})

test('a call beside the word "stop" is a call', async () => {
  const tool = { name: 'look', inputSchema: { type: 'object' } } as const
  const events = await eventsOf('says-stop', { ...ask('Hi'), tools: [tool] })
  expect(events.at(-1)).toMatchObject({ stopReason: 'tool-use', providerStopReason: 'stop' })
})

test('the settings and the tools reach the service', async () => {
  const model = on('echo').with({ maxTokens: 100, temperature: 0 })
  const tool = { name: 'look', inputSchema: { type: 'object' } } as const
  for await (const _ of model.stream({ ...ask('Hi'), tools: [tool], toolChoice: { tool: 'look' } }));
  expect(service.requests.at(-1)).toEqual({
    model: 'acme-1',
    messages: [{ role: 'user', text: 'Hi' }],
    tools: [{ name: 'look', description: '', parameters: { type: 'object' } }],
    tool_choice: 'tool:look',
    max_tokens: 100,
    temperature: 0,
  })
})

test('the key comes from the environment unless it is given, and is never shown', async () => {
  vi.stubEnv('ACME_CLOUD_API_KEY', service.apiKey)
  const model = acmeCloud('acme-1', { baseUrl: service.url('echo') })
  vi.unstubAllEnvs()
  for await (const event of model.stream(ask('Hi'))) expect(JSON.stringify(event)).not.toContain(service.apiKey)
  expect(JSON.stringify(model)).not.toContain(service.apiKey)
})

test('what the service cannot be told is refused before it is asked', async () => {
  const before = service.requests.length
  const image = { type: 'image', format: 'png', source: { type: 'base64', base64: 'AAAA' } } as const
  const requests: ModelRequest[] = [
    { messages: [{ role: 'user', content: [image] }] },
    { ...ask('Hi'), tools: [{ type: 'provider', provider: 'acme-cloud', value: 'search' }] },
  ]
  for (const request of requests) {
    await expect(eventsOf('echo', request)).rejects.toMatchObject({ code: 'unsupported' })
  }
  expect(service.requests).toHaveLength(before)
})

test.each([{ maxTokens: 0 }, { temperature: 3 }, { baseUrl: 'nowhere' }])('%j is no config', (config) => {
  expect(() => acmeCloud('acme-1', config)).toThrowError(expect.objectContaining({ code: 'invalid-config' }))
})

/** A model of the local service that behaves as the row of `behaviours` says. */
function on(behaviour: string) {
  return acmeCloud('acme-1', { baseUrl: service.url(behaviour), apiKey: service.apiKey })
}

function ask(text: string): ModelRequest {
  return { messages: [{ role: 'user', content: [{ type: 'text', text }] }] }
}

async function eventsOf(behaviour: string, request: ModelRequest): Promise<ModelEvent[]> {
  const events: ModelEvent[] = []
  for await (const event of on(behaviour).stream(request)) events.push(event)
  return events
}
