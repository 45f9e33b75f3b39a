import { otel } from '@x/telemetry'
import { startTelemetry } from '@x/telemetry/setup'
import { beforeAll, describe, expect, it } from 'vitest'
import { assist } from '../src/assist.js'
import { conventionTypes } from '../src/convention-types.js'
import type { OtlpAttribute, OtlpMetric, OtlpSpan, Received } from '../src/otlp.js'
import { plain, pointsOf } from '../src/otlp.js'
import { startReceiver } from '../src/start-receiver.js'

/* One run, seen by a collector: another process that gets OTLP over HTTP. */

const prices = { 'anthropic.claude-sonnet-4-6': { input: 3, output: 15 } }

let spans: readonly OtlpSpan[]
let metrics: readonly OtlpMetric[]
let received: Received

beforeAll(async () => {
  await using receiver = await startReceiver()
  const telemetry = await startTelemetry({
    ...{ endpoint: receiver.url, headers: { apikey: 'k1' }, serviceName: 'desk', flushAtExit: false },
    resource: { 'deployment.environment.name': 'test' },
  })
  for await (const event of assist([otel({ conversationId: () => 'c1', prices })], { delayMs: 5 })) {
    if (event.type === 'run-end') expect(event.result.status).toBe('done')
  }
  await telemetry.shutdown()
  spans = await receiver.spans()
  metrics = await receiver.metrics()
  received = await receiver.received()
})

describe('a collector', () => {
  it('gets well-formed OTLP at both paths, with the headers and the resource that were given', () => {
    expect(received.faults).toEqual([])
    expect(new Set(received.headers.map(({ path }) => path))).toEqual(new Set(['/v1/traces', '/v1/metrics']))
    expect(new Set(received.headers.map(({ apikey }) => apikey))).toEqual(new Set(['k1']))
    const resources = [
      ...received.traces.flatMap(({ resourceSpans }) => resourceSpans.map(({ resource }) => resource)),
      ...received.metrics.flatMap(({ resourceMetrics }) => resourceMetrics.map(({ resource }) => resource)),
    ]
    for (const { attributes } of resources) {
      expect(plain(attributes)).toMatchObject({ 'service.name': 'desk', 'deployment.environment.name': 'test' })
    }
  })

  it('gets the whole tree: tools at once, the agent below, the attempts at a typed answer, spans of the tools', () => {
    expect(tree(spans)).toEqual([
      'invoke_agent chief internal',
      '  chat us.anthropic.claude-sonnet-4-6 client',
      '  execute_tool ask_status internal',
      '    GET internal',
      '  execute_tool scout internal',
      '    invoke_agent scout internal',
      '      chat us.anthropic.claude-sonnet-4-6 client',
      '      execute_tool read_ticket internal',
      '        invoke_agent extract internal',
      '          chat us.anthropic.claude-sonnet-4-6 client',
      '          chat us.anthropic.claude-sonnet-4-6 client',
      '      chat us.anthropic.claude-sonnet-4-6 client',
      '  chat us.anthropic.claude-sonnet-4-6 client',
    ])
  })

  it('gets one trace, whose spans begin and end inside their parents', () => {
    expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(1)
    // The SDK starts each span on a clock of whole milliseconds, and measures its duration with a finer one.
    const slack = 2_000_000n
    for (const span of spans) {
      const parent = spans.find(({ spanId }) => spanId === span.parentSpanId)
      const [start, end] = [BigInt(span.startTimeUnixNano), BigInt(span.endTimeUnixNano)]
      expect(start).toBeLessThanOrEqual(end)
      if (!parent) continue
      expect(BigInt(parent.startTimeUnixNano)).toBeLessThanOrEqual(start)
      expect(end).toBeLessThanOrEqual(BigInt(parent.endTimeUnixNano) + slack)
    }
    const [status, scout] = ['execute_tool ask_status', 'execute_tool scout'].map((name) => spanNamed(name))
    // At once: each begins before the other has ended.
    expect(BigInt(status?.startTimeUnixNano ?? 0)).toBeLessThan(BigInt(scout?.endTimeUnixNano ?? 0))
    expect(BigInt(scout?.startTimeUnixNano ?? 0)).toBeLessThan(BigInt(status?.endTimeUnixNano ?? 0))
  })

  it('is told of the call that was asked again, of the guardrail, and of nothing that failed', () => {
    expect(spans.filter(({ status }) => status.code === 2)).toEqual([])
    const asked = chats().at(0)
    const answered = chats().at(-1)
    const retries = asked?.events.filter(({ name }) => name === 'x.model.retry') ?? []
    expect(retries.map(({ attributes }) => plain(attributes))).toEqual([
      { 'x.retry.attempt': 2, 'x.retry.delay_ms': 20, 'error.type': 'throttled' },
    ])
    expect(plain(asked?.attributes ?? [])['x.model.retries']).toBe(1)
    expect(plain(answered?.attributes ?? [])).toMatchObject({
      'aws.bedrock.guardrail.id': 'gr1',
      'aws.bedrock.guardrail.version': 'DRAFT',
      'aws.bedrock.guardrail.action': 'anonymized',
    })
    const assessments = answered?.events.filter(({ name }) => name === 'aws.bedrock.guardrail.assessment') ?? []
    expect(assessments.map(({ attributes }) => plain(attributes))).toMatchObject([
      { 'aws.bedrock.guardrail.side': 'output', 'aws.bedrock.guardrail.policy': 'sensitive-information' },
    ])
  })

  it.each<[string, Record<string, unknown>]>([
    [
      'invoke_agent chief',
      {
        'gen_ai.operation.name': 'invoke_agent',
        'gen_ai.provider.name': 'aws.bedrock',
        'gen_ai.agent.name': 'chief',
        'gen_ai.conversation.id': 'c1',
        'gen_ai.request.model': 'us.anthropic.claude-sonnet-4-6',
        'gen_ai.usage.input_tokens': expect.any(Number),
        'gen_ai.usage.output_tokens': expect.any(Number),
        'x.run.status': 'done',
        'x.run.turns': 2,
        'x.usage.cost': expect.any(Number),
      },
    ],
    ['invoke_agent scout', { 'gen_ai.agent.name': 'scout', 'gen_ai.conversation.id': 'c1', 'x.run.turns': 2 }],
    ['invoke_agent extract', { 'gen_ai.agent.name': 'extract', 'gen_ai.conversation.id': 'c1', 'x.run.turns': 2 }],
    [
      'chat us.anthropic.claude-sonnet-4-6',
      {
        'gen_ai.operation.name': 'chat',
        'gen_ai.provider.name': 'aws.bedrock',
        'gen_ai.request.max_tokens': 400,
        'gen_ai.request.temperature': 0.2,
        'gen_ai.request.stop_sequences': ['END'],
        'gen_ai.response.finish_reasons': ['tool_use'],
        'gen_ai.response.time_to_first_chunk': expect.any(Number),
        'server.address': '127.0.0.1',
        'server.port': expect.any(Number),
        'aws.request_id': expect.stringMatching(/^[0-9a-f-]{36}$/),
        'cloud.region': 'us-east-1',
      },
    ],
    [
      'execute_tool ask_status',
      {
        'gen_ai.operation.name': 'execute_tool',
        'gen_ai.tool.name': 'ask_status',
        'gen_ai.tool.type': 'function',
        'gen_ai.tool.call.id': expect.stringMatching(/^tooluse_/),
        'x.tool.outcome': 'result',
      },
    ],
  ])('reads of %s what it was about', (name, attributes) => {
    expect(plain(spanNamed(name).attributes)).toMatchObject(attributes)
  })

  it('gets no name and no type that the conventions do not have', () => {
    const types = conventionTypes()
    expect([types.get('gen_ai.usage.input_tokens'), types.get('gen_ai.request.stream')]).toEqual(['int', 'boolean'])
    expect(hasType({ key: 'gen_ai.usage.input_tokens', value: { stringValue: '5' } }, 'int')).toBe(false)
    expect(hasType({ key: 'gen_ai.made_up', value: { stringValue: 'x' } }, types.get('gen_ai.made_up'))).toBe(false)
    const ours = spans.filter(({ name }) => name !== 'GET')
    const attributes = [
      ...ours.flatMap((span) => [...span.attributes, ...span.events.flatMap((event) => event.attributes)]),
      ...metrics.flatMap((metric) => pointsOf(metric).flatMap((point) => point.attributes)),
    ]
    const wrong = attributes
      .filter(({ key }) => !isOwn(key))
      .filter((attribute) => !hasType(attribute, types.get(attribute.key)))
    expect(wrong).toEqual([])
    expect(attributes.filter(({ key }) => key.startsWith('gen_ai.')).length).toBeGreaterThan(100)
  })

  it('never sees a word of what was said', () => {
    const everything = JSON.stringify([received.traces, received.metrics])
    for (const word of ['ticket 7', 'degraded', 'severity', 'ops@example.org', 'You are the', 'secretAccessKey']) {
      expect(everything).not.toContain(word)
    }
  })

  it.each([
    ['gen_ai.client.operation.duration', 's'],
    ['gen_ai.client.token.usage', '{token}'],
    ['gen_ai.client.operation.time_to_first_chunk', 's'],
    ['x.model.retries', '{retry}'],
    ['aws.bedrock.guardrail.interventions', '{intervention}'],
    ['x.model.cost', '{currency}'],
  ])('gets the metric %s in %s', (name, unit) => {
    const metric = metrics.find((one) => one.name === name)
    expect(metric?.unit).toBe(unit)
    expect(metric && pointsOf(metric).length).toBeGreaterThan(0)
  })

  it('counts each operation once', () => {
    const duration = metrics.find(({ name }) => name === 'gen_ai.client.operation.duration')
    const counts = new Map<unknown, number>()
    for (const { attributes, count } of duration ? pointsOf(duration) : []) {
      const operation = plain(attributes)['gen_ai.operation.name']
      counts.set(operation, (counts.get(operation) ?? 0) + Number(count))
    }
    expect(Object.fromEntries(counts)).toEqual({ chat: 6, execute_tool: 3, invoke_agent: 3 })
  })
})

it('a collector that is only starting gets the spans in the end, once', async () => {
  await using receiver = await startReceiver('--refuse-first')
  const telemetry = await startTelemetry({ endpoint: receiver.url, metrics: false, flushAtExit: false })
  for await (const _ of assist([otel()])) {
    // To the end.
  }
  await telemetry.shutdown()
  expect(tree(await receiver.spans())).toHaveLength(13)
})

const kinds: Readonly<Record<number, string>> = { 1: 'internal', 2: 'server', 3: 'client' }

/** Indented lines in the order of the starts; of those that start at once, by name. */
function tree(all: readonly OtlpSpan[]): string[] {
  const sorted = [...all].sort(byStart)
  const under = (parentId: string | undefined, depth: number): string[] =>
    sorted
      .filter(({ parentSpanId }) => (parentSpanId || undefined) === parentId)
      .flatMap(({ name, kind, spanId }) => [`${'  '.repeat(depth)}${name} ${kinds[kind]}`, ...under(spanId, depth + 1)])
  return under(undefined, 0)
}

function byStart(left: OtlpSpan, right: OtlpSpan): number {
  const difference = Number(BigInt(left.startTimeUnixNano) - BigInt(right.startTimeUnixNano))
  return difference === 0 ? left.name.localeCompare(right.name) : difference
}

function chats(): readonly OtlpSpan[] {
  return spans.filter(({ name }) => name.startsWith('chat ')).sort(byStart)
}

/** The first of that name. */
function spanNamed(name: string): OtlpSpan {
  const found = spans.filter((span) => span.name === name).sort(byStart)[0]
  if (!found) throw new Error(`No span is named "${name}".`)
  return found
}

/** Names of this house, which the conventions leave to it. */
function isOwn(key: string): boolean {
  return key.startsWith('x.') || (key.startsWith('aws.bedrock.') && key !== 'aws.bedrock.guardrail.id')
}

function hasType({ value }: OtlpAttribute, type: string | undefined): boolean {
  switch (type) {
    case 'int':
      return value.intValue !== undefined
    case 'double':
      // A whole number travels as one.
      return value.doubleValue !== undefined || value.intValue !== undefined
    case 'boolean':
      return value.boolValue !== undefined
    case 'string[]':
      return value.arrayValue?.values.every(({ stringValue }) => stringValue !== undefined) ?? false
    case 'string':
      return value.stringValue !== undefined
    default:
      return false
  }
}
