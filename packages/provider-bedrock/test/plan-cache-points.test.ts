import type { Message, ModelRequest } from '@x/types'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkRequest } from '../src/check-request.js'
import type { BedrockConfig } from '../src/config.js'
import { cacheReport, planCachePoints } from '../src/plan-cache-points.js'

const sonnet = 'us.anthropic.claude-sonnet-4-6'
const nova = 'us.amazon.nova-pro-v1:0'
const text = (words: string) => ({ type: 'text', text: words }) as const
const user = (words: string): Message => ({ role: 'user', content: [text(words)] })
const assistant = (words: string): Message => ({ role: 'assistant', content: [text(words)] })
const called: Message = { role: 'assistant', content: [{ type: 'tool-call', id: '1', name: 'add', input: {} }] }
const answered: Message = { role: 'tool', content: [{ type: 'tool-result', id: '1', content: [text('3')] }] }
const add = { name: 'add', inputSchema: { type: 'object' } }
const point = { type: 'cache-point' } as const
const long = { type: 'cache-point', ttl: '1h' } as const

const plan = (config: Partial<BedrockConfig>, request: ModelRequest) =>
  planCachePoints({ modelId: sonnet, cache: 'auto', ...config }, request)
const placed = (config: Partial<BedrockConfig>, request: ModelRequest) =>
  plan(config, request)?.points.map(({ path, ttl, by }) => [path, ttl, by].join(' '))

const whole: ModelRequest = {
  system: [text('s')],
  tools: [add],
  messages: [user('a'), assistant('b'), user('c'), assistant('d'), user('e')],
}

describe('planCachePoints', () => {
  it('marks tools, system, the last user turn and the one before it', () => {
    const planned = plan({}, whole)

    expect(planned?.request).toEqual({
      system: [text('s'), point],
      tools: [add, point],
      messages: [
        user('a'),
        assistant('b'),
        { role: 'user', content: [text('c'), point] },
        assistant('d'),
        { role: 'user', content: [text('e'), point] },
      ],
    })
    expect(planned?.skipped).toEqual([])
  })

  it('advances with the conversation, so that each request finds what the one before it wrote', () => {
    const messages = [user('a'), called, answered, assistant('b'), user('c')]
    const marks = [1, 3, 5].map((count) => placed({}, { messages: messages.slice(0, count) }))

    expect(marks).toEqual([
      ['messages.0 5m auto'],
      ['messages.0 5m auto', 'messages.2 5m auto'],
      ['messages.2 5m auto', 'messages.4 5m auto'],
    ])
  })

  it('adds nothing unless it is asked to', () => {
    expect(planCachePoints({ modelId: sonnet }, whole)).toBeUndefined()
    expect(planCachePoints({ modelId: sonnet, cache: false }, whole)).toBeUndefined()
  })

  it('leaves out the sections that are switched off', () => {
    expect(placed({ cache: { messages: false } }, whole)).toEqual(['tools 5m auto', 'system 5m auto'])
    expect(placed({ cache: { tools: false, system: false, messages: false } }, whole)).toEqual([])
  })

  it('understands the older names', () => {
    const old = (config: Partial<BedrockConfig>) =>
      planCachePoints({ modelId: sonnet, ...config }, whole)?.points.map(({ path }) => path)

    expect(old({ cacheTools: 'default' })).toEqual(['tools'])
    expect(old({ cachePrompt: true })).toEqual(['system'])
    expect(old({ cacheTools: true, cachePrompt: true })).toEqual(['tools', 'system'])
  })

  it('marks what the family takes: Nova no tools, and no turn with tool results', () => {
    const planned = plan({ modelId: nova }, { ...whole, messages: [user('a'), called, answered] })

    expect(planned?.points.map(({ path }) => path)).toEqual(['system', 'messages.0'])
    expect(planned?.skipped).toEqual([{ section: 'tools', reason: 'nova models take no cache points in tools.' }])
  })

  it('marks nothing for families that do not cache, and says so', () => {
    const planned = plan({ modelId: 'us.meta.llama4-scout-17b-instruct-v1:0' }, whole)

    expect(planned).toMatchObject({ request: whole, points: [], isUnknownFamily: false })
    expect(planned?.skipped.map(({ section }) => section)).toEqual(['tools', 'system', 'messages'])
  })

  it('marks for an ARN what it is stated to hold, and nothing when nobody says', () => {
    const modelId = 'arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/1arbu5hu2sjr'

    expect(placed({ modelId, family: 'claude' }, whole)).toHaveLength(4)
    expect(placed({ modelId, family: 'amazon.nova-lite-v1:0' }, whole)).toHaveLength(3)
    expect(plan({ modelId }, whole)).toMatchObject({ points: [], isUnknownFamily: true })
  })

  it('keeps the points of the caller, adds none beside them, and stays within four', () => {
    const request: ModelRequest = {
      system: [text('s'), point, text('t')],
      tools: [add],
      messages: [
        { role: 'user', content: [text('a'), point] },
        assistant('b'),
        { role: 'user', content: [text('c'), point] },
        assistant('d'),
        user('e'),
      ],
    }
    const planned = plan({}, request)

    expect(planned?.points.map(({ path, by }) => `${path} ${by}`)).toEqual([
      'system caller',
      'messages.0 caller',
      'messages.2 caller',
      'messages.4 auto',
    ])
    expect(planned?.skipped).toEqual([
      { section: 'system', reason: 'It holds a cache point already.' },
      { section: 'tools', reason: 'A request holds at most 4 cache points.' },
    ])
    const full = { ...request, tools: [add, point] }
    expect(plan({}, full)?.request).toEqual(full)
  })

  it('gives the time to live that is asked for, where the family knows it', () => {
    const cache = { ttl: '1h', messages: '5m' } as const
    const hour = ['tools 1h auto', 'system 1h auto', 'messages.2 5m auto', 'messages.4 5m auto']

    expect(placed({ cache }, whole)).toEqual(hour)
    expect(placed({ cache, modelId: 'us.anthropic.claude-opus-4-8' }, whole)).toEqual(
      hour.map((mark) => mark.replace('1h', '5m')),
    )
    expect(plan({ cache, modelId: nova }, whole)?.request.system).toEqual([text('s'), point])
    expect(plan({ cache }, whole)?.request.system).toEqual([text('s'), long])
  })

  it('never puts a longer time to live behind a shorter one of the caller, nor a shorter one before a longer', () => {
    const short: ModelRequest = { ...whole, system: [text('s'), point], messages: [user('a')] }
    const longer: ModelRequest = { ...whole, messages: [{ role: 'user', content: [text('a'), long] }] }

    expect(placed({ cache: { ttl: '1h' } }, short)).toEqual(['tools 1h auto', 'system 5m caller', 'messages.0 5m auto'])
    const raised = ['tools 1h auto', 'system 1h auto', 'messages.0 1h caller']
    expect(placed({}, longer)).toEqual(raised)
    expect(placed({ modelId: 'us.anthropic.claude-opus-4-8' }, longer)).toEqual(raised)
  })

  it('tells how many tokens stand before each point', () => {
    const planned = plan({}, { system: [text('s'.repeat(4000))], messages: [user('u'.repeat(400))] })

    expect(planned?.minimumTokens).toBe(1024)
    expect(planned?.points).toEqual([
      { section: 'system', path: 'system', ttl: '5m', by: 'auto', prefixTokens: 1000 },
      { section: 'messages', path: 'messages.0', ttl: '5m', by: 'auto', prefixTokens: 1100 },
    ])
  })

  it('leaves the request given as it was', () => {
    const before = structuredClone(whole)
    plan({}, whole)

    expect(whole).toEqual(before)
  })
})

describe('planCachePoints for any request', () => {
  const source = { type: 'base64', base64: 'AAE=' } as const
  const userPart = fc.constantFrom(
    text('a'),
    text(' '),
    { type: 'document', name: 'd', format: 'txt', source } as const,
    { type: 'document', name: 'p', format: 'pdf', source } as const,
    point,
    long,
  )
  const userTurn = fc.array(userPart, { maxLength: 4 }).map((content): Message => ({ role: 'user', content }))
  const turns = fc.constantFrom([called, answered], [assistant('b')], [assistant(' ')])
  const requests = fc.record({
    system: fc.array(fc.constantFrom(text('s'), point, long), { maxLength: 3 }),
    tools: fc.array(fc.constantFrom(add, point, long), { maxLength: 3 }),
    messages: fc
      .array(
        fc.oneof(
          userTurn.map((turn) => [turn]),
          turns,
        ),
        { maxLength: 6 },
      )
      .map((parts) => [user('q'), ...parts.flat()]),
  })
  const models = [sonnet, 'us.anthropic.claude-opus-4-8', nova, 'qwen.qwen3-32b-v1:0']
  const config = fc.record({
    modelId: fc.constantFrom(...models),
    cache: fc.constantFrom(
      'auto' as const,
      { ttl: '1h' } as const,
      { tools: '1h', system: '5m', messages: '5m' } as const,
    ),
  })

  it('puts points only where the request check has nothing to say about them', () => {
    fc.assert(
      fc.property(config, requests, (settings, request) => {
        const settled = checkRequest(settings, request as ModelRequest).request
        const planned = planCachePoints(settings, settled)
        const again = checkRequest(settings, planned?.request ?? settled)

        const refused = again.findings.filter(({ severity }) => severity === 'error' || severity === 'repaired')
        expect(refused.filter(({ rule }) => rule.startsWith('cache-point'))).toEqual([])
        expect(planned?.points.length).toBeLessThanOrEqual(4)
      }),
      { numRuns: 2000 },
    )
  })
})

describe('cacheReport', () => {
  it('sets what was expected beside what came', () => {
    const planned = plan({}, { system: [text('s'.repeat(4000))], messages: [user('u'.repeat(400))] })
    const usage = { inputTokens: 5, outputTokens: 1, totalTokens: 1106, cacheReadTokens: 1000, cacheWriteTokens: 100 }

    expect(planned && cacheReport(planned, usage)).toMatchObject({
      predicted: { cachedTokens: 1100, minimumTokens: 1024, points: [{ path: 'system' }, { path: 'messages.0' }] },
      actual: { readTokens: 1000, writtenTokens: 100 },
    })
  })

  it('expects nothing of points below the minimum', () => {
    const planned = plan({}, { messages: [user('short')] })

    expect(planned && cacheReport(planned, { inputTokens: 1, outputTokens: 1, totalTokens: 2 })).toMatchObject({
      predicted: { cachedTokens: 0, points: [{ prefixTokens: 2 }] },
      actual: { readTokens: 0, writtenTokens: 0 },
    })
  })
})
