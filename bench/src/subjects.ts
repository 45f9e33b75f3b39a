import { BedrockRuntimeClient, ConverseStreamCommand } from '@aws-sdk/client-bedrock-runtime'
import { context, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base'
import { runAgent } from '@x/agent-loop'
import { bedrock } from '@x/provider-bedrock'
import { otel } from '@x/telemetry'
import type { AgentConfig, AgentEvent, Message } from '@x/types'

/** What a stream brought; the runner refuses figures of a subject that lost some of it. */
export interface Received {
  readonly deltas: number
  readonly characters: number
}

/** Made once a process; each call reads one whole stream. */
type Subject = (url: string) => () => Promise<Received>

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
  'runAgent()': (endpoint) => agent({ model: bedrock(modelId, { endpoint, region, credentials }) }),
  // AsyncLocalStorage alone slows every promise down on Node 20, so it has a row of its own.
  'runAgent() in an OpenTelemetry context': (endpoint) => {
    const context = startContextManager()
    const readStream = agent({ model: bedrock(modelId, { endpoint, region, credentials }) })
    return () => context.with(context.active().setValue(Symbol('bench'), true), readStream)
  },
  'runAgent() with otel(), no SDK': (endpoint) => {
    return agent({ model: bedrock(modelId, { endpoint, region, credentials }), use: [otel()] })
  },
  'runAgent() with otel(), spans recorded': (endpoint) => {
    trace.setGlobalTracerProvider(new BasicTracerProvider())
    startContextManager()
    return agent({ model: bedrock(modelId, { endpoint, region, credentials }), use: [otel()] })
  },
} satisfies Record<string, Subject>

export type SubjectName = keyof typeof subjects

const modelId = 'us.amazon.nova-pro-v1:0'
const region = 'us-east-1'
const credentials = { accessKeyId: 'bench', secretAccessKey: 'bench' }
const prompt = 'Write a long answer.'
const messages: readonly Message[] = [{ role: 'user', content: [{ type: 'text', text: prompt }] }]

function startContextManager(): typeof context {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  return context
}

function agent(config: AgentConfig): () => Promise<Received> {
  return () => count(runAgent(config, messages), textOf)
}

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
