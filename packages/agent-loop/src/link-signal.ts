export interface LinkedController {
  readonly controller: AbortController
  unlink(): void
}

/** A timer that is set for longer fires at once. */
export const maxTimerMs = 2 ** 31 - 1

/**
 * A controller that is aborted when one of `parents` is. `AbortSignal.any` would do, but holds on to its followers for
 * as long as a long-lived parent lives on Node 20; `unlink` lets go at once.
 */
export function linkSignals(...parents: readonly (AbortSignal | undefined)[]): LinkedController {
  const controller = new AbortController()
  const follow = () => controller.abort(parents.find((parent) => parent?.aborted)?.reason)
  for (const parent of parents) {
    if (parent?.aborted) follow()
    else parent?.addEventListener('abort', follow, { once: true })
  }
  return {
    controller,
    unlink() {
      for (const parent of parents) parent?.removeEventListener('abort', follow)
    },
  }
}

/** Makes leaving abort first: a generator's own `return()` waits behind a pending `next()`, however long that takes. */
export function abortFirst<Generator extends AsyncGenerator>(
  events: Generator,
  controller: AbortController,
): Generator {
  const leave = events.return.bind(events)
  events.return = (value) => {
    controller.abort()
    return leave(value)
  }
  return events
}
