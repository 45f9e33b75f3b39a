import type { Capabilities, ConfigurableModel, ModelEvent, ModelRequest } from '../src/index.js'
import { AgentError, defineModel, foldEvents, isAgentError } from '../src/index.js'

/** What answers the reference model: the events of one answer, from which it may throw. */
export type Service = (
  request: ModelRequest,
  call: { readonly modelId: string; readonly signal: AbortSignal },
) => AsyncIterable<ModelEvent>

interface ReferenceConfig {
  readonly modelId: string
  readonly apiKey?: string
}

export type ReferenceModel = ConfigurableModel<ReferenceConfig, 'apiKey'>

export const capabilities: Capabilities = {
  tools: true,
  streamsTools: true,
  toolChoice: ['any', 'none'],
  outputSchema: true,
  countsTokens: 'estimated',
  media: { user: ['image', 'document'], toolResult: ['image'] },
  cachePoints: ['system', 'messages'],
}

/** A provider that keeps every promise, so that the kit must find nothing. */
export function referenceModel(service: Service, declared: Capabilities = capabilities): ReferenceModel {
  return defineModel<ReferenceConfig, 'apiKey'>({
    provider: 'reference',
    config: { modelId: 'reference-1', apiKey: 'top-secret' },
    keys: ['modelId'],
    privateKeys: ['apiKey'],
    capabilities: () => declared,
    async countTokens({ messages }) {
      return Math.ceil(JSON.stringify(messages).length / 4)
    },
    stream(request, { config: { modelId }, signal }) {
      const controller = new AbortController()
      const events = exchange(request, modelId, { service, declared, signal, controller })
      const leave = events.return.bind(events)
      events.return = (value) => {
        controller.abort()
        return leave(value)
      }
      return events
    },
  })
}

interface Wire {
  readonly service: Service
  readonly declared: Capabilities
  /** The caller's. */
  readonly signal: AbortSignal
  /** Ends the exchange, whoever wants that. */
  readonly controller: AbortController
}

async function* exchange(
  request: ModelRequest,
  modelId: string,
  { service, declared, signal, controller }: Wire,
): AsyncGenerator<ModelEvent> {
  const stopped = new AgentError('aborted', 'The call was aborted.')
  if (signal.aborted) throw stopped
  const stop = () => controller.abort()
  signal.addEventListener('abort', stop)
  const fold = foldEvents({ provider: 'reference', modelId })
  let wire: AsyncIterator<ModelEvent> | undefined
  let ended = false
  try {
    yield* warnings(request, declared)
    wire = service(sendable(request), { modelId, signal: controller.signal })[Symbol.asyncIterator]()
    for (;;) {
      const next = await orAborted(wire.next(), controller.signal, stopped)
      if (next.done) break
      if (signal.aborted) throw stopped
      fold.push(next.value)
      ended = next.value.type === 'model-end'
      yield next.value
    }
    fold.result()
  } catch (error) {
    if (ended) return
    const failure = isAgentError(error) ? error : new AgentError('network', 'The wire broke.', { cause: error })
    const message = fold.partial()
    if (message) failure.partial = { message }
    throw failure
  } finally {
    controller.abort()
    signal.removeEventListener('abort', stop)
    void wire?.return?.()
  }
}

/** What this provider cannot do is refused before anything is sent; marks that do nothing are told. */
function* warnings({ messages, system = [], tools = [], toolChoice, output }: ModelRequest, declared: Capabilities) {
  const refuse = (what: string) => {
    throw new AgentError('unsupported', `The model takes no ${what}.`)
  }
  if (declared.tools === false && tools.length > 0) refuse('tools')
  const choice = typeof toolChoice === 'object' ? 'tool' : toolChoice
  if (choice && choice !== 'auto' && !declared.toolChoice?.includes(choice)) refuse(`tool choice ${choice}`)
  if (output && declared.outputSchema === false) refuse('output schema')
  const media = ['image', 'document', 'video', 'audio']
  for (const part of messages.flatMap(({ content }) => [...content])) {
    if (media.includes(part.type) && !declared.media?.user?.includes(part.type)) refuse(part.type)
    const inner = part.type === 'tool-result' ? part.content : []
    const kind = inner.find(({ type }) => media.includes(type) && !declared.media?.toolResult?.includes(type))
    if (kind) refuse(`${kind.type} in tool results`)
  }
  const places = { system, tools, messages: messages.flatMap(({ content }) => [...content]) }
  for (const [place, parts] of Object.entries(places)) {
    const marked = parts.some((part) => 'type' in part && part.type === 'cache-point')
    if (!marked || declared.cachePoints?.some((known) => known === place)) continue
    yield { type: 'warning' as const, message: `The cache point in ${place} does nothing.` }
  }
}

/** Another provider's reasoning and blocks stay at home. */
function sendable(request: ModelRequest): ModelRequest {
  const messages = request.messages.map((message) => {
    if (message.role !== 'assistant' || message.model?.provider === 'reference') return message
    const content = message.content.filter(({ type }) => type !== 'reasoning' && type !== 'provider')
    return { ...message, content }
  })
  return { ...request, messages }
}

function orAborted<Value>(work: Promise<Value>, signal: AbortSignal, reason: unknown): Promise<Value> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(reason)
    if (signal.aborted) stop()
    signal.addEventListener('abort', stop)
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop))
  })
}
