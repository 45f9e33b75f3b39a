import type {
  ConverseCommandOutput,
  ConverseStreamCommandInput,
  ConverseStreamOutput,
} from '@aws-sdk/client-bedrock-runtime'
import { BedrockRuntimeClient, ConverseCommand, ConverseStreamCommand } from '@aws-sdk/client-bedrock-runtime'
import { NodeHttpHandler } from '@smithy/node-http-handler'
import type { BedrockLocal, BedrockLocalOptions } from '../src/index.js'
import { startBedrockLocal } from '../src/index.js'

export const modelId = 'us.anthropic.claude-sonnet-4-5-20250929-v1:0'

/** The SDK's default handler speaks HTTP/2; the other one HTTP/1.1. */
export const httpVersions = ['HTTP/2', 'HTTP/1.1'] as const
export type HttpVersion = (typeof httpVersions)[number]

export function clientOf(local: BedrockLocal, version: HttpVersion = 'HTTP/2', maxAttempts = 1): BedrockRuntimeClient {
  return new BedrockRuntimeClient({
    endpoint: local.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts,
    ...(version === 'HTTP/1.1' && { requestHandler: new NodeHttpHandler() }),
  })
}

/** Runs `use` against an endpoint of its own. */
export async function withLocal<Result>(
  options: BedrockLocalOptions,
  use: (local: BedrockLocal) => Promise<Result>,
): Promise<Result> {
  const local = await startBedrockLocal(options)
  try {
    return await use(local)
  } finally {
    await local.close()
  }
}

export type Input = Partial<ConverseStreamCommandInput>

export function converse(client: BedrockRuntimeClient, input: Input | string = {}): Promise<ConverseCommandOutput> {
  return client.send(new ConverseCommand(inputOf(input)))
}

export interface Streamed {
  readonly events: readonly ConverseStreamOutput[]
  /** What `send` or the iterator threw. */
  readonly error?: Error
}

/** Reads a stream to its end, however that comes. */
export async function converseStream(
  client: BedrockRuntimeClient,
  input: Input | string = {},
  abortSignal?: AbortSignal,
): Promise<Streamed> {
  const events: ConverseStreamOutput[] = []
  try {
    const command = new ConverseStreamCommand(inputOf(input))
    const response = await client.send(command, abortSignal ? { abortSignal } : {})
    for await (const event of response.stream ?? []) events.push(event)
    return { events }
  } catch (error) {
    return { events, error: error as Error }
  }
}

export function textOf(events: readonly ConverseStreamOutput[]): string {
  return events.map((event) => event.contentBlockDelta?.delta?.text ?? '').join('')
}

/** Waits until `condition` holds; the bound is generous, as machines differ. */
export async function until(condition: () => boolean, timeoutMs = 5000): Promise<void> {
  const deadline = Date.now() + timeoutMs
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`Not so after ${timeoutMs} ms: ${condition}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

function inputOf(input: Input | string): ConverseStreamCommandInput {
  const given =
    typeof input === 'string' ? { messages: [{ role: 'user' as const, content: [{ text: input }] }] } : input
  return { modelId, messages: [{ role: 'user', content: [{ text: 'Hello' }] }], ...given }
}
