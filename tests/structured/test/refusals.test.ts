import type { Fault } from '@x/bedrock-local'
import { extract, failureOf, forgetRefusals } from '@x/structured'
import type { JsonObject } from '@x/types'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { answerAnyway } from '../src/answer-anyway.js'
import type { Served } from '../src/serve.js'
import { serve } from '../src/serve.js'

const schema = z.object({ name: z.string() })
const prompt = 'Name: Ada.'
const claude = 'us.anthropic.claude-sonnet-4-6'
const refusal = (message: string): Fault => ({
  type: 'http',
  status: 400,
  error: 'ValidationException',
  message: `The model returned the following errors: ${message}`,
})
const noFormat = refusal('output_config.format: Extra inputs are not permitted')
const noStrict = refusal('tools.0.custom.strict: Extra inputs are not permitted')

let served: Served
beforeEach(async () => {
  forgetRefusals()
  served = await serve({ reply: answerAnyway })
})
afterEach(() => served.local.close())

describe('a service that refuses what the model was known to take', () => {
  test('is asked in the next best way, once, and from then on', async () => {
    served.local.setFaults([
      { fault: noFormat, times: 1 },
      { fault: noStrict, times: 1 },
    ])
    const model = served.model(claude)
    const first = await extract({ model, schema, prompt })
    expect(first).toMatchObject({ mode: 'tool', output: { name: 'Ada' } })
    expect(first.stepsDown.map(({ mode }) => mode)).toEqual(['native', 'strict-tool'])
    expect(first.stepsDown[0]?.reason).toContain('output_config.format: Extra inputs are not permitted')
    await extract({ model: served.model(claude, { maxTokens: 100 }), schema, prompt })
    await extract({ model: served.model(claude, { region: 'us-west-2' }), schema, prompt })
    expect(served.ways()).toEqual(['native', 'strict-tool tool', 'tool tool', 'tool tool', 'native'])
  })

  test('is not asked otherwise when a mode is pinned', async () => {
    served.local.setFaults([{ fault: noFormat, times: 1 }])
    const error = await extract({ model: served.model(claude), schema, prompt, mode: 'native' }).catch((error) => error)
    expect(error).toMatchObject({ code: 'invalid-request', status: 400 })
    expect(failureOf(error)).toMatchObject({ mode: 'native', attempts: [] })
    expect(served.ways()).toEqual(['native'])
  })

  test('is asked without force when it refuses that', async () => {
    served.local.setFaults([
      { fault: refusal("This model doesn't support the toolConfig.toolChoice.tool field."), times: 1 },
    ])
    const model = served.model('us.amazon.nova-pro-v1:0')
    expect(await extract({ model, schema, prompt })).toMatchObject({ mode: 'tool', output: { name: 'Ada' } })
    expect(served.ways()).toEqual(['tool tool', 'tool auto'])
  })

  test('is not asked otherwise for what has nothing to do with it', async () => {
    served.local.setFaults([{ fault: refusal('`temperature` and `top_p` cannot both be specified for this model.') }])
    await expect(extract({ model: served.model(claude), schema, prompt })).rejects.toMatchObject({
      code: 'invalid-request',
    })
    expect(served.ways()).toEqual(['native'])
  })
})

describe('Claude that thinks', () => {
  const reasoning = { reasoning: { budgetTokens: 1024 }, maxTokens: 4000 } as const
  const older = 'us.anthropic.claude-3-7-sonnet-20250219-v1:0'

  test('is not forced to call the tool, and a wrong call goes back with its thoughts', async () => {
    await served.local.close()
    const thought = { reasoningContent: { reasoningText: { text: 'Let me see.', signature: 'c2ln' } } }
    const reply = (input: JsonObject) => ({ content: [thought, { toolUse: { name: 'answer', input } }] })
    served = await serve({ reply: [reply({ name: { first: 1 } }), reply({ name: 'Ada' })] })
    const { attempts, output } = await extract({ model: served.model(older), config: reasoning, schema, prompt })
    expect(output).toEqual({ name: 'Ada' })
    expect(attempts).toHaveLength(2)
    expect(served.ways()).toEqual(['tool auto', 'tool auto'])
    expect(served.local.requests.map(({ status }) => status)).toEqual([200, 200])
    expect(served.local.requests[1]?.body.messages?.[1]?.content[0]).toHaveProperty('reasoningContent')
  })

  test('still has its output schema', async () => {
    expect((await extract({ model: served.model(claude, reasoning), schema, prompt })).mode).toBe('native')
    expect(served.local.requests.map(({ status }) => status)).toEqual([200])
  })
})

describe('what the model writes', () => {
  test('is asked for again on every rung, each call answered', async () => {
    await served.local.close()
    const calls = [{ toolUse: { name: 'answer', input: { name: [] } } }, { toolUse: { name: 'other', input: {} } }]
    served = await serve({
      reply: [
        { content: calls },
        { content: [{ toolUse: { name: 'answer', inputText: '{"name": "Ad' } }] },
        'no',
        '{"name":"Ada"}',
      ],
    })
    const result = await extract({ model: served.model('us.amazon.nova-pro-v1:0'), schema, prompt, maxRetries: 3 })
    expect(result.attempts).toHaveLength(4)
    expect(result.usage.totalTokens).toBe(result.attempts.reduce((sum, { usage }) => sum + usage.totalTokens, 0))
    expect(served.local.requests.map(({ status }) => status)).toEqual([200, 200, 200, 200])
    const answered = served.local.requests[1]?.body.messages?.at(-1)?.content ?? []
    expect(answered.map((block) => 'toolResult' in block)).toEqual([true, true])
  })

  test('is never whole when it was cut, and is asked for with a larger limit once', async () => {
    await served.local.close()
    const cut = { content: [{ text: '{"name":"Ada"}' }], stopReason: 'max_tokens' }
    served = await serve({ reply: [cut, '{"name":"Ada Lovelace"}', cut] })
    const options = { model: served.model(claude, { maxTokens: 5 }), schema, prompt }
    const { output } = await extract({ ...options, onLength: { maxTokens: 500 } })
    expect(output).toEqual({ name: 'Ada Lovelace' })
    expect(served.local.requests.map(({ body }) => body.inferenceConfig?.maxTokens)).toEqual([5, 500])
    await expect(extract(options)).rejects.toMatchObject({ code: 'incomplete' })
  })
})
