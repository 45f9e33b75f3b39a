import { describe, expect, it } from 'vitest'
import { cacheOptionsOf, checkModelOptions, deprecationOf, modelOptionKeys } from '../src/model-options.js'

const check = (options: object) => () => checkModelOptions(options)

describe('checkModelOptions', () => {
  it.each([
    { family: 'claude' },
    { family: 'anthropic.claude-sonnet-4-6' },
    { family: 'us.meta.llama4-scout-17b-instruct-v1:0' },
    { resolveProfiles: true },
    { resolveProfiles: { endpoint: 'http://127.0.0.1:9000' } },
    { cache: 'auto' },
    { cache: false },
    { cache: {} },
    { cache: { tools: '1h', system: '5m', messages: false } },
    { cache: { ttl: '1h', messages: '5m' } },
    { cache: { tools: false, system: '1h', messages: '5m' } },
    { cacheTools: 'default', cachePrompt: true },
    { reasoning: false },
    { reasoning: { effort: 'xhigh' } },
    { reasoning: { budgetTokens: 1024, effort: 'low' } },
  ])('takes %j', (options) => {
    expect(check(options)).not.toThrow()
  })

  it.each([
    [{ family: 'cluade' }, 'one of claude, nova'],
    [{ family: '' }, 'family of a Bedrock model'],
    [{ resolveProfiles: 'yes' }, 'true, false or { endpoint }'],
    [{ resolveProfiles: { endpoint: 'bedrock' } }, 'http or https URL'],
    [{ cache: true }, "'auto', false or"],
    [{ cache: { prompt: true } }, "'auto', false or"],
    [{ cache: { ttl: true } }, "'auto', false or"],
    [{ cache: { tools: '5m', ttl: '1h' } }, 'longest first'],
    [{ cache: { system: '5m', messages: '1h' } }, 'longest first'],
    [{ cache: 'auto', cacheTools: true }, 'takes cache or cacheTools, not both'],
    [{ cache: false, cachePrompt: true }, 'takes cache or cachePrompt, not both'],
    [{ cacheTools: 'always' }, "true, false or 'default'"],
    [{ reasoning: true }, 'reasoning of a Bedrock model must be false or'],
    [{ reasoning: {} }, 'low, medium, high, xhigh, max'],
    [{ reasoning: { effort: 'hard' } }, 'low, medium, high, xhigh, max'],
    [{ reasoning: { budgetTokens: 1.5 } }, 'a whole number'],
    [{ reasoning: { budget: 2000 } }, 'budgetTokens'],
  ])('refuses %j', (options, message) => {
    expect(check(options)).toThrow(
      expect.objectContaining({ code: 'invalid-config', message: expect.stringContaining(message) }),
    )
  })

  it('checks every option that it names', () => {
    for (const key of modelOptionKeys) expect(check({ [key]: 1 })).toThrow(key)
  })
})

describe('cacheOptionsOf', () => {
  it('reads the option under each of its names', () => {
    expect(cacheOptionsOf({})).toBeUndefined()
    expect(cacheOptionsOf({ cache: false })).toBeUndefined()
    expect(cacheOptionsOf({ cache: 'auto' })).toEqual({})
    expect(cacheOptionsOf({ cacheTools: 'default' })).toEqual({ tools: true, system: false, messages: false })
    expect(cacheOptionsOf({ cachePrompt: true })).toEqual({ tools: false, system: true, messages: false })
    expect(cacheOptionsOf({ cacheTools: false })).toBeUndefined()
  })
})

describe('deprecationOf', () => {
  it('names all old names in one sentence, with what to say instead', () => {
    expect(deprecationOf({ cacheTools: true, cachePrompt: 'default' })).toBe(
      'cacheTools and cachePrompt may go: say cache: {"tools":true,"system":true,"messages":false}, or cache: \'auto\'.',
    )
    expect(deprecationOf({ cache: 'auto' })).toBeUndefined()
  })
})
