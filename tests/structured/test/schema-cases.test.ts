import type { ExtractMode } from '@x/structured'
import { extract, forgetRefusals } from '@x/structured'
import type { CompiledSchema } from '@x/tools/schema'
import { compileSchema } from '@x/tools/schema'
import type { JsonObject, JsonValue } from '@x/types'
import { isAgentError } from '@x/types'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { encode } from '../src/encode.js'
import { schemaCases, schemaCasesMissing } from '../src/schema-cases.js'
import type { Served } from '../src/serve.js'
import { serve } from '../src/serve.js'

let served: Served
let written: JsonValue = null
beforeAll(async () => {
  served = await serve({
    reply: ({ body }) =>
      body.toolConfig
        ? { content: [{ toolUse: { name: 'answer', input: written as JsonObject } }] }
        : JSON.stringify(written),
  })
})
afterAll(() => served.local.close())
beforeEach(forgetRefusals)

const modelId = 'us.anthropic.claude-sonnet-4-6'
const cases = schemaCases.flatMap(({ id, input: { schema }, expected: { tests } }) =>
  typeof schema === 'object' ? [[id, schema, tests] as const] : [],
)

describe.skipIf(schemaCasesMissing)(`published schemas, asked for over the wire${schemaCasesMissing}`, () => {
  test('there are many', () => {
    expect(cases.length).toBeGreaterThan(60)
  })

  test.each(cases)(
    '%s: right instances are taken, wrong ones are not, no request is refused',
    async (_id, schema, tests) => {
      const model = served.model(modelId)
      const { schemas } = model.capabilities?.() ?? {}
      const modes: readonly (readonly [ExtractMode, CompiledSchema<unknown> | undefined])[] = [
        ['native', compiled(schema, schemas?.output)],
        ['strict-tool', compiled(schema, schemas?.strictTool)],
        ['tool', compiled(schema, schemas?.tool)],
        ['prompted', compiled(schema)],
      ]
      expect(modes.at(-1)?.[1]).toBeDefined()
      let taken = 0
      const asked = served.local.requests.length
      for (const [mode, way] of modes) {
        if (!way) continue
        for (const { data, valid } of tests) {
          written = toAnswer(way, data)
          // The arguments of a tool are always an object.
          if (mode.endsWith('tool') && (typeof written !== 'object' || written === null || Array.isArray(written)))
            continue
          const options = { model, schema, prompt: 'Go.', mode, maxRetries: 0, repair: false }
          const outcome = await extract(options).then(
            ({ output }) => ({ output }),
            (error: unknown) => ({ error }),
          )
          // A closed object has no room for members that have no name in the schema: then the model cannot write it.
          if (valid && 'error' in outcome) expect(isSayable(way, data)).toBe(false)
          else if (valid) expect(outcome).toEqual({ output: data })
          else expect(outcome).toMatchObject({ error: { code: 'invalid-output' } })
          taken += valid && 'output' in outcome ? 1 : 0
        }
      }
      if (tests.some(({ valid }) => valid)) expect(taken).toBeGreaterThan(0)
      expect(served.local.requests.slice(asked).filter(({ status }) => status !== 200)).toEqual([])
    },
  )
})

function compiled(...given: Parameters<typeof compileSchema>): CompiledSchema<unknown> | undefined {
  try {
    return compileSchema(...given)
  } catch (error) {
    if (isAgentError(error, 'unsupported')) return undefined
    throw error
  }
}

function isSayable(way: CompiledSchema<unknown>, data: JsonValue): boolean {
  try {
    encode(way, data)
    return true
  } catch {
    return false
  }
}

/** As a model that is held to the schema would write it, or as one that is not. */
function toAnswer(way: CompiledSchema<unknown>, data: JsonValue): JsonValue {
  if (isSayable(way, data)) return encode(way, data)
  return way.isWrapped ? { value: data } : data
}
