import type { BedrockLocal } from '@x/bedrock-local'
import { startBedrockLocal } from '@x/bedrock-local'
import { bedrock, checkRequest } from '@x/provider-bedrock'
import type { ModelRequest } from '@x/types'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { collect } from '../src/collect.js'
import { randomRequest, randomSettings } from '../src/random-requests.js'
import { credentials } from '../src/recorded.js'

let local: BedrockLocal
beforeAll(async () => {
  local = await startBedrockLocal({ reply: () => ({ content: [{ text: 'Well.' }] }) })
})
afterAll(() => local.close())

const models = [
  'us.anthropic.claude-sonnet-4-5-20250929-v1:0',
  'us.anthropic.claude-opus-4-7',
  'us.amazon.nova-pro-v1:0',
  'us.meta.llama4-maverick-17b-instruct-v1:0',
  'mistral.mistral-large-2402-v1:0',
  'us.writer.palmyra-x4-v1:0',
]

// One seed, so that a red run is red again; other ones are tried by setting CHECK_SEED.
const options = { numRuns: 400, seed: Number(process.env.CHECK_SEED ?? 1) }

const partTypes = [
  ...['text', 'image', 'document', 'video', 'audio', 'search-result', 'guard-content', 'cache-point', 'provider'],
  ...['reasoning', 'tool-call', 'tool-result', 'json'],
]

describe.each(models)('random requests to %s', (modelId) => {
  const settings = { modelId, region: 'us-east-1', credentials }

  it('are either refused by the check before anything is sent, or taken by an endpoint that was written apart', async () => {
    let taken = 0
    await fc.assert(
      fc.asyncProperty(randomRequest(modelId), randomSettings, async (request, config) => {
        const sent = local.requests.length
        const model = bedrock({ ...settings, ...config, endpoint: local.url })
        const isRefused = checkRequest({ modelId, ...config }, request).findings.some(
          ({ severity }) => severity === 'error',
        )

        const { error } = await collect(model, request)

        if (isRefused) {
          expect(error).toMatchObject({ code: expect.stringMatching(/^invalid-(messages|request)$/) })
          expect(local.requests.length).toBe(sent)
        } else {
          expect(error).toBeUndefined()
          taken++
        }
      }),
      options,
    )
    expect(taken).toBeGreaterThan(options.numRuns / 20)
  })

  it('stay as they are, and are whole after one repair', () => {
    fc.assert(
      fc.property(randomRequest(modelId), randomSettings, (request, config) => {
        const before = structuredClone(request)
        const once = checkRequest({ modelId, ...config }, request)
        expect(request).toEqual(before)
        if (once.findings.some(({ severity }) => severity === 'error')) return

        const twice = checkRequest({ modelId, ...config }, once.request)
        const reported = twice.findings.filter(
          ({ severity, rule }) => severity === 'repaired' && !['blank-text', 'empty-message'].includes(rule),
        )
        expect(reported).toEqual([])
        expect(twice.request).toBe(once.request)
        expect(checkRequest({ modelId, ...config }, request).request).toEqual(once.request)
      }),
      options,
    )
  })

  it('never break the check, whatever they are made of', () => {
    const anything = fc.anything({ maxDepth: 4 })
    const loose = fc.record({
      role: fc.oneof(fc.constantFrom('user', 'assistant', 'tool'), anything),
      content: anything,
    })
    const part = fc.record(
      {
        type: fc.constantFrom(...partTypes),
        id: anything,
        name: anything,
        content: anything,
        text: anything,
        source: anything,
      },
      { requiredKeys: ['type'] },
    )
    const misshapen = fc.record({ role: fc.constantFrom('user', 'assistant', 'tool'), content: fc.array(part) })
    const request = fc.record({
      messages: fc.oneof(fc.array(fc.oneof(loose, misshapen, anything)), anything),
      system: fc.oneof(fc.constant([]), fc.array(anything)),
      tools: fc.array(fc.oneof(fc.record({ name: anything, inputSchema: anything }), anything)),
    })
    fc.assert(
      fc.property(request, (value) => {
        for (const config of [{ modelId }, { modelId, additionalRequestFields: { thinking: { type: 'enabled' } } }]) {
          expect(() => checkRequest(config, value as unknown as ModelRequest)).not.toThrow()
        }
      }),
      options,
    )
  })
})
