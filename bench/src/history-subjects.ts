import { BedrockRuntimeClient, ConverseStreamCommand } from '@aws-sdk/client-bedrock-runtime'
import { bedrock } from '@x/provider-bedrock'
import type { Message } from '@x/types'
import { toolName, toolSchema, toQuestion, toTurn } from './conversation.js'

/** A conversation that is sent whole, with one more turn each time. */
export interface Conversation {
  /** Adds a turn to what is held. */
  grow(turn: number): void
  /** Sends it and reads the whole answer; gives the number of its characters. */
  send(): Promise<number>
}

/** Made once a process; each call begins a conversation. */
type HistorySubject = (url: string) => () => Conversation

/** In the order in which a round takes them. The first is what the others are compared with. */
export const historySubjects = {
  'raw AWS SDK': (endpoint) => {
    const client = new BedrockRuntimeClient({ endpoint, region, credentials })
    const toolConfig = { tools: [{ toolSpec: { name: toolName, inputSchema: { json: { ...toolSchema } } } }] }
    return () => {
      const messages = [toQuestion().wire]
      return {
        grow: (turn) => void messages.push(...toTurn(turn).wire),
        async send() {
          const { stream = [] } = await client.send(new ConverseStreamCommand({ modelId, messages, toolConfig }))
          let characters = 0
          for await (const event of stream) characters += event.contentBlockDelta?.delta?.text?.length ?? 0
          return characters
        },
      }
    }
  },
  "bedrock() with check: 'off'": (endpoint) => ours(bedrock(modelId, { endpoint, region, credentials, check: 'off' })),
  'bedrock()': (endpoint) => ours(bedrock(modelId, { endpoint, region, credentials })),
  "bedrock() with cache: 'auto'": (endpoint) =>
    ours(bedrock(modelId, { endpoint, region, credentials, cache: 'auto' })),
} satisfies Record<string, HistorySubject>

export type HistorySubjectName = keyof typeof historySubjects

const modelId = 'us.anthropic.claude-sonnet-4-5-20250929-v1:0'
const region = 'us-east-1'
const credentials = { accessKeyId: 'bench', secretAccessKey: 'bench' }

function ours(model: ReturnType<typeof bedrock>): () => Conversation {
  const tools = [{ name: toolName, inputSchema: toolSchema }]
  return () => {
    let messages: readonly Message[] = [toQuestion().message]
    return {
      grow(turn) {
        messages = [...messages, ...toTurn(turn).messages]
      },
      async send() {
        let characters = 0
        for await (const event of model.stream({ messages, tools })) {
          if (event.type === 'text-delta') characters += event.text.length
        }
        return characters
      },
    }
  }
}
