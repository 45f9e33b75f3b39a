import type { Context } from '@opentelemetry/api'
import { context, diag } from '@opentelemetry/api'
import type { AgentEvent, Step } from '@x/types'
import type { PullRelay } from './pull-relay.js'

/** What watches one step. Exactly one of `onResult`, `onError` and `onLeave` is called when it is over. */
export interface Watch<Result> {
  /** The step runs in it. */
  readonly context: Context
  /** Of a run: it is not watched while a call that reports to the same relay streams. */
  readonly relay?: PullRelay
  /** Of a run: no other layer has code between it and its model calls, so that nothing there can make a span. */
  readonly isAlone?: boolean
  /** Of a model call: the relay of its run. */
  readonly reportsTo?: PullRelay | undefined
  onEvent?(event: AgentEvent): void
  onResult(result: Result): void
  onError(error: unknown): void
  /** The consumer did not wait for the end. */
  onLeave(): void
}

/**
 * Runs a step under a watch. A generator goes on in the async context of whoever pulls it, and steps are pulled in turn
 * by a merge and by the consumer at last: so every single pull is bound to the watch's context, the last one too.
 * `begin` is called at the first pull.
 */
export function watchStep<Call, Result>(
  begin: () => Watch<Result>,
  call: Call,
  next: Step<Call, Result>,
): AsyncGenerator<AgentEvent, Result, void> {
  return new WatchedStep(begin, () => next(call))
}

type Pulled<Result> = Promise<IteratorResult<AgentEvent, Result>>

/**
 * By hand and no async generator: one of those costs several promises an event, which is most of what telemetry would
 * cost a stream. The step's own promises are handed on, and watched from the side.
 */
class WatchedStep<Result> implements AsyncGenerator<AgentEvent, Result, void> {
  readonly #begin: () => Watch<Result>
  readonly #start: () => AsyncGenerator<AgentEvent, Result, void>
  #watch: Watch<Result> | undefined
  #steps: AsyncGenerator<AgentEvent, Result, void> | undefined
  #isOver = false
  /** A layer that is no generator may throw before there is a promise. */
  readonly #pullWithin = (): Pulled<Result> => {
    try {
      return context.with(this.#watch?.context ?? context.active(), this.#pull)
    } catch (error) {
      return Promise.reject(error)
    }
  }
  readonly #pull = () => {
    this.#steps ??= this.#start()
    return this.#steps.next()
  }
  readonly #listen = (pulled: Promise<unknown>) => {
    // Handlers on the side: the promise that the caller gets is the step's own.
    ;(pulled as Pulled<Result>).then(this.#onStep, this.#onError)
  }
  readonly #onStep = ({ done, value }: IteratorResult<AgentEvent, Result>) => {
    if (this.#isOver) return
    if (done) this.#end((watch) => watch.onResult(value))
    else this.#onEvent(value)
  }
  readonly #onError = (error: unknown) => {
    this.#end((watch) => watch.onError(error))
  }

  constructor(begin: () => Watch<Result>, start: () => AsyncGenerator<AgentEvent, Result, void>) {
    this.#begin = begin
    this.#start = start
  }

  next(): Pulled<Result> {
    if (this.#isOver) return this.return(undefined as Result)
    this.#watch ??= this.#begin()
    const { relay, reportsTo, isAlone } = this.#watch
    // Not `async`, or the caller would wait for a promise of its own.
    if (relay) {
      // The call binds its own pulls.
      const pull = isAlone && relay.isStreaming ? this.#pull : this.#pullWithin
      return relay.pull(pull, this.#listen) as Pulled<Result>
    }
    reportsTo?.reach()
    const pulled = this.#pullWithin()
    this.#listen(pulled)
    return pulled
  }

  return(value: Result | PromiseLike<Result>): Pulled<Result> {
    const steps = this.#steps
    if (!this.#watch || !steps) return this.#leaveUnstarted(value)
    const left = context.with(this.#watch.context, () => steps.return(value))
    left.then(({ done }) => done && this.#end((watch) => watch.onLeave()), this.#onError)
    return left
  }

  async throw(error: unknown): Pulled<Result> {
    const steps = this.#steps
    if (!this.#watch || !steps) {
      this.#isOver = true
      throw error
    }
    const pulled = context.with(this.#watch.context, () => steps.throw(error))
    this.#listen(pulled)
    return pulled
  }

  async #leaveUnstarted(value: Result | PromiseLike<Result>): Pulled<Result> {
    this.#isOver = true
    return { done: true, value: await value }
  }

  #onEvent(event: AgentEvent): void {
    try {
      this.#watch?.onEvent?.(event)
    } catch (error) {
      reportDefect(error)
    }
  }

  #end(tell: (watch: Watch<Result>) => void): void {
    if (this.#isOver || !this.#watch) return
    this.#isOver = true
    try {
      tell(this.#watch)
    } catch (error) {
      reportDefect(error)
    }
    this.#watch.reportsTo?.release()
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return(undefined as Result)
  }
}

/** A span processor or meter of the caller's that throws must end neither the run nor the process. */
function reportDefect(error: unknown): void {
  diag.error('@x/telemetry could not record:', error)
}
