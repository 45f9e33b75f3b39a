import type { AgentEvent } from '@x/types'
import { errorType } from './error-type.js'
import { TraceBuilder } from './trace-builder.js'
import type { TraceNode } from './trace-node.js'

/** The events of a run, passed on as they are, and the tree of what they have told so far. */
export interface TracedEvents extends AsyncIterable<AgentEvent> {
  /** `undefined` before the run has started. Steps under way have no `durationMs`. */
  readonly tree: TraceNode | undefined
}

export function traceEvents(events: AsyncIterable<AgentEvent>, now: () => number): TracedEvents {
  const builder = new TraceBuilder(now)
  return {
    get tree() {
      return builder.toTree()
    },
    [Symbol.asyncIterator]: () => watch(events[Symbol.asyncIterator](), builder),
  }
}

/** No generator: its `return()` would wait behind a pending `next()`, and leaving must reach the run at once. */
function watch(events: AsyncIterator<AgentEvent>, builder: TraceBuilder): AsyncIterator<AgentEvent> {
  return {
    async next() {
      try {
        const step = await events.next()
        if (step.done) builder.close({ end: 'aborted' })
        else builder.see(step.value)
        return step
      } catch (error) {
        builder.close({ error: errorType(error) })
        throw error
      }
    },
    async return(value) {
      builder.close({ end: 'aborted' })
      return (await events.return?.(value)) ?? { done: true, value }
    },
  }
}
