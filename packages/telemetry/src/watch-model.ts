import type { Attributes, Context } from '@opentelemetry/api'
import { createContextKey, SpanKind } from '@opentelemetry/api'
import type { AgentEvent, Message, ModelResult } from '@x/types'
import { isAgentError } from '@x/types'
import { assessGuardrail, describeAssessment, describeGuardrail } from './assess-guardrail.js'
import * as names from './attributes.js'
import { ChunkClock } from './chunk-clock.js'
import type { AskedCall } from './describe-call.js'
import { describeModel, isStreamed, requestedModel } from './describe-call.js'
import type { Content } from './describe-content.js'
import { describeFailure, describeModelResult, respondingModel } from './describe-result.js'
import { errorType, isAbort } from './error-type.js'
import { inputContent, outputContent, systemContent } from './message-content.js'
import { callCost, recordAnswer, recordUsage } from './model-metrics.js'
import { Operation } from './operation.js'
import type { PullRelay } from './pull-relay.js'
import type { Telemetry } from './telemetry.js'
import type { Watch } from './watch-step.js'

/** Where a model call stands. */
export interface ModelScope {
  readonly telemetry: Telemetry
  readonly parent: Context
  /** Of the run, for all its spans. */
  readonly attributes: Attributes
  readonly signal: AbortSignal | undefined
  /** Told what the call cost; `undefined` when that is not known. */
  readonly onCost?: (cost: number | undefined) => void
  readonly relay?: PullRelay
}

/** The span of one model call, whatever layers inside of it do: attempts and fallbacks are events on it. */
export function watchModel(call: AskedCall, scope: ModelScope): Watch<ModelResult> {
  const { telemetry, parent } = scope
  const described = describeModel(call)
  const operation = new Operation(telemetry, {
    name: `${names.GEN_AI_OPERATION_NAME_VALUE_CHAT} ${requestedModel(call)}`,
    kind: SpanKind.CLIENT,
    attributes: { ...described, ...scope.attributes },
    metricAttributes: pick(described, metricNames),
    parent,
  })
  return new WatchedModel(call, scope, operation)
}

/** Whether a context was made inside the watch of a model call. */
export function isInsideModelCall(context: Context): boolean {
  return context.getValue(modelCallKey) === true
}

const modelCallKey = createContextKey('@x/telemetry model call')

class WatchedModel implements Watch<ModelResult> {
  readonly context: Context
  readonly reportsTo: PullRelay | undefined
  readonly #call: AskedCall
  readonly #scope: ModelScope
  readonly #operation: Operation
  readonly #clock: ChunkClock | undefined
  #retries = 0

  constructor(call: AskedCall, scope: ModelScope, operation: Operation) {
    this.#call = call
    this.#scope = scope
    this.#operation = operation
    this.reportsTo = scope.relay
    this.context = operation.context.setValue(modelCallKey, true)
    if (isStreamed({ ...call.model.config, ...call.config })) this.#clock = this.#startClock()
  }

  onEvent(event: AgentEvent): void {
    // Nearly every event is one of these.
    if (event.type === 'text-delta') {
      this.#clock?.tick()
      return
    }
    this.#clock?.push(event)
    if (event.type === 'model-retry') this.#onRetry(event)
  }

  onResult(result: ModelResult): void {
    const { span, metricAttributes } = this.#operation
    const { telemetry } = this.#scope
    const { provider } = this.#call.model
    const cost = this.#spend(callCost(telemetry.prices, this.#call, result))
    const responseModel = respondingModel(result)
    const answered = { ...(responseModel !== undefined && { [names.ATTR_GEN_AI_RESPONSE_MODEL]: responseModel }) }
    const firstChunkMs = this.#clock?.firstChunkMs
    const assessed = provider === names.GEN_AI_PROVIDER_NAME_VALUE_AWS_BEDROCK ? assessGuardrail(result.trace) : []
    if (span.isRecording()) {
      span.setAttributes({
        ...describeModelResult(result, provider),
        ...(provider === names.GEN_AI_PROVIDER_NAME_VALUE_AWS_BEDROCK && describeGuardrail(result.trace)),
        ...(firstChunkMs !== undefined && { [names.ATTR_GEN_AI_RESPONSE_TIME_TO_FIRST_CHUNK]: firstChunkMs / 1000 }),
      })
      for (const one of assessed) span.addEvent(names.ownEvents.guardrailAssessment, describeAssessment(one))
    }
    this.#operation.setContent(() => this.#contentOf(result))
    const answer = { usage: result.usage, firstChunkMs, assessed, cost }
    recordAnswer(telemetry.instruments, answer, { ...metricAttributes, ...answered }, this.context)
    this.#operation.succeed(answered)
  }

  onError(error: unknown): void {
    const { span, metricAttributes } = this.#operation
    const { telemetry, signal } = this.#scope
    const usage = isAgentError(error) ? error.partial?.usage : undefined
    if (usage) {
      const cost = this.#spend(callCost(telemetry.prices, this.#call, { usage }))
      recordUsage(telemetry.instruments, { usage, cost }, metricAttributes, this.context)
    }
    if (span.isRecording()) span.setAttributes(describeFailure(error, this.#call.model.provider))
    this.#operation.setContent(() => this.#inputOf(this.#call.request.messages))
    if (isAbort(signal, error)) this.#operation.stop()
    else this.#operation.fail(errorType(error))
  }

  onLeave(): void {
    this.#operation.stop()
  }

  #startClock(): ChunkClock {
    const { instruments } = this.#scope.telemetry
    const { metricAttributes, context } = this.#operation
    return new ChunkClock((elapsedMs) =>
      instruments?.timePerOutputChunk.record(elapsedMs / 1000, metricAttributes, context),
    )
  }

  /** The reason in words is left out: it may quote the request. */
  #onRetry({ attempt, delayMs, code }: AgentEvent & { readonly type: 'model-retry' }): void {
    const { span, metricAttributes } = this.#operation
    this.#retries += 1
    span.setAttribute(names.ownAttributes.modelRetries, this.#retries)
    span.addEvent(names.ownEvents.retry, {
      [names.ownAttributes.retryAttempt]: attempt,
      [names.ownAttributes.retryDelayMs]: delayMs,
      [names.ATTR_ERROR_TYPE]: code,
    })
    const attributes = { ...metricAttributes, [names.ATTR_ERROR_TYPE]: code }
    this.#scope.telemetry.instruments?.retries.add(1, attributes, this.context)
  }

  #spend(cost: number | undefined): number | undefined {
    this.#scope.onCost?.(cost)
    if (cost !== undefined) this.#operation.span.setAttribute(names.ownAttributes.cost, cost)
    return cost
  }

  #contentOf({ message, stopReason, inputRedaction }: ModelResult): Content[] {
    const { messages } = this.#call.request
    const shown = inputRedaction === undefined ? messages : redacted(messages, inputRedaction)
    return [...this.#inputOf(shown), outputContent(message, stopReason)]
  }

  #inputOf(messages: readonly Message[]): Content[] {
    return [...systemContent(this.#call.request.system), inputContent(messages)]
  }
}

/** Few values, as each combination of them is a series of its own. */
const metricNames = [
  names.ATTR_GEN_AI_OPERATION_NAME,
  names.ATTR_GEN_AI_PROVIDER_NAME,
  names.ATTR_GEN_AI_REQUEST_MODEL,
  names.ATTR_SERVER_ADDRESS,
  names.ATTR_SERVER_PORT,
]

function pick(attributes: Attributes, wanted: readonly string[]): Attributes {
  return Object.fromEntries(
    wanted.flatMap((name) => (attributes[name] === undefined ? [] : [[name, attributes[name]]])),
  )
}

/** What a guardrail found in the question is not shown either. */
function redacted(messages: readonly Message[], text: string): readonly Message[] {
  const last = messages.at(-1)
  return last ? [...messages.slice(0, -1), { role: last.role, content: [{ type: 'text', text }] } as Message] : []
}
