import type {
  AssistantMessage,
  BaseConfig,
  Capabilities,
  ConfigurableModel,
  ModelEnd,
  ModelEvent,
  ModelRequest,
  StreamCall,
} from '@x/types'
import { AgentError, defineModel, foldEvents, settleStopReason } from '@x/types'
import { fromError, networkError, truncated } from './from-error.js'
import { fromResponse } from './from-response.js'
import { fromWire } from './from-wire.js'
import { leaveAtOnce } from './leave-at-once.js'
import { readLines } from './read-lines.js'
import { toWire, warningsOf } from './to-wire.js'

export interface AcmeCloudConfig extends BaseConfig {
  /** Where the service is. Default `https://api.acme-cloud.example`. */
  readonly baseUrl: string
  /** Sent as a bearer token; never part of `model.config`. Default: the environment variable `ACME_CLOUD_API_KEY`. */
  readonly apiKey?: string
  /** Upper bound of the answer. Default: the service's own. */
  readonly maxTokens?: number
  /** From 0 to 2. Default: the service's own. */
  readonly temperature?: number
}

/** A model whose config can be changed (`updateConfig`) and derived from (`with`). */
export type AcmeCloudModel = ConfigurableModel<AcmeCloudConfig, 'apiKey'>

/**
 * A model of Acme Cloud.
 * @throws AgentError `invalid-config`
 */
export function acmeCloud(modelId: string, config: Partial<Omit<AcmeCloudConfig, 'modelId'>> = {}): AcmeCloudModel {
  const apiKey = config.apiKey ?? process.env.ACME_CLOUD_API_KEY
  return defineModel<AcmeCloudConfig, 'apiKey'>({
    provider: 'acme-cloud',
    config: { baseUrl: 'https://api.acme-cloud.example', ...config, modelId, ...(apiKey !== undefined && { apiKey }) },
    keys: ['modelId', 'baseUrl', 'maxTokens', 'temperature'],
    privateKeys: ['apiKey'],
    checkConfig,
    capabilities: () => capabilities,
    stream: (request, call) => leaveAtOnce(call.signal, (signal) => answer(request, { ...call, signal })),
  })
}

/** What is not in here is refused before anything is sent: see to-wire.ts. */
const capabilities: Capabilities = {
  tools: true,
  streamsTools: true,
  toolChoice: ['any', 'none', 'tool'],
  outputSchema: true,
  strictTools: false,
  media: { user: [], toolResult: [] },
  cachePoints: [],
}

/** The whole provider: a request to the wire, the wire to events, and what fails to one error with a code. */
async function* answer(
  request: ModelRequest,
  call: StreamCall<AcmeCloudConfig>,
): AsyncGenerator<ModelEvent, void, void> {
  const { config, signal } = call
  const fold = foldEvents({ provider: 'acme-cloud', modelId: config.modelId })
  try {
    yield* warningsOf(request)
    for await (const event of fromWire(readLines(await send(request, call)))) {
      // Lines that had arrived before the abort may still be in memory.
      signal.throwIfAborted()
      fold.push(event)
      yield event.type === 'model-end' ? settled(event, fold.partial()) : event
    }
  } catch (error) {
    throw fromError(error, signal, fold.partial())
  }
}

/** Services are known to say "stop" beside a whole call; the parts decide, or that call would never be answered. */
function settled(end: ModelEnd, message: AssistantMessage | undefined): ModelEvent {
  return { ...end, stopReason: settleStopReason(end.stopReason, message?.content ?? []) }
}

/** @throws AgentError what the service answers instead of an answer, or `network` */
async function send(request: ModelRequest, { config, signal }: StreamCall<AcmeCloudConfig>) {
  const { apiKey, baseUrl } = config
  const body = JSON.stringify(toWire(request, config))
  const response = await fetch(`${baseUrl.replace(/\/$/, '')}/v1/chat`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(apiKey !== undefined && { authorization: `Bearer ${apiKey}` }) },
    body,
    signal,
  }).catch((error: unknown) => {
    throw networkError(error)
  })
  if (!response.ok) throw await fromResponse(response)
  if (!response.body) throw truncated()
  return response.body
}

function checkConfig({ baseUrl, maxTokens, temperature }: AcmeCloudConfig): void {
  if (!URL.canParse(baseUrl)) throw invalid('baseUrl must be a URL.')
  if (maxTokens !== undefined && !(Number.isInteger(maxTokens) && maxTokens > 0)) {
    throw invalid('maxTokens must be a whole number above 0.')
  }
  if (temperature !== undefined && !(temperature >= 0 && temperature <= 2)) {
    throw invalid('temperature must be a number from 0 to 2.')
  }
}

function invalid(message: string): AgentError {
  return new AgentError('invalid-config', message)
}
