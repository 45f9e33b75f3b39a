import type { ConverseCommandOutput, ConverseStreamCommandOutput } from '@aws-sdk/client-bedrock-runtime'
import type { ModelEvent, ModelRequest, StreamCall } from '@x/types'
import { AgentError } from '@x/types'
import { cacheWarnings, withCacheReport } from './cache-events.js'
import { callWarnings } from './call-warnings.js'
import type { BedrockConfig } from './config.js'
import { batchesOf } from './event-batches.js'
import type { ConverseReader } from './from-converse.js'
import { fromConverse } from './from-converse.js'
import { fromConverseResponse } from './from-converse-response.js'
import { guardAnswer } from './guard-answer.js'
import { openCall } from './open-call.js'
import { planCachePoints } from './plan-cache-points.js'
import { withResolvedFamily } from './resolve-profile.js'
import { settleRequest } from './settle-request.js'
import { streamsAnswer } from './streams-answer.js'
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
  { config: given, signal }: StreamCall<BedrockConfig>,
  controller: AbortController,
): AsyncGenerator<ModelEvent> {
  const config = await withResolvedFamily(given, [signal, controller.signal])
  const { request: checked, warnings } = settleRequest(config, request)
  const plan = planCachePoints(config, checked)
  const input = toConverse(config, plan?.request ?? checked)
  const streams = streamsAnswer(config, input.toolConfig)
  const names = { operation: streams ? 'ConverseStream' : 'Converse', subject: config.modelId }
  const call = openCall(config, names, signal, controller)
  const guard = config.guardrail && guardAnswer(config.guardrail)
  let reader: ConverseReader | undefined
  let requestId: string | undefined
  let ended = false
  try {
    const response = await call.send<ConverseCommandOutput | ConverseStreamCommandOutput>((client, sdk, options) =>
      streams
        ? client.send(new sdk.ConverseStreamCommand(input), options)
        : client.send(new sdk.ConverseCommand(input), options),
    )
    requestId = response.$metadata.requestId
    reader = fromConverse(config.modelId, requestId)
    yield* warnings
    yield* cacheWarnings(given, plan)
    yield* callWarnings(config, checked, streams)
    const answer = 'stream' in response ? batchesOf(response.stream) : [wholeAnswer(response)]
    call.timer.waits()
    for await (const batch of answer) {
      call.timer.got()
      for (const event of batch) {
        const read = reader.push(event)
        for (const modelEvent of guard ? read.flatMap(guard.push) : read) {
          if (controller.signal.aborted) throw controller.signal.reason
          ended = modelEvent.type === 'model-end'
          yield withCacheReport(modelEvent, plan)
        }
      }
      call.timer.waits()
    }
    // Over HTTP/2 a dropped connection, a reset and our own abort all look like this: the stream just ends.
    if (!ended) throw new AgentError('stream-truncated', 'The answer broke off.', { retryable: true })
  } catch (error) {
    // Once `model-end` is out nothing is missing, whatever becomes of the connection.
    if (ended) return
    throw call.failure(error, { requestId, partial: guard?.withholds ? undefined : reader?.partial() })
  } finally {
    call.close()
  }
}

function wholeAnswer(response: ConverseCommandOutput | ConverseStreamCommandOutput) {
  return fromConverseResponse(response as ConverseCommandOutput)
}
