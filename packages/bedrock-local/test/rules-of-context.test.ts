import { describe, expect, it } from 'vitest'
import { clientOf, converse, converseStream, httpVersions, withLocal } from './helpers.js'
import { ask, image, models, refusalOf, testRules, text, vendor } from './rule-cases.js'

/** About so many tokens. */
const long = (tokens: number) => ask(text('abcd'.repeat(tokens)))
const nova = vendor(
  'Input Tokens Exceeded: Number of input tokens exceeds maximum length. Please update the input to try again.',
)

describe('the context', () => {
  testRules([
    {
      rule: 'of Claude holds 200,000 tokens',
      taken: long(199_900),
      refused: long(200_000),
      message: vendor('prompt is too long: 200016 tokens > 200000 maximum'),
    },
    {
      rule: 'of Claude holds a million with its beta',
      taken: { ...long(300_000), additionalModelRequestFields: { anthropic_beta: ['context-1m-2025-08-07'] } },
      refused: { ...long(300_000), additionalModelRequestFields: { anthropic_beta: ['other'] } },
      message: vendor('prompt is too long: 300016 tokens > 200000 maximum'),
    },
    {
      rule: 'of Claude 3.7 holds prompt and answer',
      model: 'claude37',
      otherModel: 'claude',
      refused: { ...long(190_000), inferenceConfig: { maxTokens: 20_000 } },
      message: vendor(
        'input length and `max_tokens` exceed context limit: 190016 + 20000 > 200000, decrease input length or ' +
          '`max_tokens` and try again',
      ),
    },
    { rule: 'of Nova Micro holds 128,000', model: 'micro', otherModel: 'nova', refused: long(130_000), message: nova },
    {
      rule: 'of Llama holds 131,072',
      model: 'llama',
      taken: long(131_000),
      refused: long(132_000),
      message: vendor("This model's maximum context length is 131072 tokens. Please reduce the length of the prompt"),
    },
  ])

  it('does not count the bytes of an image as text', () => {
    const bytes = 'A'.repeat(4_000_000)
    expect(refusalOf(ask(text('See'), image('png', bytes)))).toBeUndefined()
    expect(refusalOf(ask(text('a'.repeat(4_000_000))))).toContain('prompt is too long')
  })

  it.each(httpVersions)('overflows in the stream for Nova, and before it for Claude, over %s', async (version) => {
    await withLocal({}, async (local) => {
      const client = clientOf(local, version)
      const messages = long(310_000).messages as never

      const streamed = await converseStream(client, { modelId: models.nova, messages })
      expect(streamed.error).toMatchObject({ name: 'ValidationException', message: nova })
      expect(streamed.events).toEqual([])
      await expect(converse(client, { modelId: models.nova, messages })).rejects.toMatchObject({
        message: nova,
        $metadata: { httpStatusCode: 400 },
      })
      const { error } = await converseStream(client, { modelId: models.claude, messages })
      expect(error).toMatchObject({ name: 'ValidationException', $metadata: { httpStatusCode: 400 } })
      expect(local.requests.map(({ status }) => status)).toEqual([200, 400, 400])
    })
  })
})
