import { SpanKind } from '@opentelemetry/api'
import type { ToolCall, ToolOutcome } from '@x/types'
import * as names from './attributes.js'
import { describeTool } from './describe-call.js'
import type { Content } from './describe-content.js'
import { errorType, isAbort } from './error-type.js'
import { Operation } from './operation.js'
import { toOtelResult } from './to-otel-messages.js'
import type { TracedRun } from './traced-run.js'
import { contextWithin } from './traced-run.js'
import type { Watch } from './watch-step.js'

/** The span of one tool call. A result that says that it failed is a failure of the tool, and of nothing else. */
export function watchTool(call: ToolCall, traced: TracedRun): Watch<ToolOutcome> {
  const { run, model } = call
  const operation = new Operation(traced.telemetry, {
    name: `${names.GEN_AI_OPERATION_NAME_VALUE_EXECUTE_TOOL} ${call.call.name}`,
    kind: SpanKind.INTERNAL,
    attributes: { ...describeTool(call), ...traced.attributes },
    metricAttributes: {
      [names.ATTR_GEN_AI_OPERATION_NAME]: names.GEN_AI_OPERATION_NAME_VALUE_EXECUTE_TOOL,
      [names.ATTR_GEN_AI_PROVIDER_NAME]: model.provider,
      // A name that the model made up must not become a series of its own.
      ...(call.tool && { [names.ATTR_GEN_AI_TOOL_NAME]: call.tool.name }),
    },
    parent: contextWithin(run, traced),
  })
  return {
    context: operation.context,
    onResult(outcome) {
      operation.span.setAttribute(names.ownAttributes.toolOutcome, outcome.type)
      operation.setContent(() => contentOf(call, outcome))
      if (outcome.type !== 'result' || !outcome.result.isError) operation.succeed()
      else if (run.signal.aborted) operation.stop()
      else operation.fail(outcome.errorCode ?? 'tool-failed')
    },
    onError(error) {
      operation.setContent(() => contentOf(call))
      if (isAbort(run.signal, error)) operation.stop()
      else operation.fail(errorType(error))
    },
    onLeave: () => operation.stop(),
  }
}

function contentOf({ call }: ToolCall, outcome?: ToolOutcome): Content[] {
  const { input, malformedInput } = call
  const args: Content = {
    attribute: names.ATTR_GEN_AI_TOOL_CALL_ARGUMENTS,
    value: (say) => say(malformedInput ?? input),
  }
  if (outcome?.type !== 'result') return [args]
  const { content } = outcome.result
  return [args, { attribute: names.ATTR_GEN_AI_TOOL_CALL_RESULT, value: (say) => toOtelResult(content, say) }]
}
