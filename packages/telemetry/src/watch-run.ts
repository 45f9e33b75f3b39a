import type { Attributes } from '@opentelemetry/api'
import { context, SpanKind } from '@opentelemetry/api'
import type { Message, Middleware, RunCall, RunContext, RunResult } from '@x/types'
import { isAgentError } from '@x/types'
import * as names from './attributes.js'
import { describeRun } from './describe-call.js'
import type { Content } from './describe-content.js'
import { describeFailure, describeRunResult } from './describe-result.js'
import { errorType, isAbort } from './error-type.js'
import { inputContent, outputContent, systemContent } from './message-content.js'
import { Operation } from './operation.js'
import { PullRelay } from './pull-relay.js'
import type { Telemetry } from './telemetry.js'
import type { TracedRun } from './traced-run.js'
import { contextWithin, isAlone, ofRun, tracedRun } from './traced-run.js'
import type { Watch } from './watch-step.js'

/** The span of a run; a run below another stands under the tool call that started it. */
export function watchRun(
  call: RunCall,
  layer: Middleware,
  telemetry: Telemetry,
  conversationId: ((run: RunContext) => string | undefined) | undefined,
): Watch<RunResult> {
  const { run } = call
  const above = tracedRun(run.parent, layer)
  const parent = run.parent && above ? contextWithin(run.parent, above) : context.active()
  const name = run.path.at(-1) ?? ''
  const attributes = { ...describeAgent(run), ...describeConversation(run, above, conversationId) }
  const described = describeRun(call)
  const { [names.ownAttributes.runId]: _runId, ...metricAttributes } = described
  const operation = new Operation(telemetry, {
    name: `${names.GEN_AI_OPERATION_NAME_VALUE_INVOKE_AGENT} ${name}`.trimEnd(),
    kind: SpanKind.INTERNAL,
    attributes: { ...described, ...attributes },
    metricAttributes: { ...metricAttributes, [names.ATTR_GEN_AI_AGENT_NAME]: name },
    parent,
  })
  const traced: TracedRun = {
    ...{ telemetry, attributes, above, cost: 0, relay: new PullRelay() },
    context: ofRun(operation.context, run),
  }
  run.state.set(layer, traced)
  return { ...watchOperation(call, traced, operation), isAlone: isAlone(run, layer) }
}

function watchOperation(call: RunCall, traced: TracedRun, operation: Operation): Watch<RunResult> {
  const { span } = operation
  const close = (messages: readonly Message[] | undefined) => {
    if (traced.telemetry.prices && traced.cost !== undefined) span.setAttribute(names.ownAttributes.cost, traced.cost)
    if (messages) operation.setContent(() => contentOf(call, messages))
  }
  return {
    context: traced.context,
    relay: traced.relay,
    onResult(result) {
      span.setAttributes(describeRunResult(result))
      close(result.messages)
      if (result.status === 'aborted') operation.stop()
      else operation.succeed()
    },
    onError(error) {
      span.setAttributes(describeFailure(error, call.config.model.provider))
      close(isAgentError(error) ? error.partial?.messages : undefined)
      if (!isAbort(call.run.signal, error)) return operation.fail(errorType(error))
      span.setAttribute(names.ownAttributes.runStatus, 'aborted')
      operation.stop()
    },
    onLeave() {
      span.setAttribute(names.ownAttributes.runStatus, 'aborted')
      close(undefined)
      operation.stop()
    },
  }
}

function describeAgent({ path }: RunContext): Attributes {
  return { [names.ATTR_GEN_AI_AGENT_NAME]: path.at(-1), [names.ATTR_GEN_AI_AGENT_ID]: path.join('/') }
}

/** A sub-agent's run belongs to the conversation of the run above it unless it is told otherwise. */
function describeConversation(
  run: RunContext,
  above: TracedRun | undefined,
  conversationId: ((run: RunContext) => string | undefined) | undefined,
): Attributes {
  const id = ask(run, conversationId) ?? above?.attributes[names.ATTR_GEN_AI_CONVERSATION_ID]
  return id === undefined ? {} : { [names.ATTR_GEN_AI_CONVERSATION_ID]: id }
}

/** Telemetry must not end a run, so a function of the caller that throws gives nothing. */
function ask(run: RunContext, conversationId: ((run: RunContext) => string | undefined) | undefined) {
  try {
    return conversationId?.(run)
  } catch {
    return undefined
  }
}

/**
 * Messages as they stand at the end of the run: what a guardrail took out of the history is not shown, and neither is
 * what a layer dropped.
 */
function contentOf({ messages, config }: RunCall, atEnd: readonly Message[]): Content[] {
  const system = typeof config.system === 'string' ? [{ type: 'text', text: config.system } as const] : config.system
  const last = atEnd.at(-1)
  const given = messages.flatMap(({ id }) => atEnd.find((message) => id !== undefined && message.id === id) ?? [])
  return [
    ...systemContent(system),
    inputContent(given),
    ...(last?.role === 'assistant' ? [outputContent(last, last.stopReason ?? 'end')] : []),
  ]
}
