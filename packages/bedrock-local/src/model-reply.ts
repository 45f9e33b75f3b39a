import type { JsonObject, Model, ModelEvent, ModelResult } from '@x/types'
import { foldEvents, isAgentError } from '@x/types'
import { fromConverseBody, fromInferenceConfig } from './from-converse-body.js'
import type { LiveReply, LocalRequest, ReplyFunction, ReplyParts } from './reply.js'
import { toHttpFault, toStreamException } from './to-exception.js'
import { toLiveEvents, toStopReason, toWireUsage } from './to-live-events.js'
import { toWireBlocks } from './to-wire-block.js'
import type { ConverseBody } from './wire.js'
import type { WireStreamEvent } from './wire-stream-event.js'

/** The model that answers, or which one answers a request. */
export type AnsweringModel = Model | ((request: LocalRequest) => Model | Promise<Model>)

/**
 * Lets a model answer. ConverseStream gets each event as it comes; the other operations get the whole answer. The
 * model's failures become the service's exceptions: over HTTP as long as it has said nothing, as a frame of the stream
 * afterwards. `maxTokens`, `temperature`, `topP`, `stopSequences` and `additionalModelRequestFields` of the request are
 * laid over the model's config as far as it takes them.
 */
export function modelReply(answering: AnsweringModel): ReplyFunction {
  return async (request, { signal }) => {
    try {
      const model = typeof answering === 'function' ? await answering(request) : answering
      const events = await ask(model, request.body, signal)
      if (request.operation === 'ConverseStream') return liveReply(model, events)
      return wholeReply(await resultOf(model, events))
    } catch (error) {
      // Nobody is there to read it.
      if (signal.aborted) return ''
      // A defect of the model or of who chose it, or a scripted model at its end: told as that.
      if (!isAgentError(error) || error.code === 'incomplete') throw error
      return { fault: toHttpFault(error) }
    }
  }
}

function liveReply(model: Model, events: AsyncIterable<ModelEvent>): LiveReply {
  async function* told(): AsyncGenerator<WireStreamEvent> {
    try {
      yield* toLiveEvents(events, foldEvents(model))
    } catch (error) {
      if (!isAgentError(error)) throw error
      yield toStreamException(error)
    }
  }
  return { events: told() }
}

async function resultOf(model: Model, events: AsyncIterable<ModelEvent>): Promise<ModelResult> {
  const fold = foldEvents(model)
  for await (const event of events) fold.push(event)
  return fold.result()
}

function wholeReply({ message, ...end }: ModelResult): ReplyParts {
  const { stopReason, providerStopReason, usage, latencyMs, trace, metadata } = end
  const fields = metadata?.additionalModelResponseFields
  return {
    content: message.content.flatMap(toWireBlocks),
    stopReason: toStopReason(stopReason, providerStopReason),
    usage: toWireUsage(usage),
    ...(latencyMs !== undefined && { latencyMs }),
    ...(trace !== undefined && { trace: trace as JsonObject }),
    ...(fields !== undefined && { additionalModelResponseFields: fields as JsonObject }),
  }
}

/**
 * Sends the request with all of its settings, and if the model's config has no such members with fewer: not every
 * provider has every setting. Resolves at the first event, so what fails before it rejects.
 */
async function ask(model: Model, body: ConverseBody, signal: AbortSignal): Promise<AsyncIterable<ModelEvent>> {
  const request = fromConverseBody(body, { provider: model.provider, modelId: model.modelId })
  const settings = fromInferenceConfig(body)
  const fields = body.additionalModelRequestFields
  const configs = [fields && { ...settings, additionalRequestFields: fields }, settings]
  for (const config of configs) {
    if (!config || Object.keys(config).length === 0) continue
    try {
      return await begun(model.stream(request, { signal, config }))
    } catch (error) {
      if (!isAgentError(error, 'invalid-config')) throw error
    }
  }
  return begun(model.stream(request, { signal }))
}

/** The same events once the first one is there. */
async function begun(events: AsyncIterable<ModelEvent>): Promise<AsyncIterable<ModelEvent>> {
  const iterator = events[Symbol.asyncIterator]()
  let step = await iterator.next()
  async function* all(): AsyncGenerator<ModelEvent> {
    try {
      for (; !step.done; step = await iterator.next()) yield step.value
    } finally {
      await iterator.return?.()
    }
  }
  return all()
}
