import type { BedrockLocal } from '@x/bedrock-local'
import { startBedrockLocal } from '@x/bedrock-local'
import type { BedrockConfig } from '@x/provider-bedrock'
import { bedrock } from '@x/provider-bedrock'
import type { JsonObject, Message, ModelRequest } from '@x/types'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ask, collect } from '../src/collect.js'
import { credentials } from '../src/recorded.js'

/* Caching, reasoning and profiles as a caller meets them: the SDK's client, the wire and the endpoint's own cache. */

let local: BedrockLocal
beforeAll(async () => {
  local = await startBedrockLocal()
})
afterAll(() => local.close())

const claude = 'us.anthropic.claude-sonnet-4-6'
const arn = 'arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/1arbu5hu2sjr'
const modelOf = (modelId: string, config: Partial<BedrockConfig> = {}) =>
  bedrock(modelId, { region: 'us-east-1', endpoint: local.url, credentials, ...config })

const cacheOf = (metadata: JsonObject | undefined) =>
  metadata?.cache as { predicted: { cachedTokens: number }; actual: { readTokens: number; writtenTokens: number } }

describe('the cache option on the wire', () => {
  it('writes at first, then reads back all that stood before the newest turn', async () => {
    const model = modelOf(claude, { cache: 'auto' })
    const system = [{ type: 'text', text: 'You know the rules of the house. '.repeat(200) }] as const
    const messages: Message[] = []
    const reports = []
    for (const question of ['Say hello to Ann.', 'And to Bob.', 'And to Cid.']) {
      messages.push({ role: 'user', content: [{ type: 'text', text: question }] })
      const { result } = await collect(model, { system, messages })
      if (result) messages.push(result.message)
      reports.push(cacheOf(result?.metadata))
    }

    const [first, second, third] = reports.map((report) => report?.actual)
    expect(first?.readTokens).toBe(0)
    expect(first?.writtenTokens).toBeGreaterThan(1024)
    expect(second?.readTokens).toBe(first?.writtenTokens)
    expect(third?.readTokens).toBe((second?.readTokens ?? 0) + (second?.writtenTokens ?? 0))
    for (const report of reports) {
      const actual = (report?.actual.readTokens ?? 0) + (report?.actual.writtenTokens ?? 0)
      expect(Math.abs((report?.predicted.cachedTokens ?? 0) - actual)).toBeLessThan(actual / 10)
    }
  })

  it('finds a long turn again by the point of the turn before it', async () => {
    const model = modelOf(claude, { cache: 'auto' })
    const system = [{ type: 'text', text: 'You are patient and thorough. '.repeat(200) }] as const
    const many = Array.from({ length: 30 }, (_, index) => ({ type: 'text', text: `Note ${index}.` }) as const)
    const opening: Message = { role: 'user', content: [{ type: 'text', text: 'Say hello to Ann.' }] }
    const { result: first } = await collect(model, { system, messages: [opening] })
    const answer = first?.message ?? opening
    const { result } = await collect(model, { system, messages: [opening, answer, { role: 'user', content: many }] })

    expect(cacheOf(result?.metadata).actual.readTokens).toBe(cacheOf(first?.metadata).actual.writtenTokens)
  })

  it('tells of an old name once, before the answer', async () => {
    const model = modelOf(claude, { cachePrompt: 'default' })
    const request: ModelRequest = { ...ask('Say hello to Ann.'), system: [{ type: 'text', text: 'Be brief.' }] }
    const [first, second] = [await collect(model, request), await collect(model, request)]

    expect(first.events[0]).toMatchObject({ type: 'warning', code: 'deprecated' })
    expect(second.events.map(({ type }) => type)).not.toContain('warning')
    expect(local.requests.at(-1)?.body.system).toEqual([{ text: 'Be brief.' }, { cachePoint: { type: 'default' } }])
  })

  it('says when it cannot cache as nobody knows what the ARN holds, and caches when it is stated', async () => {
    const unknown = await collect(modelOf(arn, { cache: 'auto' }), ask('Say hello to Ann.'))
    expect(unknown.events[0]).toMatchObject({ type: 'warning', code: 'cache-unknown-family' })

    const stated = await collect(modelOf(arn, { cache: 'auto', family: 'claude' }), ask('Say hello to Ann.'))
    expect(stated.events.map(({ type }) => type)).not.toContain('warning')
    expect(local.requests.at(-1)?.body.messages?.[0]?.content.at(-1)).toEqual({ cachePoint: { type: 'default' } })
  })
})

describe('the reasoning option on the wire', () => {
  it('asks in the words of the family', async () => {
    await collect(modelOf(claude, { reasoning: { effort: 'low' } }), ask('Say hello to Ann.'))

    expect(local.requests.at(-1)?.body.additionalModelRequestFields).toEqual({
      thinking: { type: 'adaptive' },
      output_config: { effort: 'low' },
    })
  })

  it('leaves the tool choice to a model that thinks with a budget, and tells so', async () => {
    const model = modelOf('us.anthropic.claude-haiku-4-5-20251001-v1:0', { reasoning: { budgetTokens: 1024 } })
    const tools = [{ name: 'greet', description: 'Greets.', inputSchema: { type: 'object' } }]
    const { events, error } = await collect(model, { ...ask('Say hello to Ann.'), tools, toolChoice: 'any' })

    expect(error).toBeUndefined()
    expect(events[0]).toMatchObject({ type: 'warning', code: 'thinking-tool-choice' })
    expect(local.requests.at(-1)?.body.toolConfig?.toolChoice).toEqual({ auto: {} })
  })

  it('fails before anything is sent for a family that cannot be asked', async () => {
    const sent = local.requests.length
    for (const check of ['repair', 'off'] as const) {
      const model = modelOf('us.meta.llama3-3-70b-instruct-v1:0', { reasoning: { effort: 'low' }, check })
      const { error } = await collect(model, ask('Say hello to Ann.'))
      expect(error).toMatchObject({ code: 'unsupported', message: expect.stringContaining('does not reason') })
    }
    expect(local.requests).toHaveLength(sent)
  })
})

describe('profiles resolved on the way', () => {
  it('asks the control plane once and sends what the model that it names takes', async () => {
    // The endpoint looks a profile up by the last part of its ARN.
    const modelId = 'arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/us.amazon.nova-lite-v1:0'
    const opaque = modelId.replace('us.amazon.nova-lite-v1:0', 'us.meta.llama3-3-70b-instruct-v1:0')
    for (const id of [modelId, opaque]) {
      const model = modelOf(id, { cache: 'auto', resolveProfiles: { endpoint: local.url } })
      const before = local.requests.length
      await collect(model, ask('Say hello to Ann.'))
      await collect(model, ask('Say hello to Ann.'))
      const operations = local.requests.slice(before).map(({ operation }) => operation)
      expect(operations).toEqual(['GetInferenceProfile', 'ConverseStream', 'ConverseStream'])
    }
    const points = (id: string) =>
      JSON.stringify(local.requests.filter((one) => one.modelId === id)).includes('cachePoint')
    expect([points(modelId), points(opaque)]).toEqual([true, false])
  })

  it('fails with the words of the control plane when the profile is not there', async () => {
    const model = modelOf(arn, { resolveProfiles: { endpoint: local.url } })
    const { error } = await collect(model, ask('Say hello to Ann.'))

    expect(error?.message).toContain('GetInferenceProfile of arn:')
    expect(error?.code).toBe('invalid-model')
  })
})
