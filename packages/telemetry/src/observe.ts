import { context } from '@opentelemetry/api'
import type { JsonObject, Model, ModelEvent, ModelRequest, ModelResult, StreamOptions } from '@x/types'
import { foldEvents } from '@x/types'
import { ATTR_GEN_AI_CONVERSATION_ID } from './attributes.js'
import { requestedModel } from './describe-call.js'
import type { TelemetryOptions } from './telemetry.js'
import { telemetryOf } from './telemetry.js'
import { isInsideModelCall, watchModel } from './watch-model.js'
import { watchStep } from './watch-step.js'

export interface ObserveOptions extends TelemetryOptions {
  /** The conversation that the calls belong to. */
  readonly conversationId?: string
}

/**
 * The same model, with a `chat` span and the metrics for each call of `stream`: for calls outside of an agent. Models
 * derived from it by `with` are observed as well. In a run that `otel()` watches it steps aside.
 */
export function observe<Observed extends Model>(model: Observed, options: ObserveOptions = {}): Observed {
  const stream = (request: ModelRequest, call?: StreamOptions) => observedStream(model, options, request, call)
  return new Proxy(model, {
    get(target, name) {
      if (name === 'stream') return stream
      const value: unknown = Reflect.get(target, name, target)
      if (typeof value !== 'function') return value
      if (name === 'with') return (patch: unknown) => observe(value.call(target, patch) as Observed, options)
      // Bound, as a class may keep private members.
      return value.bind(target)
    },
  })
}

function observedStream(
  model: Model,
  options: ObserveOptions,
  request: ModelRequest,
  streamOptions: StreamOptions | undefined,
): AsyncIterable<ModelEvent> {
  const telemetry = telemetryOf(options)
  if (!telemetry || isInsideModelCall(context.active())) return model.stream(request, streamOptions)
  const { config, signal } = streamOptions ?? {}
  const { conversationId } = options
  const attributes = conversationId === undefined ? {} : { [ATTR_GEN_AI_CONVERSATION_ID]: conversationId }
  const call = { model, request, config }
  const begin = () => watchModel(call, { telemetry, attributes, parent: context.active(), signal })
  // All events of a model are events of an agent, and no others come from this step.
  return watchStep(begin, call, () => answer(call, streamOptions)) as AsyncGenerator<ModelEvent, ModelResult, void>
}

async function* answer(
  call: { readonly model: Model; readonly request: ModelRequest; readonly config: JsonObject | undefined },
  options: StreamOptions | undefined,
): AsyncGenerator<ModelEvent, ModelResult, void> {
  const { model, request } = call
  const fold = foldEvents({ provider: model.provider, modelId: requestedModel(call) })
  for await (const event of model.stream(request, options)) {
    fold.push(event)
    yield event
  }
  return fold.result()
}
