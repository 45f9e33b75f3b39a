import type { AgentEvent } from '@x/types'
import { AgentError, isAgentError } from '@x/types'
import { abortFirst } from './link-signal.js'
import { errorTextOf } from './ui-error-text.js'
import type { EventStore, StoredRun } from './ui-event-store.js'
import { memoryEventStore } from './ui-event-store.js'
import { KeptRun } from './ui-kept-run.js'
import { toReadable } from './ui-readable.js'
import type { ResponseOptions } from './ui-response.js'
import type { NumberedEvent, StreamFormat } from './ui-wire.js'
import { heartbeatOf, toResponse, WireTranslator } from './ui-wire.js'

export interface ResumableOptions {
  /** Default: the memory of this process. */
  readonly store?: EventStore
  /** How long a run goes on with nobody reading. 0: it is aborted at once. Infinity: to its end. Default Infinity. */
  readonly keepAliveMs?: number
  /** How long the events of an ended run are kept. Default 60,000. */
  readonly keepEndedMs?: number
  /** Runs under way at once in this process; one more is refused with code `busy`. Default 1,000. */
  readonly maxRuns?: number
}

export interface ResumableResponseOptions extends ResponseOptions {
  /** Default `ui`. */
  readonly format?: StreamFormat
}

/** Runs that clients can leave and come back to. */
export interface ResumableStreams {
  /**
   * Keeps a run's events under `id` (of the conversation) and answers with them.
   * @throws AgentError `busy` when a run is under way under this id, or too many are
   */
  start(id: string, events: AsyncIterable<AgentEvent>, options?: ResumableResponseOptions): Response
  /**
   * The run under `id`: what comes after the event that the request names (`Last-Event-ID`, or `?after=`), or all of it
   * and what is still to come. Status 204 when there is no such run, or, in the format `ui` and without an event named,
   * when it has ended, as the page then has the messages; 410 when what should come next is no longer kept.
   */
  resume(id: string, request?: ResumeRequest, options?: ResumableResponseOptions): Promise<Response>
  /** Aborts the run under `id`, if it is under way in this process. */
  stop(id: string): boolean
}

/** What is looked at of a `Request`. */
export interface ResumeRequest {
  readonly url: string
  readonly headers: { get(name: string): string | null }
  readonly signal?: AbortSignal
}

/**
 * Keeps the events of runs, so that a client that lost its connection, or whose page was loaded again, gets the rest.
 * Who may read a run is for the server to check before it calls `resume`: the id is no secret.
 */
export function resumable(options: ResumableOptions = {}): ResumableStreams {
  const { store = memoryEventStore(), keepAliveMs = Infinity, keepEndedMs = 60_000, maxRuns = 1_000 } = options
  const underWay = new Map<string, KeptRun>()
  /** Of the first response of each run: the later ones must be written the same way. */
  const firstOptions = new Map<string, ResumableResponseOptions>()

  const read = (id: string, after: number, given: ResumableResponseOptions, lastId?: string) => {
    const { format = 'ui', signal } = given
    const wire = new WireTranslator(format, { ...given, onError: ({ message }) => message }, lastId)
    const events = entries(store, underWay.get(id), id, after)
    const body = toReadable(events, wire, { ...(signal && { signal }), ...heartbeatOf(format, given) })
    return toResponse(body, format, given)
  }

  return {
    start(id, events, given = {}) {
      if (underWay.has(id) || underWay.size >= maxRuns) throw busy(id, underWay.has(id))
      const failed = (error: unknown) => toWireError(error, given)
      const run = new KeptRun({ id, store, keepAliveMs, failed }, events)
      underWay.set(id, run)
      firstOptions.set(id, given)
      const response = read(id, 0, given)
      void run.ended.then(() => {
        underWay.delete(id)
        const timer: unknown = setTimeout(() => {
          if (firstOptions.get(id) !== given) return
          firstOptions.delete(id)
          void store.delete(id)
        }, keepEndedMs)
        // Where timers keep a process alive (Node), this one must not.
        if (typeof timer === 'object' && timer !== null && 'unref' in timer) (timer as { unref(): void }).unref()
      })
      return response
    },

    async resume(id, request, own = {}) {
      const { signal, ...kept } = firstOptions.get(id) ?? {}
      const given = { ...kept, ...(request?.signal && { signal: request.signal }), ...own }
      const run = await store.load(id)
      if (!run) return new Response(null, { status: 204 })
      const isUI = (given.format ?? 'ui') === 'ui'
      const place = placeIn(run, request)
      if (isUI && place === undefined && run.hasEnded) return new Response(null, { status: 204 })
      // The parts of the UI protocol build on each other, so they are made from the first event on.
      const after = isUI ? 0 : (place?.n ?? 0)
      if (run.first > after + 1) return new Response('What comes next is no longer kept.', { status: 410 })
      return read(id, after, given, isUI ? place?.id : undefined)
    },

    stop(id) {
      const run = underWay.get(id)
      run?.leave()
      return run !== undefined
    },
  }
}

/** What is kept and what comes, as a reader of the run. */
function entries(
  store: EventStore,
  run: KeptRun | undefined,
  id: string,
  after: number,
): AsyncGenerator<NumberedEvent, void, void> {
  const controller = new AbortController()
  run?.attach()
  const { signal } = controller
  const detach = () => run?.detach()
  signal.addEventListener('abort', detach, { once: true })
  return abortFirst(readEntries(), controller)

  async function* readEntries(): AsyncGenerator<NumberedEvent, void, void> {
    await run?.opened
    const source = store.read(id, after, signal)[Symbol.asyncIterator]()
    try {
      for (;;) {
        run?.want()
        const { done, value } = await source.next()
        if (done || value.type === 'ended') return
        if (value.type === 'failed') throw new AgentError(value.error.code, value.error.text)
        yield value
      }
    } finally {
      controller.abort()
      await source.return?.()
    }
  }
}

/** The event that the request names, if it is one of this run. */
function placeIn({ firstId = '', last }: StoredRun, request: ResumeRequest | undefined) {
  if (!request) return undefined
  const id = request.headers.get('last-event-id') ?? new URL(request.url, 'http://localhost').searchParams.get('after')
  const [, runId, digits] = /^(.*):(\d{1,15})$/s.exec(id ?? '') ?? []
  if (id === null || runId === undefined || runId !== firstId.slice(0, firstId.lastIndexOf(':'))) return undefined
  const n = Number(digits)
  return n <= last ? { id, n } : undefined
}

function toWireError(error: unknown, { onError }: ResponseOptions) {
  const code = isAgentError(error) ? error.code : 'internal'
  return { code, text: isAgentError(error) && onError ? onError(error) : errorTextOf(code) }
}

function busy(id: string, isSame: boolean): AgentError {
  const what = isSame ? `A run is under way under the id ${id}.` : 'Too many runs are under way.'
  return new AgentError('busy', what, { hint: isSame ? 'Resume it, or stop it first.' : 'Try again in a moment.' })
}
