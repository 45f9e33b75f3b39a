import { standIn } from '@x/bedrock-local'
import { forgetRefusals } from '@x/structured'
import type { ChatMessage } from '@x/structured/client'
import { fromModel, image, maybe, pdf } from '@x/structured/client'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { z } from 'zod'
import { answerAnyway } from '../src/answer-anyway.js'
import type { Served } from '../src/serve.js'
import { serve } from '../src/serve.js'

const User = z.object({ name: z.string(), age: z.number().int() })
const claude = 'us.anthropic.claude-sonnet-4-6'
const older = 'us.anthropic.claude-3-7-sonnet-20250219-v1:0'
const png = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=='
const question: ChatMessage[] = [{ role: 'user', content: 'Jason is 25 years old' }]

let served: Served
beforeAll(async () => {
  served = await serve({ reply: (request) => answerAnyway(request) ?? standIn(request) })
})
afterAll(() => served.local.close())
beforeEach(forgetRefusals)

const lastRequest = () => served.local.requests.at(-1)

test('messages of OpenAI and of Converse go out as Converse, with what stands in them', async () => {
  const file = Buffer.from('%PDF-1.7 …')
  const client = fromModel(served.model(claude))
  const messages: ChatMessage[] = [
    { role: 'system', content: 'Extract the name and age.' },
    { role: 'user', content: [{ text: 'Jason is' }, { cachePoint: { type: 'default' } }] },
    { role: 'assistant', content: 'Yes?' },
    {
      role: 'user',
      content: [
        { type: 'text', text: '25 years old' },
        { type: 'image_url', image_url: { url: `data:image/png;base64,${png}` } },
        { image: { format: 'png', source: { bytes: Buffer.from(png, 'base64') } } },
        image(Buffer.from(png, 'base64')),
        pdf(file, { name: 'birth_certificate' }),
      ],
    },
  ]
  expect(await client.create({ schema: User, messages })).toEqual({ name: 'Jason', age: 25 })
  const picture = { image: { format: 'png', source: { bytes: png } } }
  const document = { format: 'pdf', name: 'birthcertificate', source: { bytes: file.toString('base64') } }
  expect(lastRequest()?.body.system).toEqual([{ text: 'Extract the name and age.' }])
  expect(lastRequest()?.body.messages).toEqual([
    { role: 'user', content: [{ text: 'Jason is' }, { cachePoint: { type: 'default' } }] },
    { role: 'assistant', content: [{ text: 'Yes?' }] },
    { role: 'user', content: [{ text: '25 years old' }, picture, picture, picture, { document }] },
  ])
  expect(lastRequest()?.status).toBe(200)
})

test('the names of OpenAI and of Bedrock for one setting send the same', async () => {
  const client = fromModel(served.model(claude), { mode: 'tool' })
  const call = { schema: User, messages: question }
  await client.create({ ...call, model: older, max_tokens: 99, temperature: 0.1, stop: 'END', top_k: 5 })
  const first = lastRequest()
  await client.create({
    ...{ ...call, modelId: older, model: 'nowhere' },
    inferenceConfig: { maxTokens: 99, temperature: 0.1, stopSequences: ['END'] },
    additionalModelRequestFields: { top_k: 5 },
  })
  expect(first?.body.inferenceConfig).toEqual({ maxTokens: 99, temperature: 0.1, stopSequences: ['END'] })
  expect(first?.body.additionalModelRequestFields).toEqual({ top_k: 5 })
  expect(lastRequest()).toMatchObject({ modelId: first?.modelId, body: first?.body })
})

test.each(['native', 'strict-tool', 'tool', 'prompted'] as const)('partials and items stream by %s', async (mode) => {
  const client = fromModel(served.model(claude), { mode })
  const pieces = []
  for await (const piece of client.createPartial({ schema: maybe(User), messages: question })) pieces.push(piece)
  expect(pieces.length).toBeGreaterThan(3)
  expect(pieces.at(-1)).toMatchObject({ error: expect.any(Boolean) })
  const items = []
  for await (const item of client.createIterable({ schema: User, messages: question })) items.push(item)
  expect(items).toEqual([{ name: 'Jason', age: 25 }])
  expect(lastRequest()?.status).toBe(200)
})

test('a setting that the model does not know is refused before anything is sent', async () => {
  const before = served.local.requests.length
  const call = { schema: User, messages: question, config: { seed: 5 } }
  await expect(fromModel(served.model(claude)).create(call)).rejects.toMatchObject({
    code: 'invalid-config',
    message: expect.stringContaining('"seed". Known members: modelId, region'),
  })
  expect(served.local.requests).toHaveLength(before)
})
