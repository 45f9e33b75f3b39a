import type { Usage } from '@x/types'
import {
  ATTR_ERROR_TYPE,
  ATTR_GEN_AI_AGENT_NAME,
  ATTR_GEN_AI_OPERATION_NAME,
  ATTR_GEN_AI_REQUEST_MODEL,
  ATTR_GEN_AI_RESPONSE_FINISH_REASONS,
  ATTR_GEN_AI_RESPONSE_MODEL,
  ATTR_GEN_AI_RESPONSE_TIME_TO_FIRST_CHUNK,
  ATTR_GEN_AI_TOOL_NAME,
  ATTR_GEN_AI_USAGE_CACHE_CREATION_INPUT_TOKENS,
  ATTR_GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS,
  ATTR_GEN_AI_USAGE_INPUT_TOKENS,
  ATTR_GEN_AI_USAGE_OUTPUT_TOKENS,
  ERROR_TYPE_VALUE_OTHER,
  ownAttributes,
  ownEvents,
} from './attributes.js'
import type { TraceNode } from './trace-node.js'
import type { TraceSpan } from './trace-span.js'

/** One tree for each span whose parent is not among them, the earliest first. */
export function traceSpans(spans: readonly TraceSpan[]): readonly TraceNode[] {
  const known = new Set(spans.map((span) => keyOf(span.spanContext())))
  const byParent = new Map<string | undefined, TraceSpan[]>()
  for (const span of spans) {
    const key = span.parentSpanContext && keyOf(span.parentSpanContext)
    const parent = key !== undefined && known.has(key) ? key : undefined
    const siblings = byParent.get(parent)
    if (siblings) siblings.push(span)
    else byParent.set(parent, [span])
  }
  const under = (parent: string | undefined, zeroMs?: number): readonly TraceNode[] =>
    (byParent.get(parent) ?? []).toSorted(byStart).map((span) => {
      const zero = zeroMs ?? toMs(span.startTime)
      const children = [...toRetries(span, zero), ...under(keyOf(span.spanContext()), zero)]
      return toNode(
        span,
        zero,
        children.toSorted((left, right) => (left.startMs ?? 0) - (right.startMs ?? 0)),
      )
    })
  return under(undefined)
}

function keyOf({ traceId, spanId }: { readonly traceId: string; readonly spanId: string }): string {
  return `${traceId}/${spanId}`
}

/** Spans that begin at once stand in the order in which they ended. */
function byStart(left: TraceSpan, right: TraceSpan): number {
  return toMs(left.startTime) - toMs(right.startTime)
}

function toNode(span: TraceSpan, zeroMs: number, children: readonly TraceNode[]): TraceNode {
  const { attributes, status } = span
  const text = (name: string) => toText(attributes[name])
  const number = (name: string) => toNumber(attributes[name])
  const { kind, name } = identify(span)
  const usage = usageOf(attributes)
  const firstChunkSeconds = number(ATTR_GEN_AI_RESPONSE_TIME_TO_FIRST_CHUNK)
  const serviceTier = text(ownAttributes.serviceTier)
  const cost = number(ownAttributes.cost)
  const end = endOf(attributes)
  return {
    kind,
    name,
    startMs: round(toMs(span.startTime) - zeroMs),
    durationMs: round(toMs(span.duration)),
    ...(firstChunkSeconds !== undefined && { firstChunkMs: round(firstChunkSeconds * 1000) }),
    ...(usage && { usage }),
    ...(serviceTier !== undefined && { serviceTier }),
    ...(cost !== undefined && { cost }),
    ...(end !== undefined && { end }),
    ...(status.code === 2 && { error: text(ATTR_ERROR_TYPE) ?? ERROR_TYPE_VALUE_OTHER }),
    children,
  }
}

const operations: Readonly<Record<string, TraceNode['kind']>> = {
  invoke_agent: 'agent',
  chat: 'model',
  generate_content: 'model',
  text_completion: 'model',
  execute_tool: 'tool',
}

function identify({ name, attributes }: TraceSpan): Pick<TraceNode, 'kind' | 'name'> {
  const operation = toText(attributes[ATTR_GEN_AI_OPERATION_NAME])
  const kind = (operation !== undefined && operations[operation]) || 'span'
  // The model that answered: a fallback may have asked another one than the span is named after.
  const model = attributes[ATTR_GEN_AI_RESPONSE_MODEL] ?? attributes[ATTR_GEN_AI_REQUEST_MODEL]
  const names = {
    agent: attributes[ATTR_GEN_AI_AGENT_NAME],
    model,
    tool: attributes[ATTR_GEN_AI_TOOL_NAME],
    retry: undefined,
    span: name,
  }
  return { kind, name: toText(names[kind]) ?? '' }
}

function endOf(attributes: TraceSpan['attributes']): string | undefined {
  const reasons = attributes[ATTR_GEN_AI_RESPONSE_FINISH_REASONS]
  if (Array.isArray(reasons)) return reasons.map(String).join(', ')
  const outcome = toText(attributes[ownAttributes.toolOutcome])
  return toText(attributes[ownAttributes.runStatus]) ?? (outcome === 'result' ? undefined : outcome)
}

/** The conventions count what the cache gave and took into the input tokens; `Usage` keeps the three apart. */
function usageOf(attributes: TraceSpan['attributes']): Usage | undefined {
  const input = toNumber(attributes[ATTR_GEN_AI_USAGE_INPUT_TOKENS])
  const outputTokens = toNumber(attributes[ATTR_GEN_AI_USAGE_OUTPUT_TOKENS]) ?? 0
  const cacheReadTokens = toNumber(attributes[ATTR_GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS])
  const cacheWriteTokens = toNumber(attributes[ATTR_GEN_AI_USAGE_CACHE_CREATION_INPUT_TOKENS])
  if (input === undefined) return undefined
  const cacheDetails = [
    { ttl: '5m', inputTokens: toNumber(attributes[ownAttributes.cacheWrites5m]) ?? 0 },
    { ttl: '1h', inputTokens: toNumber(attributes[ownAttributes.cacheWrites1h]) ?? 0 },
  ].filter(({ inputTokens }) => inputTokens > 0)
  return {
    inputTokens: input - (cacheReadTokens ?? 0) - (cacheWriteTokens ?? 0),
    outputTokens,
    totalTokens: input + outputTokens,
    ...(cacheReadTokens !== undefined && { cacheReadTokens }),
    ...(cacheWriteTokens !== undefined && { cacheWriteTokens }),
    ...(cacheDetails.length > 0 && { cacheDetails }),
  }
}

function toRetries({ events }: TraceSpan, zeroMs: number): TraceNode[] {
  return events
    .filter(({ name }) => name === ownEvents.retry)
    .map(({ time, attributes = {} }) => {
      const code = toText(attributes[ATTR_ERROR_TYPE])
      return {
        kind: 'retry',
        name: String(toNumber(attributes[ownAttributes.retryAttempt]) ?? ''),
        startMs: round(toMs(time) - zeroMs),
        durationMs: toNumber(attributes[ownAttributes.retryDelayMs]) ?? 0,
        ...(code !== undefined && { end: code }),
        children: [],
      }
    })
}

function toMs([seconds, nanoseconds]: readonly [number, number]): number {
  return seconds * 1000 + nanoseconds / 1_000_000
}

/** To whole microseconds: a clock gives no more, and sums of fractions look odd in JSON. */
function round(ms: number): number {
  return Math.round(ms * 1000) / 1000
}

function toText(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function toNumber(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined
}
