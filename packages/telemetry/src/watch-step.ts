import type { Context, Span } from '@opentelemetry/api'
import { context } from '@opentelemetry/api'
import type { AgentEvent, Step } from '@x/types'

/** A span, and what it is told when its step is over: exactly one of the three, before the span ends. */
export interface Watch<Result> {
  readonly span: Span
  /** Holds `span`; the step runs in it. */
  readonly context: Context
  onResult(result: Result): void
  onError(error: unknown): void
  /** The consumer did not wait for the end. */
  onLeave?(): void
}

/**
 * Runs a step inside a span. A generator goes on in the async context of whoever pulls it, and steps are pulled in turn
 * by a merge and by the consumer at last: so every single pull is bound to the span's context, the last one too.
 * `begin` starts the span, at the first pull; the step runs unwatched if it gives none.
 */
export async function* watchStep<Call, Result>(
  begin: () => Watch<Result> | undefined,
  call: Call,
  next: Step<Call, Result>,
): AsyncGenerator<AgentEvent, Result, void> {
  const watch = begin()
  if (!watch) return yield* next(call)
  let isOver = false
  try {
    const steps = context.with(watch.context, next, undefined, call)
    try {
      while (true) {
        const step = await context.with(watch.context, () => steps.next())
        if (step.done) {
          isOver = true
          watch.onResult(step.value)
          return step.value
        }
        yield step.value
      }
    } finally {
      if (!isOver) await context.with(watch.context, () => steps.return(undefined as never))
    }
  } catch (error) {
    isOver = true
    watch.onError(error)
    throw error
  } finally {
    if (!isOver) watch.onLeave?.()
    watch.span.end()
  }
}
