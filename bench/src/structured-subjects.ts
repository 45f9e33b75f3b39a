import { BedrockRuntimeClient, ConverseStreamCommand } from '@aws-sdk/client-bedrock-runtime'
import { bedrock } from '@x/provider-bedrock'
import { extract, extractStream } from '@x/structured'

/** What a stream brought. */
interface StructuredAnswer {
  readonly value: unknown
  /** How often the value so far was there. */
  readonly partials: number
}

/** Made once a process; each call reads one whole answer. */
export type StructuredSubject = (url: string) => () => Promise<StructuredAnswer>

/** The first is what the others are compared with. */
export const structuredSubjects = {
  'raw AWS SDK, JSON.parse at the end': (endpoint) => {
    const client = new BedrockRuntimeClient({ endpoint, region, credentials })
    const messages = [{ role: 'user' as const, content: [{ text: prompt }] }]
    return async () => {
      const { stream = [] } = await client.send(new ConverseStreamCommand({ modelId, messages }))
      let text = ''
      for await (const event of stream) text += event.contentBlockDelta?.delta?.text ?? ''
      return { value: JSON.parse(text), partials: 0 }
    }
  },
  'extract()': (endpoint) => {
    const model = bedrock(modelId, { endpoint, region, credentials })
    return async () => ({ value: (await extract({ model, schema, prompt })).output, partials: 0 })
  },
  'extractStream(), the object so far after each delta': (endpoint) => {
    const model = bedrock(modelId, { endpoint, region, credentials })
    return async () => {
      let partials = 0
      for await (const event of extractStream({ model, schema, prompt })) {
        if (event.type === 'partial') partials += 1
        if (event.type === 'done') return { value: event.extraction.output, partials }
      }
      throw new Error('The stream ended without an answer.')
    }
  },
} satisfies Record<string, StructuredSubject>

export type StructuredSubjectName = keyof typeof structuredSubjects

const modelId = 'us.anthropic.claude-sonnet-4-6'
const region = 'us-east-1'
const credentials = { accessKeyId: 'bench', secretAccessKey: 'bench' }
const prompt = 'List the people.'

/** Of the records: each closed item is checked by it as it comes, and the whole at the end. */
const schema = {
  type: 'object',
  properties: {
    items: {
      type: 'array',
      items: {
        type: 'object',
        properties: {
          id: { type: 'integer' },
          name: { type: 'string' },
          email: { type: 'string' },
          score: { type: 'number' },
          active: { type: 'boolean' },
          tags: { type: 'array', items: { type: 'string' } },
        },
        required: ['id', 'name', 'email', 'score', 'active', 'tags'],
      },
    },
  },
  required: ['items'],
} as const
