/**
 * Lets a consumer leave while it waits for the next event. A generator's own `return()` waits behind a pending `next()`,
 * so a service that has gone silent would hold it for ever; aborting first ends that wait.
 *
 * @param start is given the signal to listen to: aborted by the caller, and by leaving
 */
export function leaveAtOnce<Event>(
  outer: AbortSignal,
  start: (signal: AbortSignal) => AsyncGenerator<Event, void, void>,
): AsyncGenerator<Event, void, void> {
  const controller = new AbortController()
  const events = start(AbortSignal.any([outer, controller.signal]))
  const leave = events.return.bind(events)
  events.return = (value) => {
    controller.abort()
    // How the rest ends is of no interest to somebody who has left.
    return leave(value).catch(() => ({ done: true, value: undefined }))
  }
  return events
}
