import type { Attributes, Context, Span, Tracer, TracerProvider } from '@opentelemetry/api'
import { context, createContextKey, isSpanContextValid, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import type {
  Middleware,
  ModelCall,
  ModelResult,
  RunCall,
  RunContext,
  RunResult,
  ToolCall,
  ToolOutcome,
} from '@x/types'
import { isAgentError, layerOrder } from '@x/types'
import { ATTR_ERROR_TYPE, ATTR_GEN_AI_CONVERSATION_ID, ownAttributes } from './attributes.js'
import {
  describeModel,
  describeModelResult,
  describePartialUsage,
  describeRun,
  describeRunResult,
  describeTool,
  errorType,
  requestedModel,
} from './describe.js'
import type { Watch } from './watch-step.js'
import { watchStep } from './watch-step.js'

export interface OtelOptions {
  /** Default: the globally registered one, looked up at the start of each run. */
  readonly tracerProvider?: TracerProvider
  /** Asked once a run: the conversation (session, thread) that it belongs to, from `run.env` for example. */
  readonly conversationId?: (run: RunContext) => string | undefined
}

/**
 * Spans for every run, model call and tool call, by the OpenTelemetry GenAI semantic conventions. Message content is
 * never recorded. Without an OpenTelemetry SDK it steps aside: one check a run.
 */
export function otel(options: OtelOptions = {}): Middleware {
  const middleware: Middleware = {
    name: 'otel',
    order: layerOrder.telemetry,

    run: (call, next) => watchStep(() => watchRun(call, middleware, options), call, next),

    model(call, next) {
      const traced = tracedRun(call.run, middleware)
      return traced ? watchStep(() => watchModel(call, traced), call, next) : next(call)
    },

    tool(call, next) {
      const traced = tracedRun(call.run, middleware)
      return traced ? watchStep(() => watchTool(call, traced), call, next) : next(call)
    },
  }
  return middleware
}

/** What a run keeps in `run.state`, under the middleware itself. */
interface TracedRun {
  readonly tracer: Tracer
  /** Holds the run's span. */
  readonly context: Context
  /** Attributes that all spans of the run carry. */
  readonly attributes: Attributes
}

// In a context: the id of the run that the context was made in.
const runIdKey = createContextKey('@x/telemetry run id')

function tracedRun(run: RunContext, middleware: Middleware): TracedRun | undefined {
  return run.state.get(middleware) as TracedRun | undefined
}

/** `undefined` when no SDK is registered (or tracing is suppressed): spans then have no identity. */
function watchRun(call: RunCall, middleware: Middleware, options: OtelOptions): Watch<RunResult> | undefined {
  const { run } = call
  const conversationId = options.conversationId?.(run)
  const attributes = conversationId === undefined ? {} : { [ATTR_GEN_AI_CONVERSATION_ID]: conversationId }
  const tracer = (options.tracerProvider ?? trace).getTracer('@x/telemetry')
  const parent = run.parent ? contextWithin(run.parent, tracedRun(run.parent, middleware)) : context.active()
  const span = tracer.startSpan(
    `invoke_agent ${run.path.at(-1) ?? ''}`.trimEnd(),
    { kind: SpanKind.INTERNAL, attributes: { ...describeRun(call), ...attributes } },
    parent,
  )
  if (!isSpanContextValid(span.spanContext())) return undefined
  const bound = trace.setSpan(parent, span).setValue(runIdKey, run.id)
  run.state.set(middleware, { tracer, context: bound, attributes } satisfies TracedRun)
  return {
    span,
    context: bound,
    onResult: (result) => span.setAttributes(describeRunResult(result)),
    onError(error) {
      span.setAttributes(describePartialUsage(error))
      if (isAbort(run, error)) span.setAttribute(ownAttributes.runStatus, 'aborted')
      else failSpan(span, errorType(error))
    },
    onLeave: () => span.setAttribute(ownAttributes.runStatus, 'aborted'),
  }
}

function watchModel(call: ModelCall, traced: TracedRun): Watch<ModelResult> {
  const name = `chat ${requestedModel(call.model.modelId, call.config)}`
  const { span, ...rest } = startSpan(call.run, traced, name, SpanKind.CLIENT, describeModel(call))
  return {
    span,
    ...rest,
    onResult: (result) => span.setAttributes(describeModelResult(result)),
    onError(error) {
      span.setAttributes(describePartialUsage(error))
      if (!isAbort(call.run, error)) failSpan(span, errorType(error))
    },
  }
}

function watchTool(call: ToolCall, traced: TracedRun): Watch<ToolOutcome> {
  const name = `execute_tool ${call.call.name}`
  const { span, ...rest } = startSpan(call.run, traced, name, SpanKind.INTERNAL, describeTool(call))
  return {
    span,
    ...rest,
    onResult(outcome) {
      span.setAttribute(ownAttributes.toolOutcome, outcome.type)
      const failed = outcome.type === 'result' && outcome.result.isError && !call.run.signal.aborted
      if (failed) failSpan(span, outcome.errorCode ?? 'tool-failed')
    },
    onError(error) {
      if (!isAbort(call.run, error)) failSpan(span, errorType(error))
    },
  }
}

function startSpan(
  run: RunContext,
  traced: TracedRun,
  name: string,
  kind: SpanKind,
  attributes: Attributes,
): { readonly span: Span; readonly context: Context } {
  const parent = contextWithin(run, traced)
  const span = traced.tracer.startSpan(name, { kind, attributes: { ...attributes, ...traced.attributes } }, parent)
  return { span, context: trace.setSpan(parent, span) }
}

/**
 * The active context if it was made inside `run`: it may hold a span of another layer, or of the tool that started a
 * sub-agent. Otherwise the run's own, so that the tree also holds without an OpenTelemetry context manager.
 */
function contextWithin(run: RunContext, traced: TracedRun | undefined): Context {
  const active = context.active()
  return traced && active.getValue(runIdKey) !== run.id ? traced.context : active
}

/** Aborting is what the caller wanted, so it is no error. Code that is told to stop throws whatever it likes. */
function isAbort(run: RunContext, error: unknown): boolean {
  return isAgentError(error) ? error.code === 'aborted' : run.signal.aborted
}

function failSpan(span: Span, errorType: string): void {
  span.setStatus({ code: SpanStatusCode.ERROR })
  span.setAttribute(ATTR_ERROR_TYPE, errorType)
}
