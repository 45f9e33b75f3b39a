import type { ConfigurableModel, Message, ModelEvent, ModelRequest, StopReason, StreamCall } from '@x/types'
import { AgentError, defineModel, foldEvents, isAgentError } from '@x/types'

/** A provider for OpenAI-style chat completions over `fetch`: what the contract asks of an author, and no more. */
export interface FetchConfig {
  readonly modelId: string
  readonly url: string
  readonly temperature?: number
  readonly apiKey?: string
}

export function fetchModel(config: FetchConfig): ConfigurableModel<FetchConfig, 'apiKey'> {
  return defineModel<FetchConfig, 'apiKey'>({
    provider: 'openai',
    config,
    keys: ['modelId', 'url', 'temperature'],
    privateKeys: ['apiKey'],
    stream(request, call) {
      const controller = new AbortController()
      const events = exchange(request, call, controller)
      const leave = events.return.bind(events)
      // A generator's own `return` waits for the `next` that is under way, and that one for the network.
      events.return = (value) => {
        controller.abort()
        return leave(value)
      }
      return events
    },
  })
}

async function* exchange(
  request: ModelRequest,
  { config, signal: caller }: StreamCall<FetchConfig>,
  controller: AbortController,
): AsyncGenerator<ModelEvent> {
  const signal = AbortSignal.any([caller, controller.signal])
  const fold = foldEvents({ provider: 'openai', modelId: config.modelId })
  try {
    const response = await fetch(`${config.url}/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${config.apiKey ?? ''}` },
      body: JSON.stringify(toBody(request, config)),
      signal,
    })
    if (!response.ok || !response.body) throw fromStatus(response, await response.text())
    for await (const event of fromChunks(response.body)) {
      signal.throwIfAborted()
      fold.push(event)
      yield event
    }
  } catch (cause) {
    const error = caller.aborted ? new AgentError('aborted', 'The call was aborted.', { cause }) : fromError(cause)
    const message = fold.partial()
    if (message) error.partial = { message }
    throw error
  } finally {
    controller.abort()
  }
}

function toBody({ messages, system = [], tools = [] }: ModelRequest, { modelId, temperature }: FetchConfig): object {
  const specs = tools.flatMap((tool) => ('type' in tool ? [] : [tool]))
  return {
    model: modelId,
    ...(temperature !== undefined && { temperature }),
    stream: true,
    stream_options: { include_usage: true },
    messages: [...system.map((part) => ({ role: 'system', content: textOf([part]) })), ...messages.flatMap(toMessages)],
    tools: specs.length > 0 ? specs.map((spec) => ({ type: 'function', function: toFunction(spec) })) : undefined,
  }
}

const toFunction = ({
  name,
  description,
  inputSchema,
}: {
  name: string
  description?: string
  inputSchema: object
}) => ({
  ...{ name, description, parameters: inputSchema },
})

function toMessages({ role, content }: Message): object[] {
  if (role === 'tool') {
    return content.flatMap((part) =>
      part.type === 'tool-result' ? [{ role, tool_call_id: part.id, content: textOf(part.content) }] : [],
    )
  }
  const calls = content.flatMap((part) => (part.type === 'tool-call' ? [part] : []))
  const toolCalls = calls.map(({ id, name, input }) => ({
    ...{ id, type: 'function', function: { name, arguments: JSON.stringify(input) } },
  }))
  return [{ role, content: textOf(content), ...(calls.length > 0 && { tool_calls: toolCalls }) }]
}

function textOf(content: readonly { readonly type: string }[]): string {
  return content
    .map((part) => ('text' in part ? part.text : 'value' in part ? JSON.stringify(part.value) : ''))
    .join('')
}

interface Chunk {
  readonly choices: readonly { delta: Delta; finish_reason?: string | null }[]
  /** In a frame of its own, when the answer fails under way. */
  readonly error?: { readonly message: string }
  readonly usage?: { prompt_tokens: number; completion_tokens: number; total_tokens: number }
}
interface Delta {
  readonly content?: string
  readonly tool_calls?: readonly { id?: string; function: { name?: string; arguments?: string } }[]
}

async function* fromChunks(body: ReadableStream<Uint8Array>): AsyncGenerator<ModelEvent, void, void> {
  let open = false
  let usage = { inputTokens: 0, outputTokens: 0, totalTokens: 0 }
  let reason: string | undefined
  for await (const { choices, usage: counted, error } of readEvents(body)) {
    if (error) throw new AgentError('model-failed', error.message, { retryable: true })
    const [choice] = choices
    if (counted) {
      const { prompt_tokens: inputTokens, completion_tokens: outputTokens, total_tokens: totalTokens } = counted
      usage = { inputTokens, outputTokens, totalTokens }
    }
    reason = choice?.finish_reason ?? reason
    if (choice?.delta.content) {
      yield { type: 'text-delta', text: choice.delta.content }
      open = true
    }
    for (const { id, function: called } of choice?.delta.tool_calls ?? []) {
      if (id !== undefined) {
        if (open) yield { type: 'part-end' }
        yield { type: 'tool-call-start', id, name: called.name ?? '' }
        open = true
      }
      if (called.arguments) yield { type: 'tool-call-delta', inputText: called.arguments }
    }
  }
  if (reason === undefined) throw new AgentError('stream-truncated', 'The answer was cut.', { retryable: true })
  if (open) yield { type: 'part-end' }
  yield { type: 'model-end', stopReason: stopReasons[reason] ?? 'end', providerStopReason: reason, usage }
}

const stopReasons: Readonly<Record<string, StopReason>> = {
  stop: 'end',
  length: 'length',
  tool_calls: 'tool-use',
  content_filter: 'filtered',
}

async function* readEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<Chunk, void, void> {
  let rest = ''
  for await (const text of body.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      if (line.startsWith('data: {')) yield JSON.parse(line.slice('data: '.length)) as Chunk
    }
  }
}

function fromStatus({ status, headers }: Response, body: string): AgentError {
  const said = Object.keys(codes).find((word) => body.includes(`"${word}"`))
  const code = codes[said ?? ''] ?? codes[status] ?? (status >= 500 ? 'unavailable' : 'invalid-request')
  const retryAfterMs = Number(headers.get('retry-after') ?? Number.NaN) * 1000
  return new AgentError(code, `The endpoint refused with status ${status}: ${body}`, {
    status,
    retryable: status === 429 || status >= 500,
    ...(Number.isFinite(retryAfterMs) && { retryAfterMs }),
  })
}

/** What the endpoint says in words comes before its status. */
const codes: Readonly<Record<string, string>> = {
  context_length_exceeded: 'context-overflow',
  model_not_found: 'invalid-model',
  401: 'credentials',
  403: 'access-denied',
  429: 'throttled',
}

/** What is neither ours nor the network's is a frame that could not be read. */
function fromError(cause: unknown): AgentError {
  if (isAgentError(cause)) return cause
  const { message } = cause as Error
  const code = cause instanceof SyntaxError ? 'stream-truncated' : 'network'
  return new AgentError(code, message, { cause, retryable: true })
}
