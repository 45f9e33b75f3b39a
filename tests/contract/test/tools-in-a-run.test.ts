import { Agent, textOf } from '@x/agent-loop'
import { startBedrockLocal } from '@x/bedrock-local'
import { bedrock, capabilitiesOf, checkRequest } from '@x/provider-bedrock'
import { defineTool } from '@x/tools'
import type { AnySchema } from '@x/tools/schema'
import { compileSchema } from '@x/tools/schema'
import { runTool } from '@x/tools/testing'
import type { JsonObject, JsonValue, Tool, ToolOutput, ToolResultPart } from '@x/types'
import { scriptedModel } from '@x/types/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import * as z from 'zod'
import { callPart } from '../src/helpers.js'

/* Tools made by `defineTool` in a run of the real loop, and what is compiled for Bedrock before Bedrock's own rules. */

const input = z.object({
  room: z.enum(['double', 'single']),
  guests: z.int().min(1),
  prices: z.record(z.string(), z.number()),
  at: z.tuple([z.number(), z.string()]).optional(),
  pay: z.discriminatedUnion('by', [
    z.object({ by: z.literal('card'), digits: z.string().length(4) }),
    z.object({ by: z.literal('cash') }),
  ]),
  day: z.string().transform((text) => {
    if (text === 'never') throw new Error('broken')
    return text
  }),
})

const tools: readonly Tool[] = [
  defineTool({ name: 'book', input, execute: (booking) => booking as JsonValue as ToolOutput }),
  defineTool({ name: 'book_strictly', input, strict: true, execute: ({ guests }) => guests }),
  defineTool({
    name: 'check_free',
    input: z.object({ id: z.string().refine(async (id) => id.length < 4) }),
    output: z.object({ free: z.boolean() }),
    execute: ({ id }) => ({ free: id === 'a' ? true : (id as never) }),
  }),
]

/** Mostly right, and at times wrong. */
function mostly(right: readonly JsonValue[], wrong: readonly JsonValue[]): fc.Arbitrary<JsonValue> {
  return fc.oneof(
    { arbitrary: fc.constantFrom(...right), weight: 9 },
    { arbitrary: fc.constantFrom(...wrong), weight: 1 },
  )
}

const members = {
  room: mostly(['double', 'single'], [1, 'x']),
  guests: mostly([1, 2], [0, 'x']),
  prices: mostly([{ a: 1 }, [{ key: 'a', value: 1 }]], [[{ key: 'a' }], 'x']),
  at: mostly([[1, 'x'], { 0: 1, 1: 'x' }], [{ 1: 'x' }, null]),
  pay: mostly([{ by: 'cash' }, { by: 'card', digits: '1234' }], [{ by: 'card' }, { by: 'x' }]),
  day: mostly(['monday'], ['never', 1]),
  id: mostly(['a', 'b'], ['too long', null]),
}
const nearly = fc.record(members, { noNullPrototype: true }) as fc.Arbitrary<JsonValue>
const anyInput = fc.oneof({ arbitrary: nearly, weight: 3 }, { arbitrary: fc.jsonValue() as typeof nearly, weight: 1 })

test('whatever the model writes, a tool ends with a result, the run goes on, and runTool gives the same', async () => {
  const seen = new Set<string>()
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...tools), anyInput, async (tool, written) => {
      const model = scriptedModel([[callPart('1', tool.name, written)], 'done'])
      const result = await new Agent({ model, tools }).run('go')
      expect(textOf(result)).toBe('done')
      const answers = result.messages.flatMap(({ content }) => content.filter((part) => part.type === 'tool-result'))
      const [answer] = answers as ToolResultPart[]
      const { error, content } = await runTool(tool, written)
      expect(answers).toHaveLength(1)
      expect(answer?.content).toEqual(content)
      expect(answer?.isError ?? false).toBe(error !== undefined)
      seen.add(`${tool.name} ${error?.code ?? 'ok'}`)
    }),
    { numRuns: 600 },
  )
  const outcomes = ['book ok', 'book invalid-tool-input', 'book_strictly ok', 'book_strictly invalid-tool-input']
  expect([...seen]).toEqual(expect.arrayContaining([...outcomes, 'check_free ok', 'check_free invalid-output']))
})

const modelId = 'us.anthropic.claude-sonnet-4-6'

const shapes: { readonly [shape: string]: AnySchema } = {
  booking: input,
  'a list at the root': z.array(z.object({ a: z.string().min(2).max(3) })),
  'a choice at the root': z.union([z.object({ a: z.int() }), z.object({ b: z.email() })]),
  'a map at the root': z.record(z.string(), z.array(z.number().min(1))),
  'an intersection': z.intersection(z.object({ a: z.string() }), z.looseObject({ b: z.string().optional() })),
  'a shared definition': {
    type: 'object',
    properties: { a: { $ref: '#/$defs/a' }, b: { type: 'array', items: { $ref: '#/$defs/a' }, maxItems: 3 } },
    $defs: { a: { type: 'object', properties: { c: { type: 'number', minimum: 1 } } }, unused: {} },
  },
}

test.each(Object.entries(shapes))(
  'what is compiled for Bedrock passes the request check and the endpoint: %s',
  async (_shape, schema) => {
    const { schemas } = capabilitiesOf(modelId)
    const compiled = compileSchema(schema, schemas?.strictTool)
    expect(compiled.jsonSchema).toEqual(compileSchema(schema, schemas?.output).jsonSchema)
    const strictTool = { name: 'give', inputSchema: compiled.jsonSchema, strict: true }
    const messages = [{ role: 'user', content: [{ type: 'text', text: 'go' }] }] as const
    const output = { name: 'answer', schema: compiled.jsonSchema }
    for (const request of [
      { messages, tools: [strictTool] },
      { messages, output },
    ]) {
      const { findings } = checkRequest({ modelId }, request)
      expect(findings.filter(({ severity }) => severity === 'error' || severity === 'warning')).toEqual([])
      const local = await startBedrockLocal({ port: 0 })
      try {
        const credentials = { accessKeyId: 'x', secretAccessKey: 'x' }
        const model = bedrock(modelId, { endpoint: local.url, region: 'us-east-1', credentials })
        const events = []
        for await (const event of model.stream(request)) events.push(event.type)
        expect(events.at(-1)).toBe('model-end')
      } finally {
        await local.close()
      }
    }
  },
)

test('what Bedrock refuses is refused by the endpoint too when it is not compiled', async () => {
  const local = await startBedrockLocal({ port: 0 })
  try {
    const credentials = { accessKeyId: 'x', secretAccessKey: 'x' }
    const model = bedrock(modelId, { endpoint: local.url, region: 'us-east-1', credentials })
    const inputSchema: JsonObject = compileSchema(input).jsonSchema
    const request = {
      messages: [{ role: 'user', content: [{ type: 'text', text: 'go' }] }],
      tools: [{ name: 'give', inputSchema, strict: true }],
    } as const
    await expect(async () => {
      for await (const _event of model.stream(request));
    }).rejects.toMatchObject({ code: 'invalid-request' })
  } finally {
    await local.close()
  }
})
