import type { AgentEvent, RunResult } from '@x/types'
import type { TracedEvents } from './trace-events.js'
import { traceEvents } from './trace-events.js'
import type { TraceNode } from './trace-node.js'
import { traceResult } from './trace-result.js'
import type { TraceSpan } from './trace-span.js'
import { traceSpans } from './trace-spans.js'

export interface TraceOptions {
  /** The clock of events, in milliseconds. Default `performance.now`. */
  readonly now?: () => number
}

/**
 * The tree of a run's steps, whatever is at hand; none of it needs OpenTelemetry.
 *
 * - events (of `agent.stream()`, `runAgent()` …): passes them on as they are, and has the tree at any moment in `tree`.
 *   The times are those at which the events were taken, so a slow consumer's own time counts.
 * - a result: what its messages tell. A result knows no times, no retries and nothing of its sub-agents.
 * - spans, those of other libraries among them: one tree for each that stands under no other.
 */
export function traceOf(events: AsyncIterable<AgentEvent>, options?: TraceOptions): TracedEvents
export function traceOf(result: RunResult): TraceNode
export function traceOf(spans: readonly TraceSpan[]): readonly TraceNode[]
export function traceOf(
  source: AsyncIterable<AgentEvent> | RunResult | readonly TraceSpan[],
  options: TraceOptions = {},
): TracedEvents | TraceNode | readonly TraceNode[] {
  if (isSpans(source)) return traceSpans(source)
  return Symbol.asyncIterator in source
    ? traceEvents(source, options.now ?? (() => performance.now()))
    : traceResult(source)
}

function isSpans(source: object): source is readonly TraceSpan[] {
  return Array.isArray(source)
}
