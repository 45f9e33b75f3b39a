import { BedrockRuntimeClient, ConverseStreamCommand } from '@aws-sdk/client-bedrock-runtime'
import { runAgent } from '@x/agent-loop'
import { bedrock } from '@x/provider-bedrock'
import type { AgentConfig, AgentEvent, Message } from '@x/types'

/** What a stream brought; the runner refuses figures of a subject that lost some of it. */
export interface Received {
  readonly deltas: number
  readonly characters: number
}

/** Made once a process; each call reads one whole stream. */
export type Subject = (url: string) => () => Promise<Received>

/** In the order in which a round takes them. The first is what the others are compared with. */
export const subjects = {
  'raw AWS SDK': (endpoint) => {
    const client = new BedrockRuntimeClient({ endpoint, region, credentials })
    const messages = [{ role: 'user' as const, content: [{ text: prompt }] }]
    return async () => {
      const response = await client.send(new ConverseStreamCommand({ modelId, messages }))
      return count(response.stream ?? [], (event) => event.contentBlockDelta?.delta?.text)
    }
  },
  'bedrock()': (endpoint) => {
    const model = bedrock(modelId, { endpoint, region, credentials })
    return () => count(model.stream({ messages }), textOf)
  },
  'runAgent()': (endpoint) => readAgent(endpoint),
} satisfies Record<string, Subject>

/** Reads the whole answer of an agent with these layers. */
export function readAgent(endpoint: string, use: AgentConfig['use'] = []): () => Promise<Received> {
  const model = bedrock(modelId, { endpoint, region, credentials })
  return () => count(runAgent({ model, use }, messages), textOf)
}

const modelId = 'us.amazon.nova-pro-v1:0'
const region = 'us-east-1'
const credentials = { accessKeyId: 'bench', secretAccessKey: 'bench' }
const prompt = 'Write a long answer.'
const messages: readonly Message[] = [{ role: 'user', content: [{ type: 'text', text: prompt }] }]

function textOf(event: AgentEvent): string | undefined {
  return event.type === 'text-delta' ? event.text : undefined
}

async function count<Event>(
  events: AsyncIterable<Event> | Iterable<Event>,
  textOf: (event: Event) => string | undefined,
): Promise<Received> {
  let deltas = 0
  let characters = 0
  for await (const event of events) {
    const text = textOf(event)
    if (text === undefined) continue
    deltas += 1
    characters += text.length
  }
  return { deltas, characters }
}
