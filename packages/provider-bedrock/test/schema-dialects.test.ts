import type { JsonObject } from '@x/types'
import { describe, expect, it } from 'vitest'
import { checkNativeSchema } from '../src/check-schema.js'
import { capabilitiesOf } from '../src/quirks.js'
import { maxMinItems, nativeLimits, nativeSchemas, refusedKeywords } from '../src/schema-dialects.js'
import { toStrictSchema } from '../src/to-strict-schema.js'

const native = nativeSchemas.output ?? {}

describe('the schema dialects of a model', () => {
  it.each([
    ['us.anthropic.claude-sonnet-4-6', ['tool', 'strictTool', 'output']],
    // Not known to take it, and not known to refuse it: what it would take is said.
    ['us.anthropic.claude-opus-5', ['tool', 'strictTool', 'output']],
    ['anthropic.claude-3-haiku-20240307-v1:0', ['tool']],
    ['anthropic.claude-instant-v1', []],
    ['us.amazon.nova-pro-v1:0', ['tool']],
    ['us.meta.llama3-3-70b-instruct-v1:0', ['tool']],
    ['mistral.mistral-large-3-675b-instruct', ['tool', 'strictTool', 'output']],
    ['qwen.qwen3-32b-v1:0', ['tool', 'strictTool', 'output']],
    ['deepseek.v3.2', ['tool']],
    ['moonshot.kimi-k2-thinking', ['tool', 'strictTool', 'output']],
    ['zai.glm-5', ['tool', 'strictTool', 'output']],
  ])('are told for the places where it takes a schema: %s', (modelId, places) => {
    expect(Object.keys(capabilitiesOf(modelId).schemas ?? {})).toEqual(places)
  })

  it('hold the root of a tool of Nova to the three keywords that it takes', () => {
    expect(capabilitiesOf('amazon.nova-lite-v1:0').schemas?.tool).toEqual({
      rootKeywords: ['type', 'properties', 'required'],
    })
    expect(capabilitiesOf('anthropic.claude-sonnet-4-6').schemas?.tool).toEqual({})
  })

  it('take nothing that the request check refuses', () => {
    expect(native.keywords?.filter((keyword) => refusedKeywords.includes(keyword))).toEqual([])
    const say: { readonly [keyword: string]: JsonObject[string] } = {
      type: 'object',
      properties: { list: { type: 'array', minItems: native.maxMinItems, items: { type: 'string' } } },
      required: ['list'],
      additionalProperties: false,
      anyOf: [{ type: 'string' }, { type: 'null' }],
      allOf: [{ type: 'string' }],
      $ref: '#/$defs/a',
      $defs: { a: { enum: [1] } },
    }
    const schema = Object.fromEntries((native.keywords ?? []).map((keyword) => [keyword, say[keyword] ?? 'x']))
    expect(checkNativeSchema({ ...schema, minItems: maxMinItems }, 'schema', 'error')).toEqual([])
  })

  it('say what the request check insists on: closed objects, no recursion, few items at least', () => {
    const found = (schema: JsonObject) => checkNativeSchema(schema, 'schema', 'error').length > 0
    expect(native).toMatchObject({ closedObjects: true, recursion: false, maxMinItems, limits: nativeLimits })
    expect(found({ type: 'object' })).toBe(true)
    expect(found({ type: 'array', minItems: maxMinItems + 1 })).toBe(true)
    expect(found(toStrictSchema({ type: 'object', properties: { a: { $ref: '#' } } }))).toBe(true)
    for (const keyword of refusedKeywords) expect(found({ [keyword]: 1 })).toBe(true)
  })

  it('are the same objects every time, so that what is compiled for them is found again', () => {
    const schemasOf = (modelId: string) => capabilitiesOf(modelId).schemas?.output
    expect(schemasOf('us.anthropic.claude-sonnet-4-6')).toBe(schemasOf('eu.anthropic.claude-haiku-4-5-20251001-v1:0'))
  })
})

describe('how tokens are counted', () => {
  it.each([
    ['us.anthropic.claude-sonnet-4-6', 'exact'],
    ['anthropic.claude-3-5-haiku-20241022-v1:0', 'exact'],
    ['claude', 'exact'],
    ['anthropic.claude-instant-v1', 'estimated'],
    ['anthropic.claude-3-haiku-20240307-v1:0', 'estimated'],
    ['us.amazon.nova-pro-v1:0', 'estimated'],
    ['zai.glm-5', 'estimated'],
    ['google.gemma-3-12b-it', 'estimated'],
    ['acme.new-model-v1', undefined],
  ])('%s: %s', (modelId, countsTokens) => {
    expect(capabilitiesOf(modelId).countsTokens).toBe(countsTokens)
  })
})
