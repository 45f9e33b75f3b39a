import type { LocalRequest, WholeReply } from '@x/bedrock-local'
import type { ExtractEvent, ExtractMode } from '@x/structured'
import { extract, extractStream, forgetRefusals } from '@x/structured'
import type { AnySchema, CompiledSchema } from '@x/tools/schema'
import { compileSchema, validate } from '@x/tools/schema'
import type { Capabilities, JsonValue } from '@x/types'
import { isAgentError } from '@x/types'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { CorpusCase } from '../src/corpus.js'
import { valibotCases } from '../src/corpus-valibot.js'
import { documents } from '../src/corpus-zod-documents.js'
import { forms } from '../src/corpus-zod-forms.js'
import { encode } from '../src/encode.js'
import type { Served } from '../src/serve.js'
import { serve } from '../src/serve.js'

/*
 * Every schema by every way of asking that the family takes: the model writes the sample as that way wants it written,
 * whole and in pieces. What a way cannot say is found out here and never by the service.
 */

const families = [
  'us.anthropic.claude-sonnet-4-6',
  'us.amazon.nova-pro-v1:0',
  'us.meta.llama3-3-70b-instruct-v1:0',
  'mistral.mistral-large-2402-v1:0',
  'openai.gpt-oss-120b-1:0',
  'qwen.qwen3-32b-v1:0',
]
const cases: readonly (readonly [library: string, name: string, CorpusCase])[] = [
  ...[...documents, ...forms].map((one) => ['zod', one[0], one] as const),
  ...valibotCases.map((one) => ['valibot', one[0], one] as const),
]

let served: Served
let written: JsonValue = null
beforeAll(async () => {
  served = await serve({ reply: answer, keepRequests: 100 })
})
afterAll(() => served.local.close())
beforeEach(forgetRefusals)

function answer({ body }: LocalRequest): WholeReply {
  if (body.toolConfig) return { content: [{ toolUse: { name: 'answer', input: written } }], deltaLength: 7 }
  const text = JSON.stringify(written, null, 1)
  const told = body.outputConfig
    ? text
    : `<thinking>{"no": [</thinking>Here it is:\n\`\`\`json\n${text}\n\`\`\`\nGood luck.`
  return { content: [{ text: told }], deltaLength: 7 }
}

test('the corpus holds at least 60 schemas of zod and 40 of valibot, each with a name of its own', () => {
  const named = (library: string) => new Set(cases.flatMap(([of, name]) => (of === library ? [name] : [])))
  expect(named('zod').size).toBeGreaterThanOrEqual(60)
  expect(named('valibot').size).toBeGreaterThanOrEqual(40)
  expect(named('zod').size + named('valibot').size).toBe(cases.length)
})

describe.each(families)('%s', (modelId) => {
  test.each(cases)('%s: %s', async (_library, _name, [, schema, sample]) => {
    const model = served.model(modelId)
    const checked = await validate(schema, sample)
    if (!checked.valid) throw new Error(`The sample does not fit: ${JSON.stringify(checked.problems)}`)
    const ways = waysOf(schema, model.capabilities?.() ?? {})
    const refusedBefore = refused()
    for (const [place, [mode, compiled]] of ways.entries()) {
      if (!compiled) {
        await expect(extract({ model, schema, prompt: 'Go.', mode })).rejects.toMatchObject({ code: 'unsupported' })
        continue
      }
      written = encoded(compiled, sample)
      const isBest = ways.findIndex(([, one]) => one !== undefined) === place
      const options = { model, schema, prompt: 'Go.', ...(!isBest && { mode }) }
      const made = await extract(options)
      expect(made.output).toEqual(checked.value)
      expect(canonical(made.json)).toBe(canonical(sample))
      expect({ mode: made.mode, attempts: made.attempts.length }).toEqual({ mode, attempts: 1 })
      await followStream(options, checked.value, sample)
    }
    expect(refused()).toBe(refusedBefore)
    expect(served.local.requests.every(({ status }) => status === 200)).toBe(true)
  })
})

const known = new WeakMap<CompiledSchema<unknown>, JsonValue>()

/** Families that share a dialect share the compiled schema. */
function encoded(compiled: CompiledSchema<unknown>, sample: JsonValue): JsonValue {
  const made = known.get(compiled) ?? encode(compiled, sample)
  known.set(compiled, made)
  return made
}

async function followStream(options: Parameters<typeof extractStream>[0], output: unknown, sample: JsonValue) {
  const events: ExtractEvent<AnySchema>[] = []
  for await (const event of extractStream(options)) events.push(event)
  const partials = events.flatMap((event) => (event.type === 'partial' ? [event.value] : []))
  expect(partials.at(-1)).toEqual(sample)
  for (const event of events) {
    if (event.type === 'closed') expect(partAt(output, event.path)).toEqual(event.value)
  }
  expect(events.some(({ type }) => type === 'restart')).toBe(false)
  expect(events.at(-1)).toMatchObject({ type: 'done', extraction: { output } })
}

function refused(): number {
  return served.local.requests.filter(({ status }) => status !== 200).length
}

/** The ways that the family takes, best first, with the schema as it is said there; nothing where it cannot be. */
function waysOf(schema: AnySchema, { outputSchema, strictTools, tools, schemas = {} }: Capabilities) {
  const ways: (readonly [ExtractMode, CompiledSchema<unknown> | undefined])[] = []
  if (outputSchema) ways.push(['native', compiled(schema, schemas.output ?? 'strict')])
  if (strictTools) ways.push(['strict-tool', compiled(schema, schemas.strictTool ?? 'strict')])
  if (tools !== false) ways.push(['tool', compiled(schema, schemas.tool)])
  return [...ways, ['prompted', compiled(schema)] as const]
}

function compiled(...given: Parameters<typeof compileSchema>): CompiledSchema<unknown> | undefined {
  try {
    return compileSchema(...given)
  } catch (error) {
    if (isAgentError(error, 'unsupported')) return undefined
    throw error
  }
}

/** Matchers do not look at own members such as `__proto__`. */
function canonical(value: JsonValue): string {
  return JSON.stringify(value, (_key, member: unknown) => {
    const isObject = typeof member === 'object' && member !== null && !Array.isArray(member)
    return isObject ? Object.fromEntries(Object.entries(member).sort()) : member
  })
}

function partAt(output: unknown, path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>((part, key) => (part as { readonly [key: string | number]: unknown })[key], output)
}
