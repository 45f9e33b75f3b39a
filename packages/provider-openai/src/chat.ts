import type { JsonObject, ModelEvent, ModelRequest, StreamCall } from '@x/types'
import { AgentError } from '@x/types'
import type { Endpoint } from './base-url.js'
import { endpointOf } from './base-url.js'
import { callTimer } from './call-timer.js'
import type { ChunkReader } from './chunk-reader.js'
import { chunkReader } from './chunk-reader.js'
import type { OpenAIConfig } from './config.js'
import { fromError } from './from-error.js'
import type { AnswerBody } from './read-answer.js'
import { readAnswer, readFault } from './read-answer.js'
import { ServiceFault } from './service-fault.js'
import { toBody } from './to-body.js'
import type { ToContext } from './to-context.js'
import type { RequestHeaders } from './to-headers.js'
import { toHeaders } from './to-headers.js'
import { untilAborted } from './until-aborted.js'

/** One call, as events. Whatever ends it early lets go of its connection: the signal, a failure, the consumer's leaving. */
export function chat(
  provider: string,
  request: ModelRequest,
  call: StreamCall<OpenAIConfig>,
): AsyncGenerator<ModelEvent> {
  const controller = new AbortController()
  const events = exchange(provider, request, call, controller)
  const leave = events.return.bind(events)
  // A generator's own `return` waits for the `next` that is under way, and that one for the network.
  events.return = (value) => {
    controller.abort()
    return leave(value)
  }
  return events
}

async function* exchange(
  provider: string,
  request: ModelRequest,
  { config, signal }: StreamCall<OpenAIConfig>,
  controller: AbortController,
): AsyncGenerator<ModelEvent> {
  const endpoint = endpointOf(config)
  const { modelId, streaming = true } = config
  const context: ToContext = { quirks: endpoint.quirks, provider, modelId, warnings: [] }
  const body = toBody(request, config, context)
  const abort = () => controller.abort(signal.reason)
  signal.addEventListener('abort', abort)
  if (signal.aborted) abort()
  const timer = callTimer(config, () => controller.abort())
  // Being late is no abort: an answer that was complete by then is whole.
  const isAborted = () => controller.signal.aborted && !timer.error
  let sent: RequestHeaders = { headers: {}, secrets: [] }
  let requestId: string | undefined
  let reader: ChunkReader | undefined
  let answer: AnswerBody | undefined
  let ended = false
  try {
    timer.waits()
    sent = await untilAborted(controller.signal, toHeaders(config, endpoint))
    const response = await send(config, endpoint, sent, body, controller.signal)
    requestId = requestIdOf(response.headers)
    timer.got()
    if (!response.ok) throw await readFault(response, timer, controller.signal)
    const { reasoningTag } = endpoint.quirks
    reader = chunkReader({ provider, modelId, requestId, reasoningTag })
    answer = readAnswer(response, streaming, timer, controller.signal)
    for (const warning of context.warnings) {
      if (isAborted()) throw controller.signal.reason
      yield warning
    }
    for await (const chunks of untilComplete(answer.chunks, reader, isAborted)) {
      for (const chunk of chunks) {
        for (const event of reader.push(chunk)) {
          if (isAborted()) throw controller.signal.reason
          yield event
        }
      }
    }
    for (const event of reader.end()) {
      if (isAborted()) throw controller.signal.reason
      ended = event.type === 'model-end'
      yield event
    }
  } catch (error) {
    const { secrets } = sent
    const state = { aborted: isAborted(), reading: reader !== undefined, partial: reader?.partial() }
    throw fromError(timer.error ?? error, { modelId, endpoint, secrets, requestId, ...state })
  } finally {
    timer.stop()
    signal.removeEventListener('abort', abort)
    await answer?.release(ended)
    controller.abort()
  }
}

async function send(
  config: OpenAIConfig,
  endpoint: Endpoint,
  { headers }: RequestHeaders,
  body: JsonObject,
  signal: AbortSignal,
): Promise<Response> {
  const request = config.fetch ?? globalThis.fetch
  // `manual` and not `error`, which some runtimes at the edge do not have. What is answered is refused below.
  const init = { method: 'POST', headers, body: JSON.stringify(body), signal, redirect: 'manual' as const }
  const response = await untilAborted(signal, request(endpoint.url, init))
  if (response.type !== 'opaqueredirect' && (response.status < 300 || response.status > 399)) return response
  await response.body?.cancel().catch(() => {})
  const to = response.headers.get('location')
  const target = to && URL.canParse(to, endpoint.url) ? ` to ${new URL(to, endpoint.url).origin}` : ''
  throw new AgentError('network', `The server redirects${target}, which is not followed: the key would go along.`, {
    hint: 'Set baseUrl to where it redirects, if you trust that.',
  })
}

/** What breaks after the answer was complete takes nothing from it: token counts may be missing, and a warning says so. */
async function* untilComplete<Chunk>(
  chunks: AsyncGenerator<Chunk, void>,
  reader: ChunkReader,
  isAborted: () => boolean,
): AsyncGenerator<Chunk, void> {
  try {
    yield* chunks
  } catch (error) {
    if (!reader.isComplete || isAborted() || error instanceof ServiceFault) throw error
  }
}

/** OpenAI's, AWS's, and what gateways call it. */
function requestIdOf(headers: Headers): string | undefined {
  return requestIdHeaders.map((name) => headers.get(name)).find((id) => id !== null) ?? undefined
}

const requestIdHeaders = ['x-request-id', 'x-amzn-requestid', 'request-id'] as const
