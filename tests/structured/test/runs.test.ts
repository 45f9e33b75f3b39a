import { Agent } from '@x/agent-loop'
import { forgetRefusals, runStructured } from '@x/structured'
import { defineTool } from '@x/tools'
import type { JsonObject } from '@x/types'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { z } from 'zod'
import type { Served } from '../src/serve.js'
import { serve } from '../src/serve.js'

const schema = z.object({ city: z.string(), celsius: z.number() })
const right = { city: 'Oslo', celsius: 4 }
const weather = defineTool({
  name: 'weather',
  description: 'The weather in a city.',
  input: z.object({ city: z.string() }),
  execute: () => '4 degrees',
})
const lookUp = { content: [{ toolUse: { name: 'weather', input: { city: 'Oslo' } } }] }
const call = (input: JsonObject) => ({ content: [{ toolUse: { name: 'answer', input } }] })

let served: Served
beforeEach(forgetRefusals)
afterEach(() => served.local.close())

test.each([
  ['native', 'us.anthropic.claude-sonnet-4-6', JSON.stringify({ city: 'Oslo' }), JSON.stringify(right)],
  ['tool', 'us.amazon.nova-pro-v1:0', call({ city: 'Oslo' }), call(right)],
  ['tool', 'us.amazon.nova-pro-v1:0', 'It is 4 degrees.', call(right)],
  ['tool', 'us.meta.llama3-3-70b-instruct-v1:0', 'It is 4 degrees.', call(right)],
  ['tool', 'mistral.mistral-large-2402-v1:0', call({}), call(right)],
] as const)(
  '%s: %s uses its tool, is asked again and gives the answer, with no request refused',
  async (mode, modelId, wrong, good) => {
    served = await serve({ reply: [lookUp, wrong, good, 'You are welcome.'] })
    const agent = new Agent({ model: served.model(modelId), tools: [weather] })
    const { output, result, ...run } = await runStructured(agent, { schema, prompt: 'How warm is it in Oslo?', mode })
    expect({ output, mode: run.mode, attempts: run.attempts.length, turns: result.turns }).toEqual({
      ...{ output: right, mode, attempts: 2, turns: 3 },
    })
    // The conversation can go on.
    await agent.run('Thank you.')
    expect(served.local.requests.map(({ status, error }) => error ?? status)).toEqual([200, 200, 200, 200])
  },
)
