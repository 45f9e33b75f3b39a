/** What becomes of a sequence of events, its failure and its end. */
export interface Translator<In, Out> {
  push(event: In): readonly Out[]
  fail(error: unknown): readonly Out[]
  end(): readonly Out[]
}

export interface ReadableOptions<Out> {
  /** The request's: when it is aborted, the run is left at once. */
  readonly signal?: AbortSignal
  /** Sent when nothing has come for so long, so that nobody on the way takes the connection for dead. */
  readonly heartbeat?: { readonly afterMs: number; readonly item: Out }
}

/**
 * Events as a stream that is pulled: the run goes as fast as it is read, and nothing piles up. Cancelling the stream, or
 * aborting the signal, leaves the events at once (`return()` of a run aborts first).
 */
export function toReadable<In, Out>(
  events: AsyncIterable<In>,
  translator: Translator<In, Out>,
  options: ReadableOptions<Out> = {},
): ReadableStream<Out> {
  const { signal, heartbeat } = options
  const source = events[Symbol.asyncIterator]()
  let pending: Promise<Advance<Out>> | undefined
  let hasLeft = false

  const leave = async () => {
    hasLeft = true
    signal?.removeEventListener('abort', onAbort)
    // What a run throws while it is left is nobody's business any more.
    await source.return?.().catch(() => {})
  }
  let onAbort = () => {}
  /** The translator could not even tell of a failure: the stream breaks off, and the run is left. */
  const fail = async (error: unknown) => {
    await leave()
    throw error
  }

  return new ReadableStream<Out>(
    {
      start(controller) {
        onAbort = () => {
          if (hasLeft) return
          void leave()
          controller.close()
        }
        if (signal?.aborted) onAbort()
        else signal?.addEventListener('abort', onAbort, { once: true })
      },
      async pull(controller) {
        for (;;) {
          pending ??= advance(source, translator)
          const arrived = await (heartbeat ? withinMs(pending, heartbeat.afterMs) : pending).catch(fail)
          if (hasLeft) return
          if (arrived === undefined) {
            if (heartbeat) controller.enqueue(heartbeat.item)
            return
          }
          pending = undefined
          for (const item of arrived.items) controller.enqueue(item)
          if (arrived.isLast) {
            await leave()
            controller.close()
            return
          }
          if (arrived.items.length > 0) return
        }
      },
      cancel: leave,
    },
    { highWaterMark: 0 },
  )
}

interface Advance<Out> {
  readonly items: readonly Out[]
  readonly isLast: boolean
}

async function advance<In, Out>(source: AsyncIterator<In>, translator: Translator<In, Out>): Promise<Advance<Out>> {
  try {
    const { done, value } = await source.next()
    return done ? { items: translator.end(), isLast: true } : { items: translator.push(value), isLast: false }
  } catch (error) {
    return { items: translator.fail(error), isLast: true }
  }
}

/** `undefined` when it takes longer. */
async function withinMs<Value>(work: Promise<Value>, ms: number): Promise<Value | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), ms)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
