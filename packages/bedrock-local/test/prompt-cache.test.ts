import type { ConverseCommandOutput, TokenUsage } from '@aws-sdk/client-bedrock-runtime'
import { describe, expect, it } from 'vitest'
import { answerOf } from '../src/answer.js'
import type { BedrockLocalOptions } from '../src/index.js'
import { promptCache } from '../src/prompt-cache.js'
import type { Input } from './helpers.js'
import { clientOf, converse, converseStream, modelId, withLocal } from './helpers.js'
import { assistant, point, pointFor1h, tokens, tool, user } from './prompts.js'

const claude = modelId
const nova = 'us.amazon.nova-lite-v1:0'
const minuteMs = 60_000

const asked: Input = {
  modelId: claude,
  system: [{ text: tokens(2000) }, point],
  messages: [user({ text: 'What now?' })],
}

/** Sends requests one after the other and gives what each reports. */
async function usages(requests: readonly Input[], options: BedrockLocalOptions = {}): Promise<TokenUsage[]> {
  return withLocal({ reply: () => 'ok', ...options }, async (local) => {
    const found: TokenUsage[] = []
    for (const request of requests) found.push(usageOf(await converse(clientOf(local), request)))
    return found
  })
}

function usageOf({ usage }: ConverseCommandOutput): TokenUsage {
  if (!usage) throw new Error('The answer reports no usage.')
  return usage
}

/** What went to the cache, in the words of these tests. */
function traffic(usage: TokenUsage | undefined): { read: number; written: number } {
  return { read: usage?.cacheReadInputTokens ?? -1, written: usage?.cacheWriteInputTokens ?? -1 }
}

describe('the prompt cache', () => {
  it('writes a prefix, reads it again, and reports every token once', async () => {
    const [first, second, plain] = await usages([asked, asked, { ...asked, system: [{ text: tokens(2000) }] }])
    const cached = first?.cacheWriteInputTokens ?? 0
    expect(cached).toBeGreaterThan(1990)
    expect(first).toEqual({
      inputTokens: (plain?.inputTokens ?? 0) - cached,
      outputTokens: 2,
      totalTokens: plain?.totalTokens,
      cacheReadInputTokens: 0,
      cacheWriteInputTokens: cached,
      cacheDetails: [{ ttl: '5m', inputTokens: cached }],
    })
    expect(second).toEqual({
      inputTokens: first?.inputTokens,
      outputTokens: 2,
      totalTokens: plain?.totalTokens,
      cacheReadInputTokens: cached,
      cacheWriteInputTokens: 0,
    })
    expect(plain).toEqual({ inputTokens: expect.any(Number), outputTokens: 2, totalTokens: expect.any(Number) })
  })

  it('is the same for Converse and ConverseStream', async () => {
    await withLocal({ reply: () => 'ok' }, async (local) => {
      const client = clientOf(local)
      const { events } = await converseStream(client, asked)
      const streamed = events.at(-1)?.metadata?.usage
      expect(traffic(streamed).written).toBeGreaterThan(1990)
      expect(streamed?.cacheDetails).toEqual([{ ttl: '5m', inputTokens: traffic(streamed).written }])
      const whole = usageOf(await converse(client, asked))
      expect(traffic(whole)).toEqual({ read: traffic(streamed).written, written: 0 })
      expect(local.requests.map(({ usage }) => usage?.cacheReadInputTokens)).toEqual([0, traffic(whole).read])
    })
  })

  it('forgets after five minutes, counted from the last hit', async () => {
    let time = 0
    await withLocal({ reply: () => 'ok', now: () => time }, async (local) => {
      const ask = async () => traffic(usageOf(await converse(clientOf(local), asked)))
      const { written } = await ask()
      time += 5 * minuteMs - 1
      expect(await ask()).toEqual({ read: written, written: 0 })
      time += 5 * minuteMs - 1
      expect(await ask()).toEqual({ read: written, written: 0 })
      time += 5 * minuteMs
      expect(await ask()).toEqual({ read: 0, written })
    })
  })

  it('keeps what was written for an hour that long', async () => {
    let time = 0
    const request: Input = { ...asked, system: [{ text: tokens(2000) }, pointFor1h] }
    await withLocal({ reply: () => 'ok', now: () => time }, async (local) => {
      const ask = async () => usageOf(await converse(clientOf(local), request))
      const first = await ask()
      expect(first.cacheDetails).toEqual([{ ttl: '1h', inputTokens: first.cacheWriteInputTokens }])
      time += 60 * minuteMs - 1
      expect(traffic(await ask()).written).toBe(0)
      time += 60 * minuteMs
      expect(traffic(await ask()).read).toBe(0)
    })
  })

  it('keeps a prefix that a later point found by looking back', async () => {
    let time = 0
    const opening = user({ text: tokens(1500) })
    const short: Input = { modelId: claude, messages: [user({ text: tokens(1500) }, point)] }
    const long: Input = { modelId: claude, messages: [opening, assistant('yes'), user({ text: 'And?' }, point)] }
    await withLocal({ reply: () => 'ok', now: () => time }, async (local) => {
      const ask = async (request: Input) => traffic(usageOf(await converse(clientOf(local), request)))
      const { written } = await ask(short)
      time += 4 * minuteMs
      expect((await ask(long)).read).toBe(written)
      time += 4 * minuteMs
      expect(await ask(short)).toEqual({ read: written, written: 0 })
    })
  })

  it('keeps for an hour what was written so, when a point of five minutes reads it', async () => {
    let time = 0
    const forAnHour: Input = { ...asked, system: [{ text: tokens(2000) }, pointFor1h] }
    await withLocal({ reply: () => 'ok', now: () => time }, async (local) => {
      const ask = async (request: Input) => traffic(usageOf(await converse(clientOf(local), request)))
      const { written } = await ask(forAnHour)
      time += minuteMs
      await ask(asked)
      time += 50 * minuteMs
      expect(await ask(asked)).toEqual({ read: written, written: 0 })
    })
  })

  it('reads up to the first of two points when the part behind it changed', async () => {
    const request = (system: string): Input => ({
      ...asked,
      toolConfig: { tools: [tool('look_up'), point] },
      system: [{ text: system }, point],
    })
    const [first, second] = await usages([request(tokens(2000)), request(tokens(2000, 'x'))])
    const { read, written } = traffic(second)
    expect(read).toBeGreaterThan(2000)
    expect(written).toBeGreaterThan(1990)
    expect(read + written).toBe(traffic(first).written)
  })

  it('writes everything anew when a tool changed, as tools come first', async () => {
    const request = (description: string): Input => ({
      ...asked,
      toolConfig: { tools: [tool('look_up', description), point] },
    })
    const [first, second, third] = await usages([request('Looks up.'), request('Looks it up.'), request('Looks up.')])
    expect(traffic(first).written).toBeGreaterThan(1990)
    expect(traffic(second)).toEqual({ read: 0, written: traffic(first).written + 1 })
    expect(traffic(third)).toEqual({ read: traffic(first).written, written: 0 })
  })

  it('follows a conversation whose point moves on', async () => {
    const opening = user({ text: tokens(1500) })
    const [first, second, third] = await usages([
      { modelId: claude, messages: [user({ text: tokens(1500) }, point)] },
      { modelId: claude, messages: [opening, assistant(tokens(100)), user({ text: tokens(300) }, point)] },
      {
        modelId: claude,
        messages: [
          opening,
          assistant(tokens(100)),
          user({ text: tokens(300) }),
          assistant('yes'),
          user({ text: 'And?' }, point),
        ],
      },
    ])
    expect(traffic(first).read).toBe(0)
    expect(traffic(second).read).toBe(traffic(first).written)
    expect(traffic(second).written).toBeGreaterThan(400)
    expect(traffic(third).read).toBe(traffic(second).read + traffic(second).written)
    expect(third?.inputTokens).toBeLessThan(20)
  })

  it('looks back twenty blocks from a point of Claude, and no further', async () => {
    const opening = { text: tokens(1500) }
    const later = (blocks: number): Input => ({
      modelId: claude,
      messages: [user(opening, ...Array.from({ length: blocks }, (_, index) => ({ text: `block ${index}` })), point)],
    })
    const [first, near] = await usages([later(0), later(20)])
    expect(traffic(near).read).toBe(traffic(first).written)
    const [, far] = await usages([later(0), later(21)])
    expect(traffic(far).read).toBe(0)
  })

  it('does not look back for Nova, and reports no details there', async () => {
    const request = (...more: object[]): Input => ({
      modelId: nova,
      messages: [user({ text: tokens(1500) }, ...more, point)],
    })
    const [first, again, longer] = await usages([request(), request(), request({ text: 'more' })])
    expect(first).not.toHaveProperty('cacheDetails')
    expect(traffic(again)).toEqual({ read: traffic(first).written, written: 0 })
    expect(traffic(longer).read).toBe(0)
  })

  it.each([
    [claude, 1024],
    ['us.anthropic.claude-haiku-4-5-20251001-v1:0', 4096],
    ['us.anthropic.claude-opus-4-7', 2048],
    ['us.anthropic.claude-opus-5', 512],
    [nova, 1000],
  ])('keeps nothing of %s below %i tokens, and the call succeeds', async (model, least) => {
    const request = (count: number): Input => ({
      modelId: model,
      system: [{ text: tokens(count).slice('text'.length) }, point],
      messages: [user({ text: 'Well?' })],
    })
    const below = request(least - 1)
    const enough = request(least)
    const [first, second, third, fourth] = await usages([below, below, enough, enough])
    expect([first, second].map(traffic)).toEqual([
      { read: 0, written: 0 },
      { read: 0, written: 0 },
    ])
    expect(first?.inputTokens).toBeGreaterThan(least - 1)
    expect(traffic(third)).toEqual({ read: 0, written: least })
    expect(traffic(fourth)).toEqual({ read: least, written: 0 })
  })

  it('counts what stands before a point that is too early with the next one', async () => {
    const [only] = await usages([
      { ...asked, toolConfig: { tools: [tool('look_up', 'Short.'), point] }, system: [{ text: tokens(2000) }, point] },
    ])
    const [details] = only?.cacheDetails ?? []
    expect(details?.inputTokens).toBe(traffic(only).written)
    expect(only?.inputTokens).toBeLessThan(20)
  })

  it('names the hour before the five minutes in its details', async () => {
    const request: Input = {
      modelId: claude,
      system: [{ text: tokens(2000) }, pointFor1h],
      messages: [user({ text: tokens(1200) }, point)],
    }
    const [first, second] = await usages([request, request])
    expect(first?.cacheDetails?.map(({ ttl }) => ttl)).toEqual(['1h', '5m'])
    const [hour, minutes] = first?.cacheDetails ?? []
    expect(hour?.inputTokens).toBeGreaterThan(1990)
    expect((hour?.inputTokens ?? 0) + (minutes?.inputTokens ?? 0)).toBe(first?.cacheWriteInputTokens)
    expect(traffic(second)).toEqual({ read: first?.cacheWriteInputTokens, written: 0 })
  })

  it('belongs to one model and one endpoint', async () => {
    const other = { ...asked, modelId: 'us.anthropic.claude-sonnet-4-6' }
    const [first, second] = await usages([asked, other])
    expect(traffic(second)).toEqual(traffic(first))
    const [elsewhere] = await usages([asked])
    expect(traffic(elsewhere).read).toBe(0)
  })

  it('leaves the numbers of a reply alone that gives its own, and remembers the prompt all the same', async () => {
    const usage = { inputTokens: 7, cacheReadInputTokens: 5, outputTokens: 1 }
    const [given, next] = await usages([asked, asked], { reply: [{ content: [{ text: 'ok' }], usage }, 'ok'] })
    expect(given).toEqual({ ...usage, totalTokens: 13 })
    expect(traffic(next).read).toBeGreaterThan(1990)
  })

  it('remembers nothing of a request that was refused', async () => {
    const fault = { type: 'http' as const, status: 429, error: 'ThrottlingException', message: 'Wait.' }
    await withLocal({ reply: [{ fault }, 'ok'] }, async (local) => {
      await expect(converse(clientOf(local), asked)).rejects.toThrow('Wait.')
      expect(traffic(usageOf(await converse(clientOf(local), asked))).read).toBe(0)
    })
  })

  it('forgets the prompts that were used least recently when there are too many', () => {
    const cache = promptCache(() => 0)
    const read = (name: number): number | undefined => {
      const system = [{ text: `${name} ${tokens(1100)}` }, point]
      const request = { operation: 'Converse' as const, modelId: claude, body: { system }, headers: {} }
      const answer = answerOf('ok', request, { firstDelayMs: 0, delayMs: 0 })
      return cache.charge(answer, request).usage.cacheReadInputTokens
    }
    for (let name = 0; name < 2000; name++) read(name)
    expect(read(0)).toBeGreaterThan(1000)
    read(2000)
    expect(read(0)).toBeGreaterThan(1000)
    expect(read(1)).toBe(0)
  })

  it('is not there for a family that has none, rules or no rules', async () => {
    const [only] = await usages([{ ...asked, modelId: 'us.meta.llama4-scout-17b-instruct-v1:0' }], { rules: false })
    expect(only).toEqual({ inputTokens: expect.any(Number), outputTokens: 2, totalTokens: expect.any(Number) })
  })

  it('does not mind a body of any shape when the rules are off', async () => {
    await withLocal({ reply: () => 'ok', rules: false }, async (local) => {
      const body = { toolConfig: 1, system: { a: 1 }, messages: [null, { content: [null, { cachePoint: null }] }] }
      const url = `${local.url}/model/${encodeURIComponent(claude)}/converse`
      const response = await fetch(url, { method: 'POST', body: JSON.stringify(body) })
      expect(response.status).toBe(200)
    })
  })
})
