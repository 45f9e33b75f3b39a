import type { ConverseCommandOutput } from '@aws-sdk/client-bedrock-runtime'
import type { ModelEvent, ModelRequest, StreamCall } from '@x/types'
import { AgentError } from '@x/types'
import { clientOf, loadSdk, regionOf } from './client.js'
import type { BedrockConfig } from './config.js'
import type { ConverseReader } from './from-converse.js'
import { fromConverse } from './from-converse.js'
import { fromConverseResponse } from './from-converse-response.js'
import { fromError } from './from-error.js'
import { quirksOf } from './quirks.js'
import { toConverse } from './to-converse.js'

/**
 * One call to Bedrock, as events. Nothing but an abort of the signal given to `send()` makes the SDK let go of a
 * connection, so whatever ends the call early aborts it: the caller's signal, a failure, or the consumer's leaving.
 */
export function converse(request: ModelRequest, call: StreamCall<BedrockConfig>): AsyncGenerator<ModelEvent> {
  const controller = new AbortController()
  const events = exchange(request, call, controller)
  const leave = events.return.bind(events)
  // A generator's own `return` waits for the `next` that is under way, and that one for the network.
  events.return = (value) => {
    controller.abort()
    return leave(value)
  }
  return events
}

async function* exchange(
  request: ModelRequest,
  { config, signal }: StreamCall<BedrockConfig>,
  controller: AbortController,
): AsyncGenerator<ModelEvent> {
  const input = toConverse(config, request)
  const streams = config.streaming ?? !(input.toolConfig && cannotStreamTools(config.modelId))
  const abort = () => controller.abort(signal.reason)
  signal.addEventListener('abort', abort)
  if (signal.aborted) abort()
  let reader: ConverseReader | undefined
  let region: string | undefined
  let requestId: string | undefined
  let ended = false
  try {
    const sdk = await loadSdk()
    const client = clientOf(sdk, config)
    region = await regionOf(client)
    const options = { abortSignal: controller.signal }
    const response = streams
      ? await client.send(new sdk.ConverseStreamCommand(input), options)
      : await client.send(new sdk.ConverseCommand(input), options)
    requestId = response.$metadata.requestId
    reader = fromConverse(config.modelId, requestId)
    const answer = 'stream' in response ? response.stream : fromConverseResponse(response as ConverseCommandOutput)
    for await (const event of answer ?? []) {
      for (const modelEvent of reader.push(event)) {
        if (controller.signal.aborted) throw controller.signal.reason
        ended = modelEvent.type === 'model-end'
        yield modelEvent
      }
    }
    // Over HTTP/2 a dropped connection, a reset and our own abort all look like this: the stream just ends.
    if (!ended) throw new AgentError('stream-truncated', 'The answer broke off.', { retryable: true })
  } catch (error) {
    // Once `model-end` is out nothing is missing, whatever becomes of the connection.
    if (ended) return
    throw fromError(error, {
      operation: streams ? 'ConverseStream' : 'Converse',
      modelId: config.modelId,
      region,
      requestId,
      aborted: controller.signal.aborted,
      partial: reader?.partial(),
    })
  } finally {
    signal.removeEventListener('abort', abort)
    controller.abort()
  }
}

function cannotStreamTools(modelId: string): boolean {
  return quirksOf(modelId).capabilities.streamsTools === false
}
