import { retry } from '@x/agent-loop/retry'
import type { Reply } from '@x/bedrock-local'
import type { ExtractEvent } from '@x/structured'
import { extractStream, failureOf, forgetRefusals } from '@x/structured'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { Served } from '../src/serve.js'
import { serve } from '../src/serve.js'

const schema = z.object({ items: z.array(z.object({ n: z.number() })) })
const prompt = 'Count.'
const value = { items: [{ n: 10 }, { n: 20 }, { n: 30 }] }
const modes = [
  ['native', 'us.anthropic.claude-sonnet-4-6', [{ text: JSON.stringify(value) }]],
  ['strict-tool', 'us.anthropic.claude-sonnet-4-6', [{ toolUse: { name: 'answer', input: value } }]],
  ['tool', 'us.amazon.nova-pro-v1:0', [{ toolUse: { name: 'answer', input: value } }]],
  ['prompted', 'us.amazon.nova-pro-v1:0', [{ text: `<think>{}</think>${JSON.stringify(value)}` }]],
] as const

let served: Served
beforeEach(forgetRefusals)
afterEach(() => served.local.close())

async function collect(events: AsyncIterable<ExtractEvent<typeof schema>>) {
  const all: ExtractEvent<typeof schema>[] = []
  for await (const event of events) all.push(event)
  return all
}

describe.each(modes)('a stream in mode %s', (mode, modelId, content) => {
  test('grows with the frames and closes each item once', async () => {
    served = await serve({ reply: [{ content, deltaLength: 3 }] })
    const events = await collect(extractStream({ model: served.model(modelId), schema, prompt, mode }))
    const counts = events.flatMap((event) => (event.type === 'partial' ? [event.value.items?.length ?? 0] : []))
    expect(new Set(counts)).toEqual(new Set([0, 1, 2, 3]))
    const closed = events.flatMap((event) => (event.type === 'closed' && event.at === 'items.*' ? [event.value.n] : []))
    expect(closed).toEqual([10, 20, 30])
    expect(events.at(-1)).toMatchObject({ type: 'done', extraction: { output: value, mode } })
  })

  test('begins anew after a lost connection, and says so', async () => {
    const lost: Reply = { content, deltaLength: 3, fault: { type: 'reset', afterFrames: 12 } }
    served = await serve({ reply: [lost, { content }] })
    const options = { model: served.model(modelId), schema, prompt, mode, use: [retry({ baseDelayMs: 0 })] }
    const events = await collect(extractStream(options))
    expect(events.filter(({ type }) => type === 'restart')).toHaveLength(1)
    expect(events.at(-1)).toMatchObject({ type: 'done', extraction: { output: value } })
  })

  test('keeps what was shown when it breaks', async () => {
    served = await serve({ reply: [{ content, deltaLength: 3, fault: { type: 'cut', afterFrames: 14 } }] })
    const stream = extractStream({ model: served.model(modelId), schema, prompt, mode })
    const error = await stream.result.catch((error) => error)
    expect(error.retryable).toBe(true)
    expect(failureOf(error)?.partial).toHaveProperty('items')
    expect(error.partial.message.content).toHaveLength(1)
  })

  test('ends the call when it is left', async () => {
    served = await serve({ reply: [{ content, deltaLength: 1, delayMs: 20 }] })
    for await (const event of extractStream({ model: served.model(modelId), schema, prompt, mode })) {
      if (event.type === 'partial') break
    }
    await expect.poll(() => served.local.requests[0]?.outcome).toBe('client-left')
  })
})

describe('arguments that Claude would hold back', () => {
  const modelId = 'us.anthropic.claude-sonnet-4-5-20250929-v1:0'
  const content = [{ toolUse: { name: 'answer', input: value } }]
  const beta = 'fine-grained-tool-streaming-2025-05-14'
  const betas = () =>
    served.local.requests.map(({ body }) => {
      const { additionalModelRequestFields } = body as { additionalModelRequestFields?: { anthropic_beta?: unknown } }
      return additionalModelRequestFields?.anthropic_beta
    })

  test('are asked for as they are written, in the words of the service', async () => {
    served = await serve({ reply: [{ content, deltaLength: 3 }] })
    const stream = extractStream({ model: served.model(modelId), schema, prompt, mode: 'tool' })
    expect((await stream.result).output).toEqual(value)
    expect(betas()).toEqual([[beta]])
  })

  test('are taken as they come when the service refuses that', async () => {
    const message = 'The model returned the following errors: invalid beta flag'
    const refused: Reply = { fault: { type: 'http', status: 400, error: 'ValidationException', message } }
    served = await serve({ reply: [refused, { content }] })
    const stream = extractStream({ model: served.model(modelId), schema, prompt, mode: 'tool' })
    expect(await stream.result).toMatchObject({ output: value, mode: 'tool', stepsDown: [] })
    expect(betas()).toEqual([[beta], undefined])
  })
})
