import type { ExtractMode } from '@x/structured'
import { extract, extractStream, forgetRefusals } from '@x/structured'
import { compileSchema } from '@x/tools/schema'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { answerAnyway } from '../src/answer-anyway.js'
import { question, schemas } from '../src/schemas.js'
import type { Served } from '../src/serve.js'
import { serve } from '../src/serve.js'

/** One model of each kind: what its family takes decides. */
const families: readonly (readonly [modelId: string, modes: readonly ExtractMode[]])[] = [
  ['us.anthropic.claude-sonnet-4-6', ['native', 'strict-tool', 'tool', 'prompted']],
  ['us.anthropic.claude-3-7-sonnet-20250219-v1:0', ['tool', 'prompted']],
  ['qwen.qwen3-32b-v1:0', ['native', 'tool', 'prompted']],
  ['us.amazon.nova-pro-v1:0', ['tool', 'prompted']],
  ['mistral.mistral-large-2402-v1:0', ['tool', 'prompted']],
  ['us.meta.llama3-3-70b-instruct-v1:0', ['tool', 'prompted']],
  ['amazon.titan-text-express-v1', ['prompted']],
]

let served: Served
beforeAll(async () => {
  served = await serve({ reply: answerAnyway })
})
afterAll(() => served.local.close())
beforeEach(forgetRefusals)

const since = (start: number) => served.local.requests.slice(start)

describe.each(families)('%s', (modelId, modes) => {
  test(`is asked by ${modes[0]}, and no request is refused`, async () => {
    const start = served.local.requests.length
    const schema = schemas[0]?.[1] ?? {}
    const { mode, attempts } = await extract({ model: served.model(modelId), schema, prompt: question })
    expect({ mode, attempts: attempts.length }).toEqual({ mode: modes[0], attempts: 1 })
    expect(since(start).map(({ status }) => status)).toEqual([200])
  })

  test.each(modes.flatMap((mode) => schemas.map(([what, schema]) => [what, mode, schema] as const)))(
    'answers with %s by %s',
    async (_what, mode, schema) => {
      const start = served.local.requests.length
      const model = served.model(modelId)
      const { schemas: dialects } = model.capabilities?.() ?? {}
      const dialect = {
        native: dialects?.output,
        'strict-tool': dialects?.strictTool,
        tool: dialects?.tool,
        prompted: undefined,
      }
      if (!isSayable(schema, dialect[mode])) {
        await expect(extract({ model, schema, prompt: question, mode })).rejects.toMatchObject({ code: 'unsupported' })
        expect(since(start)).toEqual([])
        return
      }
      const result = await extract({ model, schema, prompt: question, mode })
      expect(result.mode).toBe(mode)
      expect(since(start).map(({ status }) => status)).toEqual([200])
      const events = []
      for await (const event of extractStream({ model, schema, prompt: question, mode })) events.push(event)
      expect(events.at(-1)).toMatchObject({ type: 'done', extraction: { output: result.output } })
      expect(events.filter(({ type }) => type === 'restart')).toEqual([])
      expect(events.some(({ type }) => type === 'partial')).toBe(true)
    },
  )
})

function isSayable(...[schema, dialect]: Parameters<typeof compileSchema>): boolean {
  try {
    compileSchema(schema, dialect)
    return true
  } catch {
    return false
  }
}
